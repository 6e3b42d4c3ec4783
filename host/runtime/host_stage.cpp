#include "runtime/host_stage.h"

#include <algorithm>
#include <array>

#include <weft/cpp/points.hpp>

#include "eval/eval.h"

namespace weft::runtime {
namespace {

// What a SAMPLE needs to know, handed through the evaluator.
struct SampleContext {
    const HostStage* stage;
    const StageMoment* moment;
    weft_status status = WEFT_OK;
    weft_error error{};
};

double sample(void* user, std::uint32_t input, const double* coords, std::uint32_t count) {
    auto& context = *static_cast<SampleContext*>(user);
    const StageMoment& moment = *context.moment;
    const HostInput& from = context.stage->inputs[input];
    const weft_binding& binding = from.binding;
    if (binding.kind == WEFT_HANDLE_HOST) {
        const weft_grid& grid = binding.handle.grid;
        const weft_view& view = *binding.handle.view;
        const bool ticks_in_samples = grid.axis_count > 0 &&
                                      grid.axes[grid.axis_count - 1].wrap == WEFT_WRAP_RING &&
                                      grid.axes[grid.axis_count - 1].tick == WEFT_TICK_SAMPLE;
        return weft_grid_read(&grid, view.data, ticks_in_samples ? moment.sample : moment.frame,
                              from.channel, coords);
    }
    std::array<double, WEFT_FIELD_COUNT> place;
    std::copy_n(moment.fields, WEFT_FIELD_COUNT, place.begin());
    place[WEFT_FIELD_ABSFRAME] = static_cast<double>(moment.frame);
    place[WEFT_FIELD_ABSSAMPLE] = static_cast<double>(moment.sample);
    double own = 0;
    for (std::uint32_t a = 0; a < count && a < from.axes.size(); ++a) {
        if (from.axes[a].field == WEFT_FIELD_OWN) {
            own = coords[a];
        } else {
            place[from.axes[a].field] = coords[a];
        }
    }
    const weft_points points = cpp::one_point(place.data(), &own, moment.params);
    double value = 0;
    context.error.struct_size = sizeof context.error;
    const weft_status status = binding.get_values(binding.getter, &points, &value, &context.error);
    if (status != WEFT_OK) {
        context.status = status;
    }
    return value;
}

}  // namespace

void take_gathers(HostStage& stage) {
    for (const Gather& gather : stage.gathers) {
        std::copy_n(gather.values, gather.count, stage.gathered.begin() + gather.first);
    }
}

Result<void> evaluate(HostStage& stage, const StageMoment& moment, const std::string& step) {
    SampleContext context{&stage, &moment};
    weft_eval_env env{};
    env.fields = moment.fields;
    env.params = moment.params;
    env.uniforms = stage.gathered.data();
    env.sample = sample;
    env.sample_user = &context;
    env.cancel = moment.cancel;
    const weft_ir ir = stage.program.ir.view();
    const weft_status status = weft_eval_ir(&ir, &env, stage.scratch.data());
    if (status != WEFT_OK || context.status != WEFT_OK) {
        return Error{status != WEFT_OK ? status : context.status,
                     step + ": " + context.error.message};
    }
    return {};
}

}  // namespace weft::runtime
