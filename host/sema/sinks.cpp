// Sink statements: what makes a program do something. This file dispatches and reads arguments;
// sink_outputs.cpp knows the channels of pictures and sounds, control_sinks.cpp OSC and MIDI.
#include <weft/writer.h>

#include "sema/checker.h"

namespace weft::sema {
namespace {

struct SinkForm {
    std::string_view name;
    SinkKind kind;
    std::uint32_t context;
};

constexpr SinkForm kForms[] = {
    {"display", SinkKind::display, WEFT_CONTEXT_VISUAL},
    {"render", SinkKind::render, WEFT_CONTEXT_VISUAL},
    {"play", SinkKind::play, WEFT_CONTEXT_AUDIO},
    {"osc", SinkKind::osc, WEFT_CONTEXT_CONTROL},
    {"midi", SinkKind::midi, WEFT_CONTEXT_CONTROL},
    {"export", SinkKind::export_file, WEFT_CONTEXT_FILE},
    {"data", SinkKind::data, WEFT_CONTEXT_FILE},
    {"compute", SinkKind::compute, WEFT_CONTEXT_COMPUTE},
};

}  // namespace

void Checker::check_sink(const Item& item) {
    const syntax::Stmt& stmt = *item.stmt;
    Sink sink;
    sink.order = item.order;
    sink.span = stmt.span;
    for (const SinkForm& form : kForms) {
        if (form.name != stmt.name.text) continue;
        sink.kind = form.kind;
        sink.context = form.context;
    }
    if (!sink_available(stmt)) return;
    for (std::size_t i = 0; i < stmt.arg_names.size(); ++i) {
        const syntax::Name& label = stmt.arg_names[i];
        for (std::size_t j = 0; j < i && !label.text.empty(); ++j) {
            if (stmt.arg_names[j].text != label.text) continue;
            error(Code::argument_twice, label.span, {label.text})
                .note(stmt.arg_names[j].span, "first here");
            return;
        }
    }
    switch (sink.kind) {
        case SinkKind::display:
        case SinkKind::render: picture_sink(stmt, sink); break;
        case SinkKind::play: sound_sink(stmt, sink); break;
        case SinkKind::osc: osc_sink(stmt, sink); break;
        case SinkKind::midi: midi_sink(stmt, sink); break;
        case SinkKind::export_file: export_sink(stmt, sink); break;
        case SinkKind::data: table_sink(stmt, sink, true); break;
        case SinkKind::compute: table_sink(stmt, sink, false); break;
    }
    program_.sinks.push_back(std::move(sink));
}

bool Checker::sink_available(const syntax::Stmt& stmt) {
    const std::string_view plugin = plugin_of_sink(stmt.name.text);
    if (plugin.empty() || !environment_.available || environment_.available(stmt.name.text))
        return true;
    error(Code::sink_without_plugin, stmt.name.span, {stmt.name.text, plugin});
    return false;
}

// Reports arguments with names that the sink does not know.
bool Checker::check_labels(const syntax::Stmt& stmt, const std::vector<std::string_view>& known) {
    bool ok = true;
    for (const syntax::Name& label : stmt.arg_names) {
        bool found = label.text.empty();
        for (const std::string_view name : known) found = found || name == label.text;
        if (found) continue;
        ok = false;
        Diagnostic& unknown = error(Code::sink_label, label.span, {stmt.name.text, label.text});
        std::string_view near = nearest_name(label.text, known);
        if (!near.empty()) {
            unknown.suggest("did you mean '" + std::string(near) + ":'?");
        } else {
            std::string all;
            for (const std::string_view name : known)
                all += (all.empty() ? "" : ", ") + std::string(name) + ":";
            unknown.suggest(all.empty() ? "its arguments have no names" : "it knows " + all);
        }
    }
    return ok;
}

bool Checker::text_argument(const syntax::Stmt& stmt, std::size_t number, std::string_view what,
                            std::string* text) {
    const bool there =
        number < stmt.args.size() && stmt.args[number]->kind == syntax::ExprKind::string;
    if (there)
        *text = stmt.args[number]->text;
    else
        error(Code::sink_argument,
              number < stmt.args.size() ? stmt.args[number]->span : stmt.name.span,
              {stmt.name.text, what});
    return there;
}

std::optional<double> Checker::number_argument(syntax::ExprPtr arg, std::string_view what) {
    const Expr* const value = eval(arg, {});
    if (value == nullptr) return std::nullopt;
    const auto folded = fold(value);
    if (!folded) error(Code::not_constant, arg->span, {what});
    return folded;
}

// Adds every value that an argument gives; with labels, how each was written.
void Checker::append_values(syntax::ExprPtr arg, Sink& sink, bool labelled) {
    const Shape shape = shape_of(arg);
    const Items items = eval_items(arg, shape);
    const std::string text(sources_.text(arg->span));
    for (std::size_t i = 0; i < items.size(); ++i) {
        sink.values.push_back(items[i]);
        if (!labelled) continue;
        const bool list =
            arg->kind == syntax::ExprKind::bundle || arg->kind == syntax::ExprKind::tuple;
        std::string label = text;
        if (items.size() > 1 && list && i < arg->args.size())
            label = sources_.text(arg->args[i]->span);
        else if (items.size() > 1 && i < shape.names.size())
            label = (arg->kind == syntax::ExprKind::name ? text : "(" + text + ")") + "@" +
                    shape.names[i];
        else if (items.size() > 1)
            label = "(" + text + ")[" + std::to_string(i) + "]";
        sink.labels.push_back(std::move(label));
    }
}

// data("file.csv", e...) and compute(e...)
void Checker::table_sink(const syntax::Stmt& stmt, Sink& sink, bool has_path) {
    if (!check_labels(stmt, has_path ? std::vector<std::string_view>{"rate"}
                                     : std::vector<std::string_view>{}))
        return;
    std::size_t first = 0;
    if (has_path) {
        if (!text_argument(stmt, 0, "a file first, as in data(\"table.csv\", value)", &sink.target))
            return;
        check_extension(stmt, sink, WEFT_WRITES_TABLE, "tables");
        first = 1;
    }
    for (std::size_t i = first; i < stmt.args.size(); ++i) {
        if (stmt.arg_names[i].text.empty()) {
            append_values(stmt.args[i], sink, true);
            continue;
        }
        const auto rate = number_argument(stmt.args[i], "the rate of data");
        if (rate && !(*rate > 0))
            error(Code::option_value, stmt.args[i]->span, {"rate", "rows a second, above 0"});
        sink.options.push_back({"rate", false, rate.value_or(1), {}});
    }
    if (sink.values.empty())
        error(Code::sink_values, stmt.span, {stmt.name.text, "at least one value", "none"});
}

}  // namespace weft::sema
