// Films of numbered frames: the frame at a time is the right one, forward, backward and at random,
// at constant and varying rate, with and without reordered frames.
#include "media_host.h"

#include <weft_paths.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace weft::test {
namespace {

constexpr uint64_t kWidth = 96;
constexpr uint64_t kHeight = 64;
constexpr int kBits = 8;

// A frame's number as grey blocks across: white for 1.
std::vector<uint8_t> numbered(int number) {
    std::vector<uint8_t> rgba(kWidth * kHeight * 4, 255);
    for (uint64_t y = 0; y < kHeight; ++y) {
        for (uint64_t x = 0; x < kWidth; ++x) {
            const auto bit = static_cast<int>(x * kBits / kWidth);
            const uint8_t v = number >> bit & 1 ? 230 : 25;
            for (uint64_t c = 0; c < 3; ++c) rgba[4 * (y * kWidth + x) + c] = v;
        }
    }
    return rgba;
}

class FilmTest : public MediaTest {
protected:
    std::string write_film(const std::string& file, double fps, int frames,
                           const std::vector<float>& sound = {}) {
        weft_writer_options wanted = options(kWidth, kHeight, WEFT_FORMAT_RGBA8);
        wanted.fps = fps;
        wanted.has_alpha = 0;
        wanted.channels = sound.empty() ? 0 : 1;
        wanted.rate = 48000;
        return write(file, wanted, [&](weft_writer* open, weft_error* error) {
            size_t done = 0;
            for (int i = 0; i < frames; ++i) {
                const std::vector<uint8_t> rgba = numbered(i);
                weft_status status = writer->picture(open, rgba.data(), kWidth * 4, 0, error);
                if (status != WEFT_OK) return status;
                const auto end = std::min(sound.size(),
                                          static_cast<size_t>(std::llround((i + 1) * 48000 / fps)));
                status = writer->sound && end > done
                             ? writer->sound(open, sound.data() + done, end - done, 0, error)
                             : WEFT_OK;
                if (status != WEFT_OK) return status;
                done = std::max(done, end);
            }
            return WEFT_OK;
        });
    }

    static double block_x(int bit) { return (bit + 0.5) / kBits; }

    static int number_at(const Source& film, double time) {
        int number = 0;
        for (int bit = 0; bit < kBits; ++bit)
            number |= (film.at(0, block_x(bit), 0.5, time) > 0.5 ? 1 : 0) << bit;
        return number;
    }

