#include "kernel.h"

#include <weft/meaning.h>

#include <stdlib.h>
#include <string.h>

#include "inputs.h"

/* --- Compile ---------------------------------------------------------------------------------- */

static void* copy(const void* from, size_t count, size_t size) {
    void* to = calloc(count + 1, size);
    if (to && count) memcpy(to, from, count * size);
    return to;
}

int kernel_can(uint32_t op) {
    switch (op) {
/* clang-format off */
#define WEFT_OP(number, NAME, name, arity, meaning, cpu, ulp, cost, doc) case number:
#include <weft/ops.def>
        /* clang-format on */
        return 1;
        default: return op <= WEFT_OP_LOOP_RESULT;
    }
}

static int is_of_loop(uint32_t op) {
    return op == WEFT_OP_LOOP || op == WEFT_OP_LOOP_INDEX || op == WEFT_OP_LOOP_CARRIED ||
           op == WEFT_OP_LOOP_RESULT;
}

/* Decides where each value lives and how often it is computed. A loop is run anew for every row,
 * with one number a point: points may take different numbers of turns. What uses such a value, or
 * stands in the body of a loop, does as it does. */
static void lay_out(kernel* k) {
    const weft_ir* ir = &k->shape.ir;
    const int of_points = k->shape.domain == WEFT_DOMAIN_POINTS;
    uint32_t body_end = 0;
    for (uint32_t i = 0; i < ir->value_count; ++i) {
        const weft_ir_value* v = &ir->values[i];
        const int looping = is_of_loop(v->op) || i < body_end;
        if (v->op == WEFT_OP_LOOP && i + 1 + ir->loops[v->aux].body_count > body_end)
            body_end = i + 1 + ir->loops[v->aux].body_count;
        k->wide[i] = looping || (v->varies & WEFT_VARIES_COLUMN) || (of_points && v->varies);
        k->of_frame[i] = !looping && !of_points && !(v->varies & WEFT_VARIES_ROW);
        for (uint32_t a = 0; a < v->arg_count; ++a) {
            k->wide[i] |= k->wide[ir->args[v->args + a]];
            k->of_frame[i] &= k->of_frame[ir->args[v->args + a]];
        }
    }
    for (int of_frame = 1; of_frame >= 0; --of_frame) {
        for (uint32_t i = 0; i < ir->value_count; ++i) {
            if (k->of_frame[i] != of_frame) continue;
            k->place[i] = k->room;
            k->room += k->wide[i] ? k->width : 1;
        }
        if (of_frame) k->kept = k->room;
    }
    /* A loop keeps which points still turn, and a number a point of each carried value. */
    for (uint32_t l = 0; l < ir->loop_count; ++l) {
        k->loop_room[l] = k->room;
        k->room += k->width * (1 + ir->loops[l].carried_count);
    }
    k->spare = k->room;
    k->room += k->width;
    k->room = (k->room + 7) / 8 * 8; /* threads share no line of the cache */
}

int kernel_copy(kernel* to, const weft_kernel* from) {
    const weft_ir* ir = &from->ir;
    to->shape = *from;
    to->width = from->domain == WEFT_DOMAIN_RASTER ? from->width : POINTS_AT_ONCE;
    to->shape.ir.values = copy(ir->values, ir->value_count, sizeof *ir->values);
    to->shape.ir.args = copy(ir->args, ir->arg_count, sizeof *ir->args);
    to->shape.ir.loops = copy(ir->loops, ir->loop_count, sizeof *ir->loops);
    to->shape.stores = copy(from->stores, from->store_count, sizeof *from->stores);
    to->shape.ir.affines = NULL; /* hints, which this one does without */
    to->shape.ir.affine_count = 0;
    to->place = calloc(ir->value_count + 1u, sizeof *to->place);
    to->wide = calloc(ir->value_count + 1u, 1);
    to->of_frame = calloc(ir->value_count + 1u, 1);
    to->loop_room = calloc(ir->loop_count + 1u, sizeof *to->loop_room);
    if (!to->shape.ir.values || !to->shape.ir.args || !to->shape.ir.loops || !to->shape.stores ||
        !to->place || !to->wide || !to->of_frame || !to->loop_room)
        return 0;
    lay_out(to);
    return 1;
}

void kernel_free(kernel* k) {
    free((void*)k->shape.ir.values);
    free((void*)k->shape.ir.args);
    free((void*)k->shape.ir.loops);
    free((void*)k->shape.stores);
    free(k->place);
    free(k->wide);
    free(k->of_frame);
    free(k->loop_room);
}

/* --- Values ----------------------------------------------------------------------------------- */

static double* numbers_of(const row* r, uint32_t value) {
    return r->numbers + r->kernel->place[value];
}

static void fill(const row* r, uint32_t value, double number) {
    const uint64_t count = r->kernel->wide[value] ? r->count : 1;
    for (uint64_t i = 0; i < count; ++i) numbers_of(r, value)[i] = number;
}

static void compute_field(const row* r, uint32_t value, uint32_t field) {
    const uint32_t slot = field == WEFT_FIELD_OWN ? WEFT_FIELD_COUNT : field;
    const double* const many = r->many[slot];
    if (many && r->kernel->wide[value])
        memcpy(numbers_of(r, value), many, r->count * sizeof *many);
    else
        fill(r, value, many ? many[0] : field == WEFT_FIELD_OWN ? 0 : r->fields[field]);
}

