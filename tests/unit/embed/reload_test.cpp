// A program in place of another: what caches remember goes on where it means the same.
#include "tests/unit/embed/embedded.h"

namespace weft::test {
namespace {

// Sums up what the slider says, frame by frame; `shown` is what is made of it.
std::string summing(const std::string& shown, const std::string& step = "level@v") {
    return "me<width> = 1  me<height> = 1\n"
           "#slider level<v> = 0,1,0\n"
           "past<v> = cache(sum@v, 2)\n"
           "sum<v> = past@v[past@k ~ 1] + " +
           step + "\ndisplay(" + shown + ")\n";
}

float shown(const ShowHandle& show, std::int64_t frame) {
    return picture<float>(show, frame, 0, WEFT_PIXELS_RGBA32F)[0];
}

weft_status reload(const ShowHandle& show, const std::string& text) {
    auto request = sized<weft_load>();
    request.flags = WEFT_LOAD_PICTURES | WEFT_LOAD_SOUND;
    request.pixels = WEFT_PIXELS_RGBA32F;
    request.text = weft_text(text.c_str());
    return weft_show_load(show.get(), &request, nullptr);
}

void set_level(const ShowHandle& show, double value) {
    ASSERT_EQ(weft_show_set_param(show.get(), weft_text("level"), value, nullptr), WEFT_OK);
}

class Reload : public testing::Test {
protected:
    // Ten frames of nothing, then ten of .01: only who was there knows the sum.
    void SetUp() override {
        ASSERT_EQ(reload(show_, summing("sum@v")), WEFT_OK) << messages(show_);
        EXPECT_EQ(shown(show_, 9), 0);
        set_level(show_, .01);
        EXPECT_FLOAT_EQ(shown(show_, 19), .1F);
    }

    EngineHandle engine_ = make_engine();
    ShowHandle show_ = make_show(engine_);
};

TEST_F(Reload, GoesOnWhereCachesMeanTheSame) {
    ASSERT_EQ(reload(show_, "// another text\n" + summing("sum@v * 2")), WEFT_OK);
    EXPECT_FLOAT_EQ(shown(show_, 20), .22F);
    ASSERT_EQ(reload(show_, summing("1 - sum@v")), WEFT_OK);
    EXPECT_FLOAT_EQ(shown(show_, 21), .88F);
    // Back is anew, with what the slider says now.
    EXPECT_FLOAT_EQ(shown(show_, 1), .98F);
    EXPECT_FLOAT_EQ(shown(show_, 3), .96F);
    ASSERT_EQ(reload(show_, summing("sum@v")), WEFT_OK);
    EXPECT_FLOAT_EQ(shown(show_, 4), .05F);
}

TEST_F(Reload, BeginsAnewWhereTheyDoNot) {
    ASSERT_EQ(reload(show_, summing("sum@v", "2 * level@v")), WEFT_OK);
    EXPECT_FLOAT_EQ(shown(show_, 20), .42F);
}

// One of two caches is another one: half of a past is none.
TEST_F(Reload, BeginsAnewWhereOneDoesNot) {
    ASSERT_EQ(reload(show_, summing("sum@v + other@v - other@v[other@k ~ 0]") +
                                "other<v> = cache(me@frame * .001, 3)\n"),
              WEFT_OK)
        << messages(show_);
    EXPECT_FLOAT_EQ(shown(show_, 20), .21F);
}

TEST_F(Reload, OfABadProgramGoesOn) {
    EXPECT_EQ(reload(show_, summing("nobody")), WEFT_INVALID);
    EXPECT_FLOAT_EQ(shown(show_, 20), .11F);
    // ... also where it fails after the pictures were compiled.
    std::string late = summing("sum@v * 2") + "b0 = me@time\n";
    for (int i = 1; i < 3000; ++i) {
        const std::string before = "b" + std::to_string(i - 1);
        late += "b" + std::to_string(i) + " = " + before + "[me@time ~ me@time * .9] + " + before +
                "[me@time ~ me@time * .8]\n";
    }
    EXPECT_EQ(reload(show_, late + "play(b2999)\n"), WEFT_INVALID);
    EXPECT_FLOAT_EQ(shown(show_, 21), .12F);
}

// In the middle of a frame.
TEST(ReloadOfSound, GoesOnSampleBySample) {
    const auto rising = [](const char* played) {
        return std::string(
                   "me<rate> = 6000\n"
                   "#slider level<v> = 0,1,0\n"
                   "past<v> = cache(sum@v, 2)\n"
                   "sum<v> = past@v[past@k ~ 1] + level@v\n"
                   "play(") +
               played + ")\n";
    };
    const auto engine = make_engine();
    const auto show = make_show(engine);
    ASSERT_EQ(reload(show, rising("sum@v")), WEFT_OK) << messages(show);
    EXPECT_EQ(sound(show, WEFT_SOUND_NEXT, 100, 1)[0][99], 0);
    set_level(show, 1.0 / 1024);
    EXPECT_EQ(sound(show, WEFT_SOUND_NEXT, 50, 1)[0][49], 50.0F / 1024);
    ASSERT_EQ(reload(show, rising("sum@v * .5")), WEFT_OK);
    const auto after = sound(show, WEFT_SOUND_NEXT, 100, 1)[0];
    EXPECT_EQ(after[0], 51.0F / 1024);
    EXPECT_EQ(after[49], 100.0F / 1024);
    EXPECT_EQ(after[50], 101.0F / 2048);
    EXPECT_EQ(after[99], 150.0F / 2048);
}

}  // namespace
}  // namespace weft::test
