// Which feedback is legal.
#include "check.h"

namespace weft::sema::testing {
namespace {

TEST(Cycles, ThroughThePastAreLegal) {
    EXPECT_CLEAN("a = c[c@k ~ 1] + 1  c = cache(a, 2)");
    EXPECT_CLEAN("a = c[c@k ~ -1] + 1  c = cache(a, 3)");
    EXPECT_CLEAN("n = 2 a = c[c@k ~ n - 1.5 + 0.6] c = cache(a, 3)");
    EXPECT_CLEAN("spindle tap(c, n) :: <o> { out o = c[c@k ~ n] } a = tap(c, 1) c = cache(a, 3)");
    EXPECT_CLEAN(
        "spindle tap(c, n) :: <o> { m = n + 1 out o = c[c@k ~ m] } a = tap(c, 0) c = cache(a, 3)");
}

TEST(Cycles, OtherCyclesAreErrors) {
    EXPECT_CODES("a = a", "W0280");
    EXPECT_CODES("a = b + 1  b = a", "W0280");
    EXPECT_CODES("a = c + 1  c = cache(a, 2)", "W0280");
    EXPECT_CODES("a = c[c@k ~ 2]  c = cache(a, 2)", "W0280");
    EXPECT_CODES("a = c[c@k ~ me@x + 1]  c = cache(a, 2)", "W0280");
    EXPECT_CODES("a = c[c@k ~ 1] c = cache(a, 1)", "W0280");
    EXPECT_CODES("spindle f(p) :: <o> { out o = p } a = f(b) b = f(a)", "W0280");
    EXPECT_CODES("a = a[me@x ~ 0]", "W0280");
}

TEST(Cycles, AreJudgedStrandByStrand) {
    EXPECT_CLEAN("a<x> = 1  a<y> = a@x + 1");
    EXPECT_CLEAN("spindle f(p, q) :: <o, u> { out o = p out u = q } f(1, a@x)::a<x, y>");
    EXPECT_CODES("spindle f(p, q) :: <o, u> { out o = p + q out u = q } f(1, a@x)::a<x, y>",
                 "W0280");
}

TEST(Cycles, TheInnermostReplacementWins) {
    EXPECT_CLEAN("a = b[c@k ~ 0]  b = c[c@k ~ 1]  c = cache(a, 2)");
    EXPECT_CLEAN("a = b[c@k ~ 1]  b = c + 1  c = cache(a, 2)");
    EXPECT_CODES("a = b[c@k ~ 1]  b = c[c@k ~ 0]  c = cache(a, 2)", "W0280");
}

TEST(Cycles, ACacheHidesTheAxesFromItsSource) {
    EXPECT_CODES("d = cache(c, 2) c = cache(a, 2) a = d[c@k ~ 1]", "W0280");
}

TEST(Cycles, TheWayIsPrinted) {
    const auto checked = check("first = second  second = third * 2  third = first");
    ASSERT_EQ(checked->codes(), std::vector<std::string>{"W0280"});
    EXPECT_EQ(checked->diagnostics.all()[0].notes.size(), 3u);
    EXPECT_NE(checked->text().find("'second' reads 'third'"), std::string::npos);
}

TEST(Cycles, LongChainsAreNoTrouble) {
    std::string text = "a0 = me@x ";
    for (int i = 1; i < 30'000; ++i)
        text += "a" + std::to_string(i) + " = a" + std::to_string(i - 1) + " + 1 ";
    EXPECT_CLEAN(text);
    EXPECT_CODES("a0 = a29999" + text.substr(9), "W0280");
}

}  // namespace
}  // namespace weft::sema::testing
