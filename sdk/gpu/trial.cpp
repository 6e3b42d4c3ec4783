#include "gpu/trial.h"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <weft/cpp/sized.hpp>

#include "gpu/grid_memory.h"
#include "gpu/recorder.h"

namespace weft::gpu {
namespace {

// Words lie in a picture of packed pixels: their four bytes go through a kernel as 0..1 and back
// without loss.
constexpr std::uint64_t kWidth = 256;
constexpr std::uint64_t kRowBytes = kWidth * 4;

weft_grid words_grid(std::uint64_t size) {
    weft_grid grid{};
    grid.axis_count = 2;
    grid.format = WEFT_FORMAT_RGBA8;
    grid.channels = 1;
    grid.channel_stride = static_cast<std::int64_t>(size);
    const std::uint64_t counts[2] = {kWidth, size / kRowBytes};
    for (std::uint32_t a = 0; a < 2; ++a) {
        weft_axis& axis = grid.axes[a];
        axis.field = a == 0 ? WEFT_FIELD_X : WEFT_FIELD_Y;
        axis.filter = WEFT_FILTER_FLOOR;
        axis.wrap = WEFT_WRAP_CLAMP;
        axis.count = counts[a];
        axis.step = 1.0 / static_cast<double>(counts[a]);
        axis.stride = a == 0 ? 4 : static_cast<std::int64_t>(kRowBytes);
    }
    return grid;
}

// A kernel whose picture is the picture it reads.
struct CopyKernel {
    std::array<weft_ir_value, 6> values{};
    std::array<std::uint32_t, 12> args{};
    std::array<weft_input, 4> inputs{};
    weft_output output{};
    weft_store store{0, 0, 4, 8};
    weft_kernel kernel{};
    weft_batch batch{};