    // From shared memory.
    static int number_shown(const Source& film) {
        int number = 0;
        for (int bit = 0; bit < kBits; ++bit) {
            const auto x = static_cast<uint64_t>(block_x(bit) * kWidth);
            number |= (film.stored(0, x, kHeight / 2) > 0.5 ? 1 : 0) << bit;
        }
        return number;
    }
};

TEST_F(FilmTest, EveryFormatShowsTheFrameOfTheTime) {
    constexpr int kFrames = 100;
    for (const char* name : {"a.mp4", "a.mov", "a.mkv", "a.webm", "a.apng"}) {
        ASSERT_EQ(write_film(path(name), 24, kFrames), "") << name;
        const Source film = load(path(name), 3);
        const weft_grid grid = film.handle(0).grid;
        ASSERT_EQ(grid.axis_count, 3u);
        EXPECT_EQ(grid.axes[2].field, static_cast<uint32_t>(WEFT_FIELD_TIME));
        EXPECT_EQ(grid.axes[2].count, 1u);
        for (int i = 0; i < kFrames; ++i) {
            ASSERT_EQ(film.execute(i / 24.0), WEFT_OK);
            ASSERT_EQ(number_shown(film), i) << name;
        }
        for (int i = kFrames - 1; i >= 0; i -= 7) {
            ASSERT_EQ(film.execute((i + 0.9) / 24.0), WEFT_OK);
            ASSERT_EQ(number_shown(film), i) << name << ", backwards";
        }
    }
}

TEST_F(FilmTest, RandomAccessIsExact) {
    constexpr int kFrames = 200;
    std::mt19937 random(7);
    for (const double fps : {24.0, 25.0, 30000.0 / 1001, 60.0, 7.5}) {
        for (const char* name : {"a.mp4", "a.webm", "a.mkv"}) {
            ASSERT_EQ(write_film(path(name), fps, kFrames), "");
            const Source film = load(path(name), 1);
            for (int n = 0; n < 40; ++n) {
                const auto frame = static_cast<int>(random() % kFrames);
                ASSERT_EQ(film.execute(frame / fps), WEFT_OK);
                ASSERT_EQ(number_shown(film), frame) << name << " at " << fps;
            }
        }
    }
}

std::string data(const char* name) {
    return in_source("/tests/unit/media/data/") + name;
}

TEST_F(FilmTest, FramesStoredOutOfOrder) {
    for (const char* name : {"reordered.mp4", "reordered.avi", "reordered.mpg"}) {
        const Source film = load(data(name), 1);
        for (int i = 0; i < 60; ++i) ASSERT_EQ(number_at(film, i / 25.0), i) << name;
        std::mt19937 random(11);
        for (int n = 0; n < 40; ++n) {
            const auto frame = static_cast<int>(random() % 60);
            ASSERT_EQ(film.execute(frame / 25.0), WEFT_OK);
            ASSERT_EQ(number_shown(film), frame) << name;
        }
    }
}

TEST_F(FilmTest, WhereFramesWereDroppedTheLastOneStays) {
    const Source film = load(data("dropped.mp4"), 1);
    for (int n = 0; n < 60; ++n) {
        const int frame = n * 37 % 60;
        int wanted = frame;
        while (wanted >= 20 && wanted % 7 != 3) --wanted;
        ASSERT_EQ(number_at(film, frame / 25.0), wanted) << "at frame " << frame;
    }
}

TEST_F(FilmTest, ValuesAtPointsDecodeTheirOwnTimes) {
    ASSERT_EQ(write_film(path("a.mp4"), 30, 90), "");
    const Source film = load(path("a.mp4"), 1);
    ASSERT_EQ(film.execute(1.0), WEFT_OK);
    std::vector<double> times;
    for (int i = 0; i < 90; ++i) times.push_back((i * 37 % 90) / 30.0);
    for (int bit = 0; bit < kBits; ++bit) {
        const std::vector<double> values = film.at_times(0, times, block_x(bit), 0.5);
        for (int i = 0; i < 90; ++i)
            ASSERT_EQ(values[static_cast<size_t>(i)] > 0.5, (i * 37 % 90) >> bit & 1);
    }
    EXPECT_EQ(number_shown(film), 30) << "the frame that others read stays";
    EXPECT_TRUE(std::isnan(film.at(0, 0.5, 0.5, std::nan(""))));
}

TEST_F(FilmTest, FirstAndLastFrameAreHeld) {
    ASSERT_EQ(write_film(path("a.mp4"), 10, 12), "");
    const Source film = load(path("a.mp4"), 1);
    EXPECT_EQ(number_at(film, -5), 0);
    EXPECT_EQ(number_at(film, 1e6), 11);
    EXPECT_EQ(number_at(film, -INFINITY), 0);
    ASSERT_EQ(film.execute(99), WEFT_OK);
    EXPECT_EQ(number_shown(film), 11);
}

TEST_F(FilmTest, GenerationRisesOnlyWithTheFrame) {
    ASSERT_EQ(write_film(path("a.mp4"), 10, 5), "");
    const Source film = load(path("a.mp4"), 1);
    const uint64_t before = film.handle(0).view->generation;
    ASSERT_EQ(film.execute(0.05), WEFT_OK);
    EXPECT_EQ(film.handle(0).view->generation, before);
    ASSERT_EQ(film.execute(0.1), WEFT_OK);
    EXPECT_GT(film.handle(0).view->generation, before);
}

TEST_F(FilmTest, AWindowHoldsEveryFrame) {
    for (const char* name : {"a.mp4", "a.webm"}) {
        ASSERT_EQ(write_film(path(name), 30000.0 / 1001, 50), "");
        const Source window = load(path(name), 3, {{"weft.window", 1.0}});
        const Source film = load(path(name), 3);
        const weft_axis axis = window.handle(0).grid.axes[2];
        EXPECT_EQ(axis.count, 50u);
        EXPECT_NEAR(axis.step, 1001.0 / 30000, 1e-9);
        for (int i = 0; i < 50; ++i) {
            const double time = i * 1001.0 / 30000;
            ASSERT_EQ(number_at(window, time), i) << name;
            ASSERT_EQ(window.at(2, 0.3, 0.7, time), film.at(2, 0.3, 0.7, time));
            ASSERT_GT(std::abs(window.stored(0, 6, 6, static_cast<uint64_t>(i)) - 0.5), 0.2);
        }
        EXPECT_EQ(number_at(window, 1e9), 49);
    }
}

// An animated GIF, made by hand: its frames say how long they last.
TEST_F(FilmTest, VaryingRateShowsTheFrameInForce) {
    const std::string gif = path("a.gif");
    // Three frames of 4x1 pixels, one colour each, shown 0.2, 0.5 and 0.1 s.
    std::vector<uint8_t> bytes = {'G', 'I', 'F', '8', '9', 'a', 4,   0,   1,   0,   0x81, 0,  0,
                                  0,   0,   0,   85,  85,  85,  170, 170, 170, 255, 255,  255};
    const uint8_t lengths[] = {20, 50, 10};
    for (int n = 0; n < 3; ++n) {
        for (const uint8_t b :
             {uint8_t{0x21}, uint8_t{0xf9}, uint8_t{4}, uint8_t{0}, lengths[n], uint8_t{0},
              uint8_t{0}, uint8_t{0}, uint8_t{0x2c}, uint8_t{0}, uint8_t{0}, uint8_t{0}, uint8_t{0},
              uint8_t{4}, uint8_t{0}, uint8_t{1}, uint8_t{0}, uint8_t{0}, uint8_t{2}})
            bytes.push_back(b);
        // A clear code before every pixel keeps all codes 3 bits wide.
        uint32_t bits = 0;
        int used = 0;
        for (const int code : {4, n + 1, 4, n + 1, 4, n + 1, 4, n + 1, 5}) {
            bits |= static_cast<uint32_t>(code) << used;
            used += 3;
        }
        bytes.push_back(4);
        for (int i = 0; i < 4; ++i) bytes.push_back(static_cast<uint8_t>(bits >> (8 * i)));
        bytes.push_back(0);
    }
    bytes.push_back(0x3b);
    write_bytes(gif, bytes);

    const Source film = load(gif, 1);
    const auto frame = [&](double time) { return std::lround(film.at(0, 0.5, 0.5, time) * 3); };
    EXPECT_EQ(frame(0.0), 1);
    EXPECT_EQ(frame(0.19), 1);
    EXPECT_EQ(frame(0.2), 2);
    EXPECT_EQ(frame(0.45), 2);
    EXPECT_EQ(frame(0.69), 2);
    EXPECT_EQ(frame(0.7), 3);
    EXPECT_EQ(frame(9), 3);
    EXPECT_EQ(frame(0.3), 2);
}

TEST_F(FilmTest, SoundIsExactlyAlongside) {
    // A click at the start of every second second-frame.
    std::vector<float> sound(48000 * 2);
    for (size_t i = 0; i < sound.size(); ++i)
        sound[i] = i % 24000 < 200 ? 0.8f * std::sin(static_cast<float>(i) * 0.3f) : 0.0f;
    for (const char* name : {"a.mkv", "a.mp4", "a.webm"}) {
        ASSERT_EQ(write_film(path(name), 25, 50, sound), "") << name;
        const Source film = load(path(name), 1);
        EXPECT_EQ(number_at(film, 1.0), 25);
        const Source heard = load(path(name), 1, {{"stream", "sound"}});
        const weft_axis axis = heard.handle(0).grid.axes[0];
        EXPECT_NEAR(axis.origin, 0.0, 1e-9) << name;
        const bool exact = std::string(name) == "a.mkv";
        for (size_t i = 0; i < sound.size(); i += 3) {
            const double at = heard.at_time(0, static_cast<double>(i) / 48000);
            ASSERT_NEAR(at, static_cast<double>(sound[i]), exact ? 1e-6 : 0.25) << name << " " << i;
        }
    }
}

TEST_F(FilmTest, ColoursComeBack) {
    for (const char* name : {"a.mp4", "a.webm", "a.apng"}) {
        weft_writer_options wanted = options(kWidth, kHeight, WEFT_FORMAT_RGBA8);
        wanted.fps = 10;
        wanted.has_alpha = 0;
        const uint8_t colours[4][3] = {{255, 0, 0}, {0, 255, 0}, {0, 0, 255}, {200, 120, 40}};
        ASSERT_EQ(write(path(name), wanted,
                        [&](weft_writer* open, weft_error* error) {
                            std::vector<uint8_t> rgba(kWidth * kHeight * 4, 255);
                            for (const auto& colour : colours) {
                                for (size_t i = 0; i < rgba.size(); i += 4)
                                    std::copy_n(colour, 3, &rgba[i]);
                                const weft_status status =
                                    writer->picture(open, rgba.data(), kWidth * 4, 0, error);
                                if (status != WEFT_OK) return status;
                            }
                            return WEFT_OK;
                        }),
                  "");
        const Source film = load(path(name), 3);
        for (int i = 0; i < 4; ++i)
            for (uint32_t c = 0; c < 3; ++c)
                EXPECT_NEAR(film.at(c, 0.5, 0.5, i / 10.0), colours[i][c] / 255.0, 0.02)
                    << name << " " << i << " " << c;
    }
}

TEST_F(FilmTest, TheSameBytesTwice) {
    for (const std::string name : {"mp4", "mov", "mkv", "webm", "apng"}) {
        const std::vector<float> sound(name == "apng" ? 0 : 120000, 0.25f);
        const std::string one = path("one." + name);
        const std::string two = path("two." + name);
        ASSERT_EQ(write_film(one, 24, 60, sound), "");
        ASSERT_EQ(write_film(two, 24, 60, sound), "");
        EXPECT_EQ(read_bytes(one), read_bytes(two)) << name;
    }
}

TEST_F(FilmTest, OddSizesAreRefusedWithAdvice) {
    weft_writer_options wanted = options(641, 359, WEFT_FORMAT_RGBA8);
    wanted.fps = 24;
    const std::string message =
        write(path("a.mp4"), wanted, [](weft_writer*, weft_error*) { return WEFT_OK; });
    EXPECT_NE(message.find("use 642x360"), std::string::npos) << message;
    EXPECT_FALSE(std::filesystem::exists(path("a.mp4")));
}

TEST_F(FilmTest, MoreThanFourOutputsPointToTheSound) {
    ASSERT_EQ(write_film(path("a.mp4"), 24, 5, std::vector<float>(9600, 0.1f)), "");
    const std::string message = load_error(path("a.mp4"), 5);
    EXPECT_NE(message.find("stream: \"sound\""), std::string::npos) << message;
}

TEST_F(FilmTest, RealFilmsLoad) {
    const Source film = load(asset("launch.mp4"), 3);
    EXPECT_EQ(film.handle(0).grid.axes[0].count, 480u);
    EXPECT_EQ(film.handle(0).grid.axes[1].count, 270u);
    const double early = film.at(0, 0.5, 0.5, 0.0);
    ASSERT_EQ(film.execute(4.9), WEFT_OK);
    ASSERT_EQ(film.execute(0.0), WEFT_OK);
    EXPECT_EQ(film.at(0, 0.5, 0.5, 0.0), early);
    EXPECT_NE(load_error(asset("cockatoo.mp4"), 1, {{"stream", "sound"}}).find("has no sound"),
              std::string::npos);
}

}  // namespace
}  // namespace weft::test
