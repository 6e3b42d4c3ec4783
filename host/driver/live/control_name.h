// What turns a knob, as people write it: midi_cc(1, 7), osc_in("/pad")[1], midi_note(1, 60),
// midi_bend(1), key(space). It is the builtin that would receive it, with its output; of a note
// also which one, and then it is its velocity.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <weft/batch.h>

namespace weft::driver {

struct ControlName {
    std::string builtin;  // "midi_cc", "key"
    std::string text;     // osc_in: the address; key: its name
    std::vector<unsigned> numbers;
    std::uint32_t output = 0;

    bool operator==(const ControlName&) const = default;

    [[nodiscard]] std::string written() const;
    // None where it is not one of the above.
    [[nodiscard]] static std::optional<ControlName> parse(std::string_view text);
    // What was heard by itself; none where it is nothing that a knob can follow. Of a note,
    // `note` is the one that sounds.
    [[nodiscard]] static std::optional<ControlName> of(const weft_source& source,
                                                       std::uint32_t output, unsigned note);

    // Does it follow what was heard? Channel 0 is any.
    [[nodiscard]] bool follows(const weft_source& source, std::uint32_t heard_output,
                               unsigned note) const;
    // 0..1 of what was heard.
    [[nodiscard]] double part(double heard) const;
    // Every event is a press: of a note, no release is heard.
    [[nodiscard]] bool only_presses() const {
        return builtin == "midi_note" && numbers.size() == 2;
    }
};

}  // namespace weft::driver
