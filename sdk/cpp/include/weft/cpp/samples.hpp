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

// `from` and `to` do not overlap.
inline void copy_samples(const float* from, std::uint64_t count, float* to) {
    std::uint64_t i = 0;
    for (; i + 4 <= count; i += 4) {
        *reinterpret_cast<FourSamples*>(to + i) = *reinterpret_cast<const FourSamples*>(from + i);
        keep_loop();
    }
    for (; i < count; ++i) {
        to[i] = from[i];
        keep_loop();
    }
}

inline void silence_samples(float* samples, std::uint64_t count) {
    std::uint64_t i = 0;
    for (; i + 4 <= count; i += 4) {
        *reinterpret_cast<FourSamples*>(samples + i) = FourSamples{};
        keep_loop();
    }
    for (; i < count; ++i) {
        samples[i] = 0;
        keep_loop();
    }
}

}  // namespace weft::cpp
