// Batches of items from many threads to one, in bounded memory and without waiting: a batch is
// there whole or not at all.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace weft::runtime {

template <class T, std::size_t kCapacity>
class BatchQueue {
    static_assert((kCapacity & (kCapacity - 1)) == 0, "a power of two");

public:
    BatchQueue() : cells_(new Cell[kCapacity]) {
        for (std::size_t i = 0; i < kCapacity; ++i)
            cells_[i].turn.store(i, std::memory_order_relaxed);
    }

    // [any thread] False: there is no room for so many now.
    bool push(const T* items, std::size_t count) {
        if (count == 0) return true;
        if (count > kCapacity) return false;
        std::uint64_t at = tail_.load(std::memory_order_relaxed);
        for (;;) {
            // Cells come free in order: with the last one all are.
            const std::uint64_t last = at + count - 1;
            const std::uint64_t turn = cell(last).turn.load(std::memory_order_acquire);
            if (turn == last) {
                if (tail_.compare_exchange_weak(at, at + count, std::memory_order_relaxed)) break;
            } else if (turn < last) {
                const std::uint64_t now = tail_.load(std::memory_order_relaxed);
                if (now == at) return false;
                at = now;
            } else {
                at = tail_.load(std::memory_order_relaxed);
            }
        }
        // The first cell opens the batch, so it is the last to be marked.
        for (std::size_t i = count; i-- > 0;) {
            Cell& one = cell(at + i);
            one.item = items[i];
            one.count = count;
            one.turn.store(at + i + 1, std::memory_order_release);
        }
        return true;
    }

    // [the one thread that reads] Calls use(item) for all that are there, in whole batches.
    template <class Use>
    void drain(Use use) {
        for (;;) {
            Cell& first = cell(head_);
            if (first.turn.load(std::memory_order_acquire) != head_ + 1) return;
            const std::size_t count = first.count;
            for (std::size_t i = 0; i < count; ++i) {
                Cell& one = cell(head_ + i);
                const T item = one.item;
                one.turn.store(head_ + i + kCapacity, std::memory_order_release);
                use(item);
            }
            head_ += count;
        }
    }

private:
    struct Cell {
        std::atomic<std::uint64_t> turn{0};  // its place: free for it; place + 1: written
        T item{};
        std::size_t count = 0;
    };
    [[nodiscard]] Cell& cell(std::uint64_t place) { return cells_[place & (kCapacity - 1)]; }

    std::unique_ptr<Cell[]> cells_;
    alignas(64) std::atomic<std::uint64_t> tail_{0};
    alignas(64) std::uint64_t head_ = 0;
};

}  // namespace weft::runtime
