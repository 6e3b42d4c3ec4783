// Expressions: what each spelling means as a tree.
#include <gtest/gtest.h>

#include "tests/support/parsed.h"
#include "tests/support/tree_text.h"

namespace weft::syntax {
namespace {

// The tree of `v = TEXT`, or the diagnostics.
std::string expr(const std::string& text) {
    const Parsed parsed("v = " + text);
    if (parsed.diagnostics.has_errors()) return parsed.diagnostics.render(false);
    const std::string tree = tree_text(parsed.tree);
    const std::string head = "bind v ";
    EXPECT_EQ(tree.substr(0, head.size()), head);
    return tree.substr(head.size(), tree.size() - head.size() - 1);
}

TEST(ParseExpression, Precedence) {
    EXPECT_EQ(expr("a + b * c"), "(+ a (* b c))");
    EXPECT_EQ(expr("a - b - c"), "(- (- a b) c)");
    EXPECT_EQ(expr("a / b * c % d"), "(% (* (/ a b) c) d)");
    EXPECT_EQ(expr("a * b^c^d"), "(* a (^ b (^ c d)))");
    EXPECT_EQ(expr("a < b + 1 and c or d"), "(or (and (< a (+ b 1)) c) d)");
    EXPECT_EQ(expr("a or b and c"), "(or a (and b c))");
    EXPECT_EQ(expr("if a or b then c + 1 else d or e"), "(if (or a b) (+ c 1) (or d e))");
}

TEST(ParseExpression, SignsBindTighterThanPowersAndComparisons) {
    EXPECT_EQ(expr("-2^2"), "(^ (neg 2) 2)");
    EXPECT_EQ(expr("2^-3^2"), "(^ 2 (^ (neg 3) 2))");
    EXPECT_EQ(expr("-(2^2)"), "(neg (^ 2 2))");
    EXPECT_EQ(expr("not a < b"), "(< (not a) b)");
    EXPECT_EQ(expr("- - not a"), "(neg (neg (not a)))");
    EXPECT_EQ(expr("a - -b"), "(- a (neg b))");
    EXPECT_EQ(expr("-img@r(1)"), "(neg (remap() img@r 1))");
}

TEST(ParseExpression, AncestorsComparisonsAreTheSame) {
    EXPECT_EQ(expr("a << b"), expr("a < b"));
    EXPECT_EQ(expr("a <<= b"), expr("a <= b"));
    EXPECT_EQ(expr("a >> b"), expr("a > b"));
    EXPECT_EQ(expr("a >>= b"), expr("a >= b"));
    EXPECT_EQ(expr("a === b"), expr("a == b"));
}

TEST(ParseExpression, NumbersKeepTheirSpellingAndValue) {
    const Parsed parsed("a = 1 b = 1.5 c = .5 d = 5. e = 1e-3 f = 2.5E+2 g = 1e-999 h = 0.10");
    ASSERT_FALSE(parsed.diagnostics.has_errors()) << parsed.diagnostics.render(false);
    const std::vector<double> values{1, 1.5, 0.5, 5, 1e-3, 250, 0, 0.1};
    ASSERT_EQ(parsed.tree.statements.size(), values.size());
    for (std::size_t i = 0; i < values.size(); ++i)
        EXPECT_EQ(parsed.tree.statements[i].value->value, values[i]);
    EXPECT_EQ(parsed.tree.statements[7].value->text, "0.10");
}

TEST(ParseExpression, Bundles) {
    EXPECT_EQ(expr("<a, b>"), "(bundle a b)");
    EXPECT_EQ(expr("<(a > b), c>"), "(bundle (> a b) c)");
    EXPECT_EQ(expr("<f(a > b), c>"), "(bundle (call f (> a b)) c)");
    EXPECT_EQ(expr("<a < b, c >= d>"), "(bundle (< a b) (>= c d))");
    EXPECT_EQ(expr("<a, b> > c"), "(> (bundle a b) c)");
    EXPECT_EQ(expr("<a, b>==<c, d>"), "(== (bundle a b) (bundle c d))");
    EXPECT_EQ(expr("<<a, b>, <c, d>>"), "(bundle (bundle a b) (bundle c d))");
    EXPECT_EQ(expr("<<a>>"), "(bundle (bundle a))");
    EXPECT_EQ(expr("<<<a>>>"), "(bundle (bundle (bundle a)))");
    EXPECT_EQ(expr("<<a>>==b"), "(== (bundle (bundle a)) b)");
    EXPECT_EQ(expr("f(<<1, 2>[0], 3>)"), "(call f (bundle (index (bundle 1 2) 0) 3))");
    EXPECT_EQ(expr("a < <b>"), "(< a (bundle b))");
}

TEST(ParseExpression, BracketsAreIndexOrRemap) {
    EXPECT_EQ(expr("<1, 2>[1]"), "(index (bundle 1 2) 1)");
    EXPECT_EQ(expr("img[2]"), "(index img 2)");
    EXPECT_EQ(expr("(a, b)[0]"), "(index (tuple a b) 0)");
    EXPECT_EQ(expr("img@r[me@x ~ me@x + 1, me@y ~ 0]"), "(remap[] img@r me@x~(+ me@x 1) me@y~0)");
    EXPECT_EQ(expr("img@r[1, me@time ~ 0]"), "(remap[] img@r 1 me@time~0)");
    EXPECT_EQ(expr("c@o[c@k ~ 1]"), "(remap[] c@o c@k~1)");
    EXPECT_EQ(expr("p[me@x ~ 1]"), "(remap[] p me@x~1)");
}

TEST(ParseExpression, ParenthesesBehindAnOperand) {
    EXPECT_EQ(expr("img@r(1, 2, 3)"), "(remap() img@r 1 2 3)");
    EXPECT_EQ(expr("img@r(me@x ~ 1)"), "(remap() img@r me@x~1)");
    EXPECT_EQ(expr("img@r(1, me@time ~ 2)"), "(remap() img@r 1 me@time~2)");
    EXPECT_EQ(expr("img(1, 2)"), "(call img 1 2)");
    EXPECT_EQ(expr("img(me@x ~ 1)"), "(remap() img me@x~1)");
    EXPECT_EQ(expr("(a + b)(me@x ~ 1)"), "(remap() (+ a b) me@x~1)");
    EXPECT_EQ(expr("(a + b)[me@x ~ 1]"), "(remap[] (+ a b) me@x~1)");
    EXPECT_EQ(expr("(a)(1, 2)"), "(remap() a 1 2)");
    EXPECT_EQ(expr("f(a)[me@x ~ 1](2)"), "(remap() (remap[] (call f a) me@x~1) 2)");
}

TEST(ParseExpression, CallsAndMultiCalls) {
    EXPECT_EQ(expr("f()"), "(call f)");
    EXPECT_EQ(expr(R"(load("a b", wrap: "repeat"))"), R"((call load "a b" wrap:"repeat"))");
    EXPECT_EQ(expr("f<3>(img, <1, 2, 3>, k)"), "(multi f 3 img (bundle 1 2 3) k)");
    EXPECT_EQ(expr("<f<3>(a), b>"), "(bundle (multi f 3 a) b)");
    EXPECT_EQ(expr("f < 3"), "(< f 3)");
}

TEST(ParseExpression, StringsResolveEscapes) {
    EXPECT_EQ(expr(R"(f("a\"b\\c\nd"))"), "(call f \"a\"b\\c\nd\")");
    EXPECT_EQ(expr("f(\"\")"), "(call f \"\")");
    EXPECT_EQ(expr("f(\"//\", \"/*\")"), "(call f \"//\" \"/*\")");
}

TEST(ParseExpression, ReservedWordsAreNamesBehindAt) {
    EXPECT_EQ(expr("key@in + key@out + key@display"), "(+ (+ key@in key@out) key@display)");
}

TEST(ParseExpression, SpansCoverTheWholeExpression) {
    const Parsed parsed("v = (a + b)[me@x ~ 1] * c");
    const Expr& product = *parsed.tree.statements.at(0).value;
    EXPECT_EQ(parsed.sources.text(product.span), "(a + b)[me@x ~ 1] * c");
    EXPECT_EQ(parsed.sources.text(product.args[0]->span), "(a + b)[me@x ~ 1]");
    EXPECT_EQ(parsed.sources.text(product.args[0]->args[0]->span), "(a + b)");
    EXPECT_TRUE(product.args[0]->args[0]->parenthesised);
    EXPECT_EQ(parsed.sources.text(product.args[0]->remaps[0].span), "me@x ~ 1");
}

TEST(ParseExpression, Lints) {
    const auto lints = [](const std::string& text) {
        const Parsed parsed(text);
        std::vector<Code> codes;
        for (const Diagnostic& d : parsed.diagnostics.all()) codes.push_back(d.code);
        return codes;
    };
    EXPECT_EQ(lints("a = -2^2"), std::vector<Code>{Code::negated_power});
    EXPECT_EQ(lints("a = (-2)^2"), std::vector<Code>{});
    EXPECT_EQ(lints("a = 2^-2"), std::vector<Code>{});
    EXPECT_EQ(lints("a = not b < c"), std::vector<Code>{Code::not_comparison});
    EXPECT_EQ(lints("a = (not b) < c and not d"), std::vector<Code>{});
}

}  // namespace
}  // namespace weft::syntax
