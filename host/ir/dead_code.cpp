// Drops what no root needs.
#include "ir/passes.h"

namespace weft::ir {

bool dead_code(Module& module) {
    return rebuild(module,
                   [](Dag& dag, ValueId, const Value& value, std::span<const ValueId> args) {
                       return copy_value(dag, value, args);
                   });
}

}  // namespace weft::ir
