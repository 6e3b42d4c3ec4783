// Pictures in the caller's memory: the same bytes as `weft render`, in any order of frames.
#include "tests/unit/embed/embedded.h"

#include <cmath>
#include <cstring>

namespace weft::test {
namespace {

constexpr const char* kMoving =
    "me<width> = 61  me<height> = 37  me<fps> = 10\n"
    "display(r: noise(me@x * 9, me@y * 9, me@time), g: sin(me@time + me@x), b: me@y, a: me@x)\n";

std::vector<std::uint8_t> rendered(const std::string& program, const std::string& options) {
    const std::string bytes = weft("render " + program + " -o - --on cpu --no-cache " + options);
    return {bytes.begin(), bytes.end()};
}

TEST(Pictures, AreTheBytesOfRender) {
    const Directory directory;
    const std::string file = directory.write("moving.weft", kMoving);
    const auto engine = make_engine();
    const auto show = make_show(engine);
    auto request = sized<weft_load>();
    request.file = weft_text(file.c_str());
    request.flags = WEFT_LOAD_PICTURES;
    ASSERT_EQ(weft_show_load(show.get(), &request, nullptr), WEFT_OK) << messages(show);
    for (const int frame : {0, 7, 3})
        EXPECT_EQ(picture(show, frame), rendered(file, "--frames " + std::to_string(frame) + ":" +
                                                           std::to_string(frame + 1)))
            << frame;
}

// The rows of a .pfm stand from the bottom up, and it has no alpha.
TEST(Pictures, OfFloatsAreTheNumbersOfRender) {
    const Directory directory;
    const std::string file = directory.write("moving.weft", kMoving);
    const std::string out = directory / "out.pfm";
    (void)weft("render " + file + " -o " + out + " --on cpu --no-cache");
    std::ifstream in(out, std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(in), {});
    ASSERT_EQ(bytes.substr(0, 9), "PF\n61 37\n");
    const auto engine = make_engine();
    const auto show = loaded(engine, kMoving);
    const std::vector<float> ours = picture<float>(show, 0, 0, WEFT_PIXELS_RGBA32F);
    const std::size_t data = bytes.size() - std::size_t{61} * 37 * 12;
    for (std::size_t y = 0; y < 37; ++y)
        for (std::size_t x = 0; x < 61; ++x)
            ASSERT_EQ(
                std::memcmp(&ours[(y * 61 + x) * 4], &bytes[data + ((36 - y) * 61 + x) * 12], 12),
                0)
                << x << ", " << y;
    EXPECT_FLOAT_EQ(ours[3], 0.5F / 61);
}

TEST(Pictures, OfSixteenBitsAreRoundedOnce) {
    const auto engine = make_engine();
    const auto show = loaded(engine, "me<width> = 3  me<height> = 1  display(me@x, 1, 0)\n");
    EXPECT_EQ(picture<std::uint16_t>(show, 0, 0, WEFT_PIXELS_RGBA16),
              (std::vector<std::uint16_t>{10923, 65535, 0, 65535, 32768, 65535, 0, 65535, 54613,
                                          65535, 0, 65535}));
}

TEST(Pictures, LeaveWhatLiesBetweenRows) {
    const auto engine = make_engine();
    const auto show = loaded(engine, "me<width> = 3  me<height> = 2  display(1)\n");
    std::vector<std::uint8_t> memory(20 + 12, 9);
    auto wanted = sized<weft_picture>();
    wanted.data = memory.data();
    wanted.size = memory.size();
    wanted.row_stride = 20;
    ASSERT_EQ(weft_show_picture(show.get(), &wanted, nullptr), WEFT_OK);
    for (std::size_t i = 0; i < memory.size(); ++i)
        EXPECT_EQ(memory[i], i % 20 < 12 ? 255 : 9) << i;
}

TEST(Pictures, OfAllDisplays) {
    const auto engine = make_engine();
    const auto show = loaded(engine,
                             "me<width> = 2  me<height> = 1\n"
                             "display(0, target: \"left\")  display(1, 1, 1, me@x)\n");
    ASSERT_EQ(info(show).display_count, 2u);
    auto about = sized<weft_display_info>();
    ASSERT_EQ(weft_show_display(show.get(), 0, &about, nullptr), WEFT_OK);
    EXPECT_EQ(cpp::view(about.target), "left");
    EXPECT_EQ(about.has_alpha, 0u);
    ASSERT_EQ(weft_show_display(show.get(), 1, &about, nullptr), WEFT_OK);
    EXPECT_EQ(cpp::view(about.target), "");
    EXPECT_EQ(about.has_alpha, 1u);
    EXPECT_EQ(picture(show, 0, 0), (std::vector<std::uint8_t>{0, 0, 0, 255, 0, 0, 0, 255}));
    EXPECT_EQ(picture(show, 0, 1),
              (std::vector<std::uint8_t>{255, 255, 255, 64, 255, 255, 255, 191}));
}

// Whatever came before: forwards, the same again, a jump, back.
TEST(Pictures, OfFeedbackComeInAnyOrder) {
    constexpr const char* kProgram =
        "me<width> = 16  me<height> = 9\n"
        "past<v> = cache(trail@v, 2)\n"
        "trail<v> = past@v[past@k ~ 1] * .9 + (if me@frame % 5 == 0 then me@x else 0)\n"
        "display(trail@v)\n";
    const Directory directory;
    const std::string file = directory.write("trail.weft", kProgram);
    const auto engine = make_engine();
    const auto show = loaded(engine, kProgram);
    for (const int frame : {0, 1, 1, 12, 4, 30})
        EXPECT_EQ(picture(show, frame), rendered(file, "--frames " + std::to_string(frame) + ":" +
                                                           std::to_string(frame + 1)))
            << frame;
}

TEST(Pictures, FindTheFrameOfATime) {
    const auto engine = make_engine();
    const auto show = loaded(engine, kMoving);
    std::int64_t frame = -1;
    ASSERT_EQ(weft_show_frame_at(show.get(), 0.3, &frame, nullptr), WEFT_OK);
    EXPECT_EQ(frame, 3);
    ASSERT_EQ(weft_show_frame_at(show.get(), 0.29, &frame, nullptr), WEFT_OK);
    EXPECT_EQ(frame, 2);
    for (const double time : {-0.1, 1e300, std::nan(""), HUGE_VAL})
        EXPECT_EQ(weft_show_frame_at(show.get(), time, &frame, nullptr), WEFT_INVALID) << time;
}

TEST(Pictures, TakeTheSizeOfTheLoad) {
    const auto engine = make_engine();
    const auto show = make_show(engine);
    auto request = sized<weft_load>();
    request.text = weft_text(kMoving);
    request.width = 8;
    request.fps = 25;
    ASSERT_EQ(weft_show_load(show.get(), &request, nullptr), WEFT_OK);
    EXPECT_EQ(info(show).width, 8u);
    EXPECT_EQ(info(show).height, 37u);
    EXPECT_EQ(info(show).fps, 25);
    EXPECT_EQ(info(show).settings[WEFT_FIELD_BPM], 120);
    for (const double wrong : {-1.0, 0.5, 1e9, std::nan("")}) {
        request.width = wrong;
        EXPECT_EQ(weft_show_load(show.get(), &request, nullptr), WEFT_INVALID) << wrong;
    }
}

}  // namespace
}  // namespace weft::test
