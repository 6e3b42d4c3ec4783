// A frame: kernels in their order, pictures in tiles over the resource group, streams row by row.
#include <algorithm>
#include <cmath>

#include "flush.h"
#include "program.h"

namespace weft::cpu {
namespace {

// Tiles begin at multiples of this many rows, so that vectors over rows do not meet.
constexpr std::uint64_t kTileRows = 16;
// Tiles that a thread has at least, so that rows of different cost level out.
constexpr std::uint64_t kTilesEach = 4;

constexpr std::uint32_t kNoCancel = 0;

std::int64_t slot_of(const Cache& cache, std::int64_t tick) {
    const auto capacity = static_cast<std::int64_t>(cache.capacity);
    const std::int64_t slot = tick % capacity;
    return slot < 0 ? slot + capacity : slot;
}

}  // namespace

// Large tiles first, as rows beside each other share what they read; then ever smaller ones, so
// that threads end together that began at different times or were held up.
std::vector<std::uint64_t> Program::tile_bounds(std::uint64_t height, std::uint64_t threads) {
    const auto in_tiles = [](std::uint64_t rows) { return (rows / kTileRows + 1) * kTileRows; };
    std::vector<std::uint64_t> bounds{0};
    while (bounds.back() < height) {
        const std::uint64_t left = height - bounds.back();
        const std::uint64_t rows =
            std::min(in_tiles(height / (threads * kTilesEach)), in_tiles(left / (threads * 2)));
        bounds.push_back(std::min(bounds.back() + rows, height));
    }
    return bounds;
}

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
    args.frame = weft_frame_tick(&frame);
    args.sample_tick = args.first_sample = frame.first_sample;
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

// Kernels of the same height, each of which reads no more of those before it than its own row.
void Program::run_rasters(Kernel* begin, Kernel* end) {
    for (Kernel* kernel = begin; kernel != end; ++kernel) {
        if (!kernel->active) continue;
        if (kernel->compute_scalars != nullptr) kernel->compute_scalars(&kernel->args);
        if (kernel->compute_columns != nullptr) kernel->compute_columns(&kernel->args);
    }
    const std::vector<std::uint64_t>& bounds = begin->tiles;
    const auto tile = [&](std::uint64_t index) {
        const std::uint64_t last = bounds[index + 1];
        // So few rows that one kernel finds what another stored still in the processor's cache.
        const std::uint64_t band = end - begin > 1 ? kTileRows : last - bounds[index];
        for (std::uint64_t row = bounds[index]; row < last; row += band) {
            const auto from = static_cast<std::int64_t>(row);
            const auto to = static_cast<std::int64_t>(std::min(row + band, last));
            for (Kernel* kernel = begin; kernel != end; ++kernel) {
                if (!kernel->active) continue;
                const FlushTiny flush(kernel->captures);
                if (kernel->compute_rows != nullptr) kernel->compute_rows(&kernel->args, from, to);
                kernel->compute_points(&kernel->args, from, to);
            }
        }
    };
    if (bounds.size() == 2) {
        tile(0);
    } else {
        host_.parallel(bounds.size() - 1, tile);
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
    const FlushTiny flush(kernel.captures);
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

// What the kernel has stored may be read.
void Program::finish_captures(const Kernel& kernel, const weft_frame& frame) {
    const bool stream = kernel.domain == WEFT_DOMAIN_STREAM;
    if (!kernel.active || !kernel.captures || frame.capture == 0) return;
    if (stream && frame.sample_count == 0) return;
    const std::int64_t sample =
        stream ? frame.first_sample + static_cast<std::int64_t>(frame.sample_count) - 1
               : kernel.args.sample_tick;
    for (const weft_store& store : kernel.stores) {
        Cache* cache = outputs_[store.output].cache.get();
        if (cache == nullptr) continue;
        cache->view.tick = cache->tick == WEFT_TICK_SAMPLE ? sample : kernel.args.frame;
        ++cache->view.generation;
    }
}

void Program::check_cancelled(const weft_frame& frame) {
    if (stop_.load(std::memory_order_relaxed) != 0 || cpp::is_cancelled(frame.cancel))
        throw cpp::Failure(WEFT_CANCELLED, "cancelled");
}

void Program::execute(const weft_frame& frame) {
    // Who asked before it began asked another one: what was cancelled may be run again.
    stop_.store(0, std::memory_order_relaxed);
    Kernel* const all = kernels_.data();
    Kernel* const behind = all + kernels_.size();
    for (Kernel *begin = all, *end = all; begin != behind; begin = end) {
        bool active = false;
        do {
            end->active = end->domain != WEFT_DOMAIN_POINTS && prepare(*end, frame);
            active |= end->active;
            ++end;
        } while (end != behind && end->with_previous);
        if (!active) continue;
        if (begin->domain == WEFT_DOMAIN_RASTER) {
            run_rasters(begin, end);
        } else {
            run_stream(*begin, frame);
        }
        check_cancelled(frame);
        for (const Kernel* kernel = begin; kernel != end; ++kernel) finish_captures(*kernel, frame);
    }
}

}  // namespace weft::cpu