    explicit CopyKernel(const weft_grid& grid) {
        constexpr std::uint8_t kFields[2] = {WEFT_VARIES_COLUMN, WEFT_VARIES_ROW};
        for (std::uint32_t f = 0; f < 2; ++f) {
            values[f].op = WEFT_OP_FIELD;
            values[f].aux = f == 0 ? WEFT_FIELD_X : WEFT_FIELD_Y;
            values[f].varies = kFields[f];
            values[f].precision = WEFT_PRECISION_F32;
        }
        for (std::uint32_t c = 0; c < 4; ++c) {
            weft_ir_value& sample = values[2 + c];
            sample.op = WEFT_OP_SAMPLE;
            sample.aux = c;
            sample.varies = WEFT_VARIES_POINT | WEFT_VARIES_FRAME;
            sample.arg_count = 2;
            sample.args = c * 2;
            args[c * 2] = 0;
            args[c * 2 + 1] = 1;
            args[8 + c] = 2 + c;
            inputs[c].internal_output = WEFT_NOT_INTERNAL;
            inputs[c].channel = c;
        }
        output.kind = WEFT_OUTPUT_TARGET;
        output.grid = grid;
        kernel.domain = WEFT_DOMAIN_RASTER;
        kernel.width = grid.axes[0].count;
        kernel.height = grid.axes[1].count;
        kernel.ir.struct_size = sizeof kernel.ir;
        kernel.ir.values = values.data();
        kernel.ir.value_count = values.size();
        kernel.ir.args = args.data();
        kernel.ir.arg_count = args.size();
        kernel.stores = &store;
        kernel.store_count = 1;
        batch.struct_size = sizeof batch;
        batch.kernels = &kernel;
        batch.kernel_count = 1;
        batch.inputs = inputs.data();
        batch.input_count = inputs.size();
        batch.outputs = &output;
        batch.output_count = 1;
    }
    CopyKernel(const CopyKernel&) = delete;
    CopyKernel& operator=(const CopyKernel&) = delete;
};

std::shared_ptr<Buffer> table(Device& device, std::uint64_t bytes) {
    return bytes == 0 ? nullptr : device.allocate(bytes, Place::device);
}

// Has a kernel copy `size` bytes.
void copy_words(Device& device, const Slice& from, const Slice& to, std::uint64_t size) {
    const weft_grid grid = words_grid(size);
    const CopyKernel copy(grid);
    std::vector<TextInput> inputs;
    for (std::uint32_t c = 0; c < 4; ++c) inputs.push_back({false, grid, c, false});
    const std::vector<TextOutput> outputs{{WEFT_OUTPUT_TARGET, grid}};
    const TextOptions& options = device.info().text;
    const KernelText text = write_kernel({&copy.batch, 0, &inputs, &outputs, options});
    const std::shared_ptr<const Pipeline> pipeline = device.build({&text, "trial of memory"});
    const std::uint64_t bytes = text.args.bytes(text.whole.size());
    const std::shared_ptr<Buffer> args = device.allocate(bytes, Place::upload);
    std::memset(args->host, 0, bytes);
    auto* wholes = reinterpret_cast<std::int32_t*>(args->host + text.args.whole_offset());
    for (const WholeArg& arg : text.whole) *wholes++ = arg.what == Whole::deliver ? 1 : 0;
    const std::shared_ptr<Buffer> nothing = device.allocate(kSliceAlignment, Place::host);
    std::memset(nothing->host, 0, kSliceAlignment);
    const std::shared_ptr<Buffer> columns = table(device, text.columns_bytes);
    const std::shared_ptr<Buffer> rows = table(device, text.rows_bytes);
    const std::shared_ptr<Buffer> scratch = table(device, text.scratch_bytes);

    Launch launch;
    launch.pipeline = pipeline.get();
    for (const Parameter& parameter : text.parameters) {
        Slice slice{nothing.get(), 0};
        switch (parameter.use) {
            case Use::args: slice = {args.get(), 0}; break;
            case Use::columns: slice = {columns.get(), 0}; break;
            case Use::rows: slice = {rows.get(), 0}; break;
            case Use::scratch: slice = {scratch.get(), 0}; break;
            case Use::input: slice = from; break;
            case Use::output: slice = to; break;
            default: break;
        }
        launch.parameters.push_back(slice);
    }
    Recorder recorder;
    for (std::uint32_t e = 0; e < text.entries.size(); ++e) {
        launch.entry = e;
        const auto [x, y] =
            threads_of(text, text.entries[e].over, grid.axes[0].count, grid.axes[1].count);
        recorder.launch(launch, x, y, options.group, {{from.buffer}, {to.buffer}});
    }
    const std::unique_ptr<Work> work = device.record(recorder.commands());
    (void)device.queue.wait(device.queue.submit(*work));
}

// Bytes a second of a copy; the best of a few, the first one wakes the device up.
double rate_of_copy(Device& device, Place from, Place to) {
    constexpr std::uint64_t kBytes = 1u << 24;
    const std::shared_ptr<Buffer> source = device.allocate(kBytes, from);
    const std::shared_ptr<Buffer> target = device.allocate(kBytes, to);
    Recorder recorder;
    recorder.copy({source.get(), 0}, {target.get(), 0}, kBytes);
    const std::unique_ptr<Work> work = device.record(recorder.commands());
    double best = 0;
    for (int i = 0; i < 4; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        (void)device.queue.wait(device.queue.submit(*work));
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
        best = std::max(best, static_cast<double>(kBytes) / took.count());
    }
    return best;
}

void require_kind(bool offered, const Device& device) {
    if (!offered)
        throw cpp::Failure(WEFT_UNSUPPORTED, device.info().name + " has no memory of this kind");
}

void put(char (&to)[256], const std::string& reason) {
    cpp::copy_text(to, reason);
}

}  // namespace

Trial::Trial(Device& device, std::uint32_t kind, std::uint64_t size, std::uint32_t seed)
    : device_(device), kind_(kind), size_(size) {
    const DeviceInfo& info = device.info();
    if (size == 0 || size % 65536 != 0)
        throw cpp::Failure(WEFT_INVALID, "a trial wants a multiple of 65536 bytes");
    const Claim claim{"memory for another back end"};  // it may be lent, and stay
    if (kind == WEFT_HANDLE_HOST && info.import_alignment == 0) {
        memory_ = device.allocate(size, Place::readback);
        view_.data = memory_->host;
    } else if (kind == WEFT_HANDLE_HOST) {
        host_ = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (host_ == MAP_FAILED) {
            host_ = nullptr;
            throw cpp::Failure(WEFT_UNAVAILABLE, "no pages for a trial of memory");
        }
        memory_ = device.import_host(host_, size);
        view_.data = host_;
    } else if (kind == WEFT_HANDLE_OPAQUE_FD) {
        require_kind(info.exports_fd, device);
        memory_ = device.pool.take(size, Place::exported, claim);
    } else {
        require_kind(kind == WEFT_HANDLE_LOCAL, device);
        memory_ = device.pool.take(size, Place::device, claim);
    }
    view_.generation = 1;
    view_.tick = -1;
    const std::shared_ptr<Buffer> pattern = device.allocate(size, Place::upload);
    for (std::uint64_t i = 0; i < size / 4; ++i) {
        const auto word = static_cast<std::uint32_t>(seed + i * 2654435761u);
        std::memcpy(pattern->host + i * 4, &word, sizeof word);
    }
    copy_words(device, {pattern.get(), 0}, {memory_.get(), 0}, size);
    if (kind == WEFT_HANDLE_LOCAL) device_.commons.offer(&view_, {memory_, 0});
}

Trial::~Trial() {
    device_.commons.withdraw(&view_);
    memory_.reset();
    if (host_ != nullptr) munmap(host_, size_);
}

void Trial::describe(weft_handle& handle) const {
    handle = {};
    handle.struct_size = sizeof handle;
    handle.kind = kind_;
    handle.grid.axis_count = 1;
    handle.grid.format = WEFT_FORMAT_F32;
    handle.grid.channels = 1;
    handle.grid.channel_stride = static_cast<std::int64_t>(size_);
    weft_axis& axis = handle.grid.axes[0];
    axis.field = WEFT_FIELD_OWN;
    axis.filter = WEFT_FILTER_FLOOR;
    axis.count = size_ / 4;
    axis.step = 1;
    axis.stride = 4;
    handle.view = &view_;
    handle.memory_fd = kind_ == WEFT_HANDLE_OPAQUE_FD ? memory_->fd : -1;
    handle.memory_offset = kind_ == WEFT_HANDLE_OPAQUE_FD ? memory_->fd_offset : 0;
    handle.memory_size = size_;
}

std::uint64_t sum_of_words(const Buffer& memory, std::uint64_t size) {
    std::uint64_t sum = 0;
    for (std::uint64_t at = 0; at < size; at += sizeof(std::uint32_t)) {
        std::uint32_t word = 0;
        std::memcpy(&word, memory.host + at, sizeof word);
        sum += word;
    }
    return sum;
}

std::uint64_t read_trial(Device& device, const weft_handle& handle) {
    const DeviceInfo& info = device.info();
    const std::uint64_t size = handle.grid.axes[0].count * 4;
    if (size == 0 || size % 65536 != 0 || handle.view == nullptr)
        throw cpp::Failure(WEFT_INVALID, "a trial has a multiple of 65536 bytes");
    std::shared_ptr<Buffer> memory;
    std::uint64_t offset = 0;
    if (handle.kind == WEFT_HANDLE_HOST) {
        require_kind(info.import_alignment != 0, device);
        char* data = static_cast<char*>(const_cast<void*>(handle.view->data));
        if (reinterpret_cast<std::uintptr_t>(data) % info.import_alignment != 0 ||
            size % info.import_alignment != 0)
            throw cpp::Failure(WEFT_UNSUPPORTED, info.name + " takes memory in multiples of " +
                                                     std::to_string(info.import_alignment) +
                                                     " bytes only");
        memory = device.import_host(data, size);
    } else if (handle.kind == WEFT_HANDLE_OPAQUE_FD) {
        require_kind(info.imports_fd, device);
        memory = device.import_fd(handle.memory_fd, handle.memory_size);
        offset = handle.memory_offset;
    } else {
        memory = device.commons.find(handle.view).buffer;
        require_kind(memory != nullptr, device);
    }
    const std::shared_ptr<Buffer> words = device.allocate(size, Place::readback);
    copy_words(device, {memory.get(), offset}, {words.get(), 0}, size);
    return sum_of_words(*words, size);
}

void describe_memory(Device& device, weft_memory_caps& result) {
    const DeviceInfo& info = device.info();
    weft_memory_caps caps{};
    caps.flags = info.unified ? WEFT_MEMORY_UNIFIED : 0;
    caps.exports = 1u << WEFT_HANDLE_LOCAL | 1u << WEFT_HANDLE_HOST;
    caps.imports = 1u << WEFT_HANDLE_LOCAL;
    std::copy(info.device_uuid.begin(), info.device_uuid.end(), caps.device_uuid);
    std::copy(info.driver_uuid.begin(), info.driver_uuid.end(), caps.driver_uuid);
    caps.host_alignment = info.import_alignment;
    if (!info.unified) {
        caps.upload_rate = rate_of_copy(device, Place::upload, Place::device);
        caps.download_rate = rate_of_copy(device, Place::device, Place::readback);
    }
    std::string no_export;
    std::string no_import;
    const auto miss = [&](std::string& reason, const char* what) {
        reason += (reason.empty() ? "" : "; ") + std::string(what);
    };
    if (info.import_alignment == 0) {
        miss(no_import, "the driver takes no host memory");
    } else if (info.unified) {
        caps.imports |= 1u << WEFT_HANDLE_HOST;
    } else {
        miss(no_import, "host memory is across the bus and is copied");
    }
    if (info.exports_fd) {
        caps.exports |= 1u << WEFT_HANDLE_OPAQUE_FD;
    } else {
        miss(no_export, "the driver exports no opaque fd");
    }
    if (info.imports_fd) {
        caps.imports |= 1u << WEFT_HANDLE_OPAQUE_FD;
    } else {
        miss(no_import, "the driver imports no opaque fd");
    }
    put(caps.no_export, no_export);
    put(caps.no_import, no_import);
    put(caps.identity, info.name + ", " + info.driver);
    cpp::fill_known_part(result, caps);
}

}  // namespace weft::gpu
