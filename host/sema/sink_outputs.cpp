// Pictures and sounds: which value goes to which channel.
#include <weft/writer.h>

#include <algorithm>
#include <cctype>

#include "sema/checker.h"

namespace weft::sema {
namespace {

std::string extension_of(const std::string& path) {
    const std::size_t dot = path.find_last_of('.');
    const std::size_t slash = path.find_last_of('/');
    if (dot == std::string::npos || (slash != std::string::npos && dot < slash)) return {};
    std::string result = path.substr(dot + 1);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

constexpr std::uint32_t kPictures = WEFT_WRITES_PICTURE | WEFT_WRITES_PICTURES;

}  // namespace

// What the file's kind can hold; the error, if it cannot hold `wanted`, is reported.
std::uint32_t Checker::check_extension(const syntax::Stmt& stmt, const Sink& sink,
                                       std::uint32_t wanted, std::string_view what) {
    if (!environment_.writes) return wanted;
    const std::string extension = extension_of(sink.target);
    const std::uint32_t holds = environment_.writes(extension);
    if (holds == 0) {
        if (extension.empty())
            error(Code::sink_argument, stmt.args[0]->span,
                  {stmt.name.text, "a file name with an extension"});
        else
            error(Code::no_writer, stmt.args[0]->span, {extension});
        return 0;
    }
    if ((holds & wanted) == 0) {
        Diagnostic& wrong = error(Code::export_kind, stmt.args[0]->span, {"." + extension, what});
        if ((holds & WEFT_WRITES_TABLE) != 0) wrong.suggest("tables are written by data(...)");
        return 0;
    }
    return holds;
}

// One value is grey, three are red, green and blue, four have an alpha.
void Checker::picture_sink(const syntax::Stmt& stmt, Sink& sink) {
    const std::string& sink_name = stmt.name.text;
    const bool file = sink.kind == SinkKind::export_file;
    std::vector<std::string_view> known{"r", "g", "b", "a", "rgb"};
    if (!file) known.push_back("target");
    if (!check_labels(stmt, known)) return;

    Items positional;
    Items channels(4, nullptr);
    std::array<bool, 4> given{};
    Span positional_at;
    bool ok = true;
    const auto give = [&](std::size_t channel, const Expr* value, Span at) {
        if (given[channel]) {
            error(Code::argument_twice, at, {std::string(1, "rgba"[channel])});
            ok = false;
        }
        given[channel] = true;
        channels[channel] = value;
    };
    for (std::size_t i = file ? 1 : 0; i < stmt.args.size(); ++i) {
        const syntax::ExprPtr arg = stmt.args[i];
        const std::string& label = stmt.arg_names[i].text;
        if (label == "target") {
            ok = text_argument(stmt, i, "a text for 'target:'", &sink.target) && ok;
            continue;
        }
        if (arg->kind == syntax::ExprKind::string) {
            error(Code::text_as_value, arg->span)
                .suggest("a picture of another name is display(..., target: \"name\")");
            ok = false;
            continue;
        }
        const Items items = eval_items(arg);
        for (const Expr* item : items) ok = ok && item != nullptr;
        if (label.empty()) {
            positional.insert(positional.end(), items.begin(), items.end());
            positional_at = positional_at.valid() ? join(positional_at, arg->span) : arg->span;
        } else if (label == "rgb") {
            if (items.size() != 3 && items.size() != 1) {
                error(Code::sink_values, arg->span,
                      {"rgb:", "3 values, or 1 for grey", std::to_string(items.size())});
                return;
            }
            for (std::size_t c = 0; c < 3; ++c)
                give(c, items[items.size() == 1 ? 0 : c], stmt.arg_names[i].span);
        } else if (items.size() != 1) {
            error(Code::sink_values, arg->span,
                  {label + ":", "1 value", std::to_string(items.size())});
            return;
        } else {
            give(std::string_view("rgba").find(label), items[0], stmt.arg_names[i].span);
        }
    }
    const std::size_t count = positional.size();
    const bool named = given[0] || given[1] || given[2] || given[3];
    const bool fits = count == 1 || count == 3 || (count == 4 && !given[3]);
    if ((count == 0 && !named) || (count != 0 && (!fits || given[0] || given[1] || given[2]))) {
        if (!ok) return;
        Diagnostic& wrong =
            error(Code::sink_values, positional_at.valid() ? positional_at : stmt.span,
                  {sink_name, "1 value (grey), 3 (r, g, b) or 4 (r, g, b, a)",
                   count != 0 && named ? "values with and without names" : std::to_string(count)});
        if (count == 2)
            wrong.suggest("give the missing channel, or name them: " + sink_name +
                          "(r: ..., g: ...)");
        return;
    }
    for (std::size_t c = 0; c < count && ok; ++c) channels[c] = positional[c];
    if (count == 1) channels[1] = channels[2] = channels[0];
    sink.has_alpha = count == 4 || given[3];
    for (std::size_t c = 0; c < 4; ++c)
        if (channels[c] == nullptr && ok) channels[c] = number(c == 3 ? 1 : 0, stmt.span);
    sink.values = std::move(channels);
}

// One value goes to all channels; n to a channel each.
void Checker::sound_sink(const syntax::Stmt& stmt, Sink& sink) {
    if (!check_labels(stmt, {"left", "right"})) return;
    const Expr* left = nullptr;
    const Expr* right = nullptr;
    bool named = false;
    bool ok = true;
    Span positional_at;
    for (std::size_t i = sink.kind == SinkKind::export_file ? 1 : 0; i < stmt.args.size(); ++i) {
        const syntax::ExprPtr arg = stmt.args[i];
        const std::string& label = stmt.arg_names[i].text;
        if (arg->kind == syntax::ExprKind::string) {
            error(Code::text_as_value, arg->span);
            ok = false;
        } else if (label.empty()) {
            append_values(arg, sink, false);
            positional_at = arg->span;
        } else {
            named = true;
            const Items items = eval_items(arg);
            if (items.size() != 1) {
                error(Code::sink_values, arg->span,
                      {label + ":", "1 value", std::to_string(items.size())});
                return;
            }
            ok = ok && items[0] != nullptr;
            (label == "left" ? left : right) = items[0];
        }
    }
    for (const Expr* value : sink.values) ok = ok && value != nullptr;
    if (named && !sink.values.empty()) {
        error(Code::sink_values, positional_at,
              {stmt.name.text, "values by position or left: and right:", "both"});
        return;
    }
    if (named && ok) {
        sink.values = {left != nullptr ? left : number(0, stmt.span),
                       right != nullptr ? right : number(0, stmt.span)};
    }
    if (sink.values.empty() && ok)
        error(Code::sink_values, stmt.span, {stmt.name.text, "at least one value", "none"});
    sink.spreads = sink.kind == SinkKind::play && sink.values.size() == 1;
}

// export("file.ext", ...): the extension says whether it is a picture or a sound.
void Checker::export_sink(const syntax::Stmt& stmt, Sink& sink) {
    if (!text_argument(stmt, 0, "a file first, as in export(\"picture.png\", ...)", &sink.target))
        return;
    const std::uint32_t holds =
        check_extension(stmt, sink, kPictures | WEFT_WRITES_SOUND, "pictures or sounds");
    if (holds == 0) return;
    bool sides = false;
    for (const syntax::Name& label : stmt.arg_names)
        sides = sides || label.text == "left" || label.text == "right";
    const bool picture = (holds & kPictures) != 0;
    const bool sound = (holds & WEFT_WRITES_SOUND) != 0;
    sink.is_sound = sound && (!picture || sides);
    if (sink.is_sound)
        sound_sink(stmt, sink);
    else
        picture_sink(stmt, sink);
}

}  // namespace weft::sema
