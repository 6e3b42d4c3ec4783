// What is played comes back, sample by sample, after a delay that stays the same.
#include <algorithm>
#include <cmath>

#include "audio_host.h"

namespace weft::test {
namespace {

constexpr std::size_t kHeard = 20000;  // samples

float noise(std::uint64_t n, std::uint32_t channel) {
    std::uint32_t v = static_cast<std::uint32_t>(n) * 2654435761u + channel * 40503u + 1;
    v ^= v >> 15;
    v *= 2246822519u;
    v ^= v >> 13;
    return static_cast<float>(v) / 4294967296.0f - 0.5f;
}

// Plays noise on all channels, keeps what it hears.
class Loop {
public:
    explicit Loop(std::uint32_t channels) : channels_(channels), heard_(channels) {
        for (auto& channel : heard_) channel.resize(kHeard);
    }

    void process(const weft_audio_block& block) {
        longest = std::max(longest.load(), block.count);
        if (block.output_time < last_time_) backwards = true;
        last_time_ = block.output_time;
        if (block.input_time > block.output_time) backwards = true;
        for (std::uint64_t i = 0; i < block.count; ++i) {
            for (std::uint32_t c = 0; c < channels_; ++c) {
                block.output[c][i] = noise(played_, c);
                if (listening && at_ < kHeard) heard_[c][at_] = block.input[c][i];
            }
            if (listening && at_ == 0) first_ = played_;
            if (listening) at_ = std::min(at_ + 1, kHeard);
            ++played_;
        }
        if (at_ == kHeard) done = true;
    }

    // The delay after which channel `c` was heard on input `in`; -1: it was not, at least not
    // whole.
    [[nodiscard]] int delay(std::uint32_t c, std::uint32_t in) const {
        for (int d = 0; d <= 8192; ++d) {
            const auto fits = [&](std::size_t i) {
                return heard_[in][i] == noise(first_ + i - static_cast<std::uint64_t>(d), c);
            };
            if (!fits(0) || !fits(1)) continue;
            std::size_t i = 0;
            while (i < kHeard && fits(i)) ++i;
            return i == kHeard ? d : -1;
        }
        return -1;
    }

    std::atomic<std::uint64_t> longest{0};
    std::atomic<bool> listening{false};
    std::atomic<bool> done{false};
    std::atomic<bool> backwards{false};

private:
    std::uint32_t channels_;
    std::vector<std::vector<float>> heard_;
    std::uint64_t played_ = 9000;
    std::uint64_t first_ = 0;  // played when the first sample was kept
    std::size_t at_ = 0;
    double last_time_ = 0;
};

struct Case {
    std::uint32_t rate;
    std::uint32_t period;
    std::uint32_t block;
};

class Loopback : public AudioTest, public testing::WithParamInterface<Case> {};

TEST_P(Loopback, IsExact) {
    const Case given = GetParam();
    JackServer server({given.rate, given.period, true});
    Loop loop(2);
    auto wanted = wish(2, 2);
    wanted.rate = given.rate;
    wanted.block = given.block;
    const auto stream = open(wanted, [&](const weft_audio_block& block) { loop.process(block); });
    ASSERT_TRUE(stream) << error;
    EXPECT_EQ(stream->state().rate, given.rate);
    EXPECT_EQ(std::string(stream->state().device), "JACK: system");
    ASSERT_TRUE(server.connect("weft:out_0", "weft:in_0"));
    ASSERT_TRUE(server.connect("weft:out_1", "weft:in_1"));
    stream->wait_for(stream->state().blocks + 20);
    loop.listening = true;
    ASSERT_TRUE(eventually([&] { return loop.done.load(); }));
    // Through the server and back is one period.
    EXPECT_EQ(loop.delay(0, 0), static_cast<int>(given.period));
    EXPECT_EQ(loop.delay(1, 1), static_cast<int>(given.period));
    EXPECT_EQ(loop.delay(0, 1), -1);
    const std::uint32_t expected =
        given.block == 0 ? given.period : std::min(given.block, given.period);
    EXPECT_EQ(loop.longest, expected);
    EXPECT_EQ(stream->state().block, expected);
    EXPECT_FALSE(loop.backwards);
    EXPECT_GT(stream->state().output_latency, 0);
}

INSTANTIATE_TEST_SUITE_P(Sizes, Loopback,
                         testing::Values(Case{48000, 64, 0}, Case{48000, 256, 64},
                                         Case{44100, 128, 0}, Case{96000, 1024, 0},
                                         Case{48000, 512, 100}, Case{48000, 64, 512},
                                         Case{192000, 1024, 1024}),
                         [](const auto& given) {
                             return std::to_string(given.param.rate) + "by" +
                                    std::to_string(given.param.period) + "as" +
                                    std::to_string(given.param.block);
                         });

using ChannelMaps = AudioTest;

TEST_F(ChannelMaps, CrossAndShiftChannels) {
    JackServer server;
    Loop loop(2);
    const std::uint32_t crossed[] = {1, 0};
    const std::uint32_t second[] = {0, 0};
    auto wanted = wish(2, 2);
    wanted.output_map = crossed;
    wanted.input_map = second;  // hears one channel twice
    const auto stream = open(wanted, [&](const weft_audio_block& block) { loop.process(block); });
    ASSERT_TRUE(stream) << error;
    ASSERT_TRUE(server.connect("weft:out_1", "weft:in_0"));
    stream->wait_for(stream->state().blocks + 20);
    loop.listening = true;
    ASSERT_TRUE(eventually([&] { return loop.done.load(); }));
    EXPECT_EQ(loop.delay(0, 0), 256);
    EXPECT_EQ(loop.delay(0, 1), 256);
}

TEST_F(ChannelMaps, LeaveTheOthersSilent) {
    JackServer server;
    const std::uint32_t second[] = {1};
    auto wanted = wish(1, 2);
    wanted.output_map = second;
    std::atomic<int> silent{0};
    std::atomic<int> loud{0};
    const auto stream = open(wanted, [&](const weft_audio_block& block) {
        for (std::uint64_t i = 0; i < block.count; ++i) {
            block.output[0][i] = 0.25f;
            if (block.input[0][i] != 0) silent = -1;
            if (block.input[1][i] == 0.25f) ++loud;
        }
    });
    ASSERT_TRUE(stream) << error;
    ASSERT_TRUE(server.connect("weft:out_0", "weft:in_0"));
    ASSERT_TRUE(server.connect("weft:out_1", "weft:in_1"));
    ASSERT_TRUE(eventually([&] { return loud > 4000; }));
    EXPECT_EQ(silent, 0);
}

TEST_F(ChannelMaps, AreNotNeededForOutputOrInputAlone) {
    JackServer server;
    std::atomic<std::uint64_t> heard{0};
    {
        const auto stream = open(wish(1), [](const weft_audio_block&) {});
        ASSERT_TRUE(stream) << error;
        stream->wait_for(3);
        EXPECT_EQ(stream->state().overruns, 0u);
    }
    const auto stream =
        open(wish(0, 2), [&](const weft_audio_block& block) { heard += block.count; });
    ASSERT_TRUE(stream) << error;
    EXPECT_TRUE(eventually([&] { return heard > 2000; }));
}

}  // namespace
}  // namespace weft::test
