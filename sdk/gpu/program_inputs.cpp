// Where the numbers that kernels read are: in this batch, in another program of this device, in
// host memory used in place, or in a copy of it.
#include <algorithm>
#include <cstring>

#include "gpu/program_impl.h"

namespace weft::gpu {
namespace {

// Imports of host memory that are kept. Views and targets move between a few places.
constexpr std::size_t kMostImports = 32;

}  // namespace

void BatchProgram::add_inputs(const weft_batch& batch) {
    for (const weft_input& from : cpp::list(batch.inputs, batch.input_count)) {
        Input& input = inputs_.emplace_back();
        input.node = cpp::view(from.node);
        input.name = input.node + "@" + std::string(cpp::view(from.strand));
        input.channel = from.channel;
        input.output = from.internal_output;
        if (from.internal_output == WEFT_NOT_INTERNAL) {
            bind_handle(input, host_.lookup(from.id));
            continue;
        }
        const Output& output = outputs_.at(from.internal_output);
        if (!output.cache)
            throw cpp::Failure(WEFT_UNSUPPORTED, "only caches are read inside a batch", input.node);
        input.grid = output.grid;
        input.slice = {&output.cache->home(), 0};
    }
}

void BatchProgram::bind_handle(Input& input, const weft_binding& binding) {
    const weft_handle& handle = binding.handle;
    input.grid = handle.grid;
    if (binding.kind == WEFT_HANDLE_NONE && binding.get_values != nullptr) {
        input.getter = binding;
        return;
    }
    const Commons::Shared shared = device_.commons.find(handle.view);
    if (shared.buffer != nullptr) {
        input.memory = shared.buffer;
        input.slice = {shared.buffer.get(), shared.offset};
    } else if (binding.kind == WEFT_HANDLE_OPAQUE_FD && device_.info().imports_fd) {
        input.memory = device_.import_fd(handle.memory_fd, handle.memory_size);
        input.slice = {input.memory.get(), handle.memory_offset};
    } else if (binding.kind == WEFT_HANDLE_HOST && handle.view != nullptr) {
        input.handle = handle;
    } else {
        throw cpp::Failure(
            WEFT_UNSUPPORTED,
            input.name + " is in memory that " + device_.info().name + " cannot reach", input.node);
    }
    if (input.slice.offset % kSliceAlignment != 0)
        throw cpp::Failure(WEFT_UNSUPPORTED, input.name + " begins in the middle of a line",
                           input.node);
}

// Recorded work that uses a buffer goes before the buffer does.
void BatchProgram::forget(const Buffer* buffer) {
    wait_for_all();
    forget_recorded(buffer);
}

void BatchProgram::forget_recorded(const Buffer* buffer) {
    for (const std::unique_ptr<Flight>& flight : flights_) {
        if (!flight) continue;
        std::erase_if(flight->recordings, [&](const Recording& recording) {
            return std::any_of(recording.variant.slices.begin(), recording.variant.slices.end(),
                               [&](const Slice& slice) { return slice.buffer == buffer; });
        });
    }
    for (const std::unique_ptr<PointsRun>& run : points_)
        if (run) run->work.reset();
}

void BatchProgram::moved(const Buffer* from, const std::shared_ptr<Buffer>& to) {
    for (Input& input : inputs_) {
        if (input.memory.get() == from) input.memory = to;
        if (input.slice.buffer == from) input.slice.buffer = to.get();
    }
    forget_recorded(from);
    for (const std::unique_ptr<PointsRun>& run : points_)
        if (run) run->work.reset();
    for (const std::unique_ptr<PointsRun>& run : reads_) {
        if (!run || run->source != from) continue;
        run->source = to.get();
        run->work.reset();
    }
}

void BatchProgram::shed(std::uint64_t since) {
    if (ran_ >= since) return;
    for (const std::unique_ptr<Flight>& flight : flights_) {
        if (!flight) continue;
        flight->recordings.clear();
        for (std::shared_ptr<Buffer>& place : flight->readback) place.reset();
    }
    for (Input& input : inputs_) {
        if (input.handle.view == nullptr) continue;
        input.upload.reset();
        input.staging.reset();
        input.copy.reset();
        input.copied_from = nullptr;
    }
    for (auto* runs : {&points_, &reads_}) {
        for (const std::unique_ptr<PointsRun>& run : *runs) {
            if (!run) continue;
            run->work.reset();
            run->points.reset();
            run->values.reset();
            run->room = 0;
        }
    }
}

Slice BatchProgram::in_place(char* data, Extent extent, const weft_handle* handle) {
    if (!device_.info().unified) return {};
    const Slice slice = import_around(data, extent, handle);
    return slice.offset % kSliceAlignment == 0 ? slice : Slice{};
}

// The slice begins at `data`; it has no buffer when the device does not take such memory.
Slice BatchProgram::import_around(char* data, Extent extent, const weft_handle* handle) {
    const std::uint64_t alignment = device_.info().import_alignment;
    if (alignment == 0 || imports_refused_) return {};
    const auto begin = reinterpret_cast<std::uintptr_t>(data + extent.begin);
    const auto end = reinterpret_cast<std::uintptr_t>(data + extent.end);
    for (Import& import : imports_) {
        const auto base = reinterpret_cast<std::uintptr_t>(import.base);
        if (begin < base || end > base + import.size) continue;
        import.used = turn_;
        return {import.buffer.get(), static_cast<std::uint64_t>(data - import.base)};
    }
    std::uintptr_t low = begin;
    std::uintptr_t high = end;
    if (handle != nullptr && handle->memory_size != 0) {
        // All of the producer's block: its data may move within it, and others may read it too.
        low = std::min(low, reinterpret_cast<std::uintptr_t>(data) - handle->memory_offset);
        high = std::max(high, low + handle->memory_size);
    }
    low = low / alignment * alignment;
    high = (high + alignment - 1) / alignment * alignment;
    char* base = data - (reinterpret_cast<std::uintptr_t>(data) - low);
    std::shared_ptr<Buffer> buffer;
    try {
        buffer = device_.commons.import_host(device_, base, high - low);
    } catch (const cpp::Failure& failure) {
        if (failure.code() == WEFT_DEVICE_LOST) throw;
        host_.log(WEFT_LOG_WARNING, name_ + ": host memory is copied, since " +
                                        device_.info().name + " refuses it: " + failure.what());
        imports_refused_ = true;
        return {};
    }
    if (imports_.size() >= kMostImports) {
        const auto oldest =
            std::min_element(imports_.begin(), imports_.end(),
                             [](const Import& a, const Import& b) { return a.used < b.used; });
        if (oldest->used != turn_) {
            forget(oldest->buffer.get());
            imports_.erase(oldest);
        }
    }
    imports_.push_back({base, high - low, buffer, turn_});
    return {buffer.get(), static_cast<std::uint64_t>(data - base)};
}

void BatchProgram::locate_inputs() {
    for (const Kernel& kernel : kernels_) {
        for (const std::uint32_t read : kernel.reads) {
            Input& input = inputs_[read];
            if (input.handle.view == nullptr) continue;
            const auto* data = static_cast<const char*>(input.handle.view->data);
            if (data == nullptr)
                throw cpp::Failure(WEFT_INVALID, input.name + " has no memory yet", input.node);
            // The ABI gives readers const memory; kernels only read it.
            input.slice = in_place(const_cast<char*>(data), extent_of(input.grid), &input.handle);
            if (input.slice.buffer == nullptr) copy_input(input);
        }
    }
}

void BatchProgram::copy_input(Input& input) {
    const weft_view& view = *input.handle.view;
    char* data = static_cast<char*>(const_cast<void*>(view.data));
    const Extent extent = extent_of(input.grid);
    const auto head = static_cast<std::uint64_t>(-extent.begin + kSliceAlignment - 1) /
                      kSliceAlignment * kSliceAlignment;
    const auto bytes = static_cast<std::uint64_t>(extent.end - extent.begin);
    const bool first = input.copy == nullptr;
    if (first)
        input.copy = device_.pool.take(
            head + static_cast<std::uint64_t>(extent.end),
            device_.info().unified ? Place::host : Place::device,
            {"a copy of " + input.name + " (" + describe(input.grid) + ")", Rank::remade});
    input.slice = {input.copy.get(), head};
    if (!first && input.copied_from == data && input.generation == view.generation) return;
    if (device_.info().unified) {
        wait_for_all();
        std::memcpy(input.copy->host + head + extent.begin, data + extent.begin, bytes);
    } else {
        upload_input(input, data, extent);
    }
    input.copied_from = data;
    input.generation = view.generation;
    counters_.uploaded += bytes;
}

// Over the bus: from the memory itself where the device can reach it, else by way of a copy.
void BatchProgram::upload_input(Input& input, char* data, Extent extent) {
    const auto bytes = static_cast<std::uint64_t>(extent.end - extent.begin);
    Slice from = import_around(data + extent.begin, {0, extent.end - extent.begin}, nullptr);
    if (from.offset % 4 != 0) from = {};
    if (input.uploaded_at != 0) (void)device_.queue.wait(input.uploaded_at);
    if (from.buffer == nullptr) {
        if (input.staging == nullptr)
            input.staging =
                device_.pool.take(bytes, Place::upload, {"a copy of " + input.name, Rank::remade});
        std::memcpy(input.staging->host, data + extent.begin, bytes);
        from = {input.staging.get(), 0};
    }
    if (input.upload == nullptr || input.upload_from != from) {
        Recorder recorder;
        const std::uint64_t to = input.slice.offset - static_cast<std::uint64_t>(-extent.begin);
        recorder.copy(from, {input.copy.get(), to}, bytes);
        input.upload = device_.record(recorder.commands());
        input.upload_from = from;
    }
    input.uploaded_at = device_.queue.submit(*input.upload);
    last_value_ = input.uploaded_at;
}

}  // namespace weft::gpu
