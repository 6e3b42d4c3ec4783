// Between frames that write pictures' caches and sound that reads them in place: such a cache of N
// ticks has kSpare slots more, and who reads at tick t finds t - (N - 1) ... t as they were as long
// as nobody writes t + kSpare + 1. Sound says at which tick it reads and never waits; a frame that
// is farther ahead waits for the end of the block that is computed. That is rare: two spare slots
// are enough for all blocks that are computed within a frame's time.
//
// What is read and what is written are different bytes at every moment, and the words below order
// one after the other: there is no race on the pictures themselves.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace weft::runtime {

class TickGate {
public:
    // Ticks that frames may be ahead of who reads.
    static constexpr std::int64_t kSpare = 2;
    // Who reads at once: what is heard, what falls, and what comes next.
    static constexpr std::uint32_t kReaders = 3;

    // [audio thread] `reader` reads at `tick` until leave(), or at the tick returned: the oldest
    // that is safe, where frames have gone on meanwhile. Wait-free.
    [[nodiscard]] std::int64_t enter(std::uint32_t reader, std::int64_t tick) noexcept;
    // [audio thread]
    void leave(std::uint32_t reader) noexcept;
    // [frame thread] Tick `tick` is written from now on, the one before it is complete. Waits for
    // who reads what it takes the place of, but no longer than any block takes: who has not come
    // back then is lost anyway.
    void write(std::int64_t tick) noexcept;

private:
    static constexpr std::int64_t kNobody = INT64_MAX;
    struct alignas(64) Reader {
        std::atomic<std::int64_t> tick{kNobody};
        std::int64_t lost = kNobody;  // [frame thread] nobody waits for this one again
    };
    std::array<Reader, kReaders> readers_;
    alignas(64) std::atomic<std::int64_t> writing_{-1};
};

}  // namespace weft::runtime
