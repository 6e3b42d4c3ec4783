// Samples of a block, moved by a sound device's thread. Not by memcpy() and memset(): they are far
// from the code that runs, which is cold as the thread has slept, and take the widest vectors that
// there are. A processor that has not used those for a while runs at a fraction of its speed until
// they have power, some microseconds; kernels, which need them, shall be the first to ask.
#pragma once

#include <cstdint>

namespace weft::cpp {

// As wide as every processor is.
using FourSamples [[gnu::vector_size(16), gnu::aligned(4), gnu::may_alias]] = float;

// Stands in a loop, so that compilers do not make those very calls of it.
inline void keep_loop() {
    asm volatile("" ::: "memory");
}

// Calls put(i) for every fourth i below `count`, four at a time where there are as many, and one(i)
// for the rest: the blocks of devices are multiples of 16, and half of a loop is its own counting.
template <class Put, class One>
inline void by_four(std::uint64_t count, const Put& put, const One& one) {
    std::uint64_t i = 0;
    for (; i + 16 <= count; i += 16) {
        put(i);
        put(i + 4);
        put(i + 8);
        put(i + 12);
        keep_loop();
    }
    for (; i < count; ++i) {
        one(i);
        keep_loop();
    }
}

// `from` and `to` do not overlap.
inline void copy_samples(const float* from, std::uint64_t count, float* to) {
    by_four(
        count,
        [&](std::uint64_t i) {
            *reinterpret_cast<FourSamples*>(to + i) =
                *reinterpret_cast<const FourSamples*>(from + i);
        },
        [&](std::uint64_t i) { to[i] = from[i]; });
}

inline void silence_samples(float* samples, std::uint64_t count) {
    by_four(
        count,
        [&](std::uint64_t i) { *reinterpret_cast<FourSamples*>(samples + i) = FourSamples{}; },
        [&](std::uint64_t i) { samples[i] = 0; });
}

}  // namespace weft::cpp
