// Dispatch from operator numbers to emitters, generated from the table.
#include "emit_ops.h"

namespace weft::cpu {

#define WEFT_CPU_ARGS_1 args[0]
#define WEFT_CPU_ARGS_2 args[0], args[1]
#define WEFT_CPU_ARGS_3 args[0], args[1], args[2]

V emit_op(std::uint16_t op, const V* args) {
    switch (op) {
#define WEFT_OP(number, NAME, name, arity, meaning, cpu, ulp, cost, doc) \
    case number: return ops::cpu(WEFT_CPU_ARGS_##arity);
#include <weft/ops.def>
        default: return {};
    }
}

}  // namespace weft::cpu
