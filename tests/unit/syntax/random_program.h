// Random programs for property tests: a token sequence together with the tree it must give.
#pragma once

#include <random>
#include <string>
#include <vector>

namespace weft::syntax {

struct RandomProgram {
    std::string text;                   // with random blanks, newlines and comments
    std::string expected;               // as tree_text of the parsed program
    std::vector<std::string> comments;  // in order
};

// `with_comments`: also between any two tokens.
[[nodiscard]] RandomProgram random_program(std::mt19937& random, bool with_comments);

}  // namespace weft::syntax
