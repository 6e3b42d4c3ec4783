// What a frame becomes on the device: numbers for its kernels, and commands recorded over them.
#include <weft/clock.h>

#include <algorithm>
#include <cstring>
#include <type_traits>

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

// The memory is only written, in order: to read what the host sees of a device takes a microsecond
// for each number.
static void write_doubles(const KernelText& text, const Numbers& numbers,
                          std::uint32_t first_uniform, char* to) {
    const auto each = [&](auto* next) {
        using Number = std::remove_pointer_t<decltype(next)>;
        const auto put = [&](const double* from, std::uint32_t count) {
            if (from != nullptr)
                for (std::uint32_t i = 0; i < count; ++i) next[i] = static_cast<Number>(from[i]);
            next += count;
        };
        const auto first_sample = static_cast<double>(numbers.first_sample);
        put(numbers.fields, WEFT_FIELD_COUNT);
        put(&first_sample, 1);
        put(numbers.uniforms != nullptr ? numbers.uniforms + first_uniform : nullptr,
            text.args.uniforms);
        put(numbers.params, text.args.params);
    };
    each(reinterpret_cast<double*>(to));
    each(reinterpret_cast<float*>(to + text.args.floats_offset()));
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
    const auto of_flight = [&](const std::vector<std::shared_ptr<Buffer>>& tables) {
        return tables.empty() ? nullptr : tables[flight.number].get();
    };
    Buffer* const columns = of_flight(kernel.columns);
    Buffer* const rows = of_flight(kernel.rows);
    Launch launch;
    launch.pipeline = kernel.pipeline.get();
    Access all;
    for (const Parameter& parameter : kernel.text.parameters) {
        Slice slice{nothing_.get(), 0};
        switch (parameter.use) {
            case Use::args: slice = {flight.args.get(), kernel.args_offset}; break;
            case Use::columns: slice = {columns, 0}; break;
            case Use::rows: slice = {rows, 0}; break;
            case Use::scratch: slice = {kernel.scratch.get(), 0}; break;
            case Use::input: slice = flight.variant.slices[parameter.index]; break;
            case Use::output:
                slice = flight.variant.slices[inputs_.size() + parameter.index];
                break;
            case Use::cancel:
                if (kernel.text.polls) slice = flight.cancel;
                break;
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
        const Over over = kernel.text.entries[e].over;
        if (over == Over::columns || over == Over::rows) {
            access.reads = all.reads;
            add(access.writes, over == Over::rows ? rows : columns);
        }
        launch.alone = !access.writes.empty() && access.reads.empty();
        auto [x, y] = threads_of(kernel.text, over, kernel.width, kernel.height);
        if (over == Over::samples) x = flight.numbers.sample_count;
        if (access.writes.empty()) {
            access = all;
            add(access.reads, columns);
            add(access.reads, rows);
        }
        const std::uint64_t most = kernel.text.entries[e].most;
        for (std::uint64_t first = 0; first < x; first += most == 0 ? x : most)
            recorder.launch(launch, most == 0 ? x : std::min<std::uint64_t>(x, first + most), y,
                            options.group, access, first);
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
            launch.parameters.push_back(slice);
        }
        recorder.launch(launch, gather->count, 1, device_.info().text.group,
                        {{home}, {gather->results[flight.number].get()}});
    }
}

// What follows the kernels.
void BatchProgram::record_end(Recorder& recorder, const Flight& flight) const {
    record_mirrors(recorder, flight);
    record_gathers(recorder, flight);
}

std::vector<std::unique_ptr<Work>> BatchProgram::record(const Flight& flight) const {
    std::vector<std::unique_ptr<Work>> parts;
    Recorder recorder;
    for (const Kernel& kernel : kernels_) {
        if (!runs(kernel, flight.numbers)) continue;
        record_kernel(recorder, kernel, flight);
        if (kernel.asking.questions.empty()) continue;
        parts.push_back(device_.record(recorder.commands()));
        recorder = {};
        record_answers(recorder, kernel);
    }
    record_end(recorder, flight);
    parts.push_back(device_.record(recorder.commands()));
    return parts;
}

}  // namespace weft::gpu
