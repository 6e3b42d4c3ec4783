// From a batch to a program: outputs, inputs, kernels, code, and what ties them together.
#include <algorithm>
#include <cmath>

#include <unistd.h>

#include "program.h"

namespace weft::cpu {
namespace {

// Lanes that a vector may read or write beyond the last row, column or tick.
constexpr std::uint64_t kPad = 16;

constexpr std::uint32_t kNoCancel = 0;

std::uint64_t element_size(std::uint32_t format) {
    return format == WEFT_FORMAT_F64 || format == WEFT_FORMAT_RGBA16 ? 8 : 4;
}

std::string name_of(const weft_str& node, const weft_str& strand) {
    return std::string(cpp::view(node)) + "@" + std::string(cpp::view(strand));
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

// Does a stream kernel both store output `number` and read it?
bool stream_feedback(const weft_batch& batch, std::uint32_t number) {
    for (const weft_kernel& kernel : cpp::list(batch.kernels, batch.kernel_count)) {
        if (kernel.domain != WEFT_DOMAIN_STREAM) continue;
        bool stores = false;
        for (const weft_store& store : cpp::list(kernel.stores, kernel.store_count))
            stores |= store.output == number;
        if (!stores) continue;
        for (const weft_ir_value& v : cpp::list(kernel.ir.values, kernel.ir.value_count))
            if (v.op == WEFT_OP_SAMPLE && v.aux < batch.input_count &&
                batch.inputs[v.aux].internal_output == number)
                return true;
    }
    return false;
}

}  // namespace

void AlignedBytes::allocate(std::uint64_t size) {
    if (size == 0) return;
    memory_ = std::make_unique<char[]>(size + 64);
    const auto address = reinterpret_cast<std::uintptr_t>(memory_.get());
    data_ = memory_.get() + (64 - address % 64) % 64;
}

Program::Program(cpp::Host host, Engine& engine, const weft_batch& batch)
    : host_(host), engine_(engine), threads_(std::max(1u, host.concurrency())) {
    if (batch.source_count != 0)
        throw cpp::Failure(WEFT_UNSUPPORTED, "the cpu back end opens no sources",
                           std::string(cpp::view(batch.sources[0].node)), batch.sources[0].span);
    std::copy_n(batch.settings, settings_.size(), settings_.begin());
    const double block = settings_[WEFT_FIELD_RATE] / settings_[WEFT_FIELD_FPS];
    const double rows = std::ceil(block / static_cast<double>(kRow)) + 2.0;
    stream_rows_ = rows >= 2.0 && rows < 4096.0 ? static_cast<std::uint64_t>(rows) : 4096;
    add_outputs(batch);
    add_inputs(batch);
    add_kernels(batch);
    compile(batch);
    bind();
}

// Lays a cache out: planes of rows that begin on cache lines, one after the other for each tick.
std::unique_ptr<Cache> Program::make_cache(const weft_output& output, bool recursive) {
    auto cache = std::make_unique<Cache>();
    cache->grid = output.grid;
    weft_grid& grid = cache->grid;
    // A filter's memory is kept in f64: what it loses would come back with every sample.
    if (grid.format != WEFT_FORMAT_F64) grid.format = WEFT_FORMAT_F32;
    if (recursive) grid.format = WEFT_FORMAT_F64;
    double bytes = static_cast<double>(element_size(grid.format));
    auto stride = static_cast<std::int64_t>(bytes);
    weft_axis* ring = nullptr;
    for (std::uint32_t i = 0; i < grid.axis_count; ++i) {
        weft_axis& axis = grid.axes[i];
        if (axis.wrap == WEFT_WRAP_RING) {
            ring = &axis;
            continue;
        }
        axis.stride = stride;
        bytes *= static_cast<double>(axis.count);
        stride = (stride * static_cast<std::int64_t>(axis.count) + 63) / 64 * 64;
    }
    if (ring != nullptr) {
        cache->tick = ring->tick;
        cache->capacity = ring->count;
        if (ring->tick == WEFT_TICK_SAMPLE) {
            // Whole rows, so that a row never wraps, and room for what one call computes.
            const std::uint64_t wanted = ring->count + (stream_rows_ + 1) * kRow;
            cache->capacity = (wanted + kRow - 1) / kRow * kRow;
        }
        ring->capacity = cache->capacity;
        ring->stride = stride;
        bytes = static_cast<double>(stride) * static_cast<double>(cache->capacity);
    }
    const std::uint64_t machine = memory_of_machine();
    if (!(bytes < 0.9 * static_cast<double>(machine)))
        throw cpp::Failure(WEFT_INVALID,
                           "a cache of " + megabytes(bytes) + " for " +
                               name_of(output.node, output.strand) + " does not fit into the " +
                               megabytes(static_cast<double>(machine)) + " of this machine",
                           std::string(cpp::view(output.node)));
    cache->slot_bytes = static_cast<std::uint64_t>(stride);
    const std::uint64_t size = cache->slot_bytes * cache->capacity + kPad * 64 + 64;
    grid.channel_stride = static_cast<std::int64_t>(size);
    cache->memory =
        host_.allocate(size, WEFT_MEMORY_ZEROED | (output.shared != 0 ? WEFT_MEMORY_SHARED : 0u));
    cache->view.data = cache->memory.data();
    cache->view.tick = -1;
    return cache;
}

weft_handle Program::handle_of(const Cache& cache) const {
    weft_handle handle{};
    handle.struct_size = sizeof handle;
    handle.kind = WEFT_HANDLE_HOST;
    handle.grid = cache.grid;
    handle.view = &cache.view;
    handle.memory_fd = cache.memory.fd();
    handle.memory_size = cache.memory.size();
    return handle;
}

void Program::add_outputs(const weft_batch& batch) {
    for (const weft_output& from : cpp::list(batch.outputs, batch.output_count)) {
        const auto number = static_cast<std::uint32_t>(outputs_.size());
        Output& output = outputs_.emplace_back();
        output.name = name_of(from.node, from.strand);
        output.kind = from.kind;
        output.target = from.target;
        output.grid = from.grid;
        if (from.kind != WEFT_OUTPUT_CACHE) continue;
        output.cache = make_cache(from, stream_feedback(batch, number));
        output.grid = output.cache->grid;
        if (from.shared != 0) host_.expose(from.id, handle_of(*output.cache));
    }
}

void Program::add_inputs(const weft_batch& batch) {
    for (const weft_input& from : cpp::list(batch.inputs, batch.input_count)) {
        Input& input = inputs_.emplace_back();
        InputShape& shape = shapes_.emplace_back();
        shape.channel = input.channel = from.channel;
        if (from.internal_output != WEFT_NOT_INTERNAL) {
            const Output& output = outputs_.at(from.internal_output);
            if (!output.cache)
                throw cpp::Failure(WEFT_UNSUPPORTED, "only caches are read inside a batch",
                                   std::string(cpp::view(from.node)));
            shape.grid = output.grid;
            shape.internal = true;
            input.view = &output.cache->view;
            continue;
        }
        input.binding = host_.lookup(from.id);
        shape.grid = input.binding.handle.grid;
        if (input.binding.kind == WEFT_HANDLE_HOST) {
            input.view = input.binding.handle.view;
        } else if (input.binding.get_values != nullptr) {
            shape.getter = true;
        } else {
            throw cpp::Failure(WEFT_UNSUPPORTED,
                               name_of(from.node, from.strand) + " cannot be read here",
                               std::string(cpp::view(from.node)));
        }
    }
}

void Program::add_kernels(const weft_batch& batch) {
    for (std::uint32_t k = 0; k < batch.kernel_count; ++k) {
        const weft_kernel& from = batch.kernels[k];
        if (from.domain == WEFT_DOMAIN_POINTS && from.ir.uniform_count != 0)
            throw cpp::Failure(WEFT_UNSUPPORTED, "a kernel of points cannot have hoisted values");
        Kernel& kernel = kernels_.emplace_back();
        kernel.domain = from.domain;
        kernel.first_uniform = from.first_uniform;
        kernel.stores.assign(from.stores, from.stores + from.store_count);
        kernel.inputs_as_seen = shapes_;
        for (const weft_store& store : kernel.stores) {
            const Output& output = outputs_.at(store.output);
            kernel.captures |= output.kind == WEFT_OUTPUT_CACHE;
            kernel.delivers |= output.kind == WEFT_OUTPUT_TARGET;
            for (std::uint32_t i = 0; i < batch.input_count; ++i)
                if (batch.inputs[i].internal_output == store.output)
                    kernel.inputs_as_seen[i].own = store.output;
        }
        kernel.width = from.width;
        kernel.height = from.height;
    }
}

// Code from the disk if there is some for this very content, else from LLVM.
void Program::compile(const weft_batch& batch) {
    std::vector<OutputShape> outputs;
    for (const Output& output : outputs_) outputs.push_back({output.kind, output.grid});
    std::vector<KernelContent> contents;
    for (std::uint32_t k = 0; k < batch.kernel_count; ++k)
        contents.push_back({&batch.kernels[k], &kernels_[k].inputs_as_seen, &outputs});
    const ContentKey key = content_key(engine_.machine(), contents);
    const std::string_view directory = host_.cache_directory();
    CachedCode code;
    if (load_code(directory, key, code) && code.infos.size() == kernels_.size() && link(code))
        return;
    std::vector<KernelSource> sources(kernels_.size());
    for (std::uint32_t k = 0; k < batch.kernel_count; ++k) {
        sources[k].number = k;
        sources[k].inputs = kernels_[k].inputs_as_seen;
        sources[k].outputs = outputs;
        const std::string wrong = make_plan(batch.kernels[k], sources[k].inputs, sources[k].plan);
        if (!wrong.empty()) throw cpp::Failure(WEFT_INVALID, wrong);
    }
    std::string error;
    code.object = engine_.compile(sources, code.infos, error);
    if (!error.empty()) throw cpp::Failure(WEFT_UNSUPPORTED, error);
    host_.log(WEFT_LOG_DEBUG, "LLVM took " + std::to_string(engine_.llvm_milliseconds()) + " ms");
    if (!link(code)) throw cpp::Failure(WEFT_INTERNAL, link_error_);
    store_code(directory, key, code);
}

bool Program::link(const CachedCode& code) {
    std::vector<std::string> names;
    for (std::uint32_t k = 0; k < kernels_.size(); ++k) {
        Kernel& kernel = kernels_[k];
        kernel.info = code.infos[k];
        if (kernel.domain == WEFT_DOMAIN_POINTS) {
            for (std::size_t s = 0; s < kernel.stores.size(); ++s)
                for (const char* part : {"few", "many"})
                    names.push_back(function_name(k, (part + std::to_string(s)).c_str()));
            continue;
        }
        names.push_back(function_name(k, kernel.domain == WEFT_DOMAIN_RASTER ? "points" : "row"));
        if (kernel.info.scalars != 0) names.push_back(function_name(k, "scalars"));
        if (kernel.info.rows != 0) names.push_back(function_name(k, "rows"));
        if (kernel.info.has_static_columns != 0) names.push_back(function_name(k, "static"));
        if (kernel.info.has_frame_columns != 0) names.push_back(function_name(k, "columns"));
    }
    code_ = engine_.link(code.object, names, link_error_);
    return code_ != nullptr;
}

void Program::bind() {
    for (std::uint32_t k = 0; k < kernels_.size(); ++k) {
        Kernel& kernel = kernels_[k];
        const auto function = [&](const char* part) {
            return code_->function(function_name(k, part));
        };
        kernel.compute_scalars = reinterpret_cast<WholeCall>(function("scalars"));
        kernel.compute_columns = reinterpret_cast<WholeCall>(function("columns"));
        kernel.compute_rows = reinterpret_cast<RangeCall>(function("rows"));
        kernel.compute_points = reinterpret_cast<RangeCall>(function("points"));
        kernel.compute_row = reinterpret_cast<RowCall>(function("row"));
        const std::uint64_t rows =
            kernel.domain == WEFT_DOMAIN_RASTER ? kernel.height : stream_rows_;
        const std::uint64_t capacity = (rows + kPad - 1) / kPad * kPad + kPad;
        kernel.scalars.allocate(kernel.info.scalars * sizeof(double));
        kernel.columns.allocate(kernel.info.column_bytes);
        kernel.scratch.allocate(kernel.info.scratch_bytes);
        kernel.rows.allocate(kernel.info.rows * capacity * sizeof(double));
        kernel.outputs.assign(kernel.stores.size(), nullptr);
        for (const Input& input : inputs_) kernel.inputs.push_back(input.view);
        KernelArgs& args = kernel.args;
        args.fields = settings_.data();
        args.scalars = reinterpret_cast<double*>(kernel.scalars.data());
        args.scratch = kernel.scratch.data();
        args.columns = kernel.columns.data();
        args.rows = kernel.rows.data();
        args.row_stride = static_cast<std::int64_t>(kernel.info.rows * sizeof(double));
        args.inputs = kernel.inputs.data();
        args.outputs = kernel.outputs.data();
        args.cancel = &kNoCancel;
        args.stop = reinterpret_cast<const volatile std::uint32_t*>(&stop_);
        args.getter = read_getter;
        args.owner = this;
        if (const auto fixed = reinterpret_cast<WholeCall>(function("static"))) fixed(&args);
        if (kernel.domain != WEFT_DOMAIN_POINTS) continue;
        for (std::size_t s = 0; s < kernel.stores.size(); ++s) {
            Output& output = outputs_[kernel.stores[s].output];
            const std::string number = std::to_string(s);
            output.few_values = reinterpret_cast<PointsCall>(function(("few" + number).c_str()));
            output.many_values = reinterpret_cast<PointsCall>(function(("many" + number).c_str()));
            output.args = &kernel.args;
        }
    }
}

}  // namespace weft::cpu
