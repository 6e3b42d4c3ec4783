#include "driver/live/sound_tap.h"

#include <algorithm>

namespace weft::driver {

void SoundTap::open(bool wanted) {
    if (wanted == wanted_.load(std::memory_order_relaxed)) {
        return;
    }
    if (wanted && slots_ == nullptr) {
        slots_ = std::make_unique<std::array<Slot, kSlots>>();
        for (Slot& slot : *slots_) {
            slot.samples.assign(kSamples * channels_, 0);
        }
    }
    wanted_.store(wanted, std::memory_order_release);
}

void SoundTap::put_wanted(std::int64_t first, const float* const* channels,
                          std::uint64_t count) noexcept {
    for (std::uint64_t done = 0; done < count; done += kSamples) {
        const std::uint64_t next = written_.load(std::memory_order_relaxed);
        if (next - read_.load(std::memory_order_acquire) == kSlots) {
            return;
        }
        Slot& slot = (*slots_)[next % kSlots];
        slot.first = first + static_cast<std::int64_t>(done);
        slot.count = std::min(kSamples, count - done);
        for (std::uint32_t c = 0; c < channels_; ++c) {
            std::copy_n(channels[c] + done, slot.count, slot.samples.data() + c * kSamples);
        }
        written_.store(next + 1, std::memory_order_release);
    }
}

}  // namespace weft::driver
