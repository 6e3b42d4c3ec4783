// From a batch to a program: inputs, kernels, code, and what ties them together.
#include <algorithm>
#include <cmath>
#include <weft/cpp/batch.hpp>

#include "program.h"
#include "together.h"

namespace weft::cpu {
namespace {

// Lanes that a vector may read or write beyond the last row, column or tick.
constexpr std::uint64_t kPad = 16;

constexpr std::uint32_t kNoCancel = 0;

std::string name_of(const weft_str& node, const weft_str& strand) {
    return std::string(cpp::view(node)) + "@" + std::string(cpp::view(strand));
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
    cpp::refuse_unknown(batch);
    std::copy_n(batch.settings, settings_.size(), settings_.begin());
    const double block = settings_[WEFT_FIELD_RATE] / settings_[WEFT_FIELD_FPS];
    const double rows = std::ceil(block / static_cast<double>(kRow)) + 2.0;
    stream_rows_ = rows >= 2.0 && rows < 4096.0 ? static_cast<std::uint64_t>(rows) : 4096;
    add_outputs(batch);
    add_inputs(batch);
    add_kernels(batch);
    join_kernels(batch);
    compile(batch);
    bind();
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

// Each kernel joins those before it if it may share bands with all of them.
void Program::join_kernels(const weft_batch& batch) {
    std::uint32_t first = 0;
    for (std::uint32_t k = 1; k < batch.kernel_count; ++k) {
        bool joins = true;
        for (std::uint32_t other = first; other < k && joins; ++other)
            joins = may_share_bands(batch, shapes_, batch.kernels[other], batch.kernels[k]);
        kernels_[k].with_previous = joins;
        if (!joins) first = k;
    }
}

// Of every kernel the code that another program runs, else from the disk, else from LLVM.
void Program::compile(const weft_batch& batch) {
    std::vector<OutputShape> outputs;
    for (const Output& output : outputs_) outputs.push_back({output.kind, output.grid});
    for (std::uint32_t k = 0; k < batch.kernel_count; ++k) {
        Kernel& kernel = kernels_[k];
        const weft_kernel& from = batch.kernels[k];
        const disk::Key key =
            content_key(engine_.machine(), {&from, &kernel.inputs_as_seen, &outputs});
        kernel.code = engine_.known.find(key);
        if (kernel.code != nullptr) continue;
        kernel.code = make_code(kernel, from, outputs, key);
        engine_.known.add(key, kernel.code);
    }
}

std::shared_ptr<const KernelCode> Program::make_code(const Kernel& kernel, const weft_kernel& from,
                                                     const std::vector<OutputShape>& outputs,
                                                     const disk::Key& key) {
    const std::string_view directory = host_.cache_directory();
    CachedCode code;
    if (load_code(directory, key, code))
        if (auto linked = link(kernel, code)) return linked;
    KernelSource source;
    source.inputs = kernel.inputs_as_seen;
    source.outputs = outputs;
    const std::string wrong = make_plan(from, source.inputs, source.plan);
    if (!wrong.empty()) throw cpp::Failure(WEFT_INVALID, wrong);
    std::string error;
    code.object = engine_.compile(source, code.info, error);
    if (!error.empty()) throw cpp::Failure(WEFT_UNSUPPORTED, error);
    host_.log(WEFT_LOG_DEBUG, "LLVM took " + std::to_string(engine_.llvm_milliseconds()) + " ms");
    auto linked = link(kernel, code);
    if (linked == nullptr) throw cpp::Failure(WEFT_INTERNAL, link_error_);
    store_code(directory, key, code);
    return linked;
}

// Null where the code does not have what the kernel needs.
std::shared_ptr<const KernelCode> Program::link(const Kernel& kernel, const CachedCode& code) {
    auto linked = std::make_shared<KernelCode>();
    linked->info = code.info;
    std::vector<std::string> names;
    if (kernel.domain == WEFT_DOMAIN_POINTS) {
        for (std::size_t s = 0; s < kernel.stores.size(); ++s)
            for (const char* part : {"few", "many"})
                names.push_back(function_name((part + std::to_string(s)).c_str()));
    } else {
        names.push_back(function_name(kernel.domain == WEFT_DOMAIN_RASTER ? "points" : "row"));
        if (linked->info.scalars != 0) names.push_back(function_name("scalars"));
        if (linked->info.rows != 0) names.push_back(function_name("rows"));
        if (linked->info.has_static_columns != 0) names.push_back(function_name("static"));
        if (linked->info.has_frame_columns != 0) names.push_back(function_name("columns"));
    }
    linked->code = engine_.link(code.object, names, link_error_);
    return linked->code != nullptr ? linked : nullptr;
}

void Program::bind() {
    for (Kernel& kernel : kernels_) {
        const KernelInfo& info = kernel.code->info;
        const auto function = [&](const char* part) {
            return kernel.code->code->function(function_name(part));
        };
        kernel.compute_scalars = reinterpret_cast<WholeCall>(function("scalars"));
        kernel.compute_columns = reinterpret_cast<WholeCall>(function("columns"));
        kernel.compute_rows = reinterpret_cast<RangeCall>(function("rows"));
        kernel.compute_points = reinterpret_cast<RangeCall>(function("points"));
        kernel.compute_row = reinterpret_cast<RowCall>(function("row"));
        const bool raster = kernel.domain == WEFT_DOMAIN_RASTER;
        if (raster) kernel.tiles = tile_bounds(kernel.height, threads_);
        const std::uint64_t rows = raster ? kernel.height : stream_rows_;
        const std::uint64_t capacity = (rows + kPad - 1) / kPad * kPad + kPad;
        kernel.scalars.allocate(info.scalars * sizeof(double));
        kernel.columns.allocate(info.column_bytes);
        kernel.scratch.allocate(info.scratch_bytes);
        kernel.rows.allocate(info.rows * capacity * sizeof(double));
        kernel.outputs.assign(kernel.stores.size(), nullptr);
        for (const Input& input : inputs_) kernel.inputs.push_back(input.view);
        KernelArgs& args = kernel.args;
        args.fields = settings_.data();
        args.scalars = reinterpret_cast<double*>(kernel.scalars.data());
        args.scratch = kernel.scratch.data();
        args.columns = kernel.columns.data();
        args.rows = kernel.rows.data();
        args.row_stride = static_cast<std::int64_t>(info.rows * sizeof(double));
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
