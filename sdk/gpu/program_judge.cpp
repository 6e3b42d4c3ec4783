// Values at points by the reference evaluator: kernels of POINTS that ask getters, each point of
// its own. There are few such points, and a device would wait for the host at every one.
#include <algorithm>
#include <limits>

#include <weft/cpp/points.hpp>

#include "eval/eval.h"
#include "gpu/program_impl.h"

namespace weft::gpu {
namespace {

// Loop turns of one point, inner loops included. More would look like a hang.
constexpr std::uint64_t kMostTurns = std::uint64_t{1} << 28;

}  // namespace

JudgedKernel::JudgedKernel(const weft_kernel& from)
    : values(from.ir.values, from.ir.values + from.ir.value_count),
      args(from.ir.args, from.ir.args + from.ir.arg_count),
      loops(from.ir.loops, from.ir.loops + from.ir.loop_count) {
    ir = from.ir;
    ir.values = values.data();
    ir.args = args.data();
    ir.loops = loops.data();
    ir.affines = nullptr;
    ir.affine_count = 0;
    scratch.resize(weft_eval_scratch(&ir));
}

struct BatchProgram::JudgedPoint {
    BatchProgram* program;
    const double* params;
    std::array<double, WEFT_FIELD_COUNT> fields;
};

// What cannot be read in any way has been refused when the program was made.
double BatchProgram::sample_for_judge(void* user, std::uint32_t number, const double* coords,
                                      std::uint32_t count) {
    const auto& point = *static_cast<const JudgedPoint*>(user);
    const Input& input = point.program->inputs_[number];
    const void* data = point.program->host_data(input);
    if (data != nullptr) {
        const weft_axis* ring = ring_of(input.grid);
        const bool samples = ring != nullptr && ring->tick == WEFT_TICK_SAMPLE;
        const double tick = point.fields[samples ? WEFT_FIELD_ABSSAMPLE : WEFT_FIELD_ABSFRAME];
        return weft_grid_read(&input.grid, data, tick_at(tick), input.channel, coords);
    }
    std::array<double, WEFT_FIELD_COUNT> moved = point.fields;
    double own = 0;
    for (std::uint32_t a = 0; a < std::min(count, WEFT_MAX_AXES); ++a) {
        const std::uint32_t field = input.grid.axes[a].field;
        (field < WEFT_FIELD_COUNT ? moved[field] : own) = coords[a];
    }
    const weft_points points = cpp::one_point(moved.data(), &own, point.params);
    double value = 0;
    if (input.output != WEFT_NOT_INTERNAL) {
        point.program->read_device(input.output, points, 0, 1, &value);
        return value;
    }
    weft_error error{};
    error.struct_size = sizeof error;
    const bool answered =
        input.getter.get_values(input.getter.getter, &points, &value, &error) == WEFT_OK;
    return answered ? value : std::numeric_limits<double>::quiet_NaN();
}

// Null: not in this process's memory.
const void* BatchProgram::host_data(const Input& input) const {
    if (input.output != WEFT_NOT_INTERNAL) return outputs_[input.output].cache->host_data();
    if (input.handle.view != nullptr) return input.handle.view->data;
    const Buffer* buffer = input.slice.buffer;
    return buffer == nullptr || buffer->host == nullptr ? nullptr
                                                        : buffer->host + input.slice.offset;
}

void BatchProgram::judge_points(std::uint32_t kernel, std::uint32_t store,
                                const weft_points& points, double* values) {
    JudgedKernel& judged = *judged_[kernel];
    const std::uint32_t value = judged.args[kernels_[kernel].stores[store].values];
    JudgedPoint point{this, points.params, {}};
    weft_eval_env env{};
    std::uint64_t turns = 0;
    env.fields = point.fields.data();
    env.params = points.params;
    env.sample = sample_for_judge;
    env.sample_user = &point;
    env.turns = &turns;
    for (std::uint64_t n = 0; n < points.count; ++n) {
        for (std::uint32_t f = 0; f < WEFT_FIELD_COUNT; ++f)
            point.fields[f] = field_at(points, f, n);
        env.own = field_at(points, WEFT_FIELD_OWN, n);
        env.row_time = point.fields[WEFT_FIELD_ABSTIME];
        turns = kMostTurns;
        if (weft_eval_ir(&judged.ir, &env, judged.scratch.data()) != WEFT_OK)
            throw cpp::Failure(WEFT_TIMEOUT, "a loop takes too many turns at one point");
        values[n] = judged.scratch[value];
    }
}

}  // namespace weft::gpu
