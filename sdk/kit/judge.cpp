// One point of a kernel through the reference evaluator.
#include "kit/judge.h"

namespace weft::kit {

weft_eval_env Judge::env() {
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
    return env;
}

double Judge::value(Ir::Id id) {
    const weft_ir ir = kernel->ir.view();
    scratch_.resize(weft_eval_scratch(&ir));
    const weft_eval_env at = env();
    if (weft_eval_ir(&ir, &at, scratch_.data()) != WEFT_OK) return 0.0;
    return scratch_[id];
}

double Judge::pixel(Ir::Id id, std::uint64_t x, std::uint64_t y) {
    fields[WEFT_FIELD_X] = (static_cast<double>(x) + 0.5) / static_cast<double>(kernel->width);
    fields[WEFT_FIELD_Y] = (static_cast<double>(y) + 0.5) / static_cast<double>(kernel->height);
    return value(id);
}

Judge::Opinion Judge::opinion(double coordinate_ulp) {
    const weft_ir ir = kernel->ir.view();
    scratch_.resize(weft_eval_scratch(&ir));
    bounds_.resize(scratch_.size());
    weft_bound_env at{};
    at.point = env();
    at.coordinate_ulp = coordinate_ulp;
    at.sample_user = this;
    at.sample = [](void* user, const weft_bound_read* read) {
        const auto* judge = static_cast<const Judge*>(user);
        const JudgeInput& from = judge->inputs[read->input];
        return weft_grid_bound(from.grid, from.data, judge->now, from.channel, read, 0);
    };
    (void)weft_eval_bound(&ir, &at, scratch_.data(), bounds_.data());
    return {scratch_.data(), bounds_.data()};
}

}  // namespace weft::kit
