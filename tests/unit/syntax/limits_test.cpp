// Any bytes end in a tree or a message: depth, length and size are bounded, and time is linear.
#include <gtest/gtest.h>

#include <chrono>

#include "tests/support/parsed.h"
#include "tests/support/tree_text.h"

namespace weft::syntax {
namespace {

std::string repeated(const std::string& text, int count) {
    std::string result;
    for (int i = 0; i < count; ++i) result += text;
    return result;
}

Code only_error(const std::string& text) {
    const Parsed parsed(text);
    EXPECT_EQ(parsed.diagnostics.error_count(), 1U) << parsed.diagnostics.render(false);
    return parsed.diagnostics.all().empty() ? Code{} : parsed.diagnostics.all()[0].code;
}

TEST(Limits, NestingIsBounded) {
    constexpr int kMany = 100'000;
    for (const char* opening : {"(", "-", "not ", "2^", "<", "<<", "f(", "img@r[me@x ~ ",
                                "if 1 then ", "if 1 then 2 else ", "1 + (", "a[", "(1, "})
        EXPECT_EQ(only_error("v = " + repeated(opening, kMany)), Code::nested_too_deep) << opening;
    EXPECT_TRUE(Parsed("v = " + repeated("(", kMaxDepth - 1) + "1" + repeated(")", kMaxDepth - 1))
                    .diagnostics.all()
                    .empty());
    const Parsed loops("spindle f() :: <o> {" + repeated("for i in (1 to 2) {", kMany));
    EXPECT_EQ(loops.diagnostics.error_count(), 2U);  // too deep, and no end
    const Parsed spindles(repeated("spindle f() :: <o> {", kMany));
    EXPECT_LE(spindles.diagnostics.error_count(), 129U);  // one a level: none may stand in another
}

TEST(Limits, TreesAreNoDeeperThanVisitorsMayRecurse) {
    EXPECT_EQ(only_error("v = " + repeated("1 + ", 100'000) + "1"), Code::chain_too_long);
    EXPECT_EQ(only_error("v = me@x" + repeated("[me@x ~ 1]", 100'000)), Code::chain_too_long);
    const Parsed longest("v = " + repeated("1 + ", kMaxHeight) + "1");
    ASSERT_TRUE(longest.diagnostics.all().empty());
    EXPECT_EQ(longest.tree.statements[0].value->height, kMaxHeight);
    const std::string formatted = format(longest.sources, longest.tree);
    EXPECT_EQ(tree_text(Parsed(formatted).tree), tree_text(longest.tree));
}

TEST(Limits, SizeIsBounded) {
    EXPECT_EQ(only_error(std::string(kMaxSourceBytes + 1, ' ')), Code::source_too_large);
}

TEST(Limits, TimeIsLinear) {
    const auto seconds = [](int statements) {
        std::string text;
        for (int i = 0; i < statements; ++i) {
            text += "node" + std::to_string(i) + "<r> = sin(me@x * 2) + node" +
                    std::to_string(i / 2) + "@r\n";
        }
        double best = 1e9;
        for (int round = 0; round < 3; ++round) {
            const auto begin = std::chrono::steady_clock::now();
            const Parsed parsed(text);
            const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
            EXPECT_EQ(parsed.tree.statements.size(), static_cast<std::size_t>(statements));
            best = std::min(best, taken.count());
        }
        return best;
    };
    // Ten times the text in ten times the time; the slack is for a busy machine.
    EXPECT_LT(seconds(100'000), 40 * seconds(10'000) + 0.1);
}

}  // namespace
}  // namespace weft::syntax
