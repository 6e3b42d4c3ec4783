// A frame: kernels in their order, pictures in tiles over the resource group, streams row by row.
#include <weft/clock.h>

#include <algorithm>
#include <cmath>

#include "program.h"

namespace weft::cpu {
namespace {

// Tiles begin at multiples of this many rows, so that vectors over rows do not meet.
constexpr std::uint64_t kTileRows = 16;

constexpr std::uint32_t kNoCancel = 0;

std::int64_t slot_of(const Cache& cache, std::int64_t tick) {
    const auto capacity = static_cast<std::int64_t>(cache.capacity);
    const std::int64_t slot = tick % capacity;
    return slot < 0 ? slot + capacity : slot;
}

}  // namespace

// Sets what a kernel reads for this frame. False when there is nothing to do for it.
bool Program::prepare(Kernel& kernel, const weft_frame& frame) {
    const bool capture = kernel.captures && frame.capture != 0;
    const bool deliver = kernel.delivers && frame.skip_targets == 0;
    if (!capture && !deliver) return false;
    KernelArgs& args = kernel.args;
    args.fields = frame.fields;
    args.params = frame.params;
    args.uniforms = frame.uniforms == nullptr ? nullptr : frame.uniforms + kernel.first_uniform;
    args.cancel = frame.cancel != nullptr ? frame.cancel : &kNoCancel;
    args.frame = std::llround(frame.fields[WEFT_FIELD_ABSFRAME]);
    args.sample_tick = weft_clock_first_sample(settings_.data(), args.frame);
    args.first_sample = frame.first_sample;
    args.first_row = 0;
    args.capture = capture ? -1 : 0;
    for (std::size_t s = 0; s < kernel.stores.size(); ++s) {
        const Output& output = outputs_[kernel.stores[s].output];
        char* data = nullptr;
        if (output.kind == WEFT_OUTPUT_TARGET) {
            if (deliver && output.target < frame.target_count)
                data = static_cast<char*>(frame.targets[output.target].data);
        } else if (capture && output.cache) {
            data = static_cast<char*>(output.cache->memory.data());
            if (output.cache->tick == WEFT_TICK_FRAME)
                data += static_cast<std::uint64_t>(slot_of(*output.cache, args.frame)) *
                        output.cache->slot_bytes;
        }
        kernel.outputs[s] = data;
    }
    return true;
}

void Program::run_raster(Kernel& kernel) {
    if (kernel.compute_scalars != nullptr) kernel.compute_scalars(&kernel.args);
    if (kernel.compute_columns != nullptr) kernel.compute_columns(&kernel.args);
    // A few tiles for each thread level out rows of different cost.
    const std::uint64_t wanted = kernel.height / (std::uint64_t{threads_} * 4) + 1;
    const std::uint64_t rows = (wanted + kTileRows - 1) / kTileRows * kTileRows;
    const std::uint64_t tiles = (kernel.height + rows - 1) / rows;
    const auto tile = [&kernel, rows](std::uint64_t index) {
        const auto begin = static_cast<std::int64_t>(index * rows);
        const auto end = static_cast<std::int64_t>(std::min(index * rows + rows, kernel.height));
        if (kernel.compute_rows != nullptr) kernel.compute_rows(&kernel.args, begin, end);
        kernel.compute_points(&kernel.args, begin, end);
    };
    if (tiles == 1) {
        tile(0);
    } else {
        host_.parallel(tiles, tile);
    }
}

void Program::run_stream(Kernel& kernel, const weft_frame& frame) {
    if (frame.sample_count == 0) return;
    if (kernel.compute_scalars != nullptr) kernel.compute_scalars(&kernel.args);
    if (kernel.compute_columns != nullptr) kernel.compute_columns(&kernel.args);
    const auto length = static_cast<std::int64_t>(kRow);
    const std::int64_t begin = frame.first_sample;
    const std::int64_t end = begin + static_cast<std::int64_t>(frame.sample_count);
    // Rows lie at fixed multiples of absolute sample numbers, however calls are cut.
    const auto row_of = [](std::int64_t sample) {
        return sample >= 0 ? sample / length : -((length - 1 - sample) / length);
    };
    const std::int64_t last = row_of(end - 1);
    const auto most = static_cast<std::int64_t>(stream_rows_);
    for (std::int64_t first = row_of(begin); first <= last; first += most) {
        const std::int64_t next = std::min(first + most, last + 1);
        kernel.args.first_row = first;
        if (kernel.compute_rows != nullptr) kernel.compute_rows(&kernel.args, first, next);
        for (std::int64_t row = first; row < next; ++row) {
            if (*kernel.args.cancel != 0 || *kernel.args.stop != 0) return;
            const std::int64_t from = std::max<std::int64_t>(begin - row * length, 0);
            const std::int64_t to = std::min(end - row * length, length);
            kernel.compute_row(&kernel.args, row, from, to);
        }
    }
}

void Program::finish_captures(const Kernel& kernel, std::int64_t frame, std::int64_t sample) {
    for (const weft_store& store : kernel.stores) {
        Cache* cache = outputs_[store.output].cache.get();
        if (cache == nullptr) continue;
        cache->view.tick = cache->tick == WEFT_TICK_SAMPLE ? sample : frame;
        ++cache->view.generation;
    }
}

void Program::check_cancelled(const weft_frame& frame) {
    const bool asked = frame.cancel != nullptr && *frame.cancel != 0;
    if (stop_.exchange(0, std::memory_order_relaxed) != 0 || asked)
        throw cpp::Failure(WEFT_CANCELLED, "cancelled");
}

void Program::execute(const weft_frame& frame) {
    for (Kernel& kernel : kernels_) {
        if (kernel.domain == WEFT_DOMAIN_POINTS || !prepare(kernel, frame)) continue;
        if (kernel.domain == WEFT_DOMAIN_RASTER) {
            run_raster(kernel);
        } else {
            run_stream(kernel, frame);
        }
        check_cancelled(frame);
        const std::int64_t sample =
            kernel.domain == WEFT_DOMAIN_STREAM
                ? frame.first_sample + static_cast<std::int64_t>(frame.sample_count) - 1
                : kernel.args.sample_tick;
        if (frame.capture != 0 && kernel.captures &&
            (kernel.domain == WEFT_DOMAIN_RASTER || frame.sample_count != 0))
            finish_captures(kernel, kernel.args.frame, sample);
    }
}

}  // namespace weft::cpu
