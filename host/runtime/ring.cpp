#include "runtime/ring.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace weft::runtime {
namespace {

constexpr std::uint64_t kPage = 4096;

// Samples that are written before newest() tells of them: they may already stand in slots of old.
constexpr std::uint64_t kAtOnce = 1024;

std::uint64_t plane_bytes(std::uint64_t capacity) {
    return (capacity * sizeof(float) + kPage - 1) / kPage * kPage;
}

}  // namespace

Result<std::unique_ptr<Ring>> Ring::make(MemoryPool& pool, std::uint32_t channels,
                                         std::uint64_t samples, std::uint64_t slack) {
    if (channels == 0 || samples == 0) {
        return Error{WEFT_INVALID, "a ring of sound without channels or samples"};
    }
    const std::uint64_t plane = plane_bytes(samples + slack + kAtOnce);
    auto memory = pool.allocate(plane * channels, true, false);
    if (!memory) {
        return std::move(memory).error();
    }
    // Touches every page: the audio thread shall meet none that is not there.
    std::memset(memory->data, 0, plane * channels);
    return std::unique_ptr<Ring>(new Ring(pool, *memory, channels, samples, slack));
}

Ring::Ring(MemoryPool& pool, const Buffer& memory, std::uint32_t channels, std::uint64_t samples,
           std::uint64_t slack)
    : pool_(pool),
      memory_(memory),
      channels_(channels),
      samples_(samples),
      slack_(slack),
      capacity_(samples + slack + kAtOnce),
      plane_bytes_(plane_bytes(capacity_)),
      views_(channels),
      handles_(channels) {
    for (std::uint32_t c = 0; c < channels; ++c) {
        views_[c].data = static_cast<const char*>(memory.data) + c * plane_bytes_;
        views_[c].tick = -1;
        weft_handle& handle = handles_[c];
        handle.struct_size = sizeof handle;
        handle.kind = WEFT_HANDLE_HOST;
        handle.view = &views_[c];
        handle.memory_fd = memory.fd;
        handle.memory_offset = c * plane_bytes_;
        handle.memory_size = plane_bytes_ * channels;
        handle.grid.format = WEFT_FORMAT_F32;
        handle.grid.channels = 1;
        handle.grid.channel_stride = static_cast<std::int64_t>(plane_bytes_);
        handle.grid.axis_count = 1;
        weft_axis& k = handle.grid.axes[0];
        k.field = WEFT_FIELD_OWN;
        k.filter = WEFT_FILTER_FLOOR;
        k.wrap = WEFT_WRAP_RING;
        k.tick = WEFT_TICK_SAMPLE;
        k.count = samples;
        k.capacity = capacity_;
        k.step = 1;
        k.stride = sizeof(float);
    }
}

Ring::~Ring() {
    pool_.free(memory_);
}

// Null data: silence. At most `capacity_` samples.
void Ring::put(std::uint32_t channel, std::int64_t first, const float* data,
               std::uint64_t count) noexcept {
    auto* plane =
        reinterpret_cast<float*>(static_cast<char*>(memory_.data) + channel * plane_bytes_);
    const auto capacity = static_cast<std::int64_t>(capacity_);
    auto slot = static_cast<std::uint64_t>(((first % capacity) + capacity) % capacity);
    for (std::uint64_t i = 0; i < count; ++i) {
        const float value = data == nullptr ? 0.0F : data[i];
        plane[slot] = std::isfinite(value) ? value : 0.0F;
        if (++slot == capacity_) {
            slot = 0;
        }
    }
}

void Ring::write(std::int64_t first, const float* const* data, std::uint32_t given,
                 std::uint64_t count) noexcept {
    const auto capacity = static_cast<std::int64_t>(capacity_);
    const auto end = first + static_cast<std::int64_t>(count);
    const auto most = static_cast<std::int64_t>(kAtOnce);
    // Of what is longer than the ring only its end stays.
    std::int64_t next = std::min(first, newest() + 1);
    next = std::max(next, end - capacity);
    while (next < end) {
        // First the silence of a gap, then what is given.
        const bool silent = next < first;
        const std::int64_t until = std::min(next + most, silent ? first : end);
        for (std::uint32_t c = 0; c < channels_; ++c) {
            const float* samples = !silent && c < given ? data[c] : nullptr;
            put(c, next, samples != nullptr ? samples + (next - first) : nullptr,
                static_cast<std::uint64_t>(until - next));
        }
        next = until;
        tell(next - 1);
    }
}

void Ring::tell(std::int64_t written) noexcept {
    const std::int64_t tick = std::max(newest_.load(std::memory_order_relaxed), written);
    for (weft_view& view : views_) {
        std::atomic_ref(view.tick).store(tick, std::memory_order_release);
        std::atomic_ref(view.generation).fetch_add(1, std::memory_order_release);
    }
    newest_.store(tick, std::memory_order_release);
}

void hear(const std::vector<SoundInput>& inputs, const float* const* data, std::uint32_t width,
          std::size_t devices, std::int64_t first, std::uint64_t count) noexcept {
    for (const SoundInput& one : inputs) {
        const std::size_t device = std::max(one.device, 1U) - 1;
        const bool there = device < devices;
        one.ring->write(first, there ? data + device * width : nullptr, there ? width : 0, count);
    }
}

}  // namespace weft::runtime
