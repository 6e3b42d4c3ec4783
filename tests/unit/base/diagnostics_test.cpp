// What a person and a program are shown.
#include <gtest/gtest.h>

#include "base/diagnostics.h"

namespace weft {
namespace {

class DiagnosticsTest : public testing::Test {
protected:
    Span span(std::uint32_t begin, std::uint32_t end) const { return {0, begin, end}; }

    SourceMap sources;
    Diagnostics diagnostics{&sources};
};

TEST_F(DiagnosticsTest, PlaceLineCaretsNoteAndHelp) {
    (void)sources.add("a.weft", "first\nx = foo(1\n");
    diagnostics.add(Code::expected_token, span(10, 13), {"')'", "'b'"})
        .note(span(13, 14), "'(' was opened here")
        .note({}, "a note without a place")
        .suggest("close it");
    EXPECT_EQ(diagnostics.render(false),
              "a.weft:2:5: error: expected ')', found 'b' [W0110]\n"
              "    2 | x = foo(1\n"
              "      |     ^~~\n"
              "a.weft:2:8: note: '(' was opened here\n"
              "    2 | x = foo(1\n"
              "      |        ^\n"
              "note: a note without a place\n"
              "help: close it\n");
    EXPECT_TRUE(diagnostics.has_errors());
}

TEST_F(DiagnosticsTest, ColourMarksTheKindAndTheCarets) {
    (void)sources.add("a.weft", "x");
    diagnostics.add(Code::unterminated_comment, span(0, 1));
    const std::string text = diagnostics.render(true);
    EXPECT_NE(text.find("\x1b[1;31merror\x1b[0m"), std::string::npos);
    EXPECT_NE(text.find("\x1b[1;31m^\x1b[0m"), std::string::npos);
}

TEST_F(DiagnosticsTest, CaretsAlignUnderTabsAndWideText) {
    (void)sources.add("a.weft", "\t\xc3\xa4\tx = yy");
    diagnostics.add(Code::unterminated_comment, span(8, 10));
    EXPECT_EQ(diagnostics.render(false),
              "a.weft:1:8: error: the comment is never closed [W0105]\n"
              "    1 | \t\xc3\xa4\tx = yy\n"
              "      | \t \t    ^~\n");
}

TEST_F(DiagnosticsTest, SourceCannotSteerTheTerminal) {
    (void)sources.add("a.weft", "x\x1b[31m\x80\xff\xc2\x9b");
    diagnostics.add(Code::unexpected_character, span(1, 2), {"'\x1b'"});
    const std::string text = diagnostics.render(false);
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
    EXPECT_EQ(text.find('\x80'), std::string::npos);
    EXPECT_NE(text.find("x\xef\xbf\xbd[31m\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\n"),
              std::string::npos);
}

TEST_F(DiagnosticsTest, LongLinesShowAWindow) {
    (void)sources.add("a.weft", std::string(100'000, 'a') + "b" + std::string(100'000, 'c'));
    diagnostics.add(Code::unterminated_comment, span(100'000, 100'001));
    const std::string text = diagnostics.render(false);
    EXPECT_LT(text.size(), 600U);
    const std::size_t line = text.find("| ");
    const std::size_t caret_line = text.find("| ", line + 1);
    EXPECT_EQ(text.find('b', line) - line, text.find('^') - caret_line);
    EXPECT_NE(text.substr(line, caret_line - line).find("c...\n"), std::string::npos);
}

TEST_F(DiagnosticsTest, SpansPastTheLineEndAtIt) {
    (void)sources.add("a.weft", "/* a\nb");
    diagnostics.add(Code::unterminated_comment, span(3, 6));
    EXPECT_NE(diagnostics.render(false).find("\n      |    ^\n"), std::string::npos);
    diagnostics.add(Code::unterminated_comment, span(6, 6));
    EXPECT_NE(diagnostics.render(false).find("a.weft:2:2: "), std::string::npos);
}

TEST_F(DiagnosticsTest, Json) {
    (void)sources.add("a\"b.weft", "x = \xc3\xa4 y\n");
    diagnostics.add(Code::unexpected_character, span(4, 6), {"'\xc3\xa4'"})
        .note(span(0, 1), "a \\ and a\ttab")
        .suggest("help");
    diagnostics.add(Code::negated_power, {});
    EXPECT_EQ(diagnostics.render_json(),
              "[{\"code\":\"W0101\",\"severity\":\"error\",\"file\":\"a\\\"b.weft\",\"line\":1,"
              "\"column\":5,\"end_line\":1,\"end_column\":6,"
              "\"text\":\"unexpected character '\xc3\xa4'\",\"notes\":[{\"text\":"
              "\"a \\\\ and a\\ttab\",\"file\":\"a\\\"b.weft\",\"line\":1,\"column\":1,"
              "\"end_line\":1,\"end_column\":2}],\"suggestion\":\"help\"},"
              "{\"code\":\"W0900\",\"severity\":\"lint\","
              "\"text\":\"a sign binds tighter than '^': -2^2 is (-2)^2\",\"notes\":[],"
              "\"suggestion\":\"\"}]");
    EXPECT_EQ(Diagnostics(&sources).render_json(), "[]");
}

TEST_F(DiagnosticsTest, ErrorsAndLintsAreCappedApart) {
    (void)sources.add("a.weft", "x");
    for (int i = 0; i < 300; ++i) {
        diagnostics.add(Code::negated_power, span(0, 1)).note({}, "n");
        diagnostics.add(Code::unterminated_comment, span(0, 1)).note({}, "n").suggest("s");
    }
    EXPECT_EQ(diagnostics.error_count(), 300U);
    EXPECT_EQ(diagnostics.all().size(), 2 * Diagnostics::kMaxErrors);
    EXPECT_NE(diagnostics.render(false).find("200 more errors are not shown\n"), std::string::npos);
}

TEST(Codes, HaveFourDigits) {
    EXPECT_EQ(code_name(Code::unexpected_character), "W0101");
    EXPECT_EQ(code_name(Code::negated_power), "W0900");
}

}  // namespace
}  // namespace weft
