#include "plugin/manifest.h"

#include <weft/backend.h>
#include <weft/writer.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>

namespace weft::plugin {
namespace {

using Json = nlohmann::json;

struct Word {
    std::string_view name;
    std::uint32_t bit;
};

constexpr std::array<std::string_view, WEFT_CONTEXT_COUNT> kContexts = {
    "visual", "audio", "control", "compute", "file"};
constexpr Word kContextWords[] = {{"visual", 1u << WEFT_CONTEXT_VISUAL},
                                  {"audio", 1u << WEFT_CONTEXT_AUDIO},
                                  {"control", 1u << WEFT_CONTEXT_CONTROL},
                                  {"compute", 1u << WEFT_CONTEXT_COMPUTE},
                                  {"file", 1u << WEFT_CONTEXT_FILE}};
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
        if (!trouble_.empty()) return;
        for (const auto& [key, value] : json_.items())
            if (std::find(seen_.begin(), seen_.end(), key) == seen_.end())
                return fail(fmt::format("{} has an unknown key \"{}\"", where_, key));
    }

private:
    const Json& json_;
    std::string where_;
    std::string trouble_;
    std::vector<std::string> seen_;
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
        Reader format(item, "an item of \"writes\"");
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

}  // namespace

std::string_view context_name(std::uint32_t context) {
    return context < kContexts.size() ? kContexts[context] : "unknown";
}

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
    m.contexts = reader.mask("contexts", kContextWords, true);
    m.flags = reader.mask("flags", kFlagWords, false);
    m.builtins = reader.texts("builtins", false);
    m.sinks = reader.texts("sinks", false);
    m.formats = read_formats(reader);
    reader.refuse_others();
    if (reader.trouble().empty() && m.name != name)
        reader.fail(fmt::format("the manifest is of \"{}\", the file of \"{}\"", m.name, name));
    if (!reader.trouble().empty()) return Error{WEFT_INVALID, reader.trouble()};
    return m;
}

}  // namespace weft::plugin
