// What a terminal sends, as keys.
#include "driver/live/terminal_keys.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace weft::driver {
namespace {

// "a", "shift+tab", ...; "?" for what is no key.
std::vector<std::string> keys(std::string_view bytes) {
    std::vector<std::string> result;
    while (!bytes.empty()) {
        const TerminalKeys::Stroke stroke = TerminalKeys::take(bytes);
        std::string text = stroke.name.empty() ? "?" : stroke.name;
        if ((stroke.modifiers & 4) != 0) text = "alt+" + text;
        if ((stroke.modifiers & 2) != 0) text = "control+" + text;
        if ((stroke.modifiers & 1) != 0) text = "shift+" + text;
        result.push_back(text);
    }
    return result;
}

using Keys = std::vector<std::string>;

TEST(TerminalKeys, AreThoseOfAWindow) {
    EXPECT_EQ(keys("aA7 \t\r\x7f"),
              (Keys{"a", "shift+a", "7", "space", "tab", "enter", "backspace"}));
    EXPECT_EQ(keys("\x1b[A\x1b[D\x1bOP\x1b[15~\x1b[24~"), (Keys{"up", "left", "f1", "f5", "f12"}));
    EXPECT_EQ(keys("\x1b[Z"), Keys{"shift+tab"});
    EXPECT_EQ(keys("\x1b[15;6~\x1b[1;2C\x1b[1;3H"),
              (Keys{"shift+control+f5", "shift+right", "alt+home"}));
    EXPECT_EQ(keys("\x1b"), Keys{"escape"});
}

TEST(TerminalKeys, WhatIsNoKeyIsNone) {
    EXPECT_EQ(keys("\x01\xc3\xa4"), (Keys{"?", "?", "?"}));
    EXPECT_EQ(keys("\x1b[99~x"), (Keys{"?", "x"}));
    EXPECT_EQ(keys("\x1b["), Keys{"?"});
    EXPECT_EQ(keys("\x1b[1;99999999999999999999A").size(), 1u) << "numbers have an end";
}

}  // namespace
}  // namespace weft::driver
