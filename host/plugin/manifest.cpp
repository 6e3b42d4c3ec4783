#include "plugin/manifest.h"

#include <weft/backend.h>
#include <weft/writer.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>

#include "sema/analyze.h"

namespace weft::plugin {
namespace {

using Json = nlohmann::json;

struct Word {
    std::string_view name;
    std::uint32_t bit;
};

constexpr auto kContextWords = [] {
    std::array<Word, kContextNames.size()> words{};
    for (std::uint32_t c = 0; c < words.size(); ++c) words[c] = {kContextNames[c], 1u << c};
    return words;
}();
constexpr Word kFlagWords[] = {{"raw_ir", WEFT_BACKEND_RAW_IR},
                               {"deterministic", WEFT_BACKEND_DETERMINISTIC}};
constexpr Word kKindWords[] = {{"picture", WEFT_WRITES_PICTURE},
                               {"pictures", WEFT_WRITES_PICTURES},
                               {"sound", WEFT_WRITES_SOUND},
                               {"table", WEFT_WRITES_TABLE}};

// Reads one JSON object strictly; the first trouble is kept and all later reads give nothing.
class Reader {
public:
    Reader(const Json& json, std::string where) : json_(json), where_(std::move(where)) {
        if (!json_.is_object()) fail(fmt::format("{} is not an object", where_));
    }
    // Of a part of what `whole` reads.
    Reader(const Json& json, std::string where, const Reader& whole)
        : Reader(json, std::move(where)) {
        newer_ = whole.newer_;
    }

    // It was written for a newer contract: a key or a word that is not known is no mistake.
    void allow_news() { newer_ = true; }

    [[nodiscard]] const std::string& trouble() const { return trouble_; }
    void fail(std::string text) {
        if (trouble_.empty()) trouble_ = std::move(text);
    }

    std::string text(const char* key, bool needed = true) {
        const Json* v = get(key, needed);
        if (!v) return {};
        if (!v->is_string()) return fail(fmt::format("\"{}\" is not a text", key)), "";
        return v->get<std::string>();
    }

    std::uint32_t number(const char* key) {
        const Json* v = get(key, true);
        if (!v) return 0;
        if (!v->is_number_unsigned() || v->get<std::uint64_t>() > 0xffffu)
            return fail(fmt::format("\"{}\" is not a whole number", key)), 0;
        return v->get<std::uint32_t>();
    }

    std::vector<std::string> texts(const char* key, bool needed) {
        std::vector<std::string> out;
        const Json* v = get(key, needed);
        if (!v) return out;
        if (!v->is_array()) return fail(fmt::format("\"{}\" is not a list", key)), out;
        for (const Json& item : *v) {
            if (!item.is_string() || item.get_ref<const std::string&>().empty()) {
                fail(fmt::format("\"{}\" holds something that is not a name", key));
                return out;
            }
            out.push_back(item.get<std::string>());
        }
        return out;
    }

    std::uint32_t mask(const char* key, std::span<const Word> words, bool needed) {
        std::uint32_t bits = 0;
        for (const std::string& name : texts(key, needed)) {
            const auto found = std::find_if(words.begin(), words.end(),
                                            [&](const Word& w) { return w.name == name; });
            if (found == words.end()) {
                if (newer_) continue;
                fail(fmt::format("\"{}\" does not know \"{}\"", key, name));
                return 0;
            }
            bits |= found->bit;
        }
        return bits;
    }

    const Json* get(const char* key, bool needed) {
        if (!trouble_.empty()) return nullptr;
        seen_.emplace_back(key);
        const auto found = json_.find(key);
        if (found != json_.end()) return &*found;
        if (needed) fail(fmt::format("{} has no \"{}\"", where_, key));
        return nullptr;
    }

