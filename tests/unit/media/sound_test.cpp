// Sound: exact where the format is, near where it is lossy; channels, time axis, wrap.
#include "media_host.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace weft::test {
namespace {

using SoundTest = MediaTest;

std::vector<float> tone(size_t length, double cycles, double level = 0.5) {
    std::vector<float> samples;
    for (size_t i = 0; i < length; ++i)
        samples.push_back(static_cast<float>(
            level * std::sin(2 * std::numbers::pi * cycles * static_cast<double>(i) /
                             static_cast<double>(length))));
    return samples;
}

TEST_F(SoundTest, WavRoundTripsToTheBit) {
    std::vector<float> left = tone(10000, 37, 1.7);
    left[5] = 1e-30f;
    left[6] = -3.5f;
    const std::vector<float> right = tone(10000, 11);
    ASSERT_EQ(write_sound(path("a.wav"), 44100, {left, right}), "");
    const Source source = load(path("a.wav"), 2);
    const weft_handle handle = source.handle(0);
    EXPECT_EQ(handle.grid.axis_count, 1u);
    EXPECT_EQ(handle.grid.axes[0].field, static_cast<uint32_t>(WEFT_FIELD_TIME));
    EXPECT_EQ(handle.grid.axes[0].count, left.size());
    EXPECT_EQ(handle.grid.axes[0].origin, 0.0);
    EXPECT_EQ(handle.grid.axes[0].step, 1.0 / 44100);
    for (size_t i = 0; i < left.size(); ++i) {
        ASSERT_EQ(source.stored(0, i), static_cast<double>(left[i]));
        ASSERT_EQ(source.stored(1, i), static_cast<double>(right[i]));
    }
}

TEST_F(SoundTest, FlacKeeps24Bits) {
    const std::vector<float> samples = tone(5000, 21, 0.9);
    ASSERT_EQ(write_sound(path("a.flac"), 48000, {samples}), "");
    const Source source = load(path("a.flac"), 1);
    ASSERT_EQ(source.handle(0).grid.axes[0].count, samples.size());
    for (size_t i = 0; i < samples.size(); ++i)
        ASSERT_NEAR(source.stored(0, i), static_cast<double>(samples[i]), 0.5 / 8388608);
}

TEST_F(SoundTest, LossyFormatsKeepTimeAndTone) {
    const std::vector<float> left = tone(48000, 440);
    const std::vector<float> right = tone(48000, 330);
    for (const char* name : {"a.ogg", "a.mp3", "a.mkv", "a.webm", "a.mp4"}) {
        ASSERT_EQ(write_sound(path(name), 48000, {left, right}), "") << name;
        const Source source = load(path(name), 2);
        const uint64_t count = source.handle(0).grid.axes[0].count;
        EXPECT_GE(count, left.size()) << name;
        EXPECT_LE(count, left.size() + (std::string(name) == "a.ogg" ? 0 : 2400)) << name;
        double error = 0;
        for (size_t i = 2000; i < left.size() - 2000; ++i) {
            error = std::max(error, std::abs(source.stored(0, i) - static_cast<double>(left[i])));
            error = std::max(error, std::abs(source.stored(1, i) - static_cast<double>(right[i])));
        }
        EXPECT_LT(error, 0.06) << name << ": not the same tone at the same time";
    }
}

TEST_F(SoundTest, LinearInTimeAndSilentOutside) {
    ASSERT_EQ(write_sound(path("a.wav"), 10, {{0.0f, 1.0f, 0.5f}}), "");
    const Source source = load(path("a.wav"), 1);
    EXPECT_NEAR(source.at_time(0, 0.05), 0.5, 1e-12);
    EXPECT_NEAR(source.at_time(0, 0.1), 1.0, 1e-12);
    EXPECT_NEAR(source.at_time(0, 0.15), 0.75, 1e-12);
    EXPECT_NEAR(source.at_time(0, 0.25), 0.25, 1e-12) << "fades to the silence behind the end";
    EXPECT_NEAR(source.at_time(0, 0.3), 0.0, 1e-12);
    EXPECT_EQ(source.at_time(0, -1), 0.0);
    EXPECT_EQ(source.at_time(0, 1e9), 0.0);
    EXPECT_TRUE(std::isnan(source.at_time(0, std::nan(""))));
    const Source loop = load(path("a.wav"), 1, {{"wrap", "repeat"}});
    EXPECT_NEAR(loop.at_time(0, 0.4), 1.0, 1e-9);
    EXPECT_NEAR(loop.at_time(0, -0.1), 0.5, 1e-9);
}

TEST_F(SoundTest, MonoServesEveryOutput) {
    ASSERT_EQ(write_sound(path("a.wav"), 100, {{0.25f, 0.5f}}), "");
    const Source source = load(path("a.wav"), 2);
    EXPECT_EQ(source.stored(0, 1), 0.5);
    EXPECT_EQ(source.stored(1, 1), 0.5);
    EXPECT_EQ(source.at_time(1, 0.01), 0.5);
}

TEST_F(SoundTest, MoreOutputsThanChannelsIsAnError) {
    ASSERT_EQ(write_sound(path("a.wav"), 100, {{0, 0}, {0, 0}}), "");
    const std::string message = load_error(path("a.wav"), 3);
    EXPECT_NE(message.find("has 2 channels; 3 outputs"), std::string::npos) << message;
}

TEST_F(SoundTest, TheSameBytesHoweverItIsHandedOver) {
    const std::vector<float> samples = tone(30000, 500);
    for (const char* name : {"wav", "flac", "ogg", "mp3", "mkv", "webm", "mp4"}) {
        const std::string one = path(std::string("one.") + name);
        const std::string two = path(std::string("two.") + name);
        // 44.1 kHz is resampled for Opus.
        ASSERT_EQ(write_sound(one, 44100, {samples}, 30000), "") << name;
        ASSERT_EQ(write_sound(two, 44100, {samples}, 777), "") << name;
        EXPECT_EQ(read_bytes(one), read_bytes(two)) << name;
    }
}

TEST_F(SoundTest, IntegerFilesReadAsFractions) {
    // A WAV of 16-bit samples -32768, 16384 at 8 kHz.
    const uint8_t wav[] = {'R',  'I',  'F', 'F', 40,   0,    0, 0, 'W',  'A',  'V',  'E',
                           'f',  'm',  't', ' ', 16,   0,    0, 0, 1,    0,    1,    0,
                           0x40, 0x1f, 0,   0,   0x80, 0x3e, 0, 0, 2,    0,    16,   0,
                           'd',  'a',  't', 'a', 4,    0,    0, 0, 0x00, 0x80, 0x00, 0x40};
    write_bytes(path("a.wav"), wav);
    const Source source = load(path("a.wav"), 1);
    ASSERT_EQ(source.handle(0).grid.axes[0].count, 2u);
    EXPECT_EQ(source.stored(0, 0), -1.0);
    EXPECT_EQ(source.stored(0, 1), 0.5);
}

TEST_F(SoundTest, ARecordingThatBreaksOffIsUsedWithAWarning) {
    ASSERT_EQ(write_sound(path("a.flac"), 48000, {tone(96000, 3000)}), "");
    std::vector<uint8_t> bytes = read_bytes(path("a.flac"));
    bytes.resize(bytes.size() / 2);
    write_bytes(path("b.flac"), bytes);
    const Source source = load(path("b.flac"), 1);
    EXPECT_GT(source.handle(0).grid.axes[0].count, 20000u);
    ASSERT_FALSE(host.warnings.empty());
    EXPECT_NE(host.warnings[0].find("of 2.000 s could be read"), std::string::npos)
        << host.warnings[0];
}

TEST_F(SoundTest, RecordingLoads) {
    const Source source = load(asset("guitar.flac"), 2);
    EXPECT_EQ(source.handle(0).grid.axes[0].step, 1.0 / 48000);
    EXPECT_EQ(source.handle(0).grid.axes[0].count, 312000u);
}

}  // namespace
}  // namespace weft::test
