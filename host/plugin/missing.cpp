// What the user is told when something a program needs is served by no plugin that is here: which
// one usually does it, why it is not usable, and where was searched.
#include <fmt/format.h>
#include <weft/backend.h>

#include <string_view>

#include "plugin/plugin.h"

namespace weft::plugin {
namespace {

struct Usual {
    std::string_view name;    // of the builtin or sink
    std::string_view plugin;  // that usually serves it
};

constexpr Usual kBuiltins[] = {
#define WEFT_BUILTIN(name, plugin, CONTEXT, least_args, most_args, least_outputs, most_outputs, \
                     axis, arguments, options, doc)                                             \
    {name, plugin},
#include <weft/builtins.def>
};

constexpr Usual kSinks[] = {
#define WEFT_SINK(name, plugin, CONTEXT, doc) {name, plugin},
#include <weft/builtins.def>
};

template <std::size_t N>
std::string_view usual_plugin(const Usual (&table)[N], std::string_view name) {
    for (const Usual& row : table)
        if (row.name == name) return row.plugin;
    return name;
}

std::string searched_text(const PluginSet& plugins) {
    std::string text;
    for (const SearchPath& path : plugins.searched())
        text += fmt::format("{}{} ({}{})", text.empty() ? "" : ", ", path.directory, path.origin,
                            path.exists ? "" : ", not there");
    return text.empty() ? "nothing was searched" : "searched " + text;
}

void add_search(const PluginSet& plugins, Diagnostic& diagnostic) {
    diagnostic.note({}, searched_text(plugins)).suggest("'weft doctor' tells more");
}

bool failed(const PluginInfo* info) {
    return info && (info->state == State::broken || info->state == State::unavailable);
}

void explain(const PluginSet& plugins, std::string_view what, std::string_view plugin, Span span,
             Code absent, Code unusable, Diagnostics& diagnostics) {
    const PluginInfo* info = plugins.find(plugin);
    if (failed(info)) {
        diagnostics.add(unusable, span, {what, plugin, info->reason})
            .suggest("'weft doctor' tells more");
        return;
    }
    add_search(plugins, diagnostics.add(absent, span, {what, plugin}));
}

}  // namespace

void PluginSet::explain_missing_builtin(std::string_view builtin, Span span,
                                        Diagnostics& diagnostics) {
    std::string_view usual = usual_plugin(kBuiltins, builtin);
    for (const PluginInfo& info : list())
        for (const OwnBuiltin& own : info.manifest.own_builtins)
            if (own.name == builtin) usual = info.manifest.name;
    explain(*this, builtin, usual, span, Code::builtin_without_plugin, Code::builtin_unusable,
            diagnostics);
}

void PluginSet::explain_missing_sink(std::string_view sink, Span span, Diagnostics& diagnostics) {
    explain(*this, sink, usual_plugin(kSinks, sink), span, Code::sink_without_plugin,
            Code::sink_unusable, diagnostics);
}

void PluginSet::explain_missing_context(std::uint32_t context, Diagnostics& diagnostics) {
    Diagnostic& diagnostic =
        diagnostics.add(Code::no_backend_for_context, {}, {context_name(context)});
    for (const PluginInfo& info : list())
        if ((info.manifest.contexts >> context & 1u) != 0 && failed(&info))
            diagnostic.note({}, fmt::format("the plugin '{}' would, but cannot be used: {}",
                                            info.manifest.name, info.reason));
    add_search(*this, diagnostic);
}

void PluginSet::explain_missing_backend(std::string_view name, Diagnostics& diagnostics) {
    const PluginInfo* info = find(name);
    if (failed(info)) {
        diagnostics.add(Code::backend_unusable, {}, {name, info->reason})
            .suggest("'weft doctor' tells more");
        return;
    }
    Diagnostic& diagnostic = diagnostics.add(Code::unknown_backend, {}, {name});
    std::vector<std::string_view> names;
    for (const PluginInfo& other : list()) names.push_back(other.manifest.name);
    diagnostic.note({}, searched_text(*this));
    const std::string_view near = nearest_name(name, names);
    diagnostic.suggest(near.empty() ? "'weft plugins' lists those that are there"
                                    : fmt::format("did you mean '{}'?", near));
}

void PluginSet::explain_missing_writer(std::string_view extension, Diagnostics& diagnostics) {
    Diagnostic& diagnostic = diagnostics.add(Code::no_writer, {}, {extension});
    std::string known;
    for (const PluginInfo& info : list())
        if (info.state == State::listed || info.state == State::ready)
            for (const WriterFormat& format : info.manifest.formats)
                known += fmt::format("{}.{}", known.empty() ? "" : " ", format.extension);
    if (!known.empty()) {
        diagnostic.note({}, "they write " + known);
    } else {
        add_search(*this, diagnostic);
    }
}

void PluginSet::report(Diagnostics& diagnostics) const {
    for (const PluginInfo& info : list()) {
        if (info.state == State::broken)
            diagnostics.add(Code::plugin_broken, {}, {info.manifest.name, info.reason});
        if (info.state == State::hidden)
            diagnostics.add(Code::plugin_hidden, {}, {info.library, info.reason});
    }
}

}  // namespace weft::plugin
