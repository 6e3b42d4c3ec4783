// Cameras: the test picture is a function of time, what a driver gives is seen as it is, and what
// goes away stays until it returns.
#include "media_host.h"
#include "video_driver.h"

#include <chrono>
#include <filesystem>
#include <thread>

namespace weft::test {
namespace {

constexpr uint32_t kWidth = 64;  // the size of the tests' programs
constexpr uint32_t kHeight = 32;
constexpr double kFps = 10;

// Red at the left, blue at the right, as a video signal of BT.601 has them.
struct Yuv {
    uint8_t y, u, v;
};
constexpr Yuv kRed = {81, 90, 240};
constexpr Yuv kBlue = {41, 240, 110};

const Yuv& colour(uint32_t x) {
    return x < kWidth / 2 ? kRed : kBlue;
}

std::vector<uint8_t> yuyv() {
    std::vector<uint8_t> bytes;
    for (uint32_t y = 0; y < kHeight; ++y) {
        for (uint32_t x = 0; x < kWidth; x += 2)
            bytes.insert(bytes.end(), {colour(x).y, colour(x).u, colour(x).y, colour(x).v});
    }
    return bytes;
}

std::vector<uint8_t> nv12() {
    std::vector<uint8_t> bytes;
    for (uint32_t i = 0; i < kWidth * kHeight; ++i) bytes.push_back(colour(i % kWidth).y);
    for (uint32_t y = 0; y < kHeight; y += 2) {
        for (uint32_t x = 0; x < kWidth; x += 2)
            bytes.insert(bytes.end(), {colour(x).u, colour(x).v});
    }
    return bytes;
}

std::vector<uint8_t> rgb(uint32_t width, uint32_t height, uint8_t left, uint8_t right) {
    std::vector<uint8_t> bytes;
    for (uint32_t i = 0; i < width * height; ++i) {
        const bool at_left = i % width < width / 2;
        bytes.insert(bytes.end(), {at_left ? left : uint8_t{0}, 0, at_left ? uint8_t{0} : right});
    }
    return bytes;
}

size_t files_open() {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<size_t>(std::distance(begin(all), end(all)));
}

class CameraTest : public MediaTest {
protected:
    Source camera(std::vector<Argument> arguments = {}) {
        Opened opened = try_open("camera", {"r", "g", "b", "a"}, arguments);
        if (!opened.source) throw std::runtime_error(opened.message);
        return std::move(*opened.source);
    }
    Source live(double number) { return camera({{"", number}, {"weft.live", 1.0}}); }

