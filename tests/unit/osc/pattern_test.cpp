// Address patterns, against the examples of the OSC 1.0 specification and against hostile ones.
#include "pattern.h"

#include <gtest/gtest.h>

#include <string>

namespace weft::osc {
namespace {

TEST(Pattern, TakesWhatOscSays) {
    const struct {
        const char* pattern;
        const char* address;
        bool matches;
    } cases[] = {
        {"/a/b", "/a/b", true},
        {"/a/b", "/a/bc", false},
        {"/a/?", "/a/b", true},
        {"/a/?", "/a/", false},
        {"/?/b", "/a/b", true},
        {"/a?b", "/a/b", false},
        {"/*", "/abc", true},
        {"/*", "/", true},
        {"/*", "/a/b", false},
        {"/*/b", "/a/b", true},
        {"/a*c", "/ac", true},
        {"/a*c", "/abbbc", true},
        {"/a*c", "/abbb", false},
        {"/a*b*c", "/aXbYbZc", true},
        {"/fader/[1-4]", "/fader/3", true},
        {"/fader/[1-4]", "/fader/5", false},
        {"/fader/[!1-4]", "/fader/5", true},
        {"/fader/[!1-4]", "/fader/4", false},
        {"/fader/[13]", "/fader/2", false},
        {"/fader/[1-]", "/fader/-", true},
        {"/x[!a]y", "/x/y", false},
        {"/{red,green}/on", "/green/on", true},
        {"/{red,green}/on", "/blue/on", false},
        {"/{a,ab,abc}d", "/abd", true},
        {"/{a,ab}{bc,c}", "/abc", true},
        {"/{,x}a", "/a", true},
        {"/a[", "/a[", true},  // not closed: only itself
        {"/a[", "/ab", false},
        {"/a{b", "/ab", false},
        {"/[]a", "/a", false},
        // OSC 1.1: any number of parts.
        {"//level", "/level", true},
        {"//level", "/a/level", true},
        {"//level", "/a/b/level", true},
        {"//level", "/a/levels", false},
        {"//level", "/alevel", false},
        {"/a//level", "/a/level", true},
        {"/a//level", "/a/b/c/level", true},
        {"/a//level", "/ab/level", false},
        {"/a//level", "/b/a/level", false},
        {"/a//*/on", "/a/on", false},
        {"/a//*/on", "/a/b/on", true},
        {"/a//[12]/o?", "/a/b/c/2/of", true},
        {"//a//b", "/x/a/y/b", true},
        {"//", "/a/b", false},  // a part is left
        {"//*", "/a/b", true},
    };
    for (const auto& one : cases)
        EXPECT_EQ(matches(one.pattern, one.address), one.matches)
            << one.pattern << " and " << one.address;
    EXPECT_TRUE(is_pattern("/a*"));
    EXPECT_TRUE(is_pattern("//a"));
    EXPECT_FALSE(is_pattern("/a-b"));
}

// With tries one after the other this would outlive the machine.
TEST(Pattern, AHostileOneCostsNoMoreThanItsLength) {
    std::string pattern = "/";
    for (int i = 0; i < 300; ++i) pattern += "*{a,aa}";
    EXPECT_FALSE(matches(pattern + "b", "/" + std::string(1000, 'a')));
    EXPECT_TRUE(matches(pattern + "b", "/" + std::string(999, 'a') + "b"));
    std::string parts;
    std::string deep;
    for (int i = 0; i < 300; ++i) {
        parts += "//*";
        deep += "/a";
    }
    EXPECT_FALSE(matches(parts + "//b", deep));
    EXPECT_TRUE(matches(parts, deep));
}

}  // namespace
}  // namespace weft::osc
