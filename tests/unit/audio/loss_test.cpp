// A server that goes, hangs, comes back; blocks that come too late; many streams one after another.
#include <malloc.h>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "audio_host.h"
#include "cards.h"

namespace weft::test {
namespace {

using Loss = AudioTest;

// Counts blocks, and those that come after a loss.
struct Counter {
    std::atomic<std::uint64_t> blocks{0};
    std::atomic<std::uint64_t> resumed{0};
    std::atomic<bool> first_resumed{false};
    void process(const weft_audio_block& block) {
        if (block.flags & WEFT_AUDIO_RESUMED) {
            ++resumed;
            if (blocks == 0) first_resumed = true;
        }
        ++blocks;
    }
};

bool becomes(const Stream& stream, std::uint32_t state) {
    return eventually([&] { return stream.state().state == state; });
}

TEST_F(Loss, OfTheServerIsToldAndItIsTakenUpAgain) {
    JackServer server;
    const Quiet quiet;
    Counter counter;
    const auto stream =
        open(wish(2, 2), [&](const weft_audio_block& block) { counter.process(block); });
    ASSERT_TRUE(stream) << error;
    for (std::uint64_t round = 1; round <= 2; ++round) {
        stream->wait_for(stream->state().blocks + 5);
        EXPECT_EQ(stream->state().state, WEFT_AUDIO_RUNNING);
        EXPECT_EQ(std::string(stream->state().reason), "");
        server.kill();
        ASSERT_TRUE(becomes(*stream, WEFT_AUDIO_AWAY));
        EXPECT_EQ(stream->state().losses, round);
        EXPECT_NE(std::string(stream->state().reason).find("the JACK server went"),
                  std::string::npos)
            << stream->state().reason;
        const std::uint64_t before = counter.blocks;
        EXPECT_EQ(counter.resumed, round - 1);
        server.start();
        ASSERT_TRUE(eventually([&] { return counter.blocks > before; }));
        ASSERT_TRUE(becomes(*stream, WEFT_AUDIO_RUNNING));
        EXPECT_EQ(counter.resumed, round);
    }
    EXPECT_FALSE(counter.first_resumed);
    EXPECT_TRUE(logged("JACK: system is away: the JACK server went"));
    EXPECT_TRUE(logged("JACK: system is back"));
    EXPECT_EQ(quiet.said(), "");
}

// PortAudio is one for all: it must end, so that the server can be found again.
TEST_F(Loss, OfTheServerLeavesOtherSystemsPlaying) {
    const Cards cards;
    JackServer server;
    const std::string name = "stage";
    auto wanted = wish(2);
    wanted.output = {name.data(), name.size()};
    const auto card = open(wanted, [](const weft_audio_block&) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));  // it is no real card
    });
    ASSERT_TRUE(card) << error;
    const auto stream = open(wish(2), [](const weft_audio_block&) {});
    ASSERT_TRUE(stream) << error;
    stream->wait_for(5);
    server.kill();
    ASSERT_TRUE(becomes(*stream, WEFT_AUDIO_AWAY));
    card->wait_for(card->state().blocks + 50);
    server.start();
    ASSERT_TRUE(becomes(*stream, WEFT_AUDIO_RUNNING)) << stream->state().reason;
    stream->wait_for(stream->state().blocks + 5);
    card->wait_for(card->state().blocks + 50);
    EXPECT_EQ(card->state().state, WEFT_AUDIO_RUNNING);
    EXPECT_EQ(card->state().losses, 0u);
    EXPECT_FALSE(logged("ALSA: stage is away"));
}

TEST_F(Loss, DoesNotKeepAStreamFromClosing) {
    JackServer server;
    auto stream = open(wish(2), [](const weft_audio_block&) {});
    ASSERT_TRUE(stream) << error;
    stream->wait_for(3);
    server.kill();
    stream.reset();
    EXPECT_TRUE(devices().empty() || std::string(devices()[0].api) != "JACK");
    server.start();
    stream = open(wish(2), [](const weft_audio_block&) {});
    ASSERT_TRUE(stream) << error;
    stream->wait_for(3);
}

// As where a show begins before its sound server does.
TEST_F(Loss, OfADeviceThatIsNotThereYetIsWaitedForOnDemand) {
    JackServer server;
    server.kill();
    if (!devices().empty()) GTEST_SKIP() << "a sound card is there";
    Counter counter;
    const auto process = [&](const weft_audio_block& block) { counter.process(block); };
    auto wanted = wish(2, 1);
    wanted.rate = 48000;
    EXPECT_FALSE(open(wanted, process));
    EXPECT_EQ(status, WEFT_UNAVAILABLE);
    wanted.flags = WEFT_AUDIO_LATER;
    wanted.rate = 0;
    EXPECT_FALSE(open(wanted, process));
    EXPECT_EQ(status, WEFT_INVALID);
    EXPECT_EQ(error, "a device that may come later needs a rate");
    wanted.rate = 48000;
    const auto stream = open(wanted, process);
    ASSERT_TRUE(stream) << error;
    EXPECT_EQ(stream->state().state, WEFT_AUDIO_AWAY);
    EXPECT_EQ(stream->state().rate, 48000);
    EXPECT_NE(std::string(stream->state().reason).find("no sound device"), std::string::npos);
    server.start();
    ASSERT_TRUE(becomes(*stream, WEFT_AUDIO_RUNNING)) << stream->state().reason;
    stream->wait_for(5);
    EXPECT_TRUE(counter.first_resumed);
    EXPECT_EQ(stream->state().losses, 0u);
    EXPECT_TRUE(logged("JACK: system is there"));
}

