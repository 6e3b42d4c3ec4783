// A kernel on its way through the passes: the graph, its roots, and what passes have found out.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ir/dag.h"
#include "ir/lower.h"
#include "ir/range.h"

namespace weft::ir {

// weft_ir_affine before values have their final numbers.
struct Affine {
    ValueId sample = kNoValue;
    std::uint32_t arg = 0;
    std::uint32_t field = 0;
    ValueId base = kNoValue;
    double scale = 0;
};

struct Module {
    const LowerRequest* request = nullptr;
    Domain domain = Domain::raster;
    Dag dag;
    std::vector<ValueId> roots;

    // From hoist on: SAMPLE's aux is an index into uses, not a strand.
    bool bound = false;
    std::vector<InputUse> uses;
    std::vector<std::uint8_t> uniform_varies;  // by UNIFORM number
    std::vector<Range> uniform_ranges;
    Dag host;
    std::vector<ValueId> host_outputs;  // the uniforms, then times of films

    // From their passes on; by value of `dag`.
    std::vector<std::uint8_t> precision;
    std::vector<Affine> affines;

    [[nodiscard]] sema::StrandId strand_of(const Value& sample) const {
        return bound ? uses[sample.aux].strand : sample.aux;
    }
    // What a SAMPLE reads stands still while the kernel runs: sources, and caches that were filled
    // before.
    [[nodiscard]] bool is_settled(const Value& sample) const {
        if (sample.aux == kSlope) return true;
        const sema::Program& program = *request->program;
        const sema::StrandId strand = strand_of(sample);
        const sema::InstanceKind kind = program.instances[program.strands[strand].instance].kind;
        // What is heard changes with every sample of a stream.
        if (kind == sema::InstanceKind::source && domain == Domain::stream) {
            const InputShape* shape = request->input(strand);
            return shape == nullptr || shape->heard == 0;
        }
        return kind == sema::InstanceKind::source ||
               (kind == sema::InstanceKind::cache && request->complete &&
                request->complete(strand));
    }
};

// Which values the roots need, by number.
[[nodiscard]] std::vector<bool> live_values(const Dag& dag, std::span<const ValueId> roots);

// Copies a value of `from`, with operands that already are in `to`.
[[nodiscard]] ValueId copy_value(Dag& to, const Value& value, std::span<const ValueId> args);

// Builds the graph anew, in the same order, from what the roots need. For every value
// `rewrite(dag, old_number, value, args)` gives its replacement in the new graph; `args` are the
// replaced operands. Returns whether anything changed.
template <class Rewrite>
bool rebuild(Module& module, Rewrite rewrite) {
    const Dag old = std::move(module.dag);
    const std::vector<bool> live = live_values(old, module.roots);
    Dag fresh;
    fresh.keep_loops_of(old);
    std::vector<ValueId> map(old.size(), kNoValue);
    std::vector<ValueId> args;
    bool changed = false;
    for (ValueId id = 0; id < old.size(); ++id) {
        if (!live[id]) {
            changed = true;
            continue;
        }
        args.clear();
        for (const ValueId arg : old.args(id)) args.push_back(map[arg]);
        const ValueId at = fresh.size();
        map[id] = rewrite(fresh, id, old[id], std::span<const ValueId>(args));
        const Value& now = fresh[map[id]];
        changed |= map[id] != at || fresh.size() != at + 1 || now.op != old[id].op ||
                   now.aux != old[id].aux;
    }
    for (ValueId& root : module.roots) root = map[root];
    module.dag = std::move(fresh);
    return changed;
}

}  // namespace weft::ir
