/* Numbers of the IR's operators: the structural ones here, the others from ops.def. */
#ifndef WEFT_OPS_H
#define WEFT_OPS_H

/* Leaves and structure. */
#define WEFT_OP_CONST 0u        /* imm */
#define WEFT_OP_FIELD 1u        /* coordinate number aux (fields.h) */
#define WEFT_OP_UNIFORM 2u      /* hoisted value number aux */
#define WEFT_OP_PARAM 3u        /* live parameter number aux */
#define WEFT_OP_SAMPLE 4u       /* input number aux read at its operands, one per axis of its grid */
#define WEFT_OP_LOOP 5u         /* ir.h; aux: index into loops */
#define WEFT_OP_LOOP_INDEX 6u   /* operand: the LOOP */
#define WEFT_OP_LOOP_CARRIED 7u /* operand: the LOOP; aux: which */
#define WEFT_OP_LOOP_RESULT 8u  /* operand: the LOOP; aux: which */

enum {
#define WEFT_OP(number, NAME, name, arity, meaning, cpu, ulp, cost, doc) WEFT_OP_##NAME = number,
#include "ops.def"
    WEFT_OP_LIMIT = 76 /* one above the highest number */
};

#endif
