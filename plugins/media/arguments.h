// Constant arguments of a builtin, taken out one by one; what is left over is an error.
#pragma once

#include "result.h"

#include <weft/batch.h>

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace weft::media {

class Arguments {
public:
    Arguments() = default;
    explicit Arguments(const weft_source& source);

    // The next positional text; a failure that names `what` if there is none.
    [[nodiscard]] Result<std::string> take_text(const char* what);
    // The next positional argument of either kind, if there is one.
    [[nodiscard]] std::optional<std::variant<double, std::string>> take_any();
    // A named argument, std::nullopt if it was not given.
    [[nodiscard]] Result<std::optional<std::string>> take_named_text(std::string_view name);
    [[nodiscard]] Result<std::optional<double>> take_named_number(std::string_view name);
    // Fails when anything is left.
    [[nodiscard]] Status finish() const;

private:
    struct Argument {
        std::string name;  // empty: positional
        bool is_text = false;
        double number = 0;
        std::string text;
    };
    [[nodiscard]] std::optional<Argument> take(std::string_view name);

    std::string builtin_;
    std::vector<Argument> arguments_;
};

// `wrap: "clamp|repeat|mirror|zero"`; `otherwise` when it was not given.
[[nodiscard]] Result<uint32_t> take_wrap(Arguments& arguments, uint32_t otherwise);

}  // namespace weft::media
