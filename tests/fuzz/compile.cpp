// Any bytes: the whole road from text to batches ends with a graph or with messages.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "passes/passes.h"
#include "sema/analyze.h"

namespace {

using namespace weft;

const graph::BackendTable& table() {
    static const graph::BackendTable result = [] {
        auto read = graph::read_backends(
            R"({"backends": [{"name": "a", "contexts": ["visual", "file"], "builtins": ["load"]},
                             {"name": "b", "contexts": ["audio", "compute"], "builtins": ["mic"]},
                             {"name": "c", "contexts": ["control"]}]})");
        return read.ok() ? *std::move(read) : graph::BackendTable{};
    }();
    return result;
}

void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "%s\n", what);
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    SourceMap sources;
    Diagnostics diagnostics(&sources);
    sema::Environment environment;
    environment.check_files = false;
    const sema::Program program = sema::analyze_text("fuzz.weft", std::string(data, data + size),
                                                     sources, environment, diagnostics);
    if (diagnostics.has_errors()) {
        require(!diagnostics.render(false).empty(), "errors without text");
        return 0;
    }
    for (const sema::Strand& strand : program.strands) {
        const bool computed =
            program.instances[strand.instance].kind == sema::InstanceKind::computed;
        require(!computed || strand.value != nullptr, "poison without an error");
    }
    for (const sema::Sink& sink : program.sinks)
        for (const sema::Expr* value : sink.values)
            require(value != nullptr, "poison in a sink without an error");
    const graph::Graph graph = graph::build(program);
    const graph::Arrangement arrangement = passes::arrange(graph, table());
    std::size_t tasks = 0;
    for (const graph::Batch& batch : arrangement.batches) tasks += batch.tasks.size();
    std::size_t owned = 0;
    for (graph::NodeId id = 0; id < graph.nodes.size(); ++id)
        owned += (arrangement.owners[id] != graph::kNone ? 1 : 0) + arrangement.copies[id].size();
    require(tasks == owned, "a task was lost or made twice");
    require(!graph::format_text(graph, table(), arrangement).empty(), "no text");
    return 0;
}
