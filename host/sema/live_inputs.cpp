// Numbers from outside: control sources, mouse and key. All are parameters, so that every back end
// has them; and what #smooth says about parameters and pictures.
#include <cmath>

#include "sema/checker.h"

namespace weft::sema {
namespace {

// What an argument of a control source must be, beyond being a number or a text.
struct ArgumentRule {
    std::string_view builtin, option;  // option: by name, else by position
    std::size_t position;
    std::string_view what;
    double least, most;  // of a whole number
};

constexpr ArgumentRule kRules[] = {
    {"midi_cc", "", 0, "a MIDI channel", 0, 16},   {"midi_cc", "", 1, "a controller", 0, 127},
    {"midi_note", "", 0, "a MIDI channel", 0, 16}, {"midi_bend", "", 0, "a MIDI channel", 0, 16},
    {"osc_in", "port", 0, "a port", 1, 65535},
};

std::string written(const SourceArgument& argument) {
    if (argument.is_text) return "\"" + argument.text + "\"";
    return plain_number(argument.number);
}

}  // namespace

void Checker::check_input_argument(const Builtin& builtin, std::size_t position,
                                   const SourceArgument& argument, Span span) {
    for (const ArgumentRule& rule : kRules) {
        if (rule.builtin != builtin.name || rule.option != argument.name || argument.is_text)
            continue;
        if (rule.option.empty() && rule.position != position) continue;
        const double value = argument.number;
        if (value >= rule.least && value <= rule.most && value == std::floor(value)) continue;
        error(Code::input_argument, span,
              {rule.what,
               "a whole number from " + plain_number(rule.least) + " to " + plain_number(rule.most),
               plain_number(value)});
    }
    const bool path = builtin.name == "osc_in" && argument.name.empty();
    if (path && (argument.text.empty() || argument.text[0] != '/'))
        error(Code::input_argument, span,
              {"an OSC address", "a path that begins with '/'", written(argument)});
    if (argument.name == "port" && argument.is_text && argument.text.empty())
        error(Code::input_argument, span, {"a port", "a number or a name", "empty"});
    const bool midi = builtin.name.starts_with("midi_");
    if (argument.name == "port" && !argument.is_text && midi)
        error(Code::input_argument, span,
              {"a MIDI port", "a part of its name", plain_number(argument.number)});
}

// The default of a control source: one number for all outputs, or one for each.
std::vector<double> Checker::input_defaults(syntax::ExprPtr arg, std::size_t outputs) {
    std::vector<double> result;
    const Items items = eval_items(arg);
    for (const Expr* const item : items) {
        if (item == nullptr) return {};
        const auto value = fold(item);
        if (!value) error(Code::not_constant, arg->span, {"a default"});
        result.push_back(value.value_or(0));
    }
    if (result.size() == 1) result.resize(outputs, result.front());
    if (result.size() == outputs || result.empty()) return result;
    error(Code::value_count, arg->span,
          {counted(result.size(), "value"), std::to_string(outputs) + " are"});
    return {};
}

// Makes the strands of an instance parameters. `span` is the statement's.
void Checker::bind_input(InstanceId id, const Builtin& builtin, const std::vector<double>& defaults,
                         Span span) {
    Instance& instance = program_.instances[id];
    instance.kind = InstanceKind::parameter;
    LiveInput input;
    input.builtin = builtin.name;
    input.arguments = instance.arguments;
    input.instance = id;
    input.name = instance.name;
    input.span = span;
    std::string key(builtin.name);
    for (const SourceArgument& argument : instance.arguments) {
        key += key.size() == builtin.name.size() ? "(" : ", ";
        if (!argument.name.empty()) key += argument.name + ": ";
        key += written(argument);
    }
    for (std::size_t i = 0; i < instance.strands.size(); ++i) {
        Strand& to = program_.strands[instance.strands[i]];
        Param param;
        param.name = to.name.empty() ? instance.name : instance.name + "@" + to.name;
        param.key = key + ")[" + std::to_string(i) + "]";
        param.initial = i < defaults.size() ? defaults[i] : 0;
        param.low = builtin.name == "midi_bend" ? -1 : 0;
        param.high = builtin.name == "midi_note" && i == 0 ? 127 : 1;
        param.kind = "input";
        param.span = to.span;
        to.param = static_cast<ParamId>(program_.params.size());
        input.params.push_back(to.param);
        program_.params.push_back(std::move(param));
    }
    program_.inputs.push_back(std::move(input));
}

// `mouse` and `key` are there as soon as a program reads them.
InstanceId Checker::input_instance(std::string_view name) {
    if (name != "mouse" && name != "key") return kNone;
    for (const InstanceId id : session_.inputs)
        if (program_.instances[id].name == name) return id;
    const InstanceId id = new_instance(std::string(name), InstanceKind::parameter, order_++, {});
    session_.inputs.push_back(id);
    program_.names.emplace(name, id);
    LiveInput input;
    input.builtin = name;
    input.instance = id;
    input.name = name;
    program_.inputs.push_back(std::move(input));
    if (name == "mouse")
        for (const char* axis : {"x", "y", "down"}) (void)input_strand(id, axis, {});
    return id;
}

StrandId Checker::input_strand(InstanceId id, const std::string& name, Span span) {
    const std::string& instance = program_.instances[id].name;
    Param param;
    param.name = instance + "@" + name;
    param.key = param.name;
    param.initial = instance == "mouse" && name != "down" ? 0.5 : 0.0;
    param.kind = "input";
    param.span = span;
    const auto number = static_cast<ParamId>(program_.params.size());
    program_.params.push_back(std::move(param));
    const StrandId result = new_strand(id, name, span);
    program_.strands[result].param = number;
    for (LiveInput& input : program_.inputs)
        if (input.instance == id) input.params.push_back(number);
    return result;
}

// #smooth a, b: said when everything is known.
void Checker::check_smooth(const syntax::Stmt& stmt) {
    for (const syntax::Name& name : stmt.outputs) {
        const auto symbol = session_.symbols.find(name.text);
        if (symbol != session_.symbols.end() && symbol->second.kind == SymbolKind::spindle) {
            error(Code::smooth_computed, name.span, {name.text, "a spindle"});
            continue;
        }
        const InstanceId id = instance_named(name.text);
        if (id == kNone) {
            (void)unknown_name(name.text, name.span);
            continue;
        }
        Instance& instance = program_.instances[id];
        switch (instance.kind) {
            case InstanceKind::parameter:
                for (const StrandId strand_id : instance.strands)
                    program_.params[program_.strands[strand_id].param].smooth = true;
                instance.smooth = true;
                break;
            case InstanceKind::cache: instance.smooth = true; break;
            case InstanceKind::source:
                instance.smooth = instance.builtin != "mic";
                if (!instance.smooth)
                    error(Code::smooth_computed, name.span, {name.text, "sound"})
                        .note(instance.span, "it is bound here");
                break;
            case InstanceKind::computed:
                error(Code::smooth_computed, name.span, {name.text, "computed"})
                    .note(instance.span, "it is bound here");
                break;
        }
    }
}

}  // namespace weft::sema
