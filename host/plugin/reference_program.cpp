#include "plugin/reference_program.h"

#include <fmt/format.h>
#include <weft/cpp/batch.hpp>
#include <weft/cpp/frame.hpp>

#include <algorithm>
#include <cmath>

#include "eval/eval.h"

namespace weft::plugin::reference {
namespace {

// Loop turns of one point, inner loops included. More would look like a hang.
constexpr std::uint64_t kMostTurns = std::uint64_t{1} << 28;

}  // namespace

Kernel::Kernel(const weft_kernel& from)
    : domain(from.domain),
      width(from.width),
      height(from.height),
      first_uniform(from.first_uniform),
      values(from.ir.values, from.ir.values + from.ir.value_count),
      args(from.ir.args, from.ir.args + from.ir.arg_count),
      loops(from.ir.loops, from.ir.loops + from.ir.loop_count),
      stores(from.stores, from.stores + from.store_count) {
    ir.struct_size = sizeof ir;
    ir.values = values.data();
    ir.value_count = from.ir.value_count;
    ir.args = args.data();
    ir.arg_count = from.ir.arg_count;
    ir.loops = loops.data();
    ir.loop_count = from.ir.loop_count;
    ir.uniform_count = from.ir.uniform_count;
    scratch = weft_eval_scratch(&ir);
}

// The point that is being evaluated; SAMPLE values find their way back through it.
struct Program::Point {
    const Program* program;
    Now now;
    double fields[WEFT_FIELD_COUNT];
    std::uint64_t turns = 0;
    weft_eval_env env{};

