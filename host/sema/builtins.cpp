// What makes an instance of its own: sources that a back end opens, and caches.
#include <cmath>
#include <filesystem>

#include "sema/checker.h"

namespace weft::sema {

std::string nearest_file(const std::string& path);  // use.cpp

namespace {

constexpr int kMostBins = 65536;
constexpr int kMostSeconds = 3600;  // of sound that is heard, 1.4 GB for two channels

std::string outputs_wanted(const Builtin& builtin) {
    if (builtin.least_outputs == builtin.most_outputs)
        return counted(builtin.least_outputs, "output");
    if (builtin.most_outputs == 255) return counted(builtin.least_outputs, "output") + " or more";
    return std::to_string(builtin.least_outputs) + " to " + counted(builtin.most_outputs, "output");
}

bool has_word(std::string_view words, std::string_view word) {
    while (!words.empty()) {
        const std::size_t end = std::min(words.find(' '), words.size());
        if (words.substr(0, end) == word) return true;
        words.remove_prefix(std::min(end + 1, words.size()));
    }
    return false;
}

}  // namespace

const Builtin* Checker::builtin_named(std::string_view name) const {
    if (const Builtin* const own = find_builtin(name)) return own;
    std::uint32_t spindle = 0;
    if (find_spindle(name, &spindle) != nullptr) return nullptr;
    for (const Builtin& builtin : session_.builtins)
        if (builtin.name == name) return &builtin;
    return nullptr;
}

void Checker::bind_source(InstanceId id, const Part& part) {
    const syntax::Stmt& stmt = *part.stmt;
    const syntax::Expr& call = *stmt.value;
    const Builtin& builtin = *builtin_named(call.text);
    const std::string name(builtin.name);
    // Numbers from outside are their defaults where nobody brings them.
    const bool live = builtin.context == WEFT_CONTEXT_CONTROL;
    if (!live && environment_.available && !environment_.available(builtin.name))
        error(Code::builtin_without_plugin, call.text_span, {builtin.name, builtin.plugin});
    const std::size_t outputs = std::max<std::size_t>(stmt.outputs.size(), 1);
    if (outputs < builtin.least_outputs ||
        (builtin.most_outputs != 255 && outputs > builtin.most_outputs)) {
        error(Code::output_count, stmt.name.span,
              {"'" + name + "'", outputs_wanted(builtin), std::to_string(outputs)});
    }
    Instance instance = program_.instances[id];
    instance.kind = InstanceKind::source;
    instance.builtin = name;
    instance.own_axis = builtin.axis;
    std::size_t positional = 0;
    const Expr* analysed = nullptr;
    std::vector<double> defaults;
    for (std::size_t i = 0; i < call.args.size(); ++i) {
        if (!call.arg_names[i].text.empty()) {
            const std::size_t before = instance.arguments.size();
            check_option(instance, builtin.options, &call, i);
            if (live && instance.arguments.size() > before)
                check_input_argument(builtin, i, instance.arguments.back(), call.args[i]->span);
            continue;
        }
        const char kind = positional < builtin.arguments.size() ? builtin.arguments[positional] : 0;
        ++positional;
        if (kind == 0) continue;
        const syntax::ExprPtr arg = call.args[i];
        const bool text = arg->kind == syntax::ExprKind::string;
        const bool of_kind = kind == 'm' ? !text || arg->text == "test" : text == (kind == 't');
        if (!of_kind) {
            error(Code::argument_kind, arg->span,
                  {std::to_string(positional), "'" + name + "'",
                   kind == 't'   ? "a text in double quotes"
                   : kind == 'm' ? "a number or \"test\""
                                 : "a number"});
            continue;
        }
        if (kind == 'd') {
            defaults = input_defaults(arg, outputs);
            continue;
        }
        SourceArgument argument;
        argument.is_text = text;
        if (text) {
            argument.text = arg->text;
            if (builtin.context == WEFT_CONTEXT_FILE) check_media_file(arg, argument);
        } else if (kind == 's') {
            analysed = eval(arg, {});
            continue;
        } else {
            const auto value = number_argument(arg, "an argument of '" + name + "'");
            if (!value) continue;
            argument.number = *value;
        }
        if (live) check_input_argument(builtin, positional - 1, argument, arg->span);
        instance.arguments.push_back(std::move(argument));
    }
    if (positional < builtin.least || positional > builtin.most) {
        const std::string wanted =
            builtin.least == builtin.most
                ? counted(builtin.least, "argument")
                : std::to_string(builtin.least) + " to " + counted(builtin.most, "argument");
        error(Code::argument_count, call.span,
              {"'" + name + "'", wanted, std::to_string(positional)});
    }
    if (analysed != nullptr) instance.ticks = samples_analysed(instance, call);
    for (const StrandId strand_id : instance.strands) program_.strands[strand_id].value = analysed;
    program_.instances[id] = std::move(instance);
    if (live) bind_input(id, builtin, defaults, stmt.span);
}

// spectrum(strand, bins) looks at two samples a bin.
std::uint64_t Checker::samples_analysed(const Instance& instance, const syntax::Expr& call) {
    const double bins = instance.arguments.empty() ? 0 : instance.arguments.front().number;
    if (bins >= 1 && bins <= kMostBins && bins == std::floor(bins))
        return 2 * static_cast<std::uint64_t>(bins);
    if (call.args.size() > 1)
        error(Code::argument_kind, call.args[1]->span,
              {"2", "'" + instance.builtin + "'",
               "a whole number of bins from 1 to " + std::to_string(kMostBins)});
    return 2;
}

// Paths stand relative to the file that names them.
void Checker::check_media_file(const syntax::ExprPtr arg, SourceArgument& argument) {
    namespace fs = std::filesystem;
    if (arg->text.find("://") != std::string::npos) return;  // a stream, not a file
    const fs::path path = fs::path(directory_of(arg->span.file)) / arg->text;
    argument.text = path.lexically_normal().string();
    std::error_code failed;
    if (!environment_.check_files) return;
    if (fs::is_directory(path, failed)) {
        error(Code::file_unreadable, arg->span, {arg->text, "it is a directory"});
        return;
    }
    if (fs::exists(path, failed)) return;
    Diagnostic& missing = error(Code::file_not_found, arg->span, {arg->text});
    missing.note({}, "looked for " + argument.text);
    program_.missing.push_back(argument.text);
    const std::string near = nearest_file(argument.text);
    if (!near.empty())
        missing.suggest("did you mean \"" + (fs::path(arg->text).parent_path() / near).string() +
                        "\"?");
}

void Checker::check_option(Instance& instance, std::string_view options, syntax::ExprPtr call,
                           std::size_t number) {
    const syntax::Name& label = call->arg_names[number];
    const syntax::ExprPtr value = call->args[number];
    for (const SourceArgument& other : instance.arguments) {
        if (other.name != label.text) continue;
        error(Code::argument_twice, label.span, {label.text});
        return;
    }
    if (!has_word(options, label.text)) {
        error(Code::unknown_argument, label.span, {"'" + call->text + "'", label.text})
            .suggest(options.empty() ? "" : "it takes " + std::string(options) + ":");
        return;
    }
    SourceArgument option;
    option.name = label.text;
    option.is_text = value->kind == syntax::ExprKind::string;
    if (label.text == "wrap") {
        const std::string& how = value->text;
        const bool known = option.is_text &&
                           (how == "repeat" || how == "mirror" || how == "zero" || how == "clamp");
        if (!known) {
            error(Code::option_value, value->span,
                  {label.text, "\"clamp\", \"repeat\", \"mirror\" or \"zero\""});
            return;
        }
    }
    if (option.is_text)
        option.text = value->text;
    else
        option.number = number_argument(value, "the option '" + label.text + "'").value_or(0);
    const bool counts = !option.is_text && option.number > 0 && option.number <= kMostSeconds;
    if (label.text == "seconds" && !counts) {
        error(Code::option_value, value->span,
              {label.text, "a number above 0, up to " + std::to_string(kMostSeconds)});
        return;
    }
    instance.arguments.push_back(std::move(option));
}

// cache(src, N): the last N ticks of src.
void Checker::bind_cache(InstanceId id, const Part& part) {
    const syntax::Stmt& stmt = *part.stmt;
    const syntax::Expr& call = *stmt.value;
    Instance instance = program_.instances[id];
    const bool first = instance.kind != InstanceKind::cache;
    instance.kind = InstanceKind::cache;
    instance.builtin = "cache";
    instance.own_axis = "k";
    if (first) instance.ticks = 1;
    std::vector<syntax::ExprPtr> args;
    for (std::size_t i = 0; i < call.args.size(); ++i) {
        if (call.arg_names[i].text.empty())
            args.push_back(call.args[i]);
        else
            check_option(instance, "wrap", &call, i);
    }
    program_.instances[id] = instance;
    if (args.size() != 2) {
        error(Code::argument_count, call.span,
              {"'cache'", "2 arguments, what to keep and for how many ticks,",
               std::to_string(args.size())});
        return;
    }
    const auto count = static_cast<std::uint32_t>(std::max<std::size_t>(stmt.outputs.size(), 1));
    for (std::uint32_t i = 0; i < count; ++i) {
        const StrandId to = program_.instances[id].strands[part.first + i];
        const std::string name = program_.strands[to].name;
        const Expr* const value = eval(args[0], {name, i, count});
        program_.strands[to].value = value;
    }
    const Expr* const ticks = eval(args[1], {});
    if (ticks == nullptr) return;
    const auto folded = fold(ticks);
    const double n = folded.value_or(0);
    if (!folded || n < 1 || n != std::floor(n)) {
        error(Code::cache_ticks, args[1]->span, {"a constant whole number from 1 on"});
        return;
    }
    if (n > static_cast<double>(kMaxTicks)) {
        error(Code::cache_ticks, args[1]->span, {"at most " + std::to_string(kMaxTicks)});
        return;
    }
    std::uint64_t& kept = program_.instances[id].ticks;
    if (!first && kept != static_cast<std::uint64_t>(n)) {
        error(Code::cache_ticks, args[1]->span,
              {"the same for all outputs of '" + instance.name + "'"});
        return;
    }
    kept = static_cast<std::uint64_t>(n);
}

}  // namespace weft::sema
