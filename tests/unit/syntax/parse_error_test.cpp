// Errors: each is one message with the right code in the right place, and the rest is still read.
// Their wording is in tests/golden.
#include <gtest/gtest.h>

#include "tests/support/parsed.h"
#include "tests/support/tree_text.h"

namespace weft::syntax {
namespace {

// "line:column name" of every error.
std::vector<std::string> errors(const std::string& text) {
    const Parsed parsed(text);
    std::vector<std::string> found;
    for (const Diagnostic& d : parsed.diagnostics.all()) {
        if (d.severity != Severity::error) continue;
        const LineColumn at = parsed.sources.locate(parsed.file, d.span.begin);
        found.push_back(std::to_string(at.line) + ':' + std::to_string(at.column) + ' ' +
                        code_name(d.code));
    }
    return found;
}

using List = std::vector<std::string>;

TEST(ParseError, OnePerMistakeAndTheRestIsRead) {
    EXPECT_EQ(errors("a = (1 + 2\nb = 3\nc = * 4\nd = 5"), (List{"1:11 W0110", "3:5 W0111"}));
    const Parsed parsed("a = (1 + 2\nb = 3\nc = * 4\nd = 5 e = 6");
    EXPECT_EQ(tree_text(parsed.tree), "bind b 3\nbind d 5\nbind e 6\n");
}

TEST(ParseError, MissingValueBeforeTheNextStatement) {
    EXPECT_EQ(errors("a =\nb = 3"), (List{"1:4 W0111"}));
    EXPECT_EQ(errors("a = b +\nc<x> = 3"), (List{"1:8 W0111"}));
    EXPECT_EQ(errors("a =\nimg<r,g,b> = f(1)\nb = 2"), (List{"1:4 W0111"}));
}

TEST(ParseError, EqualsForEquality) {
    EXPECT_EQ(errors("a = if b = c then 1 else 2\nd = 1"), (List{"1:10 W0117"}));
    EXPECT_EQ(errors("a = (b@x = c)\nd = 1"), (List{"1:10 W0110"}));
    EXPECT_EQ(errors("a == 3"), (List{"1:3 W0110"}));
}

TEST(ParseError, NotesSayWhereTheBracketWasOpened) {
    for (const char* text : {"a = (1", "a = f(1", "a = b@x[1", "a = <1"}) {
        const Parsed parsed(text);
        ASSERT_EQ(parsed.diagnostics.error_count(), 1U) << text;
        ASSERT_EQ(parsed.diagnostics.all()[0].notes.size(), 1U) << text;
    }
}

TEST(ParseError, Junk) {
    EXPECT_EQ(errors("a = $ b\nc = 1"), (List{"1:5 W0101"}));
    EXPECT_EQ(errors("$$$ $$ \x80\xff\n\nc = 1"), (List{"1:1 W0101"}));
    EXPECT_EQ(errors("a = img.r"), (List{"1:8 W0101"}));
    EXPECT_EQ(errors(std::string("a = \0 b", 7)), (List{"1:5 W0101"}));
}

TEST(ParseError, UnterminatedThings) {
    EXPECT_EQ(errors("a = f(\"x\nb = 1"), (List{"1:7 W0102"}));
    EXPECT_EQ(errors("a = 1 /* x\nb = 1"), (List{"1:7 W0105"}));
    EXPECT_EQ(errors("a = f(\"x"), (List{"1:7 W0102"}));
    EXPECT_EQ(errors("a = f(\"\\"), (List{"1:7 W0102"}));
    EXPECT_EQ(errors("spindle f() :: <o> { out o = 1\na = 1"), (List{"2:6 W0110"}));
}

TEST(ParseError, Numbers) {
    EXPECT_EQ(errors("a = 1abc b = 1.2.3 c = 1e d = 5.x e = 0x10"),
              (List{"1:5 W0104", "1:14 W0104", "1:24 W0104", "1:31 W0104", "1:39 W0104"}));
    EXPECT_EQ(errors("a = 1e999 b = 1"), (List{"1:5 W0106"}));
    EXPECT_EQ(errors("a = 1e-999 b = 0.0e999"), (List{}));
}

TEST(ParseError, SpindlesDoNotSwallowWhatFollows) {
    EXPECT_EQ(errors("spindle f(a b) :: <o> { x = * }\nc = 1 = 2"),
              (List{"1:13 W0110", "2:7 W0117"}));
    EXPECT_EQ(errors("spindle f(a) :: <o> { x = * y = / }\nc = ("),
              (List{"1:27 W0111", "1:33 W0111", "2:6 W0111"}));
    EXPECT_EQ(errors("spindle f(a) :: <o> { out o = 1\ndisplay(a)\nplay(a)"), (List{"2:1 W0133"}));
    EXPECT_EQ(errors("spindle f(a) :: <o> { for i in (1, 2) { x = 1 } out o = 1 }"),
              (List{"1:34 W0110"}));
}

TEST(ParseError, ReservedWords) {
    EXPECT_EQ(errors("display = 1\nmidi<x> = 2\na<in> = 3\nspindle to() :: <o> {}"),
              (List{"1:1 W0113", "2:1 W0113", "3:3 W0113", "4:9 W0113"}));
}

TEST(ParseError, MessagesAreCapped) {
    std::string text;
    for (int i = 0; i < 500; ++i) text += "a = *\n";
    const Parsed parsed(text);
    EXPECT_EQ(parsed.diagnostics.error_count(), 500U);
    EXPECT_EQ(parsed.diagnostics.all().size(), Diagnostics::kMaxErrors);
    EXPECT_NE(parsed.diagnostics.render(false).find("400 more errors"), std::string::npos);
}

}  // namespace
}  // namespace weft::syntax
