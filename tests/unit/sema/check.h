// Programs written in the language, for the tests of sema.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sema/analyze.h"

namespace weft::sema::testing {

// A checked program with everything that it refers to.
struct Checked {
    SourceMap sources;
    Diagnostics diagnostics{&sources};
    Program program;

    [[nodiscard]] std::vector<std::string> codes() const {
        std::vector<std::string> result;
        for (const Diagnostic& diagnostic : diagnostics.all())
            result.push_back(code_name(diagnostic.code));
        return result;
    }
    [[nodiscard]] std::string text() const { return diagnostics.render(false); }
};

inline std::unique_ptr<Checked> check(std::string text, Environment environment = {}) {
    auto result = std::make_unique<Checked>();
    environment.check_files = false;
    result->program = analyze_text("test.weft", std::move(text), result->sources, environment,
                                   result->diagnostics);
    return result;
}

// An expression as text: "add(field(x), 2)".
std::string dump(const Program& program, const Expr* expr);

// The value of instance@strand ("a" alone for an anonymous one), as text.
std::string value_of(const Checked& checked, const std::string& name);

#define EXPECT_CODES(source_, ...)                                                                 \
    do {                                                                                           \
        const auto checked_ = ::weft::sema::testing::check(source_);                               \
        EXPECT_EQ(checked_->codes(), (std::vector<std::string>{__VA_ARGS__})) << checked_->text(); \
    } while (false)

#define EXPECT_CLEAN(source_) EXPECT_CODES(source_, )

}  // namespace weft::sema::testing
