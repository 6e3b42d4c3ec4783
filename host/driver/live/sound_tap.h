// What is played, for whoever records it: blocks go from the audio thread to the frame thread. The
// writer neither waits nor allocates; what the reader does not fetch in time is left out.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

namespace weft::driver {

class SoundTap {
public:
    explicit SoundTap(std::uint32_t channels) : channels_(channels) {}
    SoundTap(const SoundTap&) = delete;
    SoundTap& operator=(const SoundTap&) = delete;

    // --- reader [frame thread] ---

    // Whether anything is kept. Memory is made when it is first wanted.
    void open(bool wanted);
    // fetch(first, samples, channels, count, stride): channel c at samples + c * stride.
    template <class Fetch>
    void drain(Fetch&& fetch) {
        if (slots_ == nullptr) {
            return;
        }
        const std::uint64_t end = written_.load(std::memory_order_acquire);
        for (std::uint64_t i = read_.load(std::memory_order_relaxed); i < end; ++i) {
            const Slot& slot = (*slots_)[i % kSlots];
            fetch(slot.first, slot.samples.data(), channels_, slot.count, kSamples);
            read_.store(i + 1, std::memory_order_release);
        }
    }

    // --- writer [audio thread] ---

    // Samples from abssample `first` on, by channel.
    void put(std::int64_t first, const float* const* channels, std::uint64_t count) noexcept {
        if (wanted_.load(std::memory_order_acquire)) [[unlikely]] {
            put_wanted(first, channels, count);
        }
    }

private:
    static constexpr std::uint64_t kSlots = 256;
    static constexpr std::uint64_t kSamples = 1024;
    struct Slot {
        std::int64_t first = 0;
        std::uint64_t count = 0;
        std::vector<float> samples;  // planar, kSamples a channel
    };

    void put_wanted(std::int64_t first, const float* const* channels, std::uint64_t count) noexcept;

    std::uint32_t channels_;
    std::unique_ptr<std::array<Slot, kSlots>> slots_;
    std::atomic<bool> wanted_{false};  // never before slots_ is there
    std::atomic<std::uint64_t> written_{0};
    std::atomic<std::uint64_t> read_{0};
};

}  // namespace weft::driver
