// Values at points: from a kernel made for it, or read from a cache's grid; and the other
// direction, points that a kernel asks of somebody else's getter.
#include <cmath>
#include <limits>

#include "eval/eval.h"
#include "program.h"

namespace weft::cpu {
namespace {

std::int64_t tick_at(double counter) {
    const double tick = std::floor(counter);
    return std::fabs(tick) < 9e15 ? static_cast<std::int64_t>(tick) : 0;
}

// Point by point; out of the way of kernels, whose calls should not save registers for it.
[[gnu::noinline]] void read_cache(const Output& wanted, const weft_points& points, double* values) {
    if (!wanted.cache)
        throw cpp::Failure(WEFT_UNSUPPORTED, wanted.name + " cannot be read at points");
    const weft_grid& grid = wanted.grid;
    const std::uint32_t now =
        wanted.cache->tick == WEFT_TICK_SAMPLE ? WEFT_FIELD_ABSSAMPLE : WEFT_FIELD_ABSFRAME;
    for (std::uint64_t n = 0; n < points.count; ++n) {
        const auto field = [&](std::uint32_t f) {
            return points.fields[f] != nullptr ? points.fields[f][n] : points.constants[f];
        };
        double coords[WEFT_MAX_AXES] = {};
        for (std::uint32_t a = 0; a < grid.axis_count; ++a)
            coords[a] = grid.axes[a].field < WEFT_FIELD_COUNT ? field(grid.axes[a].field)
                        : points.own != nullptr               ? points.own[n]
                                                              : 0.0;
        values[n] = weft_grid_read(&grid, wanted.cache->view.data, tick_at(field(now)), 0, coords);
    }
}

}  // namespace

void Program::get_values(std::uint32_t output, const weft_points& points, double* values) {
    if (output >= outputs_.size()) throw cpp::Failure(WEFT_INVALID, "there is no such output");
    const Output& wanted = outputs_[output];
    if (wanted.few_values == nullptr) {
        read_cache(wanted, points, values);
        return;
    }
    (points.count < kManyPoints ? wanted.few_values : wanted.many_values)(wanted.args, &points,
                                                                          values);
}

void Program::get_handle(std::uint32_t output, weft_handle& handle) {
    if (output >= outputs_.size()) throw cpp::Failure(WEFT_INVALID, "there is no such output");
    const Output& wanted = outputs_[output];
    if (!wanted.cache) throw cpp::Failure(WEFT_UNSUPPORTED, wanted.name + " has no memory here");
    handle = handle_of(wanted);
}

// A getter is asked at the frame's clock, moved to the operands; a cache, at the tick that stands
// behind them. What it fails to answer is NaN.
void Program::read_getter(const KernelArgs* args, std::uint32_t input, std::uint32_t count,
                          const double* coords, double* values) {
    const auto* program = static_cast<const Program*>(args->owner);
    const weft_binding& binding = program->inputs_[input].binding;
    const double* fields[WEFT_FIELD_COUNT] = {};
    weft_points points{};
    points.struct_size = sizeof points;
    points.count = count;
    points.fields = fields;
    points.constants = args->fields;
    points.params = args->params;
    for (std::uint32_t a = 0; a < binding.handle.grid.axis_count; ++a) {
        const std::uint32_t field = binding.handle.grid.axes[a].field;
        const double* column = coords + static_cast<std::size_t>(a) * count;
        if (field < WEFT_FIELD_COUNT) {
            fields[field] = column;
        } else {
            points.own = column;
        }
    }
    if (const weft_axis* ring = ring_of(binding.handle.grid); ring != nullptr)
        fields[tick_field(*ring)] =
            coords + static_cast<std::size_t>(binding.handle.grid.axis_count) * count;
    weft_error error{};
    error.struct_size = sizeof error;
    if (binding.get_values(binding.getter, &points, values, &error) == WEFT_OK) return;
    for (std::uint32_t i = 0; i < count; ++i) values[i] = std::numeric_limits<double>::quiet_NaN();
}

}  // namespace weft::cpu
