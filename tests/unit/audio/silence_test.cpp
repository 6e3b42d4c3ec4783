// The audio thread does nothing that could make it wait: no allocation, lock, system call or page
// fault, from the server's call to its return.
#include <sys/mman.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "audio_host.h"
#include "tests/preload/audio_watch.h"

namespace weft::test {
namespace {

class Silence : public AudioTest {
protected:
    void SetUp() override {
        AudioTest::SetUp();
        if (!watch::able()) GTEST_SKIP() << "nothing can be watched here";
        // As the host does: what the system takes back is no fault of the plugin's.
        mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
    }

    // What is found while `process` serves so many of the server's calls.
    static watch::Findings watched(std::uint64_t calls) {
        watch::begin(200);
        EXPECT_TRUE(eventually([&] { return watch::found().calls >= calls; }));
        return watch::found();
    }
};

TEST_F(Silence, HoldsInEveryBlock) {
    JackServer server({48000, 64, true});
    auto wanted = wish(6, 3);  // more than there are
    wanted.block = 24;         // cut in pieces
    const auto stream = open(wanted, [](const weft_audio_block& block) {
        for (std::uint64_t i = 0; i < block.count; ++i)
            block.output[0][i] = block.output[5][i] = block.input[0][i] + block.input[2][i];
    });
    ASSERT_TRUE(stream) << error;
    const watch::Findings found = watched(1000);
    EXPECT_EQ(found.allocations, 0u) << found.first;
    EXPECT_EQ(found.locks, 0u) << found.first;
    EXPECT_EQ(found.system_calls, 0u) << "the last was number " << found.last_system_call;
    EXPECT_EQ(found.page_faults, 0u);
}

// The watch itself: it must not be silent because it is blind.
TEST_F(Silence, IsBrokenByEachOfThem) {
    JackServer server({48000, 64, true});
    std::mutex mutex;
    std::atomic<int> which{0};
    // Memory that nobody touched: a fault a page.
    constexpr std::size_t kSize = 64 << 20;
    void* const memory =
        mmap(nullptr, kSize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(memory, MAP_FAILED);
    madvise(memory, kSize, MADV_NOHUGEPAGE);
    std::size_t page = 0;
    const auto stream = open(wish(1), [&](const weft_audio_block&) {
        if (which == 1) delete new std::string(100, 'x');
        if (which == 2) const std::lock_guard lock(mutex);
        if (which == 3) std::this_thread::yield();
        if (which == 4) static_cast<volatile char*>(memory)[(page += 4096) % kSize] = 1;
    });
    ASSERT_TRUE(stream) << error;
    for (int i = 1; i <= 4; ++i) {
        which = i;
        const watch::Findings found = watched(100);
        // One may bring another with it: memory comes from the system now and then.
        const std::uint64_t counts[] = {found.allocations, found.locks, found.system_calls,
                                        found.page_faults};
        EXPECT_GT(counts[i - 1], 0u) << i;
    }
    which = 0;
    munmap(memory, kSize);
}

}  // namespace
}  // namespace weft::test
