#include "gpu/math/out_of_line.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <vector>

namespace weft::gpu {
namespace {

// Letters of functions, written out, that a processor's compiler is three seconds at.
constexpr double kMostInlined = 150000.0;
// Fewer letters than this are not worth a call.
constexpr double kWorthwhile = 5000.0;

constexpr std::string_view kBegin = "FN ";

struct Function {
    std::string name;
    std::size_t begin = 0, end = 0;
    std::map<std::size_t, double> calls;  // of functions before it, how often
    bool apart = false;
    double copies = 0.0;
    double written_out = 0.0;  // letters, with what is inlined into it

    [[nodiscard]] double size() const { return static_cast<double>(end - begin); }
};

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// How often each function is named.
std::map<std::size_t, double> names_in(std::string_view text,
                                       const std::map<std::string, std::size_t>& numbers) {
    std::map<std::size_t, double> found;
    for (std::size_t at = text.find("w_"); at != std::string_view::npos; at = text.find("w_", at)) {
        std::size_t end = at;
        while (end < text.size() && is_word(text[end])) ++end;
        const bool whole = at == 0 || !is_word(text[at - 1]);
        const auto number = numbers.find(std::string(text.substr(at, end - at)));
        if (whole && number != numbers.end()) found[number->second] += 1.0;
        at = end;
    }
    return found;
}

std::vector<Function> find_functions(std::string_view text) {
    std::vector<Function> list;
    std::map<std::string, std::size_t> numbers;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t line_end = std::min(text.find('\n', at), text.size());
        if (text.substr(at, kBegin.size()) != kBegin) {
            at = line_end + 1;
            continue;
        }
        Function made;
        made.begin = at;
        const std::size_t name = text.find("w_", at);
        made.name = text.substr(name, text.find('(', name) - name);
        made.end =
            text[line_end - 1] == '}' ? line_end : std::min(text.find("\n}", at), text.size());
        made.calls = names_in(text.substr(at, made.end - at), numbers);
        at = made.end;
        numbers[made.name] = list.size();
        list.push_back(std::move(made));
    }
    return list;
}

// Letters of all functions, each as often as it is written out.
double count_copies(std::vector<Function>& functions, const std::map<std::size_t, double>& calls) {
    for (std::size_t i = 0; i < functions.size(); ++i) {
        Function& function = functions[i];
        const auto called = calls.find(i);
        function.copies = called == calls.end() ? 0.0 : called->second;
        function.written_out = function.size();
        for (const auto& [callee, times] : function.calls)
            if (!functions[callee].apart)
                function.written_out += times * functions[callee].written_out;
    }
    double all = 0.0;
    for (std::size_t i = functions.size(); i-- > 0;) {
        Function& function = functions[i];
        if (function.apart) function.copies = 1.0;
        for (const auto& [callee, times] : function.calls)
            functions[callee].copies += times * function.copies;
        all += function.copies * function.size();
    }
    return all;
}

}  // namespace

std::string out_of_line(std::string functions, std::string_view calls, const TextOptions& options) {
    if (options.target == Target::glsl) return functions;
    std::vector<Function> list = find_functions(functions);
    std::map<std::string, std::size_t> numbers;
    for (std::size_t i = 0; i < list.size(); ++i) numbers[list[i].name] = i;
    const std::map<std::size_t, double> called = names_in(calls, numbers);
    while (count_copies(list, called) > kMostInlined) {
        const auto spares = [](const Function& function) {
            return function.apart ? 0.0 : (function.copies - 1.0) * function.written_out;
        };
        const auto most = std::max_element(
            list.begin(), list.end(),
            [&](const Function& a, const Function& b) { return spares(a) < spares(b); });
        if (spares(*most) < kWorthwhile) break;
        most->apart = true;
    }
    for (std::size_t i = list.size(); i-- > 0;)
        if (list[i].apart) functions.replace(list[i].begin, kBegin.size(), "FN_APART ");
    return functions;
}

}  // namespace weft::gpu
