// The memory of outputs: how caches are laid out, and whose place they take.
#include <weft/cpp/batch.hpp>

#include <unistd.h>

#include <algorithm>

#include "program.h"

namespace weft::cpu {
namespace {

std::uint64_t element_size(std::uint32_t format) {
    return format == WEFT_FORMAT_F64 || format == WEFT_FORMAT_RGBA16 ? 8 : 4;
}

std::uint64_t memory_of_machine() {
    const long pages = sysconf(_SC_PHYS_PAGES);
    const long size = sysconf(_SC_PAGE_SIZE);
    if (pages <= 0 || size <= 0) return std::uint64_t{1} << 40;
    return static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(size);
}

std::string megabytes(double bytes) {
    return std::to_string(static_cast<std::uint64_t>(bytes / 1e6)) + " MB";
}

// Who reads what a stream kernel stores.
struct Readers {
    bool itself = false;  // and adds roundings up
    bool others = false;
};

// Samples that are seldom computed one after the other.
constexpr double kFar = 64;

// Of what a stream's kernel stores: read at a known distance, and not a short one.
bool is_far(const weft_ir& ir, const weft_ir_value& sample) {
    const weft_ir_value& ago = ir.values[ir.args[sample.args + sample.arg_count - 1]];
    return ago.op == WEFT_OP_CONST && ago.imm >= kFar;
}

Readers readers_of(const weft_batch& batch, std::uint32_t number) {
    Readers readers;
    for (const weft_kernel& kernel : cpp::list(batch.kernels, batch.kernel_count)) {
        bool stores = false;
        bool exact = false;
        for (const weft_store& store : cpp::list(kernel.stores, kernel.store_count)) {
            if (store.output != number) continue;
            stores = true;
            exact |= kernel.ir.values[kernel.ir.args[store.values]].precision == WEFT_PRECISION_F64;
        }
        const bool inside = stores && kernel.domain == WEFT_DOMAIN_STREAM;
        for (const weft_ir_value& v : cpp::list(kernel.ir.values, kernel.ir.value_count)) {
            if (v.op != WEFT_OP_SAMPLE || v.aux >= batch.input_count ||
                batch.inputs[v.aux].internal_output != number)
                continue;
            readers.itself |= inside && (exact || !is_far(kernel.ir, v));
            readers.others |= !inside;
        }
    }
    return readers;
}

// Lanes that a vector may read or write beyond the last row, column or tick.
constexpr std::uint64_t kPad = 16;

std::string name_of(const weft_output& output) {
    return std::string(cpp::view(output.node)) + "@" + std::string(cpp::view(output.strand));
}

}  // namespace

// Lays a cache out: planes of rows that begin on cache lines, one after the other for each tick.
// Returns the bytes it takes.
std::uint64_t Program::lay_out(weft_grid& grid, const weft_batch& batch,
                               std::uint32_t number) const {
    const weft_output& output = batch.outputs[number];
    const Readers readers = readers_of(batch, number);
    // A filter's memory is kept in f64: what it loses would come back with every sample. An echo's
    // is in f32 where its values are.
    if (grid.format != WEFT_FORMAT_F64) grid.format = WEFT_FORMAT_F32;
    if (readers.itself) grid.format = WEFT_FORMAT_F64;
    double bytes = static_cast<double>(element_size(grid.format));
    auto stride = static_cast<std::int64_t>(bytes);
    std::uint64_t capacity = 1;
    for (std::uint32_t i = 0; i < grid.axis_count; ++i) {
        weft_axis& axis = grid.axes[i];
        if (axis.wrap == WEFT_WRAP_RING) continue;
        axis.stride = stride;
        bytes *= static_cast<double>(axis.count);
        stride = (stride * static_cast<std::int64_t>(axis.count) + 63) / 64 * 64;
    }
    for (std::uint32_t i = 0; i < grid.axis_count; ++i) {
        weft_axis* ring = &grid.axes[i];
        if (ring->wrap != WEFT_WRAP_RING) continue;
        capacity = std::max(ring->count, ring->capacity);
        if (ring->tick == WEFT_TICK_SAMPLE) {
            // Whole rows, so that a row never wraps. Room for what one call computes, or as a
            // voice's memory shall stay in the processor's cache, for one row and lanes beyond it,
            // where nobody looks back at more than that.
            const bool row_by_row = !readers.others && output.shared == 0;
            const std::uint64_t wanted =
                row_by_row ? ring->count + 2 * kRow
                           : std::max(ring->count + (stream_rows_ + 1) * kRow, ring->capacity);
            capacity = (wanted + kRow - 1) / kRow * kRow;
        }
        ring->capacity = capacity;
        ring->stride = stride;
        bytes = static_cast<double>(stride) * static_cast<double>(capacity);
    }
    const std::uint64_t machine = memory_of_machine();
    if (!(bytes < 0.9 * static_cast<double>(machine)))
        throw cpp::Failure(WEFT_UNAVAILABLE,
                           "a cache of " + megabytes(bytes) + " for " + name_of(output) +
                               " does not fit into the " + megabytes(static_cast<double>(machine)) +
                               " of this machine",
                           std::string(cpp::view(output.node)));
    std::uint64_t size = static_cast<std::uint64_t>(stride) * capacity + kPad * 64 + 64;
    if (const weft_axis* ring = ring_of(grid); ring != nullptr && ring->tick == WEFT_TICK_SAMPLE)
        size += static_cast<std::uint64_t>(kRingMirror * stride);
    grid.channel_stride = static_cast<std::int64_t>(size);
    return size;
}

// `grid` is laid out.
std::shared_ptr<Cache> Program::make_cache(const weft_grid& grid, std::uint64_t size, bool shared) {
    auto cache = std::make_shared<Cache>();
    cache->grid = grid;
    if (const weft_axis* ring = ring_of(grid); ring != nullptr) {
        cache->tick = ring->tick;
        cache->capacity = ring->capacity;
        cache->slot_bytes = static_cast<std::uint64_t>(ring->stride);
    }
    cache->memory = host_.allocate(size, WEFT_MEMORY_ZEROED | (shared ? WEFT_MEMORY_SHARED : 0u));
    cache->view.data = cache->memory.data();
    cache->view.tick = -1;
    return cache;
}

// The cache whose place this one takes, with its layout; null where it needs another.
std::shared_ptr<Cache> Program::take_over(weft_inherit& inherit, weft_grid& grid) {
    const auto& older =
        static_cast<const Program&>(*reinterpret_cast<const cpp::Program*>(inherit.program));
    const std::shared_ptr<Cache>& cache = older.outputs_.at(inherit.output).cache;
    if (cache == nullptr || !cpp::move_into(cache->grid, grid)) return nullptr;
    inherit.taken = 1;
    return cache;
}

weft_handle Program::handle_of(const Output& output) {
    const Cache& cache = *output.cache;
    weft_handle handle{};
    handle.struct_size = sizeof handle;
    handle.kind = WEFT_HANDLE_HOST;
    handle.grid = output.grid;
    handle.view = &cache.view;
    handle.memory_fd = cache.memory.fd();
    handle.memory_size = cache.memory.size();
    return handle;
}

void Program::add_outputs(const weft_batch& batch) {
    for (const weft_output& from : cpp::list(batch.outputs, batch.output_count)) {
        const auto number = static_cast<std::uint32_t>(outputs_.size());
        Output& output = outputs_.emplace_back();
        output.name = name_of(from);
        output.kind = from.kind;
        output.target = from.target;
        output.grid = from.grid;
        if (from.kind != WEFT_OUTPUT_CACHE) continue;
        const std::uint64_t size = lay_out(output.grid, batch, number);
        if (weft_inherit* inherit = cpp::inheritance_of(batch, number); inherit != nullptr)
            output.cache = take_over(*inherit, output.grid);
        if (output.cache == nullptr) output.cache = make_cache(output.grid, size, from.shared != 0);
        if (from.shared != 0) host_.expose(from.id, handle_of(output));
    }
}

}  // namespace weft::cpu