    Point(const Program* of, const double* params, const double* uniforms,
          const volatile std::uint32_t* cancel)
        : program(of) {
        env.fields = fields;
        env.params = params;
        env.uniforms = uniforms;
        env.sample = Program::sample;
        env.sample_user = this;
        env.turns = &turns;
        env.cancel = cancel;
    }
};

Program::Program(cpp::Host host, const weft_batch& batch) : host_(host) {
    if (batch.source_count != 0)
        throw cpp::Failure(WEFT_UNSUPPORTED, "the reference opens no sources",
                           std::string(cpp::view(batch.sources[0].node)), batch.sources[0].span);
    cpp::refuse_unknown(batch);
    std::copy_n(batch.settings, static_cast<std::size_t>(WEFT_FIELD_COUNT), settings_);
    add_outputs(batch);
    add_inputs(batch);
    add_kernels(batch);
}

void Program::add_outputs(const weft_batch& batch) {
    // Samples of one frame, which is the most a stream cache captures in one call.
    const double fps = settings_[WEFT_FIELD_FPS];
    const auto block = static_cast<std::uint64_t>(std::ceil(settings_[WEFT_FIELD_RATE] / fps)) + 1;
    for (const weft_output& from : cpp::list(batch.outputs, batch.output_count)) {
        const auto number = static_cast<std::uint32_t>(outputs_.size());
        Output& output = outputs_.emplace_back();
        output.kind = from.kind;
        output.target = from.target;
        output.grid = from.grid;
        output.name = fmt::format("{}@{}", cpp::view(from.node), cpp::view(from.strand));
        if (from.kind != WEFT_OUTPUT_CACHE) continue;
        bool stream = false;
        for (std::uint32_t i = 0; i < from.grid.axis_count; ++i)
            stream |= from.grid.axes[i].wrap == WEFT_WRAP_RING &&
                      from.grid.axes[i].tick == WEFT_TICK_SAMPLE;
        output.grid = Cache::laid_out(from.grid, stream ? block : 0);
        if (weft_inherit* inherit = cpp::inheritance_of(batch, number); inherit)
            output.cache = take_over(*inherit, output.grid);
        if (!output.cache) output.cache = std::make_shared<Cache>(host_, output.grid);
        if (from.shared) host_.expose(from.id, handle_of(output));
    }
}

// The cache whose place this one takes; null where it needs more room.
std::shared_ptr<Cache> Program::take_over(weft_inherit& inherit, weft_grid& grid) {
    const auto& older =
        static_cast<const Program&>(*reinterpret_cast<const cpp::Program*>(inherit.program));
    const std::shared_ptr<Cache>& cache = older.outputs_.at(inherit.output).cache;
    if (!cache || !cpp::move_into(cache->grid(), grid)) return nullptr;
    inherit.taken = 1;
    return cache;
}

void Program::add_inputs(const weft_batch& batch) {
    for (const weft_input& from : cpp::list(batch.inputs, batch.input_count)) {
        Reader& reader = inputs_.emplace_back();
        reader.channel = from.channel;
        if (from.internal_output != WEFT_NOT_INTERNAL) {
            const Output& output = outputs_.at(from.internal_output);
            const Cache* cache = output.cache.get();
            if (!cache)
                throw cpp::Failure(WEFT_UNSUPPORTED, "only caches are read inside a batch",
                                   std::string(cpp::view(from.node)));
            reader.grid = &output.grid;
            reader.view = &cache->view();
            continue;
        }
        reader.binding = host_.lookup(from.id);
        const std::uint32_t kind = reader.binding.kind;
        if (kind != WEFT_HANDLE_HOST && kind != WEFT_HANDLE_NONE)
            throw cpp::Failure(WEFT_UNSUPPORTED, "the reference reads host memory and values only",
                               std::string(cpp::view(from.node)));
    }
    // Addresses of grids inside `inputs_` are final only now.
    for (Reader& reader : inputs_)
        if (!reader.grid && reader.binding.kind == WEFT_HANDLE_HOST) {
            reader.grid = &reader.binding.handle.grid;
            reader.view = reader.binding.handle.view;
        }
}

void Program::add_kernels(const weft_batch& batch) {
    for (const weft_kernel& from : cpp::list(batch.kernels, batch.kernel_count)) {
        Kernel& kernel = kernels_.emplace_back(from);
        for (const weft_store& store : kernel.stores) {
            kernel.captures |= outputs_.at(store.output).kind == WEFT_OUTPUT_CACHE;
            kernel.delivers |= outputs_.at(store.output).kind == WEFT_OUTPUT_TARGET;
        }
        if (kernel.domain == WEFT_DOMAIN_POINTS && kernel.ir.uniform_count != 0)
            throw cpp::Failure(WEFT_UNSUPPORTED, "a kernel of points cannot have hoisted values");
        scratch_stride_ = std::max(scratch_stride_, kernel.scratch);
    }
    chunks_ = std::max(1u, host_.concurrency()) * std::uint64_t{4};
    scratch_stride_ = (scratch_stride_ + 7) / 8 * 8;
    scratch_.resize(scratch_stride_ * chunks_);
}

weft_handle Program::handle_of(const Output& output) const {
    weft_handle handle{};
    handle.struct_size = sizeof handle;
    handle.kind = WEFT_HANDLE_HOST;
    handle.grid = output.grid;
    handle.view = &output.cache->view();
    handle.memory_fd = output.cache->fd();
    handle.memory_size = output.cache->bytes();
    return handle;
}

void Program::get_handle(std::uint32_t output, weft_handle& handle) {
    const Output& from = outputs_.at(output);
    if (!from.cache) throw cpp::Failure(WEFT_UNSUPPORTED, "only caches have memory", from.name);
    handle = handle_of(from);
}

double Program::sample(void* user, std::uint32_t input, const double* coords, std::uint32_t count) {
    const Point& point = *static_cast<const Point*>(user);
    return point.program->inputs_[input].read(coords, count, point.now, point.fields,
                                              point.env.params);
}

// --- A frame -------------------------------------------------------------------------------------

void Program::execute(const weft_frame& frame) {
    status_ = WEFT_OK;
    for (const Kernel& kernel : kernels_) {
        Work work{};
        work.kernel = &kernel;
        work.frame = &frame;
        work.uniforms = frame.uniforms ? frame.uniforms + kernel.first_uniform : nullptr;
        work.capture = kernel.captures && frame.capture != 0;
        work.deliver = kernel.delivers && frame.skip_targets == 0;
        if (!work.capture && !work.deliver) continue;
        if (kernel.domain == WEFT_DOMAIN_RASTER) run_raster(work);
        if (kernel.domain == WEFT_DOMAIN_STREAM) run_stream(work);
        const weft_status status = status_;
        if (status == WEFT_CANCELLED) throw cpp::Failure(status, "cancelled");
        if (status == WEFT_TIMEOUT)
            throw cpp::Failure(
                status, fmt::format("a loop takes more than {} turns at one point", kMostTurns));
    }
}

void Program::run_raster(const Work& work) {
    host_.parallel(chunks_, [&](std::uint64_t chunk) { run_rows(work, chunk); });
    Now now;
    now.ticks[WEFT_TICK_FRAME] = weft_frame_tick(work.frame);
    now.ticks[WEFT_TICK_SAMPLE] = work.frame->first_sample;
    finish_captures(work, now);
}

void Program::run_rows(const Work& work, std::uint64_t chunk) {
    const weft_frame& frame = *work.frame;
    const Kernel& kernel = *work.kernel;
    Point point(this, frame.params, work.uniforms, frame.cancel);
    std::copy_n(frame.fields, static_cast<std::size_t>(WEFT_FIELD_COUNT), point.fields);
    for (int f = 0; f < WEFT_FIELD_COUNT; ++f)
        if (weft_field_is_setting(f)) point.fields[f] = settings_[f];
    point.now.ticks[WEFT_TICK_FRAME] = weft_frame_tick(&frame);
    point.now.ticks[WEFT_TICK_SAMPLE] = frame.first_sample;
    double* scratch = scratch_.data() + chunk * scratch_stride_;
    for (std::uint64_t j = chunk; j < kernel.height; j += chunks_) {
        if (cpp::is_cancelled(frame.cancel)) status_ = WEFT_CANCELLED;
        if (status_ != WEFT_OK) return;
        const double height = static_cast<double>(kernel.height);
        const double width = static_cast<double>(kernel.width);
        point.fields[WEFT_FIELD_Y] = (static_cast<double>(j) + 0.5) / height;
        for (std::uint64_t i = 0; i < kernel.width; ++i) {
            point.fields[WEFT_FIELD_X] = (static_cast<double>(i) + 0.5) / width;
            const weft_status status = run_point(work, point, i, j, 0, scratch);
            if (status != WEFT_OK) {
                status_ = status;
                return;
            }
        }
    }
}

void Program::run_stream(const Work& work) {
    const weft_frame& frame = *work.frame;
    Point point(this, frame.params, work.uniforms, frame.cancel);
    std::copy_n(settings_, static_cast<std::size_t>(WEFT_FIELD_COUNT), point.fields);
    point.fields[WEFT_FIELD_X] = point.fields[WEFT_FIELD_Y] = 0.5;
    for (std::uint64_t n = 0; n < frame.sample_count; ++n) {
        const std::int64_t sample = frame.first_sample + static_cast<std::int64_t>(n);
        weft_clock_at_sample(settings_, sample, point.fields);
        point.now.ticks[WEFT_TICK_FRAME] = weft_frame_tick(&frame);
        point.now.ticks[WEFT_TICK_SAMPLE] = sample;
        point.env.row_time = point.fields[WEFT_FIELD_ABSTIME];
        const weft_status status = run_point(work, point, 0, 0, n, scratch_.data());
        if (status != WEFT_OK) {
            status_ = status;
            return;
        }
        finish_captures(work, point.now);
    }
}

weft_status Program::run_point(const Work& work, Point& point, std::uint64_t i, std::uint64_t j,
                               std::uint64_t n, double* scratch) {
    point.turns = kMostTurns;
    const weft_status status = weft_eval_ir(&work.kernel->ir, &point.env, scratch);
    if (status == WEFT_OK) store(work, scratch, i, j, n, point.now);
    return status;
}

void Program::store(const Work& work, const double* values, std::uint64_t i, std::uint64_t j,
                    std::uint64_t n, const Now& now) {
    for (const weft_store& s : work.kernel->stores) {
        Output& output = outputs_[s.output];
        const weft_grid* grid = &output.grid;
        void* data = nullptr;
        if (output.kind == WEFT_OUTPUT_CACHE && work.capture) {
            data = output.cache->data();
        } else if (output.kind == WEFT_OUTPUT_TARGET && work.deliver &&
                   output.target < work.frame->target_count) {
            data = work.frame->targets[output.target].data;
        }
        if (!data) continue;
        std::uint64_t index[WEFT_MAX_AXES] = {};
        index_of(*grid, i, j, n, now, index);
        for (std::uint32_t c = 0; c < s.value_count; ++c)
            weft_grid_store(grid, data, s.channel + c, index,
                            values[work.kernel->args[s.values + c]]);
    }
}

void Program::finish_captures(const Work& work, const Now& now) {
    if (!work.capture) return;
    for (const weft_store& s : work.kernel->stores) {
        Cache* cache = outputs_[s.output].cache.get();
        if (!cache) continue;
        const weft_axis* ring = cache->ring();
        cache->captured(ring ? now.ticks[ring->tick == WEFT_TICK_SAMPLE ? 1 : 0] : 0);
    }
}

// --- Points --------------------------------------------------------------------------------------

void Program::get_values(std::uint32_t output, const weft_points& points, double* values) {
    const Output& wanted = outputs_.at(output);
    Point point(this, points.params, nullptr, nullptr);
    const Kernel* kernel = nullptr;
    std::uint32_t value = 0;
    for (const Kernel& k : kernels_)
        for (const weft_store& s : k.stores)
            if (s.output == output && k.domain == WEFT_DOMAIN_POINTS) {
                kernel = &k;
                value = k.args[s.values];
            }
    if (!kernel && !wanted.cache)
        throw cpp::Failure(WEFT_UNSUPPORTED, "values at points cannot be read", wanted.name);
    Reader own;
    if (wanted.cache) {
        own.grid = &wanted.grid;
        own.view = &wanted.cache->view();
    }
    for (std::uint64_t n = 0; n < points.count; ++n) {
        for (int f = 0; f < WEFT_FIELD_COUNT; ++f)
            point.fields[f] =
                points.fields && points.fields[f] ? points.fields[f][n] : points.constants[f];
        point.env.own = points.own ? points.own[n] : 0.0;
        point.env.row_time = point.fields[WEFT_FIELD_ABSTIME];
        const auto tick = [&](int field) {
            const double t = std::floor(point.fields[field]);
            return std::fabs(t) < 9e15 ? static_cast<std::int64_t>(t) : 0;
        };
        point.now.ticks[WEFT_TICK_FRAME] = tick(WEFT_FIELD_ABSFRAME);
        point.now.ticks[WEFT_TICK_SAMPLE] = tick(WEFT_FIELD_ABSSAMPLE);
        if (wanted.cache) {
            double coords[WEFT_MAX_AXES] = {};
            const weft_grid& grid = wanted.grid;
            for (std::uint32_t a = 0; a < grid.axis_count; ++a)
                coords[a] = grid.axes[a].field < WEFT_FIELD_COUNT ? point.fields[grid.axes[a].field]
                                                                  : point.env.own;
            values[n] = own.read(coords, grid.axis_count, point.now, point.fields, points.params);
            continue;
        }
        point.turns = kMostTurns;
        const weft_status status = weft_eval_ir(&kernel->ir, &point.env, scratch_.data());
        if (status != WEFT_OK)
            throw cpp::Failure(
                status, fmt::format("a loop takes more than {} turns at one point", kMostTurns));
        values[n] = scratch_[value];
    }
}

}  // namespace weft::plugin::reference
