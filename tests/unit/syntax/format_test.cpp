// The canonical layout, by example. That it changes nothing else is in format_property_test.cpp.
#include <gtest/gtest.h>

#include "tests/support/parsed.h"

namespace weft::syntax {
namespace {

std::string formatted(const std::string& text) {
    const Parsed parsed(text);
    EXPECT_FALSE(parsed.diagnostics.has_errors()) << parsed.diagnostics.render(false);
    return format(parsed.sources, parsed.tree);
}

TEST(Format, OneStatementALine) {
    EXPECT_EQ(formatted("a=1 b<r , g>=<1,2>f( x,y )::c<o>me<width>=800"),
              "a = 1\nb<r,g> = <1, 2>\nf(x, y)::c<o>\nme<width> = 800\n");
    EXPECT_EQ(formatted(""), "");
    EXPECT_EQ(formatted("\n\n  \n"), "");
}

TEST(Format, OperatorsAndTheirAncestors) {
    EXPECT_EQ(formatted("a = b<<c and d>>=e or not f===g"), "a = b < c and d >= e or not f == g\n");
    EXPECT_EQ(formatted("a = -b ^ 2*c"), "a = -b^2 * c\n");
}

TEST(Format, FewestParentheses) {
    EXPECT_EQ(formatted("a = ((b*c)) + (d/(e))"), "a = b * c + d / e\n");
    EXPECT_EQ(formatted("a = (b+c)*d - (e-(f-g))"), "a = (b + c) * d - (e - (f - g))\n");
    EXPECT_EQ(formatted("a = (b^c)^(d^e)"), "a = (b^c)^d^e\n");
    EXPECT_EQ(formatted("a = (-2)^2 + (-(2^2)) + -2^2"), "a = (-2)^2 + -(2^2) + -2^2\n");
    EXPECT_EQ(formatted("a = (b < c) == d"), "a = (b < c) == d\n");
    EXPECT_EQ(formatted("a = (if b then c else (if d then e else f)) * 2"),
              "a = (if b then c else if d then e else f) * 2\n");
    EXPECT_EQ(formatted("a = if if b then c else d then 1 else 2"),
              "a = if (if b then c else d) then 1 else 2\n");
    EXPECT_EQ(formatted("a = <(b > c), (d >= e), f(g > h)>"), "a = <(b > c), d >= e, f(g > h)>\n");
    EXPECT_EQ(formatted("a = (b)(1) + (b@r)(1) + (2)[0]"), "a = (b)(1) + b@r(1) + (2)[0]\n");
}

TEST(Format, BlankLinesAtMostOne) {
    EXPECT_EQ(formatted("\n\na = 1\n\n\n\nb = 2\nc = 3\n\n// d\n\n\ne = 4\n\n"),
              "a = 1\n\nb = 2\nc = 3\n\n// d\n\ne = 4\n");
}

TEST(Format, Comments) {
    EXPECT_EQ(formatted("// head  \na = 1   // tail\n  /* own */\nb = 2 /* x */ // y\n"),
              "// head\na = 1 // tail\n/* own */\nb = 2 /* x */ // y\n");
    EXPECT_EQ(formatted("a = f(b, // first\n  // second\n  c /* third */)"),
              "a = f(\n    b, // first\n    // second\n    c /* third */\n)\n");
    EXPECT_EQ(formatted("a = b // one\n+ c // two\n"), "a = b // one\n    + c // two\n");
    EXPECT_EQ(formatted("a /* moved */ = b"), "/* moved */\na = b\n");
}

TEST(Format, Spindles) {
    EXPECT_EQ(formatted("spindle f(a,b)::<o,p>{// why\n\nx=a x+=b\n\n\n// more\nfor i in(1 to "
                        "3){out o+=i}// end\n}"),
              "spindle f(a, b) :: <o,p> { // why\n"
              "    x = a\n"
              "    x += b\n"
              "\n"
              "    // more\n"
              "    for i in (1 to 3) {\n"
              "        out o += i\n"
              "    } // end\n"
              "}\n");
    EXPECT_EQ(formatted("spindle f()::<o>{ }"), "spindle f() :: <o> {}\n");
    EXPECT_EQ(formatted("spindle f()::<o>{ /* nothing */ }"),
              "spindle f() :: <o> { /* nothing */\n}\n");
}

TEST(Format, Pragmas) {
    EXPECT_EQ(formatted("#slider n<s>=-1,1,.5\"x\" #xy m<x,y>=(0,1),(0,1) #color c<r,g,b> "
                        "#color d<r,g,b>=\"l\" #toggle t<s>=true #badge\"b\""),
              "#slider n<s> = -1, 1, .5 \"x\"\n#xy m<x,y> = (0, 1), (0, 1)\n#color c<r,g,b>\n"
              "#color d<r,g,b> = \"l\"\n#toggle t<s> = true\n#badge \"b\"\n");
}

TEST(Format, LongLinesBreak) {
    const std::string a(40, 'a');
    const std::string b(40, 'b');
    EXPECT_EQ(formatted("display(" + a + "," + b + ",rate:1)"),
              "display(" + a + ", " + b + ", rate: 1)\n");
    const std::string c(60, 'c');
    EXPECT_EQ(formatted("display(" + a + "," + c + ", target: \"m\")"),
              "display(\n    " + a + ",\n    " + c + ",\n    target: \"m\"\n)\n");
    EXPECT_EQ(formatted("v = " + a + "*2+" + b + "*3+" + c),
              "v = " + a + " * 2 + " + b + " * 3\n    + " + c + "\n");
    EXPECT_EQ(formatted("v = if " + a + " then " + b + " else " + c),
              "v = if " + a + "\n    then " + b + "\n    else " + c + "\n");
}

}  // namespace
}  // namespace weft::syntax
