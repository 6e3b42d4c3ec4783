// Packets from the frame thread to the network's, wait-free on both sides: one writer, one reader,
// a ring of bytes. A packet that does not fit is not taken.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>

namespace weft::osc {

class PacketQueue {
public:
    struct Head {
        uint32_t size;         // bytes of the packet
        uint32_t destination;  // the session's number for it
        uint32_t messages;     // in it
        uint32_t skip;         // 1: nothing here, the ring begins anew
    };

    // `capacity` is rounded up to a power of two.
    explicit PacketQueue(size_t capacity) {
        while (size_ < capacity) size_ *= 2;
        bytes_ = std::make_unique_for_overwrite<uint8_t[]>(size_);
    }

    // [writer] False: full.
    [[nodiscard]] bool push(std::span<const uint8_t> packet, uint32_t destination,
                            uint32_t messages) {
        const uint64_t read = read_.load(std::memory_order_acquire);
        uint64_t at = written_.load(std::memory_order_relaxed);
        const size_t needed = whole(packet.size());
        const size_t to_end = size_ - (at & (size_ - 1));
        const size_t skipped = to_end < needed ? to_end : 0;
        if (at + skipped + needed - read > size_) return false;
        if (skipped != 0) {
            put(at, {0, 0, 0, 1});
            at += skipped;
        }
        put(at, {static_cast<uint32_t>(packet.size()), destination, messages, 0});
        std::memcpy(place(at) + sizeof(Head), packet.data(), packet.size());
        written_.store(at + needed, std::memory_order_release);
        return true;
    }

    // [reader] The packet after those that were passed; false: none. It stays until it is released.
    [[nodiscard]] bool peek(Head& head, const uint8_t*& packet) {
        while (passed_ != written_.load(std::memory_order_acquire)) {
            std::memcpy(&head, place(passed_), sizeof head);
            if (head.skip == 0) {
                packet = place(passed_) + sizeof head;
                return true;
            }
            passed_ += size_ - (passed_ & (size_ - 1));
        }
        return false;
    }
    // [reader] On to the one after `head`.
    void pass(const Head& head) { passed_ += whole(head.size); }
    // [reader] What was passed is done with.
    void release() { read_.store(passed_, std::memory_order_release); }

private:
    static size_t whole(size_t size) {
        constexpr size_t kUnit = sizeof(Head);  // so that a head never lies across the end
        return (sizeof(Head) + size + kUnit - 1) / kUnit * kUnit;
    }
    uint8_t* place(uint64_t at) const { return bytes_.get() + (at & (size_ - 1)); }
    void put(uint64_t at, const Head& head) { std::memcpy(place(at), &head, sizeof head); }

    size_t size_ = 4096;
    std::unique_ptr<uint8_t[]> bytes_;
    alignas(64) std::atomic<uint64_t> written_{0};
    alignas(64) std::atomic<uint64_t> read_{0};
    uint64_t passed_ = 0;
};

}  // namespace weft::osc