    // Until it is true, or it never will be.
    template <class Done>
    static bool eventually(Done done) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (!done()) {
            if (std::chrono::steady_clock::now() > end) return false;
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        }
        return true;
    }
    static bool shows(const Source& source, double red, double blue) {
        EXPECT_EQ(source.execute(0), WEFT_OK);
        const auto near = [](double a, double b) { return std::abs(a - b) < 0.03; };
        return near(source.at(0, 0.25, 0.5), red) && near(source.at(1, 0.25, 0.5), 0) &&
               near(source.at(2, 0.25, 0.5), 0) && near(source.at(0, 0.75, 0.5), 0) &&
               near(source.at(1, 0.75, 0.5), 0) && near(source.at(2, 0.75, 0.5), blue) &&
               source.at(3, 0.5, 0.5) == 1;
    }
    // Feeds pictures until one is seen.
    static bool seen(VideoDriver& driver, const Source& source, std::span<const uint8_t> bytes,
                     double red = 1, double blue = 1) {
        return eventually([&] {
            (void)driver.feed(bytes);
            return shows(source, red, blue);
        });
    }
};

int number_at(const Source& source, double time) {
    int number = 0;
    for (int bit = 0; bit < 16; ++bit)
        number = number * 2 + (source.at(0, (bit + 0.5) / 16, 0.99, time) > 0.5 ? 1 : 0);
    return number;
}

TEST_F(CameraTest, TheTestPictureIsAFunctionOfTime) {
    const Source one = camera();
    const Source other = camera({{"", "test"}, {"weft.live", 1.0}});
    EXPECT_EQ(one.handle(0).grid.axes[0].count, kWidth);
    EXPECT_EQ(one.handle(0).grid.axes[1].count, kHeight);
    for (const int frame : {0, 1, 7, 239, 240, 40000, 3, 65535}) {
        EXPECT_EQ(number_at(one, frame / kFps), frame);
        for (uint32_t output = 0; output < 4; ++output)
            EXPECT_EQ(one.at(output, 0.3, 0.3, frame / kFps),
                      other.at(output, 0.3, 0.3, frame / kFps));
    }
    // White at the left, black at the right; half a turn later the middle is at the left.
    EXPECT_EQ(one.at(0, 0.01, 0.3) + one.at(1, 0.01, 0.3) + one.at(2, 0.01, 0.3), 3);
    EXPECT_EQ(one.at(0, 0.99, 0.3) + one.at(1, 0.99, 0.3) + one.at(2, 0.99, 0.3), 0);
    for (uint32_t output = 0; output < 4; ++output)
        EXPECT_EQ(one.at(output, 0.02, 0.3, 12), one.at(output, 0.52, 0.3));
    // Shared memory is brought to the frame.
    EXPECT_EQ(one.execute(3 / kFps), WEFT_OK);
    EXPECT_EQ(one.stored(0, kWidth - 1, kHeight - 1), 1);
    EXPECT_EQ(one.execute(4 / kFps), WEFT_OK);
    EXPECT_EQ(one.stored(0, kWidth - 1, kHeight - 1), 0);
}

TEST_F(CameraTest, WhatADriverGivesIsSeen) {
    const std::vector<std::pair<uint32_t, std::vector<uint8_t>>> forms = {
        {V4L2_PIX_FMT_YUYV, yuyv()},
        {V4L2_PIX_FMT_NV12, nv12()},
        {V4L2_PIX_FMT_NV12M, nv12()},
        {V4L2_PIX_FMT_RGB24, rgb(kWidth, kHeight, 255, 255)}};
    for (const auto& [fourcc, bytes] : forms) {
        VideoDriver driver(3, fourcc, kWidth, kHeight);
        const Source source = live(3);
        EXPECT_TRUE(seen(driver, source, bytes)) << fourcc;
    }
    EXPECT_TRUE(host.warnings.empty());
}

TEST_F(CameraTest, JpegIsDecodedAndDamageLeftOut) {
    std::vector<uint8_t> rgba;
    const std::vector<uint8_t> three = rgb(kWidth, kHeight, 255, 255);
    for (size_t i = 0; i < three.size(); i += 3)
        rgba.insert(rgba.end(), {three[i], three[i + 1], three[i + 2], 255});
    ASSERT_EQ(write_rgba8(path("a.jpg"), kWidth, kHeight, rgba, false), "");
    const std::vector<uint8_t> jpeg = read_bytes(path("a.jpg"));
    VideoDriver driver(0, V4L2_PIX_FMT_MJPEG, kWidth, kHeight);
    const Source source = camera({{"weft.live", 1.0}});  // the first there is
    EXPECT_TRUE(seen(driver, source, jpeg));
    const std::vector<uint8_t> noise(300, 77);
    EXPECT_TRUE(eventually([&] { return driver.feed(noise); }));
    EXPECT_TRUE(shows(source, 1, 1));
}

TEST_F(CameraTest, PicturesInTwoMemoriesThatAreCutOffAreLeftOut) {
    VideoDriver driver(0, V4L2_PIX_FMT_NV12M, kWidth, kHeight);
    const Source source = live(0);
    EXPECT_TRUE(seen(driver, source, nv12()));
    std::vector<uint8_t> half = nv12();
    half.resize(half.size() / 2);
    for (int i = 0; i < 20; ++i) EXPECT_TRUE(eventually([&] { return driver.feed(half); }));
    EXPECT_TRUE(shows(source, 1, 1));
}

TEST_F(CameraTest, PicturesThatAreCutOffAreLeftOut) {
    VideoDriver driver(0, V4L2_PIX_FMT_RGB24, kWidth, kHeight);
    const Source source = live(0);
    EXPECT_TRUE(seen(driver, source, rgb(kWidth, kHeight, 255, 255)));
    std::vector<uint8_t> half = rgb(kWidth, kHeight, 0, 0);
    half.resize(half.size() / 2);
    // More of them than there are buffers: each goes back to the driver.
    for (int i = 0; i < 20; ++i) EXPECT_TRUE(eventually([&] { return driver.feed(half); }));
    EXPECT_TRUE(shows(source, 1, 1));
    EXPECT_TRUE(seen(driver, source, rgb(kWidth, kHeight, 102, 102), 0.4, 0.4));
}

TEST_F(CameraTest, WithoutACameraItIsBlackAndSaysSoOnce) {
    {
        const Source source = live(63);
        for (int i = 0; i < 3; ++i) EXPECT_TRUE(shows(source, 0, 0));
    }
    ASSERT_EQ(host.warnings.size(), 1u);
    EXPECT_NE(host.warnings[0].find("/dev/video63"), std::string::npos) << host.warnings[0];
}

TEST_F(CameraTest, OneThatGoesAwayLeavesItsPictureAndReturns) {
    VideoDriver driver(5, V4L2_PIX_FMT_RGB24, kWidth, kHeight);
    {
        const Source source = live(5);
        ASSERT_TRUE(seen(driver, source, rgb(kWidth, kHeight, 255, 255)));
        driver.unplug();
        ASSERT_TRUE(eventually([&] { return !driver.streaming(); }));
        EXPECT_TRUE(shows(source, 1, 1));
        // Its pictures may have another size then; the program has been told one.
        constexpr uint32_t kWide = 96;
        driver.plug(5, kWide, kHeight);
        ASSERT_TRUE(eventually([&] { return driver.streaming(); }));
        EXPECT_TRUE(seen(driver, source, rgb(kWide, kHeight, 102, 102), 0.4, 0.4));
        // The kernel gives it another number when somebody still holds the old one.
        driver.unplug();
        ASSERT_TRUE(eventually([&] { return !driver.streaming(); }));
        driver.plug(7, kWidth, kHeight);
        ASSERT_TRUE(eventually([&] { return driver.streaming(); }));
        EXPECT_TRUE(seen(driver, source, rgb(kWidth, kHeight, 51, 51), 0.2, 0.2));
    }
    ASSERT_EQ(host.warnings.size(), 2u);
    EXPECT_NE(host.warnings[0].find("/dev/video5 went away"), std::string::npos);
}

TEST_F(CameraTest, OneDeviceIsOpenedOnceAndNothingLeaks) {
    VideoDriver driver(2, V4L2_PIX_FMT_YUYV, kWidth, kHeight);
    const size_t before = files_open();
    {
        const Source one = live(2);
        const Source two = live(2);
        EXPECT_EQ(driver.opened(), 1);
        EXPECT_TRUE(seen(driver, one, yuyv()));
        EXPECT_TRUE(seen(driver, two, yuyv()));
    }
    for (int i = 0; i < 1000; ++i) {
        const Source again = live(2);
        (void)driver.feed(yuyv());
        EXPECT_EQ(again.execute(0), WEFT_OK);
    }
    EXPECT_FALSE(driver.streaming());
    EXPECT_EQ(driver.opened(), 1001);
    EXPECT_EQ(files_open(), before);
    EXPECT_TRUE(host.warnings.empty());
}

TEST_F(CameraTest, ArgumentsAreChecked) {
    const auto message = [&](std::vector<Argument> arguments) {
        return try_open("camera", {"r"}, arguments).message;
    };
    EXPECT_NE(message({{"", -1.0}}).find("a whole number"), std::string::npos);
    EXPECT_NE(message({{"", 0.5}}).find("a whole number"), std::string::npos);
    EXPECT_NE(message({{"", "front"}}).find("not \"front\""), std::string::npos);
    EXPECT_NE(message({{"", 0.0}, {"", 1.0}}).find("too many"), std::string::npos);
    EXPECT_NE(message({{"speed", 1.0}}).find("no argument 'speed'"), std::string::npos);
    EXPECT_NE(try_open("camera", {"r", "g", "b", "a", "d"}, {}).message.find("at most 4"),
              std::string::npos);
}

}  // namespace
}  // namespace weft::test
