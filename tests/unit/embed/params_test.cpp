// Parameters of an embedded program: listed, set, kept when another program is loaded.
#include "tests/unit/embed/embedded.h"

#include <cmath>

namespace weft::test {
namespace {

constexpr const char* kKnobs =
    "me<width> = 1  me<height> = 1\n"
    "#slider level<v> = 0,2,.5 \"how much\"\n"
    "#xy at<x,y> = (0,10),(-1,1) \"where\"\n"
    "display(level@v / 2, at@x / 10, mouse@x)\n";

weft_param_info param(const ShowHandle& show, std::uint32_t index) {
    auto result = sized<weft_param_info>();
    EXPECT_EQ(weft_show_param(show.get(), index, &result, nullptr), WEFT_OK);
    return result;
}

weft_status set(const ShowHandle& show, const char* name, double to, weft_error* error = nullptr) {
    return weft_show_set_param(show.get(), weft_text(name), to, error);
}

TEST(Params, AreListedInTheirOrder) {
    const auto engine = make_engine();
    const auto show = loaded(engine, kKnobs);
    ASSERT_GE(info(show).param_count, 4u);
    const weft_param_info level = param(show, 0);
    EXPECT_EQ(cpp::view(level.name), "level@v");
    EXPECT_EQ(cpp::view(level.kind), "slider");
    EXPECT_EQ(cpp::view(level.label), "how much");
    EXPECT_EQ(level.low, 0);
    EXPECT_EQ(level.high, 2);
    EXPECT_EQ(level.initial, .5);
    EXPECT_EQ(level.value, .5);
    EXPECT_EQ(cpp::view(param(show, 2).name), "at@y");
    const weft_param_info mouse = param(show, info(show).param_count - 1);
    EXPECT_EQ(cpp::view(mouse.kind), "input") << cpp::view(mouse.name);
    auto none = sized<weft_param_info>();
    EXPECT_EQ(weft_show_param(show.get(), info(show).param_count, &none, nullptr), WEFT_INVALID);
}

TEST(Params, CountFromTheNextPictureOn) {
    const auto engine = make_engine();
    const auto show = loaded(engine, kKnobs);
    EXPECT_EQ(picture(show, 0), (std::vector<std::uint8_t>{64, 128, 128, 255}));
    ASSERT_EQ(set(show, "level@v", 2), WEFT_OK);
    EXPECT_EQ(picture(show, 0), (std::vector<std::uint8_t>{255, 128, 128, 255}));
    ASSERT_EQ(set(show, "level", 0), WEFT_OK);
    ASSERT_EQ(set(show, "mouse@x", 1), WEFT_OK);
    EXPECT_EQ(picture(show, 1), (std::vector<std::uint8_t>{0, 128, 255, 255}));
    EXPECT_EQ(value(show, "level@v + at@x"), 5);
}

// What only an expression reads is a parameter from then on.
TEST(Params, MayComeWithAnExpression) {
    const auto engine = make_engine();
    const auto show = loaded(engine, "me<width> = 1  me<height> = 1  display(1)\n");
    EXPECT_EQ(info(show).param_count, 0u);
    EXPECT_EQ(value(show, "mouse@x"), .5);
    ASSERT_GE(info(show).param_count, 1u);
    ASSERT_EQ(set(show, "mouse@x", 3), WEFT_OK);
    EXPECT_EQ(value(show, "mouse@x"), 3);
    EXPECT_EQ(picture(show, 0)[0], 255);
}

TEST(Params, StayInTheirRange) {
    const auto engine = make_engine();
    const auto show = loaded(engine, kKnobs);
    ASSERT_EQ(set(show, "level@v", 99), WEFT_OK);
    EXPECT_EQ(param(show, 0).value, 2);
    ASSERT_EQ(set(show, "at@y", -99), WEFT_OK);
    EXPECT_EQ(param(show, 2).value, -1);
}

TEST(Params, ThatAreNotThereAreNamed) {
    const auto engine = make_engine();
    const auto show = loaded(engine, kKnobs);
    auto error = sized<weft_error>();
    EXPECT_EQ(set(show, "levle@v", 1, &error), WEFT_INVALID);
    EXPECT_STREQ(error.message, "there is no parameter 'levle@v'; did you mean 'level@v'?");
    EXPECT_EQ(set(show, "leve", 1, &error), WEFT_INVALID);
    EXPECT_STREQ(error.message, "there is no parameter 'leve'; did you mean 'level'?");
    EXPECT_EQ(set(show, "at", 1, &error), WEFT_INVALID);
    EXPECT_STREQ(error.message,
                 "there is no parameter 'at', but several of that instance, as 'at@x'");
    EXPECT_EQ(set(show, "", 1), WEFT_INVALID);
    EXPECT_EQ(set(show, "level", std::nan(""), &error), WEFT_INVALID);
    EXPECT_EQ(param(show, 0).value, .5);
}

TEST(Params, ThatWereSetOutliveTheProgram) {
    const auto engine = make_engine();
    const auto show = loaded(engine, kKnobs);
    ASSERT_EQ(set(show, "level@v", 2), WEFT_OK);
    ASSERT_EQ(load(show,
                   "me<width> = 1  me<height> = 1\n"
                   "#slider other<v> = 0,1\n"
                   "#slider level<v> = 0,1.5 \"how much\"\n"
                   "#xy at<x,y> = (0,4),(0,1)\n"
                   "display(level@v, at@x, other@v)\n"),
              WEFT_OK);
    EXPECT_EQ(value(show, "level@v"), 1.5);
    EXPECT_EQ(value(show, "at@x"), 2);  // nobody has set it
    ASSERT_NE(load(show, "display(nobody)\n"), WEFT_OK);
    EXPECT_EQ(value(show, "level@v"), 1.5);
}

}  // namespace
}  // namespace weft::test
