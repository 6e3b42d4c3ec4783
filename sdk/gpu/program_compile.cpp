// From a batch to a program: memory of its outputs, texts and pipelines of its kernels, flights.
#include <algorithm>
#include <cmath>

#include <weft/cpp/batch.hpp>

#include "gpu/grid_memory.h"
#include "gpu/program_impl.h"

namespace weft::gpu {
namespace {

// Where the part of a flight's block that belongs to one kernel may begin.
constexpr std::uint64_t kAlign = kSliceAlignment;

std::string name_of(const weft_str& node, const weft_str& strand) {
    std::string name(cpp::view(node));
    if (strand.size != 0) name += "@" + std::string(cpp::view(strand));
    return name;
}

std::vector<std::uint32_t> inputs_read(const weft_kernel& kernel) {
    std::vector<std::uint32_t> reads;
    for (const weft_ir_value& value : cpp::list(kernel.ir.values, kernel.ir.value_count))
        if (value.op == WEFT_OP_SAMPLE &&
            std::find(reads.begin(), reads.end(), value.aux) == reads.end())
            reads.push_back(value.aux);
    return reads;
}

// What the kernels of `batch` do with output `number`.
CacheUse use_of(const weft_batch& batch, std::uint32_t number, std::uint64_t block) {
    CacheUse use;
    use.block = block;
    for (const weft_kernel& kernel : cpp::list(batch.kernels, batch.kernel_count)) {
        bool stores = false;
        for (const weft_store& store : cpp::list(kernel.stores, kernel.store_count))
            stores |= store.output == number;
        for (const std::uint32_t input : inputs_read(kernel)) {
            if (batch.inputs[input].internal_output != number) continue;
            use.read_here = true;
            use.recursive |= stores && kernel.domain == WEFT_DOMAIN_STREAM;
        }
    }
    return use;
}

// Bytes of one plane of a picture: whole rows, and rows that follow each other as one.
void add_plane(Output& output, std::uint32_t channel) {
    const weft_grid& grid = output.grid;
    const auto begin = static_cast<std::uint64_t>(grid.channel_stride) * channel;
    if (output.stream) {
        const std::uint64_t sample = grid.axis_count != 0
                                         ? static_cast<std::uint64_t>(grid.axes[0].stride)
                                         : element_size(grid.format);
        output.pieces.push_back({begin, sample});
        return;
    }
    std::uint64_t row = element_size(grid.format);
    std::uint64_t rows = 1;
    std::uint64_t stride = 0;
    if (grid.axis_count > 0)
        row += (grid.axes[0].count - 1) * static_cast<std::uint64_t>(grid.axes[0].stride);
    if (grid.axis_count > 1) {
        rows = grid.axes[1].count;
        stride = static_cast<std::uint64_t>(grid.axes[1].stride);
    }
    if (stride == row) {
        output.pieces.push_back({begin, row * rows});
        return;
    }
    for (std::uint64_t r = 0; r < rows; ++r) output.pieces.push_back({begin + r * stride, row});
}

}  // namespace

BatchProgram::BatchProgram(cpp::Host host, Device& device, const weft_batch& batch)
    : host_(host),
      device_(device),
      pool_user_(device.pool),
      name_(cpp::view(batch.name)),
      tenancy_(std::in_place, device.residency, static_cast<Tenant&>(*this)) {
    if (batch.source_count != 0)
        throw cpp::Failure(WEFT_UNSUPPORTED, "this back end opens no sources",
                           std::string(cpp::view(batch.sources[0].node)), batch.sources[0].span);
    counters_.struct_size = sizeof counters_;
    ran_ = device_.residency.turn();
    std::copy_n(batch.settings, settings_.size(), settings_.begin());
    const double samples = std::ceil(settings_[WEFT_FIELD_RATE] / settings_[WEFT_FIELD_FPS]) + 2.0;
    block_ = samples >= 2.0 && samples < 1e8 ? static_cast<std::uint64_t>(samples) : 4096;
    nothing_ = device_.pool.take(kAlign, Place::device, sized_name());
    add_outputs(batch);
    add_inputs(batch);
    std::vector<bool> asked;
    for (const Input& input : inputs_) asked.push_back(input.getter.get_values != nullptr);
    if (std::find(asked.begin(), asked.end(), true) != asked.end()) {
        const SplitBatch split(batch, asked, block_);
        if (!split.answers().empty()) add_answers(split);
        add_kernels(split.batch(), &split);
        write_texts(split.batch());
    } else {
        add_kernels(batch, nullptr);
        write_texts(batch);
    }
    add_flights();
    clear_caches();
}

// For messages: with the size of its pictures.
std::string BatchProgram::sized_name() const {
    const auto whole = [&](std::uint32_t field) {
        return std::to_string(std::llround(settings_[field]));
    };
    return name_ + " (" + whole(WEFT_FIELD_WIDTH) + " x " + whole(WEFT_FIELD_HEIGHT) + ")";
}

BatchProgram::~BatchProgram() {
    BatchProgram::cancel();  // nobody waits for its frames any more
    try {
        wait_for_all();
    } catch (const std::exception& e) {
        host_.log(WEFT_LOG_WARNING, name_ + ": " + e.what());
    }
    const auto arranging = device_.residency.arranging();
    tenancy_.reset();
    for (Output& output : outputs_)
        if (output.cache.use_count() == 1) output.cache->stay();
}

void BatchProgram::add_outputs(const weft_batch& batch) {
    for (const weft_output& from : cpp::list(batch.outputs, batch.output_count)) {
        const auto number = static_cast<std::uint32_t>(outputs_.size());
        Output& output = outputs_.emplace_back();
        output.name = name_of(from.node, from.strand);
        output.node = cpp::view(from.node);
        output.kind = from.kind;
        output.target = from.target;
        output.grid = from.grid;
        if (from.kind != WEFT_OUTPUT_CACHE) continue;
        try {
            add_cache(batch, number);
        } catch (const cpp::Failure& failure) {
            throw cpp::Failure(failure.code(), failure.what(), output.node);
        }
        if (from.shared != 0)
            host_.expose(from.id, output.cache->handle(WEFT_HANDLE_NONE, output.grid));
    }
}

// A cache of its own, or an older program's.
void BatchProgram::add_cache(const weft_batch& batch, std::uint32_t number) {
    const weft_output& from = batch.outputs[number];
    Output& output = outputs_[number];
    const CacheUse use = use_of(batch, number, block_);
    const CacheLayout layout = lay_out(device_, from, use);
    output.grid = layout.grid;
    if (weft_inherit* inherit = cpp::inheritance_of(batch, number); inherit != nullptr) {
        const auto& older = static_cast<const BatchProgram&>(
            *reinterpret_cast<const cpp::Program*>(inherit->program));
        const std::shared_ptr<Cache>& cache = older.outputs_.at(inherit->output).cache;
        if (cache && cache->serves(from) && cpp::move_into(cache->grid(), output.grid)) {
            output.cache = cache;
            output.taken_over = true;
            inherit->taken = 1;
            return;
        }
    }
    output.cache =
        std::make_shared<Cache>(host_, device_, from, use, layout, cpp::home_of(batch, number));
}

void BatchProgram::add_kernels(const weft_batch& batch, const SplitBatch* split) {
    for (std::uint32_t k = 0; k < batch.kernel_count; ++k) {
        const weft_kernel& from = batch.kernels[k];
        if (from.domain == WEFT_DOMAIN_POINTS && from.ir.uniform_count != 0)
            throw cpp::Failure(WEFT_UNSUPPORTED, "a kernel of points cannot have hoisted values");
        Kernel& kernel = kernels_.emplace_back();
        kernel.domain = from.domain;
        kernel.width = from.width;
        kernel.height = from.height;
        kernel.first_uniform = from.first_uniform;
        kernel.stores.assign(from.stores, from.stores + from.store_count);
        kernel.reads = inputs_read(from);
        if (split != nullptr) kernel.asking = split->asking(k);
        const bool asks = std::any_of(kernel.reads.begin(), kernel.reads.end(), [&](auto read) {
            return inputs_.at(read).getter.get_values != nullptr;
        });
        judged_.push_back(asks ? std::make_unique<JudgedKernel>(from) : nullptr);
        for (const std::uint32_t read : kernel.reads) {
            const Input& input = inputs_.at(read);
            const bool seen = input.getter.get_values != nullptr ||
                              input.output != WEFT_NOT_INTERNAL || input.handle.view != nullptr ||
                              host_data(input) != nullptr;
            if (asks && !seen)
                throw cpp::Failure(WEFT_UNSUPPORTED,
                                   input.name + " is in memory of " + device_.info().name +
                                       ", beside what can only be asked point by point",
                                   input.node);
        }
        for (const weft_store& store : kernel.stores) {
            Output& output = outputs_.at(store.output);
            kernel.captures |= output.kind == WEFT_OUTPUT_CACHE;
            kernel.delivers |= output.kind == WEFT_OUTPUT_TARGET;
            if (output.kind != WEFT_OUTPUT_TARGET) continue;
            output.stream = kernel.domain == WEFT_DOMAIN_STREAM;
            const bool packed =
                output.grid.format == WEFT_FORMAT_RGBA8 || output.grid.format == WEFT_FORMAT_RGBA16;
            for (std::uint32_t c = 0; c < (packed ? 1 : store.value_count); ++c)
                add_plane(output, store.channel + c);
            for (const Piece& piece : output.pieces)
                output.target_bytes = std::max(output.target_bytes, piece.offset + piece.bytes);
        }
        points_.push_back(from.domain == WEFT_DOMAIN_POINTS ? std::make_unique<PointsRun>()
                                                            : nullptr);
    }
    // Questions are written down whenever what hangs on them runs.
    for (std::size_t k = kernels_.size(); k-- > 0;) {
        if (kernels_[k].asking.questions.empty()) continue;
        kernels_[k].captures = kernels_[k + 1].captures;
        kernels_[k].delivers = kernels_[k + 1].delivers;
    }
}

void BatchProgram::write_texts(const weft_batch& batch) {
    std::vector<TextOutput> outputs;
    for (const Output& output : outputs_) outputs.push_back({output.kind, output.grid});
    for (std::uint32_t k = 0; k < batch.kernel_count; ++k) {
        Kernel& kernel = kernels_[k];
        if (judged_[k] != nullptr) continue;
        std::vector<TextInput> inputs;
        for (const Input& input : inputs_) {
            const auto stored_here = [&](const weft_store& store) {
                return store.output == input.output;
            };
            inputs.push_back(
                {input.getter.get_values != nullptr, input.grid, input.channel,
                 std::any_of(kernel.stores.begin(), kernel.stores.end(), stored_here)});
        }
        kernel.text = write_kernel({&batch, k, &inputs, &outputs, device_.info().text});
        kernel.pipeline = device_.build({&kernel.text, name_ + " kernel " + std::to_string(k)});
        kernel.text.source.clear();
        kernel.text.source.shrink_to_fit();
        const Claim claim{"kernel " + std::to_string(k) + " of " + sized_name(), Rank::table};
        const auto table = [&](std::uint64_t bytes) {
            return bytes == 0 ? nullptr : device_.pool.take(bytes, Place::device, claim);
        };
        for (std::size_t f = 0; f < kFlights; ++f) {
            if (kernel.text.columns_bytes != 0)
                kernel.columns.push_back(table(kernel.text.columns_bytes));
            if (kernel.text.rows_bytes != 0) kernel.rows.push_back(table(kernel.text.rows_bytes));
        }
        kernel.scratch = table(kernel.text.scratch_bytes);
    }
}

void BatchProgram::add_flights() {
    std::uint64_t bytes = 0;
    for (Kernel& kernel : kernels_) {
        kernel.args_offset = bytes;
        bytes += (kernel.text.args.bytes(kernel.text.whole.size()) + kAlign - 1) / kAlign * kAlign;
    }
    bytes = std::max(bytes, kAlign);
    cancel_words_ = device_.pool.take(kFlights * kAlign, Place::host, sized_name());
    std::uint32_t number = 0;
    for (std::unique_ptr<Flight>& flight : flights_) {
        flight = std::make_unique<Flight>();
        flight->program = this;
        flight->number = number++;
        flight->args = device_.pool.take(bytes, Place::upload, sized_name());
        flight->cancel = {cancel_words_.get(), flight->number * kAlign};
        flight->set_cancel(0);
        flight->readback.resize(outputs_.size());
        flight->copied.resize(outputs_.size());
        flight->variant.slices.resize(inputs_.size() + outputs_.size());
        flight->variant.mirrored.resize(outputs_.size());
    }
    reads_.resize(outputs_.size());
}

void BatchProgram::clear_caches() {
    Recorder recorder;
    for (const Output& output : outputs_)
        if (output.cache && !output.taken_over && output.cache->needs_zeros())
            recorder.fill({&output.cache->home(), 0}, output.cache->bytes());
    if (recorder.commands().empty()) return;
    const std::unique_ptr<Work> work = device_.record(recorder.commands());
    (void)device_.queue.wait(device_.queue.submit(*work));
}

void BatchProgram::get_handle(std::uint32_t output, weft_handle& handle) {
    const Output& wanted = outputs_.at(output);
    if (!wanted.cache) throw cpp::Failure(WEFT_UNSUPPORTED, wanted.name + " has no memory here");
    handle = wanted.cache->handle(handle.kind, wanted.grid);
}

std::unique_ptr<cpp::Program> compile(cpp::Host host, Device& device, const weft_batch& batch) {
    Residency& residency = device.residency;
    residency.set_limit(host.device_memory(device.info().memory));
    const auto arranging = residency.arranging();
    return std::make_unique<BatchProgram>(host, device, batch);
}

}  // namespace weft::gpu
