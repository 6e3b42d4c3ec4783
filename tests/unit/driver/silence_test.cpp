// A frame asks the host nothing and allocates nothing: everything was settled when the program was
// compiled. Counted with the allocation functions of the process replaced.
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <new>

#include <gtest/gtest.h>

#include "driver/build_show.h"

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

struct Running {
    std::unique_ptr<Session> session;
    sema::Program program;
    std::optional<BuiltShow> built;
    std::vector<std::vector<char>> memory;
    std::vector<weft_target> targets;

    Result<void> frame(std::int64_t k) {
        runtime::FrameRequest request;
        request.absframe = k;
        request.targets = targets.data();
        request.params = built->show->initial_params.data();
        return built->show->run(request);
    }
};

std::unique_ptr<Running> start(const std::string& text, const std::string& backend) {
    auto running = std::make_unique<Running>();
    CommonOptions options;
    options.backend_for_all = backend;
    options.threads = 2;
    options.settings[WEFT_FIELD_WIDTH] = 64;
    options.settings[WEFT_FIELD_HEIGHT] = 48;
    auto session = Session::create(options);
    EXPECT_TRUE(session.ok());
    running->session = std::move(*session);
    Session& s = *running->session;
    running->program =
        sema::analyze_text("test.weft", text, s.sources(), s.environment(), s.diagnostics());
    BuildRequest request;
    request.program = &running->program;
    running->built = build_show(s, request);
    EXPECT_TRUE(running->built.has_value()) << s.diagnostics().render(false);
    if (running->built) {
        for (const runtime::TargetLayout& layout : running->built->show->targets) {
            running->memory.emplace_back(layout.bytes);
            running->targets.push_back({running->memory.back().data(), layout.bytes});
        }
    }
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

TEST(Silence, FramesAskAndAllocateNothing) {
    for (const char* backend : {"cpu", "reference"}) {
        auto running = start(kProgram, backend);
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
}

// The counter itself can fail: work that allocates is seen.
TEST(Silence, CounterSeesAllocations) {
    g_allocations = 0;
    g_counting = true;
    delete new int(1);
    g_counting = false;
    EXPECT_GE(g_allocations.load(), 1u);
}

}  // namespace
}  // namespace weft::driver