TEST_F(Loss, WithAnotherRateStaysOneAndSaysWhy) {
    auto server = std::make_unique<JackServer>();
    auto stream = open(wish(2), [](const weft_audio_block&) {});
    ASSERT_TRUE(stream) << error;
    stream->wait_for(3);
    const std::string name = server->name();
    server->kill();
    ASSERT_TRUE(becomes(*stream, WEFT_AUDIO_AWAY));
    const JackServer slower({44100, 256, true});
    ASSERT_TRUE(eventually([&] {
        return std::string(stream->state().reason)
                   .find("offers 44100 samples a second, not 48000") != std::string::npos;
    })) << stream->state().reason;
    EXPECT_EQ(stream->state().state, WEFT_AUDIO_AWAY);
}

TEST_F(Loss, OfAServerThatHangsIsALossToo) {
    JackServer server;
    Counter counter;
    const auto stream =
        open(wish(2), [&](const weft_audio_block& block) { counter.process(block); });
    ASSERT_TRUE(stream) << error;
    stream->wait_for(3);
    server.pause(true);
    EXPECT_TRUE(becomes(*stream, WEFT_AUDIO_AWAY));
    EXPECT_EQ(std::string(stream->state().reason), "the device asks for no more sound");
    server.pause(false);
    EXPECT_TRUE(eventually([&] { return counter.resumed == 1; })) << stream->state().reason;
    EXPECT_TRUE(becomes(*stream, WEFT_AUDIO_RUNNING));
}

TEST_F(Loss, OfSamplesIsCountedAndTimed) {
    JackServer server({48000, 64, false});
    std::atomic<bool> slow{false};
    std::atomic<bool> told{false};
    const auto stream = open(wish(2, 1), [&](const weft_audio_block& block) {
        if (slow.exchange(false)) std::this_thread::sleep_for(std::chrono::milliseconds(200));
        if (block.flags & WEFT_AUDIO_UNDERRUN) told = true;
    });
    ASSERT_TRUE(stream) << error;
    stream->wait_for(50);
    const weft_audio_state before = stream->state();
    slow = true;
    ASSERT_TRUE(eventually([&] { return stream->state().underruns > before.underruns && told; }));
    const weft_audio_state after = stream->state();
    EXPECT_GT(after.overruns, before.overruns);
    EXPECT_GT(after.last_xrun, before.last_xrun);
    EXPECT_GT(after.load, 0);
}

// Whose the underruns are: those of a server that is late are not told from ours by its own count.
TEST_F(Loss, OfOurMakingIsCountedApart) {
    JackServer server({48000, 256, false});
    std::atomic<int> slow{0};
    const auto stream = open(wish(2, 1), [&](const weft_audio_block& block) {
        if (block.count != 256 || slow == 0) return;
        --slow;
        std::this_thread::sleep_for(std::chrono::milliseconds(8));  // of 5.3 that a block lasts
    });
    ASSERT_TRUE(stream) << error;
    stream->wait_for(20);
    const std::uint64_t before = stream->state().slow_blocks;
    slow = 3;
    ASSERT_TRUE(eventually([&] { return stream->state().slow_blocks >= before + 3; }));
    const weft_audio_state after = stream->state();
    EXPECT_LE(after.slow_blocks, after.blocks / 2);

    // A host that was built before they were counted.
    const weft_audio_state old = stream->state(offsetof(weft_audio_state, slow_blocks));
    EXPECT_EQ(old.slow_blocks, 0u);
    EXPECT_GT(old.blocks, 0u);
}

std::size_t count_in(const char* directory) {
    const std::filesystem::directory_iterator begin(directory);
    return static_cast<std::size_t>(std::distance(begin, std::filesystem::directory_iterator()));
}

TEST_F(Loss, OfNothingWhereStreamsCloseAndOpen) {
    JackServer server({48000, 64, true});
    const int rounds = std::getenv("WEFT_TEST_LONG") ? 1500 : 30;
    const auto once = [&] {
        auto stream = open(wish(2, 2), [](const weft_audio_block&) {});
        ASSERT_TRUE(stream) << error;
        stream->wait_for(2);
        stream.reset();
        forget_log();
    };
    for (int i = 0; i < 5; ++i) once();
    const std::size_t descriptors = count_in("/proc/self/fd");
    const std::size_t threads = count_in("/proc/self/task");
    const std::size_t memory = mallinfo2().uordblks;
    for (int i = 0; i < rounds && !HasFailure(); ++i) once();
    EXPECT_EQ(count_in("/proc/self/fd"), descriptors);
    EXPECT_TRUE(eventually([&] { return count_in("/proc/self/task") == threads; }));
    // What libjack itself keeps of a client is a hundred bytes or so.
    EXPECT_LT(mallinfo2().uordblks, memory + static_cast<std::size_t>(rounds) * 200 + 10000);
}

}  // namespace
}  // namespace weft::test
