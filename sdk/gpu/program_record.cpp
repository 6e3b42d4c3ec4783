// What a frame becomes on the device: numbers for its kernels, and commands recorded over them.
#include <weft/clock.h>

#include <algorithm>
#include <cstring>

#include "eval/eval.h"
#include "gpu/program_impl.h"

namespace weft::gpu {
namespace {

// The tick of an axis at which a kernel of `domain` reads and stores.
std::int64_t tick_of(const weft_grid& grid, std::uint32_t domain, const Numbers& numbers) {
    const weft_axis* ring = ring_of(grid);
    if (ring == nullptr || ring->tick == WEFT_TICK_FRAME) return numbers.frame;
    return domain == WEFT_DOMAIN_STREAM ? numbers.first_sample : numbers.sample;
}

void add(std::vector<const Buffer*>& list, const Buffer* buffer) {
    if (buffer != nullptr) list.push_back(buffer);
}

}  // namespace

bool BatchProgram::runs(const Kernel& kernel, const Numbers& numbers) const {
    if (kernel.domain == WEFT_DOMAIN_POINTS) return false;
    if (kernel.domain == WEFT_DOMAIN_STREAM && numbers.sample_count == 0) return false;
    return (kernel.captures && numbers.capture) || (kernel.delivers && numbers.deliver);
}

std::int32_t BatchProgram::whole(const WholeArg& arg, const Kernel& kernel,
                                 const Numbers& numbers) const {
    switch (arg.what) {
        case Whole::capture: return numbers.capture ? 1 : 0;
        case Whole::deliver: return numbers.deliver || !kernel.asking.questions.empty() ? 1 : 0;
        case Whole::sample_count: return static_cast<std::int32_t>(numbers.sample_count);
        case Whole::point_count:
        case Whole::point_stride: return static_cast<std::int32_t>(numbers.point_count);
        case Whole::ring_now: {
            const weft_grid& grid = inputs_[arg.index].grid;
            return static_cast<std::int32_t>(slot_of(grid, tick_of(grid, kernel.domain, numbers)));
        }
        case Whole::slot: {
            const weft_grid& grid = outputs_[kernel.stores[arg.index].output].grid;
            return static_cast<std::int32_t>(slot_of(grid, tick_of(grid, kernel.domain, numbers)));
        }
    }
    return 0;
}

static void write_doubles(const KernelText& text, const Numbers& numbers,
                          std::uint32_t first_uniform, char* to) {
    const std::uint32_t count = text.args.numbers();
    auto* doubles = reinterpret_cast<double*>(to);
    std::copy_n(numbers.fields, static_cast<std::size_t>(WEFT_FIELD_COUNT), doubles);
    doubles[kFirstSampleNumber] = static_cast<double>(numbers.first_sample);
    double* next = doubles + kFirstUniformNumber;
    if (numbers.uniforms != nullptr)
        std::copy_n(numbers.uniforms + first_uniform, text.args.uniforms, next);
    next += text.args.uniforms;
    if (numbers.params != nullptr) std::copy_n(numbers.params, text.args.params, next);
    auto* floats = reinterpret_cast<float*>(to + text.args.floats_offset());
    for (std::uint32_t i = 0; i < count; ++i) floats[i] = static_cast<float>(doubles[i]);
}

void BatchProgram::write_numbers(const Kernel& kernel, const Numbers& numbers, char* to) const {
    write_doubles(kernel.text, numbers, kernel.first_uniform, to);
    auto* wholes = reinterpret_cast<std::int32_t*>(to + kernel.text.args.whole_offset());
    for (const WholeArg& arg : kernel.text.whole) *wholes++ = whole(arg, kernel, numbers);
}

void write_gather_numbers(const KernelText& text, const weft_grid& grid, const Numbers& numbers,
                          char* to) {
    write_doubles(text, numbers, 0, to);
    auto* wholes = reinterpret_cast<std::int32_t*>(to + text.args.whole_offset());
    for (const WholeArg& arg : text.whole)
        *wholes++ = static_cast<std::int32_t>(
            arg.what == Whole::ring_now ? slot_of(grid, tick_of(grid, WEFT_DOMAIN_RASTER, numbers))
                                        : numbers.point_count);
}

void BatchProgram::record_kernel(Recorder& recorder, const Kernel& kernel,
                                 const Flight& flight) const {
    const TextOptions& options = device_.info().text;
    Launch launch;
    launch.pipeline = kernel.pipeline.get();
    Access all;
    for (const Parameter& parameter : kernel.text.parameters) {
        Slice slice{nothing_.get(), 0};
        switch (parameter.use) {
            case Use::args: slice = {flight.args.get(), kernel.args_offset}; break;
            case Use::columns: slice = {kernel.columns.get(), 0}; break;
            case Use::rows: slice = {kernel.rows.get(), 0}; break;
            case Use::scratch: slice = {kernel.scratch.get(), 0}; break;
            case Use::input: slice = flight.variant.slices[parameter.index]; break;
            case Use::output:
                slice = flight.variant.slices[inputs_.size() + parameter.index];
                break;
            case Use::cancel: slice = flight.cancel; break;
            case Use::points:
            case Use::values: break;
        }
        if (slice.buffer == nullptr) slice = {nothing_.get(), 0};
        launch.parameters.push_back(slice);
        if (parameter.use == Use::output || parameter.use == Use::scratch) {
            all.writes.push_back(slice.buffer);
        } else if (parameter.use == Use::input) {
            all.reads.push_back(slice.buffer);
        }
    }
    for (std::uint32_t e = 0; e < kernel.text.entries.size(); ++e) {
        launch.entry = e;
        // Tables are written by their own entries, and read by those after them.
        Access access;
        std::uint64_t x = 1;
        std::uint64_t y = 1;
        switch (kernel.text.entries[e].over) {
            case Over::columns:
                x = kernel.width;
                access.reads = all.reads;
                add(access.writes, kernel.columns.get());
                break;
            case Over::rows:
                x = kernel.height;
                access.reads = all.reads;
                add(access.writes, kernel.rows.get());
                break;
            case Over::raster:
                x = (kernel.width + options.lanes - 1) / options.lanes;
                y = kernel.height;
                break;
            case Over::samples: x = flight.numbers.sample_count; break;
            case Over::serial:
            case Over::points: break;
        }
        if (access.writes.empty()) {
            access = all;
            add(access.reads, kernel.columns.get());
            add(access.reads, kernel.rows.get());
        }
        recorder.launch(launch, x, y, options.group, access);
    }
}

// What was captured goes to the host memory beside it: the slot of this tick, where it can be told
// apart, else everything.
void BatchProgram::record_mirrors(Recorder& recorder, const Flight& flight) const {
    for (std::size_t o = 0; o < outputs_.size(); ++o) {
        const std::uint64_t slot = flight.variant.mirrored[o];
        if (slot == kNotMirrored) continue;
        const Cache& cache = *outputs_[o].cache;
        if (slot == kAllMirrored) {
            recorder.copy({&cache.home(), 0}, {cache.mirror(), 0}, cache.bytes());
            continue;
        }
        for (std::uint32_t c = 0; c < std::max(1u, cache.grid().channels); ++c) {
            const std::uint64_t at = static_cast<std::uint64_t>(cache.grid().channel_stride) * c +
                                     slot * cache.slot_bytes();
            recorder.copy({&cache.home(), at}, {cache.mirror(), at}, cache.slot_bytes());
        }
    }
}

void BatchProgram::record_gathers(Recorder& recorder, const Flight& flight) const {
    for (const std::unique_ptr<Gather>& gather : gathers_) {
        Launch launch;
        launch.pipeline = gather->pipeline.get();
        Buffer* home = &outputs_[gather->output].cache->home();
        for (const Parameter& parameter : gather->text.parameters) {
            Slice slice{nothing_.get(), 0};
            if (parameter.use == Use::args) slice.buffer = gather->args[flight.number].get();
            if (parameter.use == Use::input) slice.buffer = home;
            if (parameter.use == Use::points) slice.buffer = gather->points.get();
            if (parameter.use == Use::values) slice.buffer = gather->results[flight.number].get();
            if (parameter.use == Use::cancel) slice = flight.cancel;
            launch.parameters.push_back(slice);
        }
        recorder.launch(launch, gather->count, 1, device_.info().text.group,
                        {{home}, {gather->results[flight.number].get()}});
    }
}

void BatchProgram::record_landing(Recorder& recorder, const Flight& flight,
                                  std::size_t output) const {
    const std::shared_ptr<Buffer>& landing = flight.landing[output];
    const Slice& slice = flight.variant.slices[inputs_.size() + output];
    if (landing == nullptr || slice.buffer != landing.get()) return;
    const std::shared_ptr<Buffer>& readback = flight.readback[output];
    recorder.copy({landing.get(), 0}, {readback.get(), 0}, std::min(landing->size, readback->size));
}

// What follows the kernels.
void BatchProgram::record_end(Recorder& recorder, const Flight& flight) const {
    record_mirrors(recorder, flight);
    for (std::size_t o = 0; o < outputs_.size(); ++o)
        if (outputs_[o].target != kNoTarget) record_landing(recorder, flight, o);
    record_gathers(recorder, flight);
}

std::unique_ptr<Work> BatchProgram::record(const Flight& flight) const {
    Recorder recorder;
    for (const Kernel& kernel : kernels_)
        if (runs(kernel, flight.numbers)) record_kernel(recorder, kernel, flight);
    record_end(recorder, flight);
    return device_.record(recorder.commands());
}

}  // namespace weft::gpu