/* The numbers of operand `a` of a value, and how far from one point's to the next: 0 or 1. */
static const double* operand(const row* r, const weft_ir_value* v, uint32_t a, uint64_t* step) {
    const uint32_t from = a < v->arg_count ? r->kernel->shape.ir.args[v->args + a] : 0;
    *step = a < v->arg_count && r->kernel->wide[from];
    return numbers_of(r, from);
}

/* A loop of its own for every operator of the table, which the compiler sees whole. */
static void compute_operator(const row* r, uint32_t value) {
    const weft_ir_value* v = &r->kernel->shape.ir.values[value];
    const uint64_t count = r->kernel->wide[value] ? r->count : 1;
    double* const to = numbers_of(r, value);
    uint64_t step_a, step_b, step_c;
    const double* const as = operand(r, v, 0, &step_a);
    const double* const bs = operand(r, v, 1, &step_b);
    const double* const cs = operand(r, v, 2, &step_c);
    switch (v->op) {
/* clang-format off */
#define WEFT_OP(number, NAME, name, arity, meaning, cpu, ulp, cost, doc)                \
    case number:                                                                        \
        for (uint64_t i = 0; i < count; ++i) {                                          \
            const double a = as[i * step_a], b = bs[i * step_b], c = cs[i * step_c];    \
            (void)b; (void)c;                                                           \
            to[i] = meaning;                                                            \
        }                                                                               \
        break;
#include <weft/ops.def>
        /* clang-format on */
        default: break;
    }
}

/* --- Loops ------------------------------------------------------------------------------------ */

/* The values [begin, end) for the points where `turning` is not 0; NULL: for all. Others are
 * computed too, and nobody looks at them. */
static weft_status run(const row* r, uint32_t begin, uint32_t end, int of_frame,
                       const double* turning);

static double* loop_state(const row* r, uint32_t loop) {
    return r->numbers + r->kernel->loop_room[loop];
}

/* Turns for as long as one point does. The state of a point that is done stays as it is. */
static weft_status run_loop(const row* r, uint32_t at, const double* outer) {
    const weft_ir* ir = &r->kernel->shape.ir;
    const weft_ir_value* v = &ir->values[at];
    const weft_ir_loop* loop = &ir->loops[v->aux];
    const uint32_t* args = ir->args + v->args;
    const uint32_t* next = ir->args + loop->next;
    const uint64_t width = r->kernel->width;
    double* const turning = loop_state(r, v->aux);
    double* const carried = turning + width;
    for (uint32_t c = 0; c < loop->carried_count; ++c)
        for (uint64_t i = 0; i < r->count; ++i)
            carried[c * width + i] = number_at(r, args[2 + c], i);
    for (double turn = 0;; turn += 1) {
        int any = 0;
        if (r->cancel && *r->cancel) return WEFT_CANCELLED;
        for (uint64_t i = 0; i < r->count; ++i) {
            /* The LOOP value itself holds the index of the turn. */
            const double index = number_at(r, args[0], i) + turn;
            turning[i] = (!outer || outer[i] != 0) && index <= number_at(r, args[1], i);
            numbers_of(r, at)[i] = index;
            any |= turning[i] != 0;
        }
        if (!any) return WEFT_OK;
        const weft_status status = run(r, at + 1, at + 1 + loop->body_count, 0, turning);
        if (status != WEFT_OK) return status;
        for (uint32_t c = 0; c < loop->carried_count; ++c)
            for (uint64_t i = 0; i < r->count; ++i)
                if (turning[i] != 0) carried[c * width + i] = number_at(r, next[c], i);
    }
}

static void compute_of_loop(const row* r, uint32_t value) {
    const weft_ir* ir = &r->kernel->shape.ir;
    const weft_ir_value* v = &ir->values[value];
    const uint32_t at = ir->args[v->args];
    const double* const state = loop_state(r, ir->values[at].aux);
    const double* const from =
        v->op == WEFT_OP_LOOP_INDEX ? numbers_of(r, at) : state + (1 + v->aux) * r->kernel->width;
    memcpy(numbers_of(r, value), from, r->count * sizeof *from);
}

static weft_status run(const row* r, uint32_t begin, uint32_t end, int of_frame,
                       const double* turning) {
    const weft_ir* ir = &r->kernel->shape.ir;
    for (uint32_t i = begin; i < end; ++i) {
        const weft_ir_value* v = &ir->values[i];
        weft_status status = WEFT_OK;
        if (r->kernel->of_frame[i] != of_frame) {
            if (v->op == WEFT_OP_LOOP) i += ir->loops[v->aux].body_count;
            continue;
        }
        switch (v->op) {
            case WEFT_OP_CONST: fill(r, i, v->imm); break;
            case WEFT_OP_FIELD: compute_field(r, i, v->aux); break;
            case WEFT_OP_UNIFORM: fill(r, i, r->uniforms[v->aux]); break;
            case WEFT_OP_PARAM: fill(r, i, r->params[v->aux]); break;
            case WEFT_OP_SAMPLE: status = inputs_sample(r, i); break;
            case WEFT_OP_LOOP:
                status = run_loop(r, i, turning);
                i += ir->loops[v->aux].body_count;
                break;
            case WEFT_OP_LOOP_INDEX:
            case WEFT_OP_LOOP_CARRIED:
            case WEFT_OP_LOOP_RESULT: compute_of_loop(r, i); break;
            default: compute_operator(r, i); break;
        }
        if (status != WEFT_OK) return status;
    }
    return WEFT_OK;
}

weft_status kernel_frame(const row* r) {
    return run(r, 0, r->kernel->shape.ir.value_count, 1, NULL);
}

weft_status kernel_row(const row* r) {
    return run(r, 0, r->kernel->shape.ir.value_count, 0, NULL);
}
