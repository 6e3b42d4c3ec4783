// A queue from one thread to another that never waits and never allocates.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>

namespace weft::midi {

template <class T, std::size_t N>
class Ring {
    static_assert((N & (N - 1)) == 0, "a power of two");

public:
    // [writer] False: it is full, and `item` is lost.
    bool push(const T& item) {
        const std::size_t at = written_.load(std::memory_order_relaxed);
        if (at - read_.load(std::memory_order_acquire) == N) return false;
        items_[at % N] = item;
        written_.store(at + 1, std::memory_order_release);
        return true;
    }
    // [reader] The oldest, null where there is none; stays until pop.
    [[nodiscard]] const T* front() const {
        const std::size_t at = read_.load(std::memory_order_relaxed);
        return at == written_.load(std::memory_order_acquire) ? nullptr : &items_[at % N];
    }
    // [reader] After front was not null.
    void pop() {
        read_.store(read_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    }

private:
    std::array<T, N> items_;
    alignas(64) std::atomic<std::size_t> written_{0};
    alignas(64) std::atomic<std::size_t> read_{0};
};

}  // namespace weft::midi
