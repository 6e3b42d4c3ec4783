// The newest value from one thread to another, wait-free on both sides: three buffers, of which the
// writer owns one, the reader one, and the third is the newest that was published. Nobody waits,
// nothing is allocated, and a value is never seen half written.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace weft::runtime {

// One thread writes, one reads. T may own memory (a vector of numbers): all three are copies of the
// initial value, and nobody resizes them.
template <class T>
class Slot {
public:
    explicit Slot(const T& initial) : buffers_{initial, initial, initial} {}
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;

    // [writer] Where the next value is written; what stands there is some value of before.
    [[nodiscard]] T& next() { return buffers_[writing_]; }
    // [writer] What was written to next() is the newest.
    void publish() {
        writing_ = middle_.exchange(writing_ | kFresh, std::memory_order_acq_rel) & kIndex;
    }

    // [reader] Takes the newest value; false if it is the one of before.
    bool take() {
        if ((middle_.load(std::memory_order_relaxed) & kFresh) == 0) return false;
        reading_ = middle_.exchange(reading_, std::memory_order_acq_rel) & kIndex;
        return true;
    }
    // [reader] The value last taken; it stays as it is until take() is called again.
    [[nodiscard]] const T& value() const { return buffers_[reading_]; }

private:
    static constexpr std::uint32_t kIndex = 3;
    static constexpr std::uint32_t kFresh = 4;

    std::array<T, 3> buffers_;
    alignas(64) std::uint32_t writing_ = 0;
    alignas(64) std::uint32_t reading_ = 1;
    alignas(64) std::atomic<std::uint32_t> middle_{2};
};

}  // namespace weft::runtime
