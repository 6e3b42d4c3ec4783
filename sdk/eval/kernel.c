/* A whole kernel at one point: its values in order, its loops turn by turn. */
#include "eval/eval.h"

#include <math.h>

/* State of loop l, behind the values: the index of the turn, then the carried values. */
static uint64_t loop_state(const weft_ir* ir, uint32_t l) {
    uint64_t at = ir->value_count;
    for (uint32_t i = 0; i < l; ++i) at += 1u + ir->loops[i].carried_count;
    return at;
}

uint64_t weft_eval_scratch(const weft_ir* ir) {
    return loop_state(ir, ir->loop_count);
}

static double read_field(const weft_eval_env* env, uint32_t field) {
    switch (field) {
        case WEFT_FIELD_ROW_TIME: return env->row_time;
        case WEFT_FIELD_COLUMN_TIME: return env->column_time;
        case WEFT_FIELD_OWN: return env->own;
        default: return env->fields[field];
    }
}

static double sample(const weft_ir* ir, const weft_eval_env* env, const weft_ir_value* value,
                     const double* values) {
    double coords[WEFT_MAX_AXES] = {0};
    const uint32_t count = value->arg_count < WEFT_MAX_AXES ? value->arg_count : WEFT_MAX_AXES;
    for (uint32_t i = 0; i < count; ++i) coords[i] = values[ir->args[value->args + i]];
    return env->sample(env->sample_user, value->aux, coords, count);
}

static double operate(const weft_ir* ir, const weft_ir_value* value, const double* values) {
    double args[3] = {0};
    const uint32_t count = value->arg_count < 3u ? value->arg_count : 3u;
    for (uint32_t i = 0; i < count; ++i) args[i] = values[ir->args[value->args + i]];
    return weft_eval_op(value->op, args);
}

static weft_status run_range(const weft_ir* ir, const weft_eval_env* env, uint32_t begin,
                             uint32_t end, double* values);

static weft_status run_loop(const weft_ir* ir, const weft_eval_env* env, uint32_t at,
                            double* values) {
    const weft_ir_value* value = &ir->values[at];
    const weft_ir_loop* loop = &ir->loops[value->aux];
    const uint32_t* args = &ir->args[value->args];
    double* state = values + loop_state(ir, value->aux);
    const double from = values[args[0]];
    const double to = values[args[1]];
    for (uint32_t i = 0; i < loop->carried_count; ++i) state[1 + i] = values[args[2 + i]];
    values[at] = 0.0;
    for (double turn = 0.0; from + turn <= to; turn += 1.0) {
        if (env->cancel && __atomic_load_n(env->cancel, __ATOMIC_RELAXED)) return WEFT_CANCELLED;
        if (env->turns) {
            if (*env->turns == 0) return WEFT_TIMEOUT;
            --*env->turns;
        }
        state[0] = from + turn;
        const weft_status status = run_range(ir, env, at + 1, at + 1 + loop->body_count, values);
        if (status != WEFT_OK) return status;
        for (uint32_t i = 0; i < loop->carried_count; ++i)
            state[1 + i] = values[ir->args[loop->next + i]];
    }
    return WEFT_OK;
}

/* State of the loop that a LOOP_INDEX, LOOP_CARRIED or LOOP_RESULT belongs to. */
static const double* state_of(const weft_ir* ir, const weft_ir_value* value, const double* values) {
    return values + loop_state(ir, ir->values[ir->args[value->args]].aux);
}

static weft_status run_range(const weft_ir* ir, const weft_eval_env* env, uint32_t begin,
                             uint32_t end, double* values) {
    for (uint32_t i = begin; i < end; ++i) {
        const weft_ir_value* value = &ir->values[i];
        switch (value->op) {
            case WEFT_OP_CONST: values[i] = value->imm; break;
            case WEFT_OP_FIELD: values[i] = read_field(env, value->aux); break;
            case WEFT_OP_UNIFORM: values[i] = env->uniforms[value->aux]; break;
            case WEFT_OP_PARAM: values[i] = env->params[value->aux]; break;
            case WEFT_OP_SAMPLE: values[i] = sample(ir, env, value, values); break;
            case WEFT_OP_LOOP: {
                const weft_status status = run_loop(ir, env, i, values);
                if (status != WEFT_OK) return status;
                i += ir->loops[value->aux].body_count;
                break;
            }
            case WEFT_OP_LOOP_INDEX: values[i] = state_of(ir, value, values)[0]; break;
            case WEFT_OP_LOOP_CARRIED:
            case WEFT_OP_LOOP_RESULT:
                values[i] = state_of(ir, value, values)[1 + value->aux];
                break;
            default: values[i] = operate(ir, value, values); break;
        }
    }
    return WEFT_OK;
}

weft_status weft_eval_ir(const weft_ir* ir, const weft_eval_env* env, double* values) {
    return run_range(ir, env, 0, ir->value_count, values);
}
