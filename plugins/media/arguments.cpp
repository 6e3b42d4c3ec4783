#include "arguments.h"

#include <weft/grid.h>

#include <algorithm>

namespace weft::media {

Arguments::Arguments(const weft_source& source) : builtin_(view(source.builtin)) {
    for (uint32_t i = 0; i < source.arg_count; ++i) {
        const weft_arg& arg = source.args[i];
        arguments_.push_back({std::string(view(arg.name)), arg.kind == WEFT_ARG_TEXT, arg.number,
                              std::string(view(arg.text))});
    }
}

std::optional<Arguments::Argument> Arguments::take(std::string_view name) {
    const auto found = std::find_if(arguments_.begin(), arguments_.end(),
                                    [&](const Argument& a) { return a.name == name; });
    if (found == arguments_.end()) return std::nullopt;
    Argument taken = std::move(*found);
    arguments_.erase(found);
    return taken;
}

Result<std::string> Arguments::take_text(const char* what) {
    const std::optional<Argument> taken = take("");
    if (!taken || !taken->is_text)
        return Failure{WEFT_INVALID, builtin_ + " needs " + what + " in quotes"};
    return taken->text;
}

std::optional<std::variant<double, std::string>> Arguments::take_any() {
    std::optional<Argument> taken = take("");
    if (!taken) return std::nullopt;
    if (taken->is_text) return std::move(taken->text);
    return taken->number;
}

Result<std::optional<std::string>> Arguments::take_named_text(std::string_view name) {
    const std::optional<Argument> taken = take(name);
    if (!taken) return std::optional<std::string>();
    if (!taken->is_text)
        return Failure{WEFT_INVALID, "'" + taken->name + "' of " + builtin_ + " is a text"};
    return std::optional<std::string>(taken->text);
}

Result<std::optional<double>> Arguments::take_named_number(std::string_view name) {
    const std::optional<Argument> taken = take(name);
    if (!taken) return std::optional<double>();
    if (taken->is_text)
        return Failure{WEFT_INVALID, "'" + taken->name + "' of " + builtin_ + " is a number"};
    return std::optional<double>(taken->number);
}

Status Arguments::finish() const {
    if (arguments_.empty()) return {};
    const Argument& left = arguments_.front();
    return Failure{WEFT_INVALID, left.name.empty()
                                     ? builtin_ + " has an argument too many"
                                     : builtin_ + " knows no argument '" + left.name + "'"};
}

Result<uint32_t> take_wrap(Arguments& arguments, uint32_t otherwise) {
    Result<std::optional<std::string>> given = arguments.take_named_text("wrap");
    if (!given.ok()) return given.failure();
    if (!*given) return otherwise;
    const std::string& name = **given;
    if (name == "clamp") return WEFT_WRAP_CLAMP;
    if (name == "repeat") return WEFT_WRAP_REPEAT;
    if (name == "mirror") return WEFT_WRAP_MIRROR;
    if (name == "zero") return WEFT_WRAP_ZERO;
    return Failure{WEFT_INVALID,
                   "wrap is \"clamp\", \"repeat\", \"mirror\" or \"zero\", not \"" + name + "\""};
}

}  // namespace weft::media