    // After all keys were asked for.
    void refuse_others() {
        if (!trouble_.empty() || newer_) return;
        for (const auto& [key, value] : json_.items())
            if (std::find(seen_.begin(), seen_.end(), key) == seen_.end())
                return fail(fmt::format("{} has an unknown key \"{}\"", where_, key));
    }

private:
    const Json& json_;
    std::string where_;
    std::string trouble_;
    std::vector<std::string> seen_;
    bool newer_ = false;
};

std::vector<WriterFormat> read_formats(Reader& reader) {
    std::vector<WriterFormat> formats;
    const Json* list = reader.get("writes", false);
    if (!list) return formats;
    if (!list->is_array()) {
        reader.fail("\"writes\" is not a list");
        return formats;
    }
    for (const Json& item : *list) {
        Reader format(item, "an item of \"writes\"", reader);
        WriterFormat f;
        f.extension = format.text("extension");
        f.writes = format.mask("kinds", kKindWords, true);
        f.summary = format.text("summary", false);
        format.refuse_others();
        if (!format.trouble().empty()) reader.fail(format.trouble());
        formats.push_back(std::move(f));
    }
    return formats;
}

constexpr std::uint32_t kAnyOutputs = 255;

// [least, most]
void read_outputs(Reader& reader, OwnBuiltin& builtin) {
    const Json* range = reader.get("outputs", false);
    if (!range) return;
    const auto counts = [&](std::size_t i) {
        const Json& count = (*range)[i];
        return count.is_number_unsigned() && count.get<std::uint64_t>() >= 1 &&
               count.get<std::uint64_t>() <= kAnyOutputs;
    };
    if (!range->is_array() || range->size() != 2 || !counts(0) || !counts(1) ||
        (*range)[0] > (*range)[1])
        return reader.fail("\"outputs\" is not [least, most], from 1 to 255");
    builtin.least_outputs = (*range)[0];
    builtin.most_outputs = (*range)[1];
}

// Arguments as a program would write them, without the default.
void read_example(Reader& reader, OwnBuiltin& builtin) {
    const Json* list = reader.get("example", false);
    if (!list) return;
    const std::size_t most = builtin.arguments.find_last_not_of('d') + 1;
    bool fits = list->is_array() && list->size() <= most &&
                list->size() >= std::min<std::size_t>(builtin.least, most);
    for (std::size_t i = 0; fits && i < list->size(); ++i) {
        const Json& item = (*list)[i];
        OwnBuiltin::Argument argument;
        argument.is_text = item.is_string();
        fits = argument.is_text == (builtin.arguments[i] == 't') &&
               (argument.is_text || item.is_number());
        if (!fits) break;
        if (argument.is_text)
            argument.text = item;
        else
            argument.number = item;
        builtin.example.push_back(std::move(argument));
    }
    builtin.has_example = fits;
    if (!fits) reader.fail("\"example\" is not a list of \"arguments\"");
}

OwnBuiltin read_builtin(Reader& reader) {
    OwnBuiltin b;
    b.name = reader.text("name");
    const std::string context = reader.text("context");
    b.arguments = reader.text("arguments", false);
    b.least = static_cast<std::uint32_t>(b.arguments.size());
    if (reader.get("least", false)) b.least = reader.number("least");
    read_outputs(reader, b);
    b.axis = reader.text("axis", false);
    b.options = reader.text("options", false);
    b.summary = reader.text("summary", false);
    read_example(reader, b);
    reader.refuse_others();
    if (!reader.trouble().empty()) return b;
    if (!sema::is_free_name(b.name))
        reader.fail(
            fmt::format("no source can be called \"{}\": it is no name, or the language "
                        "has one of that name",
                        b.name));
    if (!b.axis.empty() && !sema::is_name(b.axis))
        reader.fail(fmt::format("no axis can be called \"{}\"", b.axis));
    const auto known = std::find(kContextNames.begin(), kContextNames.end(), context);
    if (known == kContextNames.end())
        reader.fail(fmt::format("there is no context \"{}\"", context));
    else
        b.context = static_cast<std::uint32_t>(known - kContextNames.begin());
    const std::size_t texts = b.arguments.find_first_not_of("nt");
    const bool last_is_default = b.context == WEFT_CONTEXT_CONTROL &&
                                 texts + 1 == b.arguments.size() && b.arguments.back() == 'd';
    if (texts != std::string::npos && !last_is_default)
        reader.fail("\"arguments\" takes n and t, and d as the last one of context control");
    if (b.least > b.arguments.size()) reader.fail("\"least\" is more than there are \"arguments\"");
    return b;
}

void read_builtins(Reader& reader, Manifest& manifest) {
    const Json* list = reader.get("builtins", false);
    if (!list) return;
    if (!list->is_array()) return reader.fail("\"builtins\" is not a list");
    for (const Json& item : *list) {
        if (item.is_string() && !item.get_ref<const std::string&>().empty()) {
            manifest.builtins.push_back(item);
            continue;
        }
        if (!item.is_object())
            return reader.fail("\"builtins\" holds something that is not a name");
        Reader own(item, "an item of \"builtins\"", reader);
        manifest.own_builtins.push_back(read_builtin(own));
        manifest.builtins.push_back(manifest.own_builtins.back().name);
        if (!own.trouble().empty()) return reader.fail(own.trouble());
    }
}

}  // namespace

Result<Manifest> parse_manifest(std::string_view text, std::string_view name) {
    constexpr int kMostNesting = 8;
    int depth = 0;
    bool too_deep = false;
    const Json json = Json::parse(
        text,
        [&](int at, Json::parse_event_t, Json&) {
            depth = std::max(depth, at);
            too_deep = depth > kMostNesting;
            return !too_deep;
        },
        false);
    if (too_deep || json.is_discarded()) return Error{WEFT_INVALID, "the manifest is not JSON"};
    Reader reader(json, "the manifest");
    Manifest m;
    m.name = reader.text("name");
    m.version = reader.text("version");
    m.summary = reader.text("summary");
    m.abi_min = reader.number("abi_min");
    m.abi_target = reader.number("abi_target");
    if (m.abi_target > WEFT_ABI_VERSION) reader.allow_news();
    m.contexts = reader.mask("contexts", kContextWords, true);
    m.flags = reader.mask("flags", kFlagWords, false);
    read_builtins(reader, m);
    m.sinks = reader.texts("sinks", false);
    m.extensions = reader.texts("extensions", false);
    m.formats = read_formats(reader);
    reader.refuse_others();
    if (reader.trouble().empty() && m.name != name)
        reader.fail(fmt::format("the manifest is of \"{}\", the file of \"{}\"", m.name, name));
    if (!reader.trouble().empty()) return Error{WEFT_INVALID, reader.trouble()};
    return m;
}

}  // namespace weft::plugin
