// Spindles: templates over strands.
#include "check.h"

namespace weft::sema::testing {
namespace {

TEST(Spindles, ParametersAreStrandsByName) {
    const auto checked =
        check("spindle f(p) :: <o> { out o = p[me@x ~ me@x + 1] } img<r> = me@x a = f(img@r)");
    ASSERT_TRUE(checked->codes().empty()) << checked->text();
    ASSERT_EQ(checked->program.bodies.size(), 1u);
    const Body& body = checked->program.bodies[0];
    ASSERT_EQ(body.statements.size(), 1u);
    EXPECT_EQ(dump(checked->program, body.statements[0].value), "$0[x~ADD(x, 1);]");
}

TEST(Spindles, CallsOfOneShapeShareABody) {
    const auto checked = check(
        "spindle f(p) :: <o> { out o = p*2 } a = f(1) b = f(2) img<r,g> = f(me@x) pic<r,g> = "
        "f(img)");
    ASSERT_TRUE(checked->codes().empty()) << checked->text();
    EXPECT_EQ(checked->program.bodies.size(), 1u);
}

TEST(Spindles, InstancesArePassedWithTheirStrands) {
    const auto checked = check(
        "spindle luma(c) :: <y> { out y = c@r + c@g } img<r,g> = <1,2> a = luma(img)"
        " spindle outer(d) :: <y> { out y = luma(d) } b = outer(img)");
    ASSERT_TRUE(checked->codes().empty()) << checked->text();
    EXPECT_EQ(value_of(*checked, "a"), "luma(img@r, img@g).0");
    EXPECT_EQ(value_of(*checked, "b"), "outer(img@r, img@g).0");
    EXPECT_CODES("spindle luma(c) :: <y> { out y = c@r } a = luma(me@x)", "W0257");
    EXPECT_CODES("spindle luma(c) :: <y> { out y = c@q } img<r,g> = <1,2> a = luma(img)", "W0201");
}

TEST(Spindles, ABareInstanceStandsForTheCallersOutput) {
    const auto checked = check(
        "spindle f(c) :: <o> { out o = c * 2 } img<r,g> = <1,2> pic<r,g> = f(img) "
        "display(f(img)[0])");
    ASSERT_TRUE(checked->codes().empty()) << checked->text();
    EXPECT_EQ(value_of(*checked, "pic@g"), "f(img@g).0");
}

TEST(Spindles, LoopsCarryOuterLocals) {
    const auto checked = check(
        "spindle f(n) :: <o> { s = 0 for i in (1 to n) { t = i*2 for j in (1 to 2) { s += t*j } } "
        "out o = s } a = f(3)");
    ASSERT_TRUE(checked->codes().empty()) << checked->text();
    const Body& body = checked->program.bodies[0];
    ASSERT_EQ(body.statements.size(), 3u);
    EXPECT_EQ(body.statements[1].carried.size(), 1u);
    EXPECT_EQ(body.statements[1].carried[0], body.statements[0].slot);
}

TEST(Spindles, LocalBundles) {
    const auto checked = check(
        "spindle f(a) :: <o> { v<x,y> = <a, a*2> w<x,y> = v + 1 out o = length(w) + v@x }  b = "
        "f(1)");
    ASSERT_TRUE(checked->codes().empty()) << checked->text();
}

TEST(Spindles, AMultiCallSharesOutItsArguments) {
    // Each call has one item, also where the spindle would take a whole vector.
    EXPECT_CLEAN(
        "spindle f(a, b) :: <o> { out o = distance(0, 0, a, b) } "
        "f<2>(<1, 2>, <3, 4>)::m<x,y>");
    const auto checked =
        check("spindle f(p) :: <o> { out o = length(p, 4) } img<r,g> = <1,2> f<2>(img)::m<r,g>");
    ASSERT_TRUE(checked->codes().empty()) << checked->text();
    ASSERT_EQ(checked->program.bodies.size(), 1u);
    EXPECT_EQ(dump(checked->program, checked->program.bodies[0].statements[0].value),
              "SQRT(ADD(MUL($2, $2), MUL(4, 4)))");
    EXPECT_CODES("spindle f(a) :: <o> { out o = length(a) } f<2>(<1, 2, 3>)::m<x,y>", "W0210");
}

TEST(Spindles, AParameterHandedOnStandsForWhatItStoodFor) {
    const auto checked = check(
        "spindle f(p) :: <o> { out o = p + p@r } spindle g(q) :: <r> { out r = f(q) } "
        "img<r,g> = <1,2> pic<r,g> = g(img)");
    ASSERT_TRUE(checked->codes().empty()) << checked->text();
    EXPECT_EQ(value_of(*checked, "pic@g"), "g(img@r, img@g, img@g).0");
}

TEST(Spindles, Rules) {
    EXPECT_CODES("spindle f(a) :: <o> { x = a }", "W0251");
    EXPECT_CODES("spindle f(a) :: <o> { for i in (0 to a) { out o = i } }", "W0252");
    EXPECT_CLEAN("spindle f(a) :: <o> { out o = 0 for i in (0 to a) { out o += i } }");
    EXPECT_CODES("spindle f(a) :: <o> { out o += 1 out o = 2 }", "W0255");
    EXPECT_CODES("spindle f(a) :: <o> { x += 1 out o = a }", "W0255");
    EXPECT_CODES("spindle f(a) :: <o> { out q = 1 out o = a }", "W0253");
    EXPECT_CODES("spindle f(a) :: <o> { a = 1 out o = a }", "W0254");
    EXPECT_CODES("spindle f(a) :: <o> { for i in (0 to 3) { i = 2 } out o = a }", "W0254");
    EXPECT_CODES("spindle f(a) :: <o> { for i in (0 to 3) { t = 2 } out o = t }", "W0200");
    EXPECT_CODES("spindle f(a) :: <o> { out o = nix }", "W0200");
    EXPECT_CODES("spindle f(a, a) :: <o> { out o = a }", "W0207");
    EXPECT_CODES("spindle f(a) :: <o> { x = o out o = a }", "W0256");
    EXPECT_CLEAN("spindle f(a) :: <o, u> { out o = a out u = o*2 }");
    EXPECT_CODES("spindle f(a) :: <o> { x = a out o = x[me@x ~ 1] }", "W0910");
    EXPECT_CODES("spindle f(a) :: <o> { out o = a } b = f(1, 2)", "W0240");
    EXPECT_CODES("spindle f(a) :: <o, u> { out o = a out u = a } b = f(1)", "W0210");
    EXPECT_CODES("b = f", "W0200");
    EXPECT_CODES("spindle f(a) :: <o> { out o = a } b = f", "W0208");
}

TEST(Spindles, RecursionPrintsTheChain) {
    const auto checked =
        check("spindle f(a) :: <o> { out o = g(a) } spindle g(a) :: <o> { out o = f(a) } x = f(1)");
    ASSERT_EQ(checked->codes(), std::vector<std::string>{"W0250"});
    EXPECT_EQ(checked->diagnostics.all()[0].notes.size(), 2u);
}

}  // namespace
}  // namespace weft::sema::testing
