#include "gpu/math/math.h"

#include <algorithm>
#include <cctype>
#include <set>

#include <weft/ir.h>

#include "eval/eval.h"
#include "gpu/math/native.h"
#include "gpu/math/prelude.h"
#include "gpu/math/texts.h"

namespace weft::gpu {
namespace {

struct Section {
    std::string name;  // "sin_f" defines w_sin_f
    std::string_view text;
    std::vector<std::size_t> needs;  // sections before this one
};

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// A text's sections begin with "//: name".
void split(std::string_view text, std::vector<Section>& sections) {
    constexpr std::string_view kMark = "//: ";
    for (std::size_t at = text.find(kMark); at != std::string_view::npos;) {
        const std::size_t line_end = text.find('\n', at);
        const std::size_t next = text.find(kMark, line_end);
        const std::size_t begin = at + kMark.size();
        sections.push_back(
            {std::string(text.substr(begin, line_end - begin)),
             text.substr(line_end + 1, next == std::string_view::npos ? next : next - line_end - 1),
             {}});
        at = next;
    }
}

// What a section needs is what it names.
void find_needs(std::vector<Section>& sections) {
    for (std::size_t i = 0; i < sections.size(); ++i) {
        const std::string_view text = sections[i].text;
        for (std::size_t at = text.find("w_"); at != std::string_view::npos;
             at = text.find("w_", at + 2)) {
            if (at > 0 && is_word(text[at - 1])) continue;
            std::size_t end = at + 2;
            while (end < text.size() && is_word(text[end])) ++end;
            const std::string_view name = text.substr(at + 2, end - at - 2);
            for (std::size_t k = 0; k < i; ++k)
                if (sections[k].name == name) sections[i].needs.push_back(k);
        }
    }
}

const std::vector<Section>& all_sections() {
    static const std::vector<Section> sections = [] {
        std::vector<Section> list;
        for (const std::string_view text : kMathTexts) split(text, list);
        find_needs(list);
        return list;
    }();
    return sections;
}

std::size_t section_of(const std::string& name) {
    const std::vector<Section>& sections = all_sections();
    for (std::size_t i = 0; i < sections.size(); ++i)
        if (sections[i].name == name) return i;
    return sections.size();
}

std::string small_letters(std::string text) {
    for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return text;
}

// "sin_f"
std::string section_name(std::uint32_t op, bool in_double) {
    const weft_op_info* info = weft_op_info_of(op);
    return small_letters(info ? info->id : "") + (in_double ? "_d" : "_f");
}

// Comments go; literals of doubles, which end in _L, get the language's ending.
void append_text(std::string& out, std::string_view text, Target target) {
    const std::string_view ending = target == Target::glsl ? "lf" : "";
    for (std::size_t at = 0; at < text.size();) {
        std::size_t end = text.find('\n', at);
        if (end == std::string_view::npos) end = text.size();
        std::string_view line = text.substr(at, end - at);
        at = end + 1;
        line = line.substr(0, line.find("//"));
        while (!line.empty() && line.back() == ' ') line.remove_suffix(1);
        if (line.empty()) continue;
        for (std::size_t i = 0; i < line.size(); ++i) {
            const bool literal = line.substr(i, 2) == "_L" && i > 0 && line[i - 1] != '_' &&
                                 (i + 2 == line.size() || !is_word(line[i + 2]));
            if (!literal) {
                out += line[i];
                continue;
            }
            out += ending;
            ++i;
        }
        out += '\n';
    }
}

class Chosen {
public:
    explicit Chosen(const TextOptions& options) : options_(options) {}

    void add(std::uint32_t op, bool in_double) { add(section_name(op, in_double)); }
    void add(const std::string& name) {
        const std::size_t index = section_of(name);
        if (index < all_sections().size()) add(index);
    }

    [[nodiscard]] std::string text() const {
        std::string out;
        for (const std::size_t index : chosen_) {
            const std::string own = native(index);
            if (own.empty()) {
                append_text(out, all_sections()[index].text, options_.target);
            } else {
                out += own;
            }
        }
        return out;
    }

private:
    void add(std::size_t index) {
        const Section& section = all_sections()[index];
        const bool wide = section.name.ends_with("_d");
        if (wide && !options_.f64) return;
        if (!chosen_.insert(index).second || !native(index).empty()) return;
        for (const std::size_t need : section.needs) add(need);
    }

    // The driver's function in place of a section, if it is to be used. A driver's doubles are
    // used wherever the language has them.
    [[nodiscard]] std::string native(std::size_t index) const {
        const std::string& name = all_sections()[index].name;
        for (std::uint32_t op = WEFT_OP_ADD; op < WEFT_OP_LIMIT; ++op) {
            const weft_op_info* info = weft_op_info_of(op);
            if (!info) continue;
            const bool wide = name == section_name(op, true);
            if (!wide && name != section_name(op, false)) continue;
            const NativeFunction functions = native_function(options_.target, op);
            const bool allowed = wide || (options_.native >> (op - WEFT_OP_ADD) & 1u) != 0;
            const std::string_view call = wide ? functions.in_double : functions.single;
            if (!allowed || call.empty()) return "";
            return "#define w_" + name + (info->arity > 1 ? "(a, b) (" : "(a) (") +
                   std::string(call) + ")\n";
        }
        return "";
    }

    const TextOptions& options_;
    std::set<std::size_t> chosen_;  // in the order in which they are written
};

}  // namespace

bool has_rare_paths(std::string_view text) {
    constexpr std::string_view kMark = "ONCE", kDefine = "#define";
    for (std::size_t at = text.find(kMark); at != std::string_view::npos;
         at = text.find(kMark, at + 1))
        if (text.substr(text.rfind('\n', at) + 1, kDefine.size()) != kDefine) return true;
    return false;
}

std::string math_function(std::uint32_t op, bool in_double) {
    return "w_" + section_name(op, in_double);
}

std::string math_prelude(const TextOptions& options, const std::vector<std::uint16_t>& singles,
                         const std::vector<std::uint16_t>& doubles, bool sin_cos) {
    Chosen chosen(options);
    if (sin_cos) chosen.add(std::string("sin_cos_f"));
    for (const std::uint16_t op : singles) chosen.add(op, false);
    for (const std::uint16_t op : doubles) chosen.add(op, true);
    return math_types(options) + chosen.text();
}

}  // namespace weft::gpu
