// The constant arguments of a builtin or a sink, checked against what MIDI has.
#pragma once

#include <weft/batch.h>
#include <weft/cpp/text.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace weft::midi {

class Arguments {
public:
    // `what` and `node` are for messages; all that is given must outlive this.
    Arguments(std::span<const weft_arg> args, std::string_view what, std::string_view node,
              weft_span span)
        : args_(args), what_(what), node_(node), span_(span) {}

    // A whole number from `least` to `most`: positional number `place`, or the one of that name.
    [[nodiscard]] unsigned number(std::size_t place, std::string_view meaning, unsigned least,
                                  unsigned most) const;
    [[nodiscard]] std::optional<unsigned> number(std::string_view name, unsigned least,
                                                 unsigned most) const;
    [[nodiscard]] std::string text(std::string_view name) const;  // "" where it is not given
    [[noreturn]] void fail(const std::string& message) const;

private:
    [[nodiscard]] unsigned checked(const weft_arg& arg, std::string_view meaning, unsigned least,
                                   unsigned most) const;

    std::span<const weft_arg> args_;
    std::string_view what_;
    std::string_view node_;
    weft_span span_;
};

}  // namespace weft::midi
