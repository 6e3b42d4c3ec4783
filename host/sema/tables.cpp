// The SDK's tables (coordinates, operators, builtins) as sema looks them up: by name.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sema/checker.h"
#include "syntax/token.h"

namespace weft::sema {
namespace {

struct Field {
    std::string_view name;
    std::uint32_t number;
    std::uint32_t klass;
};

constexpr std::array kFields{
#define WEFT_FIELD(number, NAME, name, klass, value, doc) \
    Field{name, number, WEFT_FIELD_CLASS_##klass},
#include <weft/fields.def>
#undef WEFT_FIELD
};

// Names of old programs.
constexpr std::array kAliases{
    Field{"resW", WEFT_FIELD_WIDTH, WEFT_FIELD_CLASS_SETTING},
    Field{"resH", WEFT_FIELD_HEIGHT, WEFT_FIELD_CLASS_SETTING},
    Field{"targetFps", WEFT_FIELD_FPS, WEFT_FIELD_CLASS_SETTING},
};

// A row whose name is a word is a function; the others are operators of the grammar.
constexpr bool is_word(std::string_view name) {
    return !name.empty() && name[0] >= 'a' && name[0] <= 'z' && name != "and" && name != "or" &&
           name != "not" && name != "neg";
}

constexpr std::array kFunctions{
#define WEFT_OP(number, NAME, name, arity, meaning, cpu, ulp, cost, doc) \
    Function{is_word(name) ? std::string_view(name) : std::string_view(), arity, arity, number},
#define WEFT_SUGAR(NAME, name, least, most, doc) Function{name, least, most, 0},
#include <weft/ops.def>
};

constexpr std::array kBuiltins{
#define WEFT_BUILTIN(name, plugin, CONTEXT, least_args, most_args, least_outputs, most_outputs, \
                     axis, arguments, options, doc)                                             \
    Builtin{name,      plugin,        WEFT_CONTEXT_##CONTEXT, least_args,                       \
            most_args, least_outputs, most_outputs,           axis,                             \
            arguments, options},
#include <weft/builtins.def>
};

struct DeliveredSink {
    std::string_view name, plugin;
};

constexpr std::array kSinks{
#define WEFT_SINK(name, plugin, CONTEXT, doc) DeliveredSink{name, plugin},
#include <weft/builtins.def>
};

constexpr std::array<std::string_view, 4> kVectorFunctions{"length", "distance", "dot", "cross"};

template <class Row, std::size_t N>
std::unordered_map<std::string_view, const Row*> index_of(const std::array<Row, N>& rows) {
    std::unordered_map<std::string_view, const Row*> result;
    // min and max stand twice: as operators of two, and as functions of any number, which wins.
    for (const Row& row : rows)
        if (!row.name.empty()) result.insert_or_assign(row.name, &row);
    return result;
}

template <class Row>
const Row* find_in(const std::unordered_map<std::string_view, const Row*>& index,
                   std::string_view name) {
    const auto found = index.find(name);
    return found == index.end() ? nullptr : found->second;
}

}  // namespace

std::optional<std::uint32_t> field_named(std::string_view name) {
    for (const Field& field : kFields)
        if (field.name == name) return field.number;
    for (const Field& field : kAliases)
        if (field.name == name) return field.number;
    return std::nullopt;
}

std::string_view field_name(std::uint32_t field) {
    return field < kFields.size() ? kFields[field].name : std::string_view();
}

std::uint32_t field_class(std::uint32_t field) {
    return kFields[field].klass;
}

std::vector<std::string_view> field_names(bool settings_only) {
    std::vector<std::string_view> result;
    for (const Field& field : kFields)
        if (!settings_only || field.klass == WEFT_FIELD_CLASS_SETTING) result.push_back(field.name);
    for (const Field& field : kAliases) result.push_back(field.name);
    return result;
}

const Function* find_function(std::string_view name) {
    static const auto index = index_of(kFunctions);
    return find_in(index, name);
}

bool is_vector_function(std::string_view name) {
    return std::find(kVectorFunctions.begin(), kVectorFunctions.end(), name) !=
           kVectorFunctions.end();
}

const Builtin* find_builtin(std::string_view name) {
    static const auto index = index_of(kBuiltins);
    return find_in(index, name);
}

bool is_name(std::string_view word) {
    const auto is_letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    const auto in_words = [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); };
    return !word.empty() && is_letter(word.front()) &&
           std::all_of(word.begin(), word.end(), in_words) &&
           syntax::keyword_of(word) == syntax::Keyword::none;
}

bool is_free_name(std::string_view word) {
    return is_name(word) && word != "cache" && find_function(word) == nullptr &&
           find_builtin(word) == nullptr;
}

std::string_view plugin_of_sink(std::string_view name) {
    for (const DeliveredSink& sink : kSinks)
        if (sink.name == name) return sink.plugin;
    return {};
}

std::vector<std::string_view> callable_names() {
    std::vector<std::string_view> result{"cache"};
    for (const Function& function : kFunctions)
        if (!function.name.empty()) result.push_back(function.name);
    for (const Builtin& builtin : kBuiltins) result.push_back(builtin.name);
    return result;
}

std::string counted(std::size_t count, std::string_view noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string plain_number(double value) {
    return fmt::format("{}", value);
}

}  // namespace weft::sema
