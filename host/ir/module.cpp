#include "ir/module.h"

namespace weft::ir {

std::vector<bool> live_values(const Dag& dag, std::span<const ValueId> roots) {
    std::vector<bool> live(dag.size());
    for (const ValueId root : roots) live[root] = true;
    for (ValueId id = dag.size(); id-- > 0;) {
        if (!live[id]) continue;
        for (const ValueId arg : dag.args(id)) live[arg] = true;
    }
    return live;
}

ValueId copy_value(Dag& to, const Value& value, std::span<const ValueId> args) {
    switch (value.op) {
        case WEFT_OP_CONST: return to.constant(value.imm);
        case WEFT_OP_LOOP_INDEX: return to.loop_index(value.aux);
        case WEFT_OP_LOOP_CARRIED: return to.loop_carried(value.aux, value.aux2);
        case WEFT_OP_LOOP: return to.close_loop(value.aux, args);
        case WEFT_OP_LOOP_RESULT: return to.loop_result(args[0], value.aux2);
        default: return to.make(value.op, args, value.aux);
    }
}

}  // namespace weft::ir
