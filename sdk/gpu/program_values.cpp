// Values at points: by kernels made for it, from a cache in host memory, or gathered from a cache
// of the device; and points that are gathered after every execute.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "eval/eval.h"
#include "gpu/program_impl.h"

namespace weft::gpu {
namespace {

// Points of one launch; more are asked for in parts.
constexpr std::uint64_t kMostPoints = std::uint64_t{1} << 20;

Claim for_points() {
    return {"a list of points", Rank::remade};
}

struct Ticks {
    std::int64_t frame;
    std::int64_t sample;
    bool operator==(const Ticks&) const = default;
};

Ticks ticks_at(const weft_points& points, std::uint64_t n) {
    return {tick_at(field_at(points, WEFT_FIELD_ABSFRAME, n)),
            tick_at(field_at(points, WEFT_FIELD_ABSSAMPLE, n))};
}

// How many points from `first` on see the same ticks, as one launch wants it.
std::uint64_t alike(const weft_points& points, std::uint64_t first) {
    const std::uint64_t most = std::min(points.count, first + kMostPoints);
    const bool vary = points.fields != nullptr && (points.fields[WEFT_FIELD_ABSFRAME] != nullptr ||
                                                   points.fields[WEFT_FIELD_ABSSAMPLE] != nullptr);
    if (!vary) return most - first;
    const Ticks ticks = ticks_at(points, first);
    std::uint64_t n = first + 1;
    while (n < most && ticks_at(points, n) == ticks) ++n;
    return n - first;
}

void write_points(const weft_points& points, std::uint32_t field, std::uint64_t first,
                  std::uint64_t count, double* to) {
    for (std::uint64_t n = 0; n < count; ++n) to[n] = field_at(points, field, first + n);
}

}  // namespace

std::int64_t tick_at(double counter) {
    const double tick = std::floor(counter);
    return std::fabs(tick) < 9e15 ? static_cast<std::int64_t>(tick) : 0;
}

double field_at(const weft_points& points, std::uint32_t field, std::uint64_t n) {
    if (field >= WEFT_FIELD_COUNT) return points.own != nullptr ? points.own[n] : 0.0;
    return points.fields != nullptr && points.fields[field] != nullptr ? points.fields[field][n]
                                                                       : points.constants[field];
}

// Makes room for `count` points. The work is recorded again when the memory is another.
static void grow(Device& device, PointsRun& run, std::uint64_t count, const KernelText& text,
                 std::size_t fields, std::size_t results) {
    if (run.args == nullptr) {
        const std::uint64_t bytes = text.args.bytes(text.whole.size());
        run.args = device.pool.take(bytes, Place::upload, for_points());
        run.nothing = device.pool.take(kSliceAlignment, Place::host, for_points());
        std::memset(run.nothing->host, 0, kSliceAlignment);
    }
    if (count <= run.room) return;
    std::uint64_t room = std::max<std::uint64_t>(run.room, 64);
    while (room < count) room *= 2;
    run.work.reset();
    run.points = device.pool.take(room * fields * 8, Place::upload, for_points());
    run.values = device.pool.take(room * results * 8, Place::readback, for_points());
    run.room = room;
}

// Runs the work over `count` points, recording it when they are not as many as the last time.
void BatchProgram::launch_points(PointsRun& run, const KernelText& text, const Pipeline* pipeline,
                                 std::uint64_t count) {
    std::vector<Slice>& slices = scratch_slices_;
    slices.clear();
    for (const Parameter& parameter : text.parameters) {
        switch (parameter.use) {
            case Use::args: slices.push_back({run.args.get(), 0}); break;
            case Use::points: slices.push_back({run.points.get(), 0}); break;
            case Use::values: slices.push_back({run.values.get(), 0}); break;
            case Use::input:
                slices.push_back(run.source != nullptr ? Slice{run.source, 0}
                                                       : inputs_[parameter.index].slice);
                break;
            default: slices.push_back({run.nothing.get(), 0}); break;
        }
        if (slices.back().buffer == nullptr) slices.back() = {run.nothing.get(), 0};
    }
    if (run.work == nullptr || run.count != count || run.slices != slices) {
        Recorder recorder;
        Launch launch;
        launch.pipeline = pipeline;
        launch.parameters = slices;
        for (std::uint32_t e = 0; e < text.entries.size(); ++e) {
            launch.entry = e;
            recorder.launch(launch, count, 1, device_.info().text.group, {{}, {run.values.get()}});
        }
        run.work = device_.record(recorder.commands());
        run.count = count;
        run.slices = slices;
    }
    (void)device_.queue.wait(device_.queue.submit(*run.work));
    auto& word = *reinterpret_cast<std::uint32_t*>(run.nothing->host);
    if (std::exchange(word, 0) == kStoppedShort)
        throw cpp::Failure(WEFT_UNSUPPORTED, too_many_turns());
}

void BatchProgram::run_points(std::uint32_t number, std::uint32_t store, const weft_points& points,
                              std::uint64_t first, std::uint64_t count, double* values) {
    const Kernel& kernel = kernels_[number];
    PointsRun& run = *points_[number];
    const KernelText& text = kernel.text;
    grow(device_, run, count, text, text.point_fields.size(), kernel.stores.size());
    auto* to = reinterpret_cast<double*>(run.points->host);
    for (std::size_t f = 0; f < text.point_fields.size(); ++f)
        write_points(points, text.point_fields[f], first, count, to + f * count);
    Numbers numbers;
    numbers.fields = points.constants;
    numbers.params = points.params;
    const Ticks ticks = ticks_at(points, first);
    numbers.frame = ticks.frame;
    numbers.sample = ticks.sample;
    numbers.point_count = count;
    write_numbers(kernel, numbers, run.args->host);
    launch_points(run, text, kernel.pipeline.get(), count);
    std::memcpy(values, run.values->host + store * count * sizeof(double), count * sizeof(double));
    counters_.gathered += count * sizeof(double);
}

// From a cache that only the device sees.
void BatchProgram::read_device(std::uint32_t output, const weft_points& points, std::uint64_t first,
                               std::uint64_t count, double* values) {
    const Output& wanted = outputs_[output];
    const weft_grid& grid = wanted.grid;
    std::unique_ptr<PointsRun>& run = reads_[output];
    if (run == nullptr) {
        auto made = std::make_unique<PointsRun>();
        made->source = &wanted.cache->home();
        made->text = write_gather({false, grid, 0, false}, device_.info().text);
        made->pipeline = device_.build({&made->text, "values of " + wanted.name});
        run = std::move(made);
    }
    grow(device_, *run, count, run->text, grid.axis_count, 1);
    auto* to = reinterpret_cast<double*>(run->points->host);
    for (std::uint32_t a = 0; a < grid.axis_count; ++a)
        write_points(points, grid.axes[a].field, first, count, to + a * count);
    Numbers numbers;
    numbers.fields = points.constants;
    const Ticks ticks = ticks_at(points, first);
    numbers.frame = ticks.frame;
    numbers.sample = ticks.sample;
    numbers.point_count = count;
    write_gather_numbers(run->text, grid, numbers, run->args->host);
    launch_points(*run, run->text, run->pipeline.get(), count);
    std::memcpy(values, run->values->host, count * sizeof(double));
    counters_.gathered += count * sizeof(double);
}

void BatchProgram::get_values(std::uint32_t output, const weft_points& points, double* values) {
    device_.residency.use([&] { get_values_in_place(output, points, values); });
}

void BatchProgram::get_values_in_place(std::uint32_t output, const weft_points& points,
                                       double* values) {
    const Output& wanted = outputs_.at(output);
    wait_for_all();
    for (std::uint32_t k = 0; k < kernels_.size(); ++k) {
        if (kernels_[k].domain != WEFT_DOMAIN_POINTS) continue;
        for (std::uint32_t s = 0; s < kernels_[k].stores.size(); ++s) {
            if (kernels_[k].stores[s].output != output) continue;
            locate_inputs();
            if (judged_[k] != nullptr) return judge_points(k, s, points, values);
            for (std::uint64_t n = 0; n < points.count;) {
                const std::uint64_t count = alike(points, n);
                run_points(k, s, points, n, count, values + n);
                n += count;
            }
            return;
        }
    }
    if (!wanted.cache)
        throw cpp::Failure(WEFT_UNSUPPORTED, wanted.name + " cannot be read at points");
    const char* data = wanted.cache->host_data();
    for (std::uint64_t n = 0; n < points.count;) {
        if (data == nullptr) {
            const std::uint64_t count = alike(points, n);
            read_device(output, points, n, count, values + n);
            n += count;
            continue;
        }
        const Ticks ticks = ticks_at(points, n);
        double coords[WEFT_MAX_AXES] = {};
        for (std::uint32_t a = 0; a < wanted.grid.axis_count; ++a)
            coords[a] = field_at(points, wanted.grid.axes[a].field, n);
        values[n++] = weft_grid_read(
            &wanted.grid, data,
            wanted.cache->tick() == WEFT_TICK_SAMPLE ? ticks.sample : ticks.frame, 0, coords);
    }
}

// Coordinates that every frame reads: in memory of the device, where it has its own.
static std::shared_ptr<Buffer> keep_points(Device& device, const double* const* coords,
                                           std::uint32_t axes, std::uint64_t count) {
    const std::uint64_t bytes = axes * count * sizeof(double);
    std::shared_ptr<Buffer> kept = device.pool.take(bytes, Place::device, for_points());
    std::shared_ptr<Buffer> seen = kept;
    if (kept->host == nullptr) seen = device.pool.take(bytes, Place::upload, for_points());
    auto* to = reinterpret_cast<double*>(seen->host);
    for (std::uint32_t a = 0; a < axes; ++a) std::copy_n(coords[a], count, to + a * count);
    if (seen == kept) return kept;
    Recorder recorder;
    recorder.copy({seen.get(), 0}, {kept.get(), 0}, bytes);
    const std::unique_ptr<Work> work = device.record(recorder.commands());
    (void)device.queue.wait(device.queue.submit(*work));
    return kept;
}

const double* BatchProgram::gather(std::uint32_t output, std::uint64_t count,
                                   const double* const* coords) {
    const Output& wanted = outputs_.at(output);
    if (!wanted.cache) throw cpp::Failure(WEFT_UNSUPPORTED, wanted.name + " cannot be gathered");
    if (count == 0 || count > kMostPoints)
        throw cpp::Failure(WEFT_INVALID, "between 1 and " + std::to_string(kMostPoints) +
                                             " points of " + wanted.name + " can be gathered");
    const auto arranging = device_.residency.arranging();
    wait_for_all();
    auto made = std::make_unique<Gather>();
    made->output = output;
    made->count = count;
    made->text = write_gather({false, wanted.grid, 0, false}, device_.info().text);
    made->pipeline = device_.build({&made->text, "points of " + wanted.name});
    made->points = keep_points(device_, coords, wanted.grid.axis_count, count);
    made->values.resize(count);
    for (const std::unique_ptr<Flight>& flight : flights_) {
        const std::uint64_t bytes = made->text.args.bytes(made->text.whole.size());
        made->args.push_back(device_.pool.take(bytes, Place::upload, for_points()));
        made->results.push_back(
            device_.pool.take(count * sizeof(double), Place::readback, for_points()));
        flight->recordings.clear();
    }
    gathers_.push_back(std::move(made));
    return gathers_.back()->values.data();
}

}  // namespace weft::gpu
