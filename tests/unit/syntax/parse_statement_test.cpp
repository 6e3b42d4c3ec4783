// Statements: what each form gives, and where one ends and the next begins without separators.
#include <gtest/gtest.h>

#include "tests/support/parsed.h"
#include "tests/support/tree_text.h"

namespace weft::syntax {
namespace {

std::string program(const std::string& text) {
    const Parsed parsed(text);
    if (parsed.diagnostics.has_errors()) return parsed.diagnostics.render(false);
    return tree_text(parsed.tree);
}

TEST(ParseStatement, Bindings) {
    EXPECT_EQ(program("a = 1"), "bind a 1\n");
    EXPECT_EQ(program("a<r,g> = img"), "bind a<r,g> img\n");
    EXPECT_EQ(program("a<r>=img"), "bind a<r> img\n");
    EXPECT_EQ(program("a<r,g> = f(1)"), "bind a<r,g> (call f 1)\n");
    EXPECT_EQ(program("f(1)::a<r,g>"), "bind:: a<r,g> (call f 1)\n");
    EXPECT_EQ(program("f(1)::a"), "bind:: a (call f 1)\n");
    EXPECT_EQ(program("f<2>(1)::a<r,g>"), "bind:: a<r,g> (multi f 2 1)\n");
    EXPECT_EQ(program("me<width>=800"), "set width 800\n");
}

TEST(ParseStatement, NoSeparators) {
    EXPECT_EQ(program("a = b c = d"), "bind a b\nbind c d\n");
    EXPECT_EQ(program("a = b\nf(c)::d<x>"), "bind a b\nbind:: d<x> (call f c)\n");
    EXPECT_EQ(program("a = b f(c)::d<x> g<2>(e)::h<x,y>"),
              "bind a b\nbind:: d<x> (call f c)\nbind:: h<x,y> (multi g 2 e)\n");
    EXPECT_EQ(program("a = b c<r> = d"), "bind a b\nbind c<r> d\n");
    EXPECT_EQ(program("a = 1 display(a) #badge \"x\" me<fps> = 25 use \"b\""),
              "bind a 1\nsink display a\n#badge <> \"x\"\nset fps 25\nuse \"b\"\n");
    EXPECT_EQ(program("a = <1, 2> b = 3"), "bind a (bundle 1 2)\nbind b 3\n");
}

// No statement begins with an operator or a bracket, so these go on with the expression.
TEST(ParseStatement, NewlinesDoNotEndExpressions) {
    EXPECT_EQ(program("x = y\n<z"), "bind x (< y z)\n");
    EXPECT_EQ(program("x = y\n-z"), "bind x (- y z)\n");
    EXPECT_EQ(program("x = y\n(z)"), "bind x (call y z)\n");
    EXPECT_EQ(program("x = y\n[0]"), "bind x (index y 0)\n");
    EXPECT_EQ(program("x =\ny\n+\nz"), "bind x (+ y z)\n");
    EXPECT_EQ(program("x = f(y,\na < b, c >= d)"), "bind x (call f y (< a b) (>= c d))\n");
    EXPECT_EQ(program("x = <y,\na < b, c >= d>"), "bind x (bundle y (< a b) (>= c d))\n");
    EXPECT_NE(program("a = b\n(c)::d<x>").find("[W"), std::string::npos);
}

TEST(ParseStatement, ReservedOnlyAsWholeWords) {
    EXPECT_EQ(program("outer = order + input + total + format + used + indata"),
              "bind outer (+ (+ (+ (+ (+ order input) total) format) used) indata)\n");
}

TEST(ParseStatement, Sinks) {
    EXPECT_EQ(program("display(img, target: \"wall\")"), "sink display img target:\"wall\"\n");
    EXPECT_EQ(program("display(r: a, g: b, b: c, a: 1)"), "sink display r:a g:b b:c a:1\n");
    EXPECT_EQ(program("play(left: a, right: b)"), "sink play left:a right:b\n");
    EXPECT_EQ(program("osc(\"/p\", a, to: \"h:1\", rate: 60)"),
              "sink osc \"/p\" a to:\"h:1\" rate:60\n");
    EXPECT_EQ(program("midi(note: 60, velocity: v, channel: 1)"),
              "sink midi note:60 velocity:v channel:1\n");
    EXPECT_EQ(program("export(\"o.png\", a) data(\"o.csv\", a) compute(a) render()"),
              "sink export \"o.png\" a\nsink data \"o.csv\" a\nsink compute a\nsink render\n");
}

TEST(ParseStatement, Pragmas) {
    EXPECT_EQ(program("#slider n<s,t> = -1, 1.5, .5 \"speed\""),
              "#slider n<s,t> (neg 1) 1.5 .5 \"speed\"\n");
    EXPECT_EQ(program("#slider n<s> = 0,1 a = 2"), "#slider n<s> 0 1\nbind a 2\n");
    EXPECT_EQ(program("#xy n<x,y> = (0,1),(-1,1) \"at\""),
              "#xy n<x,y> (tuple 0 1) (tuple (neg 1) 1) \"at\"\n");
    EXPECT_EQ(program("#color n<r,g,b> = \"label\""), "#color n<r,g,b> \"label\"\n");
    EXPECT_EQ(program("#color n<r,g,b> = (1,.5,0) \"label\""),
              "#color n<r,g,b> (tuple 1 .5 0) \"label\"\n");
    EXPECT_EQ(program("#color n<r,g,b>"), "#color n<r,g,b>\n");
    EXPECT_EQ(program("#toggle n<s> = true \"on\""), "#toggle n<s> true \"on\"\n");
    EXPECT_EQ(program("#curve n<v> = (0,1),(2,-1),(2.5,0)"),
              "#curve n<v> (tuple 0 1) (tuple 2 (neg 1)) (tuple 2.5 0)\n");
    EXPECT_EQ(program("#badge \"text\""), "#badge <> \"text\"\n");
}

TEST(ParseStatement, Spindles) {
    EXPECT_EQ(program("spindle f() :: <o> { out o = 1 }"), "spindle f<><o>{ out o=1; }\n");
    EXPECT_EQ(program("spindle f(a, b) :: <o,p> { x = a x += b x -= 1 x *= 2 x /= 3 out o = x "
                      "out p = x out p += 1 }"),
              "spindle f<a,b><o,p>{ x=a; x+=b; x-=1; x*=2; x/=3; out o=x; out p=x; out p+=1; }\n");
    EXPECT_EQ(program("spindle f(a) :: <o> { for i in (0 to 3) { for j in (i to a) { x += j } } }"),
              "spindle f<a><o>{ for i 0 3 { for j i a { x+=j; }; }; }\n");
    EXPECT_EQ(
        program("spindle f(a) :: <o> { g(a)::h<u,v> q<r,g> = <1, 2> h2<x>=a g<2>(a)::k<x,y>}"),
        "spindle f<a><o>{ ::h<u,v>=(call g a); q<r,g>=(bundle 1 2); h2<x>=a; "
        "::k<x,y>=(multi g 2 a); }\n");
}

TEST(ParseStatement, CommentsAreKept) {
    const Parsed parsed("\xef\xbb\xbf// one\na = /* two */ 1 // three\r\n/* four */ b = 2");
    ASSERT_FALSE(parsed.diagnostics.has_errors());
    ASSERT_EQ(parsed.tree.comments.size(), 4U);
    const std::vector<std::string> texts{"// one", "/* two */", "// three", "/* four */"};
    const std::vector<bool> own_lines{true, false, false, true};
    for (std::size_t i = 0; i < texts.size(); ++i) {
        EXPECT_EQ(parsed.sources.text(parsed.tree.comments[i].span), texts[i]);
        EXPECT_EQ(parsed.tree.comments[i].own_line, own_lines[i]);
    }
}

TEST(ParseStatement, SpansCoverTheStatement) {
    const Parsed parsed(" a<r> = 1 + 2 spindle f(x) :: <o> { out o = x } ");
    ASSERT_EQ(parsed.tree.statements.size(), 2U);
    EXPECT_EQ(parsed.sources.text(parsed.tree.statements[0].span), "a<r> = 1 + 2");
    const Stmt& spindle = parsed.tree.statements[1];
    EXPECT_EQ(parsed.sources.text(spindle.span), "spindle f(x) :: <o> { out o = x }");
    EXPECT_EQ(parsed.sources.text(spindle.body_span), "{ out o = x }");
    EXPECT_EQ(parsed.sources.text(spindle.body.at(0).span), "out o = x");
}

}  // namespace
}  // namespace weft::syntax
