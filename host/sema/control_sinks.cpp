// osc and midi: what is sent, and the constants that say how and where.
#include <cmath>

#include "sema/checker.h"

namespace weft::sema {
namespace {

struct OptionRule {
    std::string_view sink, name;
    bool text;
    bool whole;
    double least, most;  // of a number
    std::string_view wanted;
};

constexpr OptionRule kRules[] = {
    {"osc", "to", true, false, 0, 0, "a place to send to, as \"host:port\""},
    {"osc", "rate", false, false, 1e-3, 1e6, "messages a second, above 0"},
    {"osc", "always", false, true, 0, 1, "1 to send what did not change, else 0"},
    {"midi", "cc", false, true, 0, 127, "a whole number from 0 to 127"},
    {"midi", "channel", false, true, 1, 16, "a whole number from 1 to 16"},
    {"midi", "port", true, false, 0, 0, "a part of a port's name"},
};

const OptionRule* rule_of(std::string_view sink, std::string_view name) {
    for (const OptionRule& rule : kRules)
        if (rule.sink == sink && rule.name == name) return &rule;
    return nullptr;
}

}  // namespace

// A constant argument with a name, which has a rule.
void Checker::control_option(const syntax::Stmt& stmt, std::size_t number, Sink& sink) {
    const std::string& name = stmt.arg_names[number].text;
    const syntax::ExprPtr arg = stmt.args[number];
    const OptionRule& rule = *rule_of(stmt.name.text, name);
    SourceArgument option;
    option.name = name;
    option.is_text = arg->kind == syntax::ExprKind::string;
    bool fits = option.is_text == rule.text;
    if (option.is_text) {
        option.text = arg->text;
        fits = fits && !option.text.empty();
    } else if (fits) {
        const auto value = number_argument(arg, "'" + name + ":' of " + stmt.name.text);
        if (!value) return;
        option.number = *value;
        fits = *value >= rule.least && *value <= rule.most &&
               (!rule.whole || *value == std::floor(*value));
    }
    if (!fits) error(Code::option_value, arg->span, {name, rule.wanted});
    if (name == "to") sink.target = option.text;
    sink.options.push_back(std::move(option));
}

// osc("/path", e..., to: "host:port", rate: 60)
void Checker::osc_sink(const syntax::Stmt& stmt, Sink& sink) {
    if (!check_labels(stmt, {"to", "rate", "always"})) return;
    SourceArgument path;
    path.is_text = true;
    if (!text_argument(stmt, 0, "an address first, as in osc(\"/level\", value)", &path.text))
        return;
    if (path.text.empty() || path.text[0] != '/')
        error(Code::option_value, stmt.args[0]->span,
              {"an OSC address", "a path that begins with '/'"});
    sink.options.push_back(std::move(path));
    for (std::size_t i = 1; i < stmt.args.size(); ++i) {
        if (stmt.arg_names[i].text.empty())
            append_values(stmt.args[i], sink, true);
        else
            control_option(stmt, i, sink);
    }
    if (sink.values.empty())
        error(Code::sink_values, stmt.span, {"osc", "at least one value", "none"});
}

// midi(cc: n, channel: c, value: e), midi(note: n, velocity: v), midi(bend: e), midi(program: n)
void Checker::midi_sink(const syntax::Stmt& stmt, Sink& sink) {
    if (!check_labels(stmt,
                      {"cc", "channel", "value", "note", "velocity", "bend", "program", "port"}))
        return;
    const auto find = [&](std::string_view name) -> syntax::ExprPtr {
        for (std::size_t i = 0; i < stmt.args.size(); ++i)
            if (stmt.arg_names[i].text == name) return stmt.args[i];
        return nullptr;
    };
    for (std::size_t i = 0; i < stmt.args.size(); ++i) {
        if (!stmt.arg_names[i].text.empty()) continue;
        error(Code::sink_argument, stmt.args[i]->span,
              {"midi", "a name before each argument, as in cc: 7"});
        return;
    }
    int messages = 0;
    for (const std::string_view kind : {"cc", "note", "bend", "program"})
        messages += find(kind) != nullptr ? 1 : 0;
    if (messages != 1) {
        error(Code::sink_argument, stmt.span,
              {"midi", "one of cc: with value:, note: with velocity:, bend: and program:"});
        return;
    }
    const auto take = [&](std::string_view name) {
        const syntax::ExprPtr arg = find(name);
        if (arg == nullptr) {
            error(Code::sink_argument, stmt.span, {"midi", std::string(name) + ":"});
            return;
        }
        sink.values.push_back(eval(arg, {}));
        sink.labels.emplace_back(name);
    };
    if (find("note") != nullptr) {
        take("note");
        take("velocity");
    } else if (find("cc") != nullptr) {
        take("value");
    } else {
        take(find("bend") != nullptr ? "bend" : "program");
    }
    for (std::size_t i = 0; i < stmt.args.size(); ++i)
        if (rule_of("midi", stmt.arg_names[i].text) != nullptr) control_option(stmt, i, sink);
}

}  // namespace weft::sema
