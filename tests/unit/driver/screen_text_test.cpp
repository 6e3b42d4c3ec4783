#include "driver/live/screen_text.h"

#include <gtest/gtest.h>

namespace weft::driver {
namespace {

sema::Program with_knob() {
    sema::Program program;
    sema::Param param;
    param.name = "speed@s";
    param.label = "how fast";
    param.high = 4;
    program.params.push_back(param);
    program.badges.push_back({"a badge", {}});
    return program;
}

TEST(ScreenText, NothingWhenItIsOff) {
    const sema::Program program = with_knob();
    EXPECT_EQ(screen_text({}, &program, {"recording"}, false), "");
}

TEST(ScreenText, AnErrorIsAlwaysShown) {
    ScreenStatus status;
    status.error = "a.weft:1:5: error: unknown name 'x' [E0200]\n";
    const std::string text = screen_text(status, nullptr, {}, false);
    EXPECT_EQ(text, "a.weft:1:5: error: unknown name 'x' [E0200]");
    EXPECT_NE(screen_text(status, nullptr, {}, true).find("fps"), std::string::npos);
}

TEST(ScreenText, HowTheShowIsDoingAndItsKnobs) {
    const sema::Program program = with_knob();
    const double values[] = {1};
    ScreenStatus status;
    status.fps = 59.94;
    status.frame_ms = 3.5;
    status.left_out = 2;
    status.xruns = 1;
    status.params = values;
    status.more = {"learning"};
    const std::string text = screen_text(status, &program, {"recording"}, true);
    for (const char* part : {"59.9 fps", "3.50 ms", "2 left out", "1 xruns", "learning",
                             "recording", "speed@s", "[###---------]", "how fast", "a badge"})
        EXPECT_NE(text.find(part), std::string::npos) << part << " in:\n" << text;
}

}  // namespace
}  // namespace weft::driver
