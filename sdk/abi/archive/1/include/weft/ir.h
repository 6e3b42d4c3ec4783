/* The intermediate representation of one kernel: a list of scalar SSA values over coordinates, in
 * an order in which every operand stands before its use.
 *
 * A kernel is evaluated at every point of its domain. What a value varies with is stated, so that a
 * back end computes nothing more often than needed: a value with varies == 0 is a constant, one
 * with only WEFT_VARIES_COLUMN set is needed once per column, and so on.
 *
 * Loops are regions: a WEFT_OP_LOOP value at index i is followed by its body, values
 * [i + 1, i + 1 + body_count), then by WEFT_OP_LOOP_RESULT values. Body values may use anything
 * defined before the loop; nothing after the body may use a body value. Loops nest. */
#ifndef WEFT_IR_H
#define WEFT_IR_H

#include "abi.h"
#include "fields.h"
#include "ops.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WEFT_VARIES_PROGRAM 1u /* live parameters */
#define WEFT_VARIES_FRAME 2u   /* the clock of a frame; in a stream: of a block */
#define WEFT_VARIES_ROW 4u     /* picture: y; stream: the sub-block (row) of samples */
#define WEFT_VARIES_COLUMN 8u  /* picture: x; stream: the sample within its row */
#define WEFT_VARIES_POINT (WEFT_VARIES_ROW | WEFT_VARIES_COLUMN)

/* Precision in which a value must be computed for the result to keep its accuracy (LANGUAGE
 * reference, "Numbers"). A back end may always compute more exactly. */
#define WEFT_PRECISION_F32 0u
#define WEFT_PRECISION_F64 1u

typedef struct weft_ir_value {
    uint16_t op;        /* WEFT_OP_* */
    uint8_t varies;     /* WEFT_VARIES_* mask */
    uint8_t precision;  /* WEFT_PRECISION_* */
    uint32_t arg_count;
    uint32_t args;      /* index of the first operand in weft_ir.args */
    uint32_t aux;       /* FIELD: WEFT_FIELD_*; UNIFORM, PARAM, SAMPLE, LOOP: index; LOOP_RESULT:
                           which result; LOOP_CARRIED: which carried value, LOOP_INDEX: 0 */
    double imm;         /* CONST: the value */
} weft_ir_value;
WEFT_STATIC_ASSERT(sizeof(weft_ir_value) == 24, ir_value_size);

/* Operands of the WEFT_OP_LOOP value: from, to, then `carried_count` initial values. The body's
 * LOOP_INDEX value is from, from + 1, ... while <= to; LOOP_CARRIED values are the carried ones.
 * `next` (index into weft_ir.args, carried_count value numbers) are their values for the next
 * turn. Zero turns when to < from or either is NaN. */
typedef struct weft_ir_loop {
    uint32_t value;      /* number of the LOOP value */
    uint32_t body_count; /* values of the body, nested loops included */
    uint32_t carried_count;
    uint32_t next;
} weft_ir_loop;

/* What is known of one operand of a SAMPLE value: it equals scale * FIELD + base, where `base`
 * does not vary with that field. Only for operands that are affine in x (picture) and constant in
 * scale. field == WEFT_NOT_AFFINE: nothing is known. */
#define WEFT_NOT_AFFINE 0xffffffffu
typedef struct weft_ir_affine {
    uint32_t value; /* the SAMPLE value */
    uint32_t arg;   /* which operand */
    uint32_t field; /* WEFT_FIELD_X, WEFT_FIELD_Y, or WEFT_FIELD_COLUMN_TIME */
    uint32_t base;  /* value number */
    double scale;
} weft_ir_affine;

typedef struct weft_ir {
    uint32_t struct_size;
    uint32_t value_count;
    const weft_ir_value* values;
    const uint32_t* args;
    uint32_t arg_count;
    uint32_t loop_count;
    const weft_ir_loop* loops;
    const weft_ir_affine* affines;
    uint32_t affine_count;
    uint32_t uniform_count; /* UNIFORM aux < uniform_count */
} weft_ir;

#ifdef __cplusplus
}
#endif
#endif
