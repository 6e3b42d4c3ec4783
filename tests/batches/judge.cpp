// One point of a kernel through the reference evaluator.
#include "judge.h"

#include "eval/eval.h"

namespace weft::batch_test {

double Judge::value(Ir::Id id) {
    const weft_ir ir = kernel->ir.view();
    std::vector<double> scratch(weft_eval_scratch(&ir));
    weft_eval_env env{};
    env.fields = fields.data();
    env.uniforms = uniforms.data();
    env.params = params.data();
    env.own = own;
    env.row_time = row_time;
    env.column_time = column_time;
    env.sample = [](void* user, std::uint32_t input, const double* coords, std::uint32_t) {
        const auto* judge = static_cast<const Judge*>(user);
        const JudgeInput& from = judge->inputs[input];
        return weft_grid_read(from.grid, from.data, judge->now, from.channel, coords);
    };
    env.sample_user = this;
    if (weft_eval_ir(&ir, &env, scratch.data()) != WEFT_OK) return 0.0;
    return scratch[id];
}

double Judge::pixel(Ir::Id id, std::uint64_t x, std::uint64_t y) {
    fields[WEFT_FIELD_X] = (static_cast<double>(x) + 0.5) / static_cast<double>(kernel->width);
    fields[WEFT_FIELD_Y] = (static_cast<double>(y) + 0.5) / static_cast<double>(kernel->height);
    return value(id);
}

}  // namespace weft::batch_test
