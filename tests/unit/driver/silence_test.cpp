// A frame asks the host nothing and allocates nothing: everything was settled when the program was
// compiled. Counted with the allocation functions of the process replaced.
#include <atomic>
#include <cstdlib>
#include <new>

#include <gtest/gtest.h>

#include "tests/support/absent.h"
#include "tests/support/running_show.h"

namespace {
std::atomic<bool> g_counting{false};
std::atomic<std::uint64_t> g_allocations{0};

void* counted(std::size_t size) {
    if (g_counting.load(std::memory_order_relaxed)) {
        g_allocations.fetch_add(1, std::memory_order_relaxed);
    }
    if (void* memory = std::malloc(size == 0 ? 1 : size)) {
        return memory;
    }
    throw std::bad_alloc();
}

void* counted_or_null(std::size_t size) noexcept {
    try {
        return counted(size);
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}
}  // namespace

void* operator new(std::size_t size) {
    return counted(size);
}
void* operator new[](std::size_t size) {
    return counted(size);
}
// The sort algorithms of the library allocate with these; a sanitizer would supply its own.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return counted_or_null(size);
}
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept {
    return counted_or_null(size);
}
// Where GCC inlines one of a pair and not the other it takes them for strangers.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"
#endif
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete[](void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace weft::driver {
namespace {

std::unique_ptr<test::RunningShow> start(const std::string& text, const std::string& backend,
                                         const std::vector<std::string>& groups,
                                         const std::vector<std::string>& owners) {
    CommonOptions options;
    options.backend_for_all = backend;
    options.groups = groups;
    options.owners = owners;
    options.threads = 2;
    options.settings[WEFT_FIELD_WIDTH] = 64;
    options.settings[WEFT_FIELD_HEIGHT] = 48;
    auto running = test::RunningShow::start(text, options);
    EXPECT_TRUE(running->built.has_value()) << running->messages();
    return running;
}

constexpr const char* kProgram = R"(
trail<v> = cache(now, 3)
now = max(0.9 * trail@v[trail@k ~ 1, me@x ~ me@x + 0.01], sin(me@x * 10 + me@time))
low<s> = cache(tone, 2)
tone = 0.1 * sin(me@time * 2000) + 0.9 * low@s[low@k ~ 1]
display(now, me@y, 0.5 + 0.5 * sin(me@time))
play(tone)
)";

void expect_silence(const std::string& backend, const std::vector<std::string>& groups,
                    const std::string& text = kProgram,
                    const std::vector<std::string>& owners = {}) {
    auto running = start(text, backend, groups, owners);
    ASSERT_TRUE(running->built.has_value());
    Session& session = *running->session;
    // The frame loop's place is a thread of the group, as in `weft render`.
    session.main_group().run([&] {
        for (std::int64_t k = 0; k < 3; ++k) {
            ASSERT_TRUE(running->frame(k).ok());
        }
        const std::uint64_t asked = session.counters().allocations.load();
        g_allocations = 0;
        g_counting = true;
        bool good = true;
        for (std::int64_t k = 3; k < 40; ++k) {
            good = good && running->frame(k).ok();
        }
        g_counting = false;
        EXPECT_TRUE(good);
        EXPECT_EQ(g_allocations.load(), 0u) << backend;
        EXPECT_EQ(session.counters().allocations.load(), asked) << backend;
    });
}

TEST(Silence, FramesAskAndAllocateNothing) {
    expect_silence("cpu", {});
    expect_silence("reference", {});
}

TEST(Silence, NeitherDoesWorkOfAnotherGroup) {
    expect_silence("cpu", {"audio=threads:1"});
}

// What is allocated with `new` by us and by back ends; a driver's own malloc is its business.
TEST(Silence, NeitherDoesWorkOnAccelerators) {
    for (const char* backend : {"vulkan", "opencl"}) {
        CommonOptions options;
        auto session = Session::create(options);
        ASSERT_TRUE(session.ok());
        if (!(*session)->backend(backend, WEFT_CONTEXT_VISUAL)) {
            return test::absent((*session)->diagnostics().render(false));
        }
        expect_silence(backend, {});
    }
}

// Four batches, in turns on two of them.
TEST(Silence, NorDoEdgesBetweenAccelerators) {
    auto session = Session::create({});
    ASSERT_TRUE(session.ok());
    for (const char* backend : {"vulkan", "opencl"}) {
        if (!(*session)->backend(backend, WEFT_CONTEXT_VISUAL)) {
            return test::absent((*session)->diagnostics().render(false));
        }
    }
    expect_silence("vulkan", {},
                   "cache(me@x + me@time, 2)::a<v>\n"
                   "cache(0.5 * a@v + a@v[a@k ~ 1], 1)::b<v>\n"
                   "cache(b@v + me@y, 1)::c<v>\n"
                   "display(b@v, c@v, a@v)\n",
                   {"b=opencl"});
}

// The counter itself can fail: work that allocates is seen.
TEST(Silence, CounterSeesAllocations) {
    g_allocations = 0;
    g_counting = true;
    ::operator delete(::operator new(1));  // which no compiler leaves out
    g_counting = false;
    EXPECT_GE(g_allocations.load(), 1u);
}

}  // namespace
}  // namespace weft::driver
