// Any bytes: the whole road from text to optimised kernels ends with kernels or with messages.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "driver/compile/plan.h"
#include "eval/eval.h"
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

// What is read from memory, and what sources are taken for: pictures.
const ir::InputShape& picture_shape() {
    static const ir::InputShape shape = [] {
        ir::InputShape made;
        made.axes = {{WEFT_FIELD_X, sema::kNone}, {WEFT_FIELD_Y, sema::kNone}};
        return made;
    }();
    return shape;
}

double half(void*, std::uint32_t, const double*, std::uint32_t) {
    return 0.5;
}

// Every operand stands before its use, and the kernel can be evaluated.
void check_kernel(const ir::Kernel& kernel, const sema::Program& program) {
    const weft_ir view = kernel.ir.view();
    for (std::uint32_t i = 0; i < view.value_count; ++i)
        for (std::uint32_t a = 0; a < view.values[i].arg_count; ++a)
            require(view.args[view.values[i].args + a] < i, "a value is used before it is there");
    for (const std::uint32_t root : kernel.roots)
        require(root < view.value_count, "a root that does not exist");
    std::vector<double> fields(program.settings.begin(), program.settings.end());
    const std::vector<double> uniforms(view.uniform_count, 0.25);
    const std::vector<double> params(program.params.size(), 0.75);
    std::vector<double> values(weft_eval_scratch(&view));
    weft_eval_env env{};
    env.fields = fields.data();
    env.params = params.data();
    env.uniforms = uniforms.data();
    env.sample = half;
    // A loop may be long: its length is the program's own affair.
    if (view.loop_count == 0)
        require(weft_eval_ir(&view, &env, values.data()) == WEFT_OK, "the kernel is ill-formed");
}

void lower_items(const sema::Program& program, Diagnostics& diagnostics) {
    driver::PlanRequest request;
    request.program = &program;
    request.source_shape = [](sema::StrandId) { return &picture_shape(); };
    const driver::Plan plan = driver::make_plan(request, diagnostics);
    for (const driver::Item& item : plan.items) {
        if (diagnostics.has_errors()) return;
        ir::LowerRequest lower;
        lower.program = &program;
        lower.domain = item.domain;
        lower.roots = item.roots;
        lower.max_values = 20'000;
        lower.input = [&](sema::StrandId id) -> const ir::InputShape* {
            switch (program.instances[program.strands[id].instance].kind) {
                case sema::InstanceKind::source: return &picture_shape();
                case sema::InstanceKind::cache: return &plan.cache_shape.at(id);
                case sema::InstanceKind::computed:
                case sema::InstanceKind::parameter: break;
            }
            return nullptr;
        };
        lower.stored_here = [](sema::StrandId) { return false; };
        const ir::Kernel kernel = ir::lower(lower, diagnostics);
        if (!diagnostics.has_errors()) check_kernel(kernel, program);
    }
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
    lower_items(program, diagnostics);
    return 0;
}
