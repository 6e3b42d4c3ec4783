// The road of a kernel, top to bottom: lower, pass by pass, schedule, emit.
#include "ir/lower.h"

#include <fmt/format.h>

#include "base/trace.h"
#include "ir/emit.h"
#include "ir/lowering.h"
#include "ir/passes.h"
#include "ir/rates.h"

namespace weft::ir {

namespace {

struct Emitted {
    IrText ir;
    std::vector<std::uint32_t> numbers;
};

Emitted emit_kernel(const Module& module) {
    Emitted out;
    // What only affines name comes first: it is of the row or slower.
    std::vector<ValueId> wanted;
    for (const Affine& affine : module.affines) wanted.push_back(affine.base);
    wanted.insert(wanted.end(), module.roots.begin(), module.roots.end());
    const Order order = schedule(module.dag, wanted);
    out.ir = emit(module.dag, order, rates(module), module.precision, out.numbers);
    for (const Affine& affine : module.affines) {
        out.ir.affines.push_back({out.numbers[affine.sample], affine.arg, affine.field,
                                  out.numbers[affine.base], affine.scale});
    }
    out.ir.uniform_count = static_cast<std::uint32_t>(module.uniform_varies.size());
    return out;
}

Emitted emit_host(const Module& module) {
    Emitted out;
    const Order order = schedule(module.host, module.host_outputs);
    out.ir = emit(module.host, order, host_rates(module), {}, out.numbers);
    return out;
}

std::string describe(const Module& module) {
    std::string text = dump(emit_kernel(module).ir);
    if (!module.host_outputs.empty()) text += "host:\n" + dump(emit_host(module).ir);
    return text;
}

void report(const Module& module, std::string_view pass, bool changed) {
    const LowerRequest& request = *module.request;
    if (!request.dump || (request.dump_after != "all" && request.dump_after != pass)) return;
    request.dump(pass, changed ? describe(module) : fmt::format("{}: no change\n", pass));
}

Kernel finish(Module& module) {
    Kernel kernel;
    kernel.domain = module.domain;
    Emitted text = emit_kernel(module);
    for (const ValueId root : module.roots) kernel.roots.push_back(text.numbers[root]);
    kernel.ir = std::move(text.ir);
    Emitted host = emit_host(module);
    for (const ValueId output : module.host_outputs)
        kernel.host.outputs.push_back(host.numbers[output]);
    kernel.host.ir = std::move(host.ir);
    kernel.uses = std::move(module.uses);
    return kernel;
}

}  // namespace

Kernel lower(const LowerRequest& request, Diagnostics& diagnostics) {
    const trace::Span span(trace::What::compile, "kernel");
    Module module;
    module.request = &request;
    module.domain = request.domain;
    Lowering lowering(request, diagnostics, module.dag);
    for (const Root& root : request.roots) module.roots.push_back(lowering.root(root));
    if (lowering.failed()) return {};

    for (const Pass& pass : passes()) {
        if (request.raw && pass.run != nullptr) break;
        // Its name is a literal.
        const trace::Span of_pass(trace::What::compile, pass.name.data());
        const bool changed = pass.run == nullptr || pass.run(module);
        report(module, pass.name, changed);
    }
    if (request.raw) bind_inputs(module);
    Kernel kernel = finish(module);
    kernel.computed = lowering.substituted();
    return kernel;
}

std::vector<std::string_view> pass_names() {
    std::vector<std::string_view> names;
    for (const Pass& pass : passes()) names.push_back(pass.name);
    return names;
}

}  // namespace weft::ir
