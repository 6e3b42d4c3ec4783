#include "driver/live/control_name.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace weft::driver {
namespace {

std::string_view view(const weft_str& text) {
    return {text.data, text.size};
}

struct Form {
    std::string_view builtin;
    std::size_t least, most;  // numbers
    bool text;
    unsigned outputs;  // 0: any number
};

constexpr Form kForms[] = {
    {"midi_cc", 2, 2, false, 1}, {"midi_note", 1, 2, false, 3}, {"midi_bend", 1, 1, false, 1},
    {"osc_in", 0, 0, true, 0},   {"key", 0, 0, true, 1},
};

const Form* form_of(std::string_view builtin) {
    for (const Form& form : kForms)
        if (form.builtin == builtin) return &form;
    return nullptr;
}

// Takes from the front of a text.
class Cursor {
public:
    explicit Cursor(std::string_view text) : rest_(text) {}

    bool take(char c) {
        skip();
        if (rest_.empty() || rest_[0] != c) return false;
        rest_.remove_prefix(1);
        return true;
    }
    std::string_view until(std::string_view ends) {
        skip();
        const std::size_t size = std::min(rest_.find_first_of(ends), rest_.size());
        std::string_view result = rest_.substr(0, size);
        rest_.remove_prefix(size);
        while (!result.empty() && result.back() == ' ') result.remove_suffix(1);
        return result;
    }
    std::optional<unsigned> number() {
        skip();
        unsigned value = 0;
        const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
        if (error != std::errc()) return std::nullopt;
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        return value;
    }
    bool at_end() {
        skip();
        return rest_.empty();
    }

private:
    void skip() {
        while (!rest_.empty() && rest_[0] == ' ') rest_.remove_prefix(1);
    }
    std::string_view rest_;
};

}  // namespace

std::string ControlName::written() const {
    std::string result = builtin + "(";
    if (builtin == "osc_in")
        result += "\"" + text + "\"";
    else
        result += text;
    for (std::size_t i = 0; i < numbers.size(); ++i)
        result += (i == 0 ? "" : ", ") + std::to_string(numbers[i]);
    result += ")";
    return output == 0 ? result : result + "[" + std::to_string(output) + "]";
}

std::optional<ControlName> ControlName::parse(std::string_view text) {
    Cursor cursor(text);
    ControlName name;
    name.builtin = cursor.until("(");
    const Form* const form = form_of(name.builtin);
    if (form == nullptr || !cursor.take('(')) return std::nullopt;
    if (form->text) {
        const bool quoted = cursor.take('"');
        name.text = cursor.until(quoted ? "\"" : ")");
        if (name.text.empty() || (quoted && !cursor.take('"'))) return std::nullopt;
        if (name.builtin == "osc_in" && name.text[0] != '/') return std::nullopt;
    } else {
        do {
            const auto number = cursor.number();
            if (!number || *number > 127) return std::nullopt;
            name.numbers.push_back(*number);
        } while (cursor.take(','));
        if (name.numbers.size() < form->least || name.numbers.size() > form->most ||
            name.numbers[0] > 16)
            return std::nullopt;
    }
    if (!cursor.take(')')) return std::nullopt;
    if (cursor.take('[')) {
        const auto output = cursor.number();
        if (!output || !cursor.take(']')) return std::nullopt;
        name.output = *output;
    }
    const bool known = form->outputs == 0 || name.output < form->outputs;
    return cursor.at_end() && known ? std::optional(name) : std::nullopt;
}

std::optional<ControlName> ControlName::of(const weft_source& source, std::uint32_t output,
                                           unsigned note) {
    const Form* const form = form_of(view(source.builtin));
    if (form == nullptr || source.arg_count == 0) return std::nullopt;
    ControlName name;
    name.builtin = form->builtin;
    name.output = output;
    for (std::uint32_t i = 0; i < source.arg_count; ++i) {
        const weft_arg& arg = source.args[i];
        if (arg.name.size != 0) continue;
        if (arg.kind == WEFT_ARG_TEXT)
            name.text = view(arg.text);
        else
            name.numbers.push_back(static_cast<unsigned>(arg.number));
    }
    if (name.builtin != "midi_note") return name;
    if (output != 1) return std::nullopt;
    name.numbers.push_back(note);
    name.output = 0;
    return name;
}

bool ControlName::follows(const weft_source& source, std::uint32_t heard_output,
                          unsigned note) const {
    if (view(source.builtin) != builtin) return false;
    const bool one_note = only_presses();
    if (heard_output != (one_note ? 1 : output)) return false;
    if (one_note && numbers[1] != note) return false;
    std::size_t place = 0;
    for (std::uint32_t i = 0; i < source.arg_count; ++i) {
        const weft_arg& arg = source.args[i];
        if (arg.name.size != 0) continue;
        if (arg.kind == WEFT_ARG_TEXT) {
            if (view(arg.text) != text) return false;
            continue;
        }
        const bool any = place == 0 && !numbers.empty() && numbers[0] == 0;
        if (!any && (place >= numbers.size() || numbers[place] != arg.number)) return false;
        ++place;
    }
    return true;
}

double ControlName::part(double heard) const {
    double value = heard;
    if (builtin == "midi_bend") value = (heard + 1) / 2;
    if (builtin == "midi_note" && !only_presses() && output == 0) value = heard / 127;
    return std::isnan(value) ? 0 : std::clamp(value, 0.0, 1.0);
}

}  // namespace weft::driver
