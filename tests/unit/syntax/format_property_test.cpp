// Over random programs: the parser reads the tree that was meant, and formatting changes nothing
// but the layout, loses no comment, and has nothing left to do the second time.
#include <gtest/gtest.h>

#include <random>

#include "random_program.h"
#include "tests/support/parsed.h"
#include "tests/support/tree_text.h"

namespace weft::syntax {
namespace {

std::vector<std::string> comments_of(const Parsed& parsed) {
    std::vector<std::string> texts;
    for (const Comment& comment : parsed.tree.comments)
        texts.emplace_back(parsed.sources.text(comment.span));
    return texts;
}

void check(const RandomProgram& program) {
    const Parsed first(program.text);
    ASSERT_FALSE(first.diagnostics.has_errors()) << first.diagnostics.render(false) << '\n'
                                                 << program.text;
    ASSERT_EQ(tree_text(first.tree), program.expected) << program.text;
    ASSERT_EQ(comments_of(first), program.comments) << program.text;

    const std::string formatted = format(first.sources, first.tree);
    const Parsed second(formatted);
    ASSERT_FALSE(second.diagnostics.has_errors()) << second.diagnostics.render(false) << '\n'
                                                  << program.text;
    ASSERT_EQ(tree_text(second.tree), program.expected) << program.text << "\n---\n" << formatted;
    ASSERT_EQ(comments_of(second), program.comments) << program.text << "\n---\n" << formatted;
    ASSERT_EQ(format(second.sources, second.tree), formatted) << program.text;
}

TEST(FormatProperty, RandomPrograms) {
    for (unsigned seed = 0; seed < 2000 && !HasFatalFailure(); ++seed) {
        std::mt19937 random(seed);
        check(random_program(random, false));
    }
}

TEST(FormatProperty, RandomProgramsWithCommentsBetweenAnyTokens) {
    for (unsigned seed = 0; seed < 2000 && !HasFatalFailure(); ++seed) {
        std::mt19937 random(seed);
        check(random_program(random, true));
    }
}

}  // namespace
}  // namespace weft::syntax
