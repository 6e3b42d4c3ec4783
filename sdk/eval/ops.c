/* What is known of each operator, from ops.def. */
#include "eval/eval.h"

static const weft_op_info op_infos[WEFT_OP_LIMIT] = {
    [WEFT_OP_CONST] = {"CONST", "", 0, 0, 0, "a number"},
    [WEFT_OP_FIELD] = {"FIELD", "", 0, 0, 0, "a coordinate"},
    [WEFT_OP_UNIFORM] = {"UNIFORM", "", 0, 0, 0, "a number the host computes once a frame"},
    [WEFT_OP_PARAM] = {"PARAM", "", 0, 0, 0, "a live parameter"},
    [WEFT_OP_SAMPLE] = {"SAMPLE", "", 0, 0, 30, "a materialised strand, read at its operands"},
    [WEFT_OP_LOOP] = {"LOOP", "", 0, 0, 4, "a loop: from, to, initial values"},
    [WEFT_OP_LOOP_INDEX] = {"LOOP_INDEX", "", 1, 0, 1, "the number of the turn"},
    [WEFT_OP_LOOP_CARRIED] = {"LOOP_CARRIED", "", 1, 0, 0, "a value handed from turn to turn"},
    [WEFT_OP_LOOP_RESULT] = {"LOOP_RESULT", "", 1, 0, 0, "a carried value after the last turn"},
#define WEFT_OP(number, NAME, name, arity, meaning, cpu, ulp, cost, doc) \
    [number] = {#NAME, name, arity, ulp, cost, doc},
#include <weft/ops.def>
};

const weft_op_info* weft_op_info_of(uint32_t op) {
    return op < WEFT_OP_LIMIT && op_infos[op].id ? &op_infos[op] : NULL;
}
