// What expressions mean: bare instances, bundles, broadcast, indices, functions.
#include "check.h"

namespace weft::sema::testing {
namespace {

std::string value(const std::string& text, const std::string& name) {
    const auto checked = check(text);
    EXPECT_TRUE(checked->codes().empty()) << checked->text();
    return value_of(*checked, name);
}

TEST(Values, BareInstanceStandsForTheStrandOfTheOutputsName) {
    const std::string program = "img<r,g,b> = <1,2,3>  pic<g,b> = img * 2";
    EXPECT_EQ(value(program, "pic@g"), "MUL(img@g, 2)");
    EXPECT_EQ(value(program, "pic@b"), "MUL(img@b, 2)");
}

TEST(Values, MissingStrandIsNamed) {
    const auto checked = check("img<r,g> = <1,2>  pic<r,b> = img");
    ASSERT_EQ(checked->codes(), std::vector<std::string>{"W0211"});
    EXPECT_NE(checked->text().find("'b'"), std::string::npos);
}

TEST(Values, OneStrandBroadcasts) {
    EXPECT_EQ(value("g<v> = me@x  pic<r,b> = g * <1,2>", "pic@b"), "MUL(g@v, 2)");
    EXPECT_EQ(value("pic<r,b> = <me@x>", "pic@b"), "x");
}

TEST(Values, CountsMustFit) {
    EXPECT_CODES("a<r,g> = <1,2,3>", "W0210");
    EXPECT_CODES("a = <1,2>", "W0210");
    EXPECT_CODES("a<r,g,b> = <1,2> + <1,2,3>", "W0210");
    EXPECT_CODES("a<r,g,b> = <1,2,3>  b = a", "W0209");
}

TEST(Values, Indices) {
    EXPECT_EQ(value("a = <1,2,3>[1]", "a"), "2");
    EXPECT_EQ(value("n = 1 + 1  a = <1,2,3>[n]", "a"), "3");
    EXPECT_EQ(value("img<r,g> = <4,5>  a = img[1]", "a"), "img@g");
    EXPECT_EQ(value("a<x,y> = <<1,2>,<3,4>>[1]", "a@y"), "4");
    EXPECT_EQ(value("a = cross(1,2,3,4,5,6)[0]", "a"), "SUB(MUL(2, 6), MUL(3, 5))");
    EXPECT_EQ(value("a = (<1,2> * <3,4>)[1]", "a"), "MUL(2, 4)");
    EXPECT_CODES("a = <1,2,3>[3]", "W0235");
    EXPECT_CODES("a = <1,2,3>[-1]", "W0235");
    EXPECT_CODES("a = <1,2,3>[me@x]", "W0222");
}

TEST(Values, Functions) {
    EXPECT_EQ(value("a = clamp(me@x)", "a"), "MIN(MAX(x, 0), 1)");
    EXPECT_EQ(value("a = mix(1, 2, me@x)", "a"), "ADD(1, MUL(SUB(2, 1), x))");
    EXPECT_EQ(value("a = step(1, me@x)", "a"), "SELECT(LT(x, 1), 0, 1)");
    EXPECT_EQ(value("a = min(1, 2, 3)", "a"), "MIN(MIN(1, 2), 3)");
    EXPECT_EQ(value("a = length(3, 4)", "a"), "SQRT(ADD(MUL(3, 3), MUL(4, 4)))");
    EXPECT_EQ(value("v<x,y> = <3,4>  a = length(v)", "a"),
              "SQRT(ADD(MUL(v@x, v@x), MUL(v@y, v@y)))");
    EXPECT_EQ(value("a = dot(<1,2>, <3,4>)", "a"), "ADD(MUL(1, 3), MUL(2, 4))");
    EXPECT_EQ(value("a = dot(1, 2, 3, 4)", "a"), "ADD(MUL(1, 3), MUL(2, 4))");
    EXPECT_EQ(value("a = distance(1, 4)", "a"), "ABS(SUB(1, 4))");
    EXPECT_EQ(value("a = hash(me@x)", "a"), "HASH(x, 0, 0)");
    EXPECT_EQ(value("a = fbm(1, 2, 3)", "a"), "FBM(1, 2, 3, 5)");
    EXPECT_EQ(value("a = threshold(me@x, 2)", "a"), "GT(x, 2)");
    EXPECT_EQ(value("cross(1,0,0, 0,1,0)::n<x,y,z>", "n@z"), "SUB(MUL(1, 1), MUL(0, 0))");
    EXPECT_EQ(value("a<r,g> = sqrt(<1,4>)", "a@g"), "SQRT(4)");
    EXPECT_CODES("a = clamp(1, 2)", "W0240");
    EXPECT_CODES("a = sin()", "W0240");
    EXPECT_CODES("a = sin(1, 2)", "W0240");
    EXPECT_CODES("a = dot(1, 2, 3)", "W0246");
    EXPECT_CODES("a = cros(1)", "W0203");
}

TEST(Values, MultiCalls) {
    const std::string spindle = "spindle f(a, b) :: <o> { out o = a*b } ";
    EXPECT_EQ(value(spindle + "img<r,g> = <1,2>  f<2>(img, 3)::p<r,g>", "p@g"), "f(img@g, 3).0");
    EXPECT_EQ(value(spindle + "p<r,g> = f<2>(<1,2>, 3)", "p@g"), "f(2, 3).0");
    EXPECT_EQ(value("p<r,g> = mix<2>(<1,2>, 3, 4)", "p@g"), "ADD(2, MUL(SUB(3, 2), 4))");
    EXPECT_CODES(spindle + "p<r,g,b> = f<2>(1, 3)", "W0244");
    EXPECT_CODES("spindle g(a)::<x,y> { out x = a out y = a } p<r,g> = g<2>(1)", "W0243");
}

TEST(Values, Remaps) {
    EXPECT_EQ(value("a<r> = me@x  b = a@r[me@x ~ 1, me@y ~ 2]", "b"), "a@r[x~1;y~2;]");
    EXPECT_EQ(value("a<r> = me@x  b = a@r(1, 2, 3)", "b"), "a@r[x~1;y~2;time~3;]");
    EXPECT_EQ(value("a<r> = me@x  b = a@r(1, me@time ~ 3)", "b"), "a@r[x~1;time~3;]");
    EXPECT_EQ(value("a<r,g> = me@x  b<g> = a(1, 2)", "b@g"), "a@g[x~1;y~2;]");
    EXPECT_EQ(value("a<r,g> = me@x  b<r,g> = (a*2)[me@x ~ <3,4>]", "b@g"), "MUL(a@g, 2)[x~4;]");
    EXPECT_EQ(value("c = cache(me@x, 3)  b = c[c@k ~ 1]", "b"), "c[c.own~1;]");
    EXPECT_CODES("a = 1  b = a[me@x ~ 1, me@x ~ 2]", "W0231");
    EXPECT_CODES("a<r> = 1  b = a@r(1, me@x ~ 2)", "W0231");
    EXPECT_CODES("a = 1  b = a(1, 2, 3, 4)", "W0232");
    EXPECT_CODES("a = 1  b = a[me@xx ~ 1]", "W0202");
    EXPECT_CODES("a = 1  b = a[a@k ~ 1]", "W0230");
}

TEST(Values, Names) {
    EXPECT_CLEAN("b = a  a = 1");
    EXPECT_CLEAN("length = 3  b = length(length, 4)");
    EXPECT_EQ(value("a = mouse@x + key@space", "a"), "ADD(mouse@x, key@space)");
    EXPECT_CODES("a = bb", "W0200");
    EXPECT_CODES("img<r> = 1 a = img@g", "W0201");
    EXPECT_CODES("img = 1 a = img@g", "W0212");
    EXPECT_CODES("a = 1 a = 2", "W0204");
    EXPECT_CODES("a<r> = 1 a<r> = 2", "W0204");
    EXPECT_CODES("a<r,r> = 1", "W0204");
    EXPECT_CLEAN("a<r> = 1 a<g> = 2 display(a@r, a@g, 0)");
    EXPECT_CODES("spindle f(a) :: <b> { out b = a } f = 2", "W0205");
    EXPECT_CODES("spindle sin(a) :: <b> { out b = a }", "W0206");
    EXPECT_CODES("a = me@tim", "W0202");
}

TEST(Values, ErrorsDoNotCascade) {
    EXPECT_CODES("a = nix  b = a + 1  c<r,g> = <a, b>  display(c@r, a, b)", "W0200");
    EXPECT_CODES("p<r,g,b> = nix * 2", "W0200");
}

TEST(Values, Parameters) {
    const auto checked = check(
        "#slider k<a,b> = 0, 4 \"speed\" #xy p<x,y> = (0,1),(2,4)"
        " #color c<r,g,b> #toggle t<on> = true s = k@a + p@y");
    ASSERT_TRUE(checked->codes().empty()) << checked->text();
    ASSERT_EQ(checked->program.params.size(), 8u);
    EXPECT_EQ(checked->program.params[0].initial, 2);
    EXPECT_EQ(checked->program.params[3].initial, 3);
    EXPECT_EQ(checked->program.params[4].initial, 1);
    EXPECT_EQ(checked->program.params[7].initial, 1);
    EXPECT_EQ(
        value("#curve c<v> = (0,1),(2,5)", "c@v"),
        "SELECT(LT(time, 2), SELECT(LT(time, 0), 1, ADD(1, MUL(4, DIV(SUB(time, 0), 2)))), 5)");
}

TEST(Values, ExpressionsForEval) {
    auto checked = check("img<r,g> = <me@x, me@y>");
    const auto both =
        analyze_expression(checked->program, "img", checked->sources, checked->diagnostics);
    EXPECT_EQ(both.size(), 2u);
    const auto one = analyze_expression(checked->program, "sin(img@r) + 1", checked->sources,
                                        checked->diagnostics);
    ASSERT_EQ(one.size(), 1u);
    EXPECT_EQ(dump(checked->program, one[0]), "ADD(SIN(img@r), 1)");
    EXPECT_TRUE(
        analyze_expression(checked->program, "img@q", checked->sources, checked->diagnostics)
            .empty());
}

}  // namespace
}  // namespace weft::sema::testing
