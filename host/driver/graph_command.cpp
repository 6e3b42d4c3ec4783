// `weft graph`: nodes, contexts, owners, batches, layers, edges, for the plugins that are there or
// for a table of back ends given as a file.
#include <cstdio>

#include "base/read_file.h"
#include "driver/commands.h"
#include "graph/arrangement.h"
#include "passes/passes.h"

namespace weft::driver {
namespace {

graph::BackendTable table_of(Session& session) {
    session.plugins().probe_all();
    graph::BackendTable table;
    for (const plugin::PluginInfo& info : session.plugins().list()) {
        graph::Backend backend;
        backend.name = info.manifest.name;
        backend.contexts = info.manifest.contexts;
        backend.builtins = info.manifest.builtins;
        backend.score = info.score;
        backend.available = info.state == plugin::State::ready;
        table.backends.push_back(std::move(backend));
    }
    const CommonOptions& options = session.options();
    for (std::uint32_t context = 0; context < WEFT_CONTEXT_COUNT; ++context) {
        if (!options.backend_for_all.empty()) {
            table.for_context[context] = options.backend_for_all;
        }
    }
    for (const auto& [context, name] : options.backend_for) {
        table.for_context[context] = name;
    }
    for (const std::string& owner : options.owners) {
        if (const std::size_t equals = owner.find('='); equals != std::string::npos) {
            table.for_node[owner.substr(0, equals)] = owner.substr(equals + 1);
        }
    }
    return table;
}

Result<graph::BackendTable> table_from(const std::string& path) {
    auto text = read_file(path);
    if (!text) {
        return Error{WEFT_UNAVAILABLE,
                     "cannot read the table of back ends '" + path + "': " + text.error().message};
    }
    return graph::read_backends(*text);
}

// A back end asked for by name must be in the table.
bool check_names(Session& session, const graph::BackendTable& table) {
    bool good = true;
    const auto check = [&](const std::string& name) {
        if (table.named(name) == graph::kNone) {
            session.plugins().explain_missing_backend(name, session.diagnostics());
            good = false;
        }
    };
    for (const auto& [context, name] : table.for_context) {
        check(name);
    }
    for (const auto& [node, name] : table.for_node) {
        check(name);
    }
    return good;
}

}  // namespace

int graph(Session& session, const GraphOptions& options) {
    sema::Environment environment = session.environment();
    if (!options.backends.empty()) {
        environment.available = nullptr;  // the table says what is there
        environment.check_files = false;
    }
    const sema::Program program =
        sema::analyze(options.file, session.sources(), environment, session.diagnostics());
    if (session.diagnostics().has_errors()) {
        return 1;
    }
    graph::BackendTable table;
    if (options.backends.empty()) {
        table = table_of(session);
    } else {
        auto read = table_from(options.backends);
        if (!read) {
            session.diagnostics().add(Code::command_failed, {}, {read.error().message});
            return 1;
        }
        table = std::move(*read);
    }
    if (!check_names(session, table)) {
        return 1;
    }
    const graph::Graph nodes = graph::build(program);
    const graph::Arrangement arrangement = passes::arrange(nodes, table);
    const std::string text = options.format == "json"  ? format_json(nodes, table, arrangement)
                             : options.format == "dot" ? format_dot(nodes, table, arrangement)
                             : options.format == "svg" ? format_svg(nodes, table, arrangement)
                                                       : format_text(nodes, table, arrangement);
    std::fwrite(text.data(), 1, text.size(), stdout);
    return 0;
}

}  // namespace weft::driver
