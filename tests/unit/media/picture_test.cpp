// Pictures: written, read back, compared; orientation, depth, grey, alpha, wrap modes.
#include "media_host.h"

#include <cmath>
#include <limits>

namespace weft::test {
namespace {

using PictureTest = MediaTest;

// A pattern in which no two pixels of a neighbourhood agree.
std::vector<uint8_t> pattern(uint64_t width, uint64_t height) {
    std::vector<uint8_t> rgba;
    for (uint64_t y = 0; y < height; ++y) {
        for (uint64_t x = 0; x < width; ++x) {
            rgba.push_back(static_cast<uint8_t>(x * 7 + y * 3));
            rgba.push_back(static_cast<uint8_t>(x * y + 5));
            rgba.push_back(static_cast<uint8_t>(255 - x * 11));
            rgba.push_back(static_cast<uint8_t>(y * 13 + x));
        }
    }
    return rgba;
}

void expect_pattern(const Source& source, uint64_t width, uint64_t height, uint32_t channels,
                    double tolerance = 0) {
    const std::vector<uint8_t> rgba = pattern(width, height);
    for (uint32_t c = 0; c < channels; ++c) {
        for (uint64_t y = 0; y < height; ++y) {
            for (uint64_t x = 0; x < width; ++x) {
                const float wanted = static_cast<float>(rgba[4 * (y * width + x) + c]) / 255.0f;
                ASSERT_NEAR(source.stored(c, x, y), static_cast<double>(wanted), tolerance)
                    << "channel " << c << " at " << x << "," << y;
            }
        }
    }
}

TEST_F(PictureTest, EightBitFormatsRoundTripExactly) {
    constexpr uint64_t kWidth = 37;
    constexpr uint64_t kHeight = 23;
    for (const char* name : {"a.png", "a.tif", "a.bmp", "A.PNG"}) {
        ASSERT_EQ(write_rgba8(path(name), kWidth, kHeight, pattern(kWidth, kHeight)), "") << name;
        expect_pattern(load(path(name), 4), kWidth, kHeight, 4);
    }
}

TEST_F(PictureTest, WithoutAlphaItReadsOne) {
    for (const char* name : {"a.png", "a.tif", "a.bmp"}) {
        ASSERT_EQ(write_rgba8(path(name), 9, 5, pattern(9, 5), false), "");
        const Source source = load(path(name), 4);
        expect_pattern(source, 9, 5, 3);
        EXPECT_EQ(source.stored(3, 4, 2), 1.0);
    }
}

TEST_F(PictureTest, JpegStaysClose) {
    std::vector<uint8_t> rgba;
    for (int y = 0; y < 32; ++y)
        for (int x = 0; x < 48; ++x)
            for (const int v : {x * 5, y * 7, 128, 255}) rgba.push_back(static_cast<uint8_t>(v));
    ASSERT_EQ(write_rgba8(path("a.jpg"), 48, 32, rgba, false), "");
    const Source source = load(path("a.jpg"), 3);
    for (uint64_t y = 0; y < 32; ++y)
        for (uint64_t x = 0; x < 48; ++x)
            for (uint32_t c = 0; c < 3; ++c)
                ASSERT_NEAR(source.stored(c, x, y), rgba[4 * (y * 48 + x) + c] / 255.0, 0.03);
}

TEST_F(PictureTest, SixteenBitsRoundTripExactly) {
    constexpr uint64_t kSide = 64;
    std::vector<uint16_t> rgba;
    for (uint64_t i = 0; i < kSide * kSide * 4; ++i)
        rgba.push_back(static_cast<uint16_t>(i * 40503u));
    for (const char* name : {"a.png", "a.tif"}) {
        const std::string message =
            write(path(name), options(kSide, kSide, WEFT_FORMAT_RGBA16),
                  [&](weft_writer* open, weft_error* error) {
                      return writer->picture(open, rgba.data(), kSide * 8, 0, error);
                  });
        ASSERT_EQ(message, "");
        const Source source = load(path(name), 4);
        for (uint64_t i = 0; i < rgba.size(); ++i) {
            const double stored =
                source.stored(static_cast<uint32_t>(i % 4), i / 4 % kSide, i / 4 / kSide);
            ASSERT_EQ(stored, static_cast<double>(static_cast<float>(rgba[i]) / 65535.0f));
        }
    }
}

TEST_F(PictureTest, FloatsRoundTripToTheBit) {
    Picture picture(19, 11);
    for (size_t i = 0; i < picture.planes.size(); ++i)
        picture.planes[i] =
            std::ldexp(static_cast<float>(i) * 0.37f - 40.0f, static_cast<int>(i % 40) - 20);
    picture.at(0, 3, 4) = std::numeric_limits<float>::infinity();
    picture.at(1, 0, 0) = std::numeric_limits<float>::quiet_NaN();
    for (const char* name : {"a.exr", "a.pfm"}) {
        const bool alpha = std::string(name) == "a.exr";
        ASSERT_EQ(write_picture(path(name), picture), "");
        const Source source = load(path(name), alpha ? 4 : 3);
        for (uint32_t c = 0; c < (alpha ? 4u : 3u); ++c) {
            for (uint64_t y = 0; y < picture.height; ++y) {
                for (uint64_t x = 0; x < picture.width; ++x) {
                    const auto wanted = static_cast<double>(picture.at(c, x, y));
                    const double got = source.stored(c, x, y);
                    if (std::isnan(wanted))
                        ASSERT_TRUE(std::isnan(got)) << name;
                    else
                        ASSERT_EQ(got, wanted) << name << " " << c << " " << x << "," << y;
                }
            }
        }
    }
}

TEST_F(PictureTest, GreyIsReplicatedToTheOutputsAskedFor) {
    // A grey PFM: "Pf", one row of two pixels.
    std::vector<uint8_t> bytes;
    for (const char c : std::string("Pf\n2 1\n-1.0\n")) bytes.push_back(static_cast<uint8_t>(c));
    for (const uint8_t b : {0, 0, 0x80, 0x3e, 0, 0, 0x40, 0x3f}) bytes.push_back(b);  // .25 .75
    write_bytes(path("grey.pfm"), bytes);
    const Source source = load(path("grey.pfm"), 4);
    for (uint32_t c = 0; c < 3; ++c) {
        EXPECT_EQ(source.stored(c, 0, 0), 0.25);
        EXPECT_EQ(source.stored(c, 1, 0), 0.75);
    }
    EXPECT_EQ(source.stored(3, 0, 0), 1.0);
}

TEST_F(PictureTest, SamplesAreBilinearAtPixelCentres) {
    ASSERT_EQ(write_rgba8(path("a.png"), 2, 1, {0, 0, 0, 255, 255, 0, 0, 255}), "");
    const Source source = load(path("a.png"), 1);
    EXPECT_DOUBLE_EQ(source.at(0, 0.25, 0.5), 0.0);
    EXPECT_DOUBLE_EQ(source.at(0, 0.75, 0.5), 1.0);
    EXPECT_NEAR(source.at(0, 0.375, 0.5), 0.25, 1e-12);
    EXPECT_TRUE(std::isnan(source.at(0, std::nan(""), 0.5)));
    EXPECT_DOUBLE_EQ(source.at(0, 0.75, 0.5, std::nan("")), 1.0) << "a picture has no time";
}

TEST_F(PictureTest, WrapModes) {
    ASSERT_EQ(write_rgba8(path("a.png"), 4, 1,
                          {10, 0, 0, 255, 20, 0, 0, 255, 30, 0, 0, 255, 40, 0, 0, 255}),
              "");
    const auto at = [&](const char* wrap, int pixel) {
        const Source source = load(path("a.png"), 1, {{"wrap", wrap}});
        return std::round(source.at(0, (pixel + 0.5) / 4, 0.5) * 255);
    };
    EXPECT_EQ(at("clamp", -3), 10);
    EXPECT_EQ(at("clamp", 7), 40);
    EXPECT_EQ(at("repeat", -1), 40);
    EXPECT_EQ(at("repeat", 5), 20);
    EXPECT_EQ(at("mirror", -2), 20);
    EXPECT_EQ(at("mirror", 5), 30);
    EXPECT_EQ(at("zero", -1), 0);
    EXPECT_EQ(at("zero", 2), 30);
    EXPECT_NE(load_error(path("a.png"), 1, {{"wrap", "round"}}).find("not \"round\""),
              std::string::npos);
}

// Puts an APP1 segment with the orientation into a JPEG that has none.
std::vector<uint8_t> with_orientation(std::vector<uint8_t> jpeg, uint8_t orientation) {
    const std::vector<uint8_t> segment = {
        0xff, 0xe1, 0,    34,   'E', 'x', 'i', 'f', 0, 0, 'M', 'M',         0, 42, 0, 0, 0, 8,
        0,    1,    0x01, 0x12, 0,   3,   0,   0,   0, 1, 0,   orientation, 0, 0,  0, 0, 0, 0};
    jpeg.insert(jpeg.begin() + 2, segment.begin(), segment.end());
    return jpeg;
}

TEST_F(PictureTest, OrientationOfAPhotographIsApplied) {
    // Left half red, right half blue; top row bright, the others darker.
    constexpr int kWidth = 32;
    constexpr int kHeight = 16;
    std::vector<uint8_t> rgba;
    for (int y = 0; y < kHeight; ++y)
        for (int x = 0; x < kWidth; ++x) {
            const auto v = static_cast<uint8_t>(y < 8 ? 250 : 120);
            const bool left = x < kWidth / 2;
            for (const uint8_t c :
                 {left ? v : uint8_t{0}, uint8_t{0}, left ? uint8_t{0} : v, uint8_t{255}})
                rgba.push_back(c);
        }
    ASSERT_EQ(write_rgba8(path("plain.jpg"), kWidth, kHeight, rgba, false), "");
    const std::vector<uint8_t> plain = read_bytes(path("plain.jpg"));

    struct Wanted {
        uint8_t orientation;
        bool turned;          // width and height change places
        double red_x, red_y;  // where the bright red quarter is shown
    };
    for (const Wanted& wanted :
         {Wanted{1, false, .25, .25}, Wanted{2, false, .75, .25}, Wanted{3, false, .75, .75},
          Wanted{4, false, .25, .75}, Wanted{5, true, .25, .25}, Wanted{6, true, .75, .25},
          Wanted{7, true, .75, .75}, Wanted{8, true, .25, .75}}) {
        write_bytes(path("turned.jpg"), with_orientation(plain, wanted.orientation));
        const Source source = load(path("turned.jpg"), 3);
        const weft_grid grid = source.handle(0).grid;
        EXPECT_EQ(grid.axes[0].count, wanted.turned ? 16u : 32u) << +wanted.orientation;
        EXPECT_GT(source.at(0, wanted.red_x, wanted.red_y), 0.9) << +wanted.orientation;
        EXPECT_LT(source.at(2, wanted.red_x, wanted.red_y), 0.1) << +wanted.orientation;
        EXPECT_LT(source.at(0, 1 - wanted.red_x, 1 - wanted.red_y), 0.1) << +wanted.orientation;
    }
}

TEST_F(PictureTest, EveryOutputHasAHandleOfItsOwn) {
    ASSERT_EQ(write_rgba8(path("a.png"), 5, 4, pattern(5, 4)), "");
    const Source source = load(path("a.png"), 3);
    ASSERT_EQ(host.exposed.size(), 3u);
    const weft_handle& green = host.exposed[101];
    EXPECT_EQ(green.kind, WEFT_HANDLE_HOST);
    EXPECT_EQ(green.grid.axis_count, 2u);
    EXPECT_EQ(green.grid.axes[0].count, 5u);
    EXPECT_EQ(green.grid.axes[1].count, 4u);
    EXPECT_EQ(green.grid.axes[0].origin, 0.1);
    EXPECT_EQ(green.grid.axes[0].step, 0.2);
    EXPECT_GE(green.memory_fd, 0);
    EXPECT_EQ(static_cast<const float*>(green.view->data)[1], 5.0f / 255.0f);
    EXPECT_EQ(green.view->generation, source.handle(1).view->generation);
}

TEST_F(PictureTest, PhotographLoads) {
    const Source source = load(asset("dandelions.jpg"), 3);
    EXPECT_EQ(source.handle(0).grid.axes[0].count, 1280u);
    EXPECT_EQ(source.handle(0).grid.axes[1].count, 720u);
    const double value = source.at(1, 0.3, 0.3);
    EXPECT_GE(value, 0.0);
    EXPECT_LE(value, 1.0);
}

}  // namespace
}  // namespace weft::test
