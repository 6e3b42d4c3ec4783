#include "ir/jumps.h"

#include <cmath>

#include "ir/fold.h"

namespace weft::ir {

namespace {

// A comparison with infinity asks for what is finite, which no rounding changes.
bool asks_for_finite(const Dag& dag, ValueId id) {
    if (!is_truth(dag[id].op)) return false;
    for (const ValueId arg : dag.args(id))
        if (dag[arg].known && std::isinf(dag[arg].imm)) return true;
    return false;
}

}  // namespace

bool jumps(std::uint16_t op) {
    return op == WEFT_OP_FLOOR || op == WEFT_OP_CEIL || op == WEFT_OP_ROUND ||
           op == WEFT_OP_TRUNC || op == WEFT_OP_FRACT || op == WEFT_OP_MOD || op == WEFT_OP_SIGN ||
           op == WEFT_OP_HASH || is_truth(op);
}

std::vector<bool> feeds_jumps(const Module& module) {
    const Dag& dag = module.dag;
    const std::vector<bool> live = live_values(dag, module.roots);
    std::vector<bool> feeds(dag.size());
    for (ValueId id = dag.size(); id-- > 0;) {
        if (!live[id]) continue;
        const std::uint16_t op = dag[id].op;
        const bool here = (jumps(op) && !asks_for_finite(dag, id)) || !is_operator(op);
        for (const ValueId arg : dag.args(id)) feeds[arg] = feeds[arg] || here || feeds[id];
        if (op == WEFT_OP_SELECT && !asks_for_finite(dag, dag.arg(id, 0)))
            feeds[dag.arg(id, 0)] = true;
    }
    return feeds;
}

}  // namespace weft::ir
