#include "driver/compile/plugin_log.h"

#include <gtest/gtest.h>
#include <weft/host.h>

#include <string>
#include <vector>

namespace weft::driver {
namespace {

TEST(PluginLog, IsToldToStandardErrorAndToWhoeverWants) {
    std::vector<std::string> lines;
    tell_of_plugins([&](std::uint32_t level, std::string_view line) {
        lines.push_back(std::to_string(level) + " " + std::string(line));
    });
    testing::internal::CaptureStderr();
    log_of_plugins(WEFT_LOG_WARNING, "audio", "JACK is away");
    tell_of_plugins(nullptr);
    log_of_plugins(WEFT_LOG_INFO, "audio", "JACK is back");
    EXPECT_EQ(testing::internal::GetCapturedStderr(),
              "warning: audio: JACK is away\naudio: JACK is back\n");
    EXPECT_EQ(lines, std::vector<std::string>{"1 audio: JACK is away"});
}

}  // namespace
}  // namespace weft::driver
