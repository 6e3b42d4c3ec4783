// The reference's opinion of a hand-built kernel, point by point.
#pragma once

#include "eval/bound.h"
#include "kit/batch.h"

namespace weft::kit {

// What SAMPLE reads, by input number.
struct JudgeInput {
    const weft_grid* grid = nullptr;
    const void* data = nullptr;
    std::uint32_t channel = 0;
};

struct Judge {
    const KernelText* kernel = nullptr;
    std::vector<JudgeInput> inputs;
    std::array<double, WEFT_FIELD_COUNT> fields{};
    std::vector<double> params;
    std::vector<double> uniforms;
    double own = 0.0;
    double row_time = 0.0;
    double column_time = 0.0;
    std::int64_t now = 0;
    // Value of `id` at the point the fields describe.
    double value(Ir::Id id);
    // At the centre of a pixel of the kernel.
    double pixel(Ir::Id id, std::uint64_t x, std::uint64_t y);

    // All that a back end may compute there (eval/bound.h), next to what is exact. Valid until the
    // next call.
    struct Opinion {
        const double* values;
        const weft_bound* bounds;
    };
    // `coordinate_ulp`: as weft_bound_env.
    Opinion opinion(double coordinate_ulp);

private:
    [[nodiscard]] weft_eval_env env();

    std::vector<double> scratch_;
    std::vector<weft_bound> bounds_;
};

}  // namespace weft::kit
