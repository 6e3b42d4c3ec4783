// bench/programs/echo32.weft by hand. No tap is shorter than 480 samples, so as many can be
// computed at once from what the line already holds: each tap is one contiguous read and two
// multiply-adds for 16 samples. Sums of four vectors stay in registers over all taps.
#pragma once

#include <immintrin.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "bench/contenders.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

namespace weft::bench {

class Echo {
public:
    Echo() : line_(kLongest + kRoom) {
        for (int i = 1; i <= kTaps; ++i) {
            const double level = (33.0 - i) / 528;
            taps_[i - 1] = {433 + i + 46 * i * i, static_cast<float>(level * (1 - i / 33.0)),
                            static_cast<float>(level * i / 33.0)};
        }
    }

    // `count` is a multiple of 16.
    void run(float* left, float* right, std::int64_t first, int count) {
        for (int n = 0; n < count;) {
            if (at_ == kRoom) {  // the line runs on through a long buffer and starts over rarely
                std::memmove(line_.data(), line_.data() + kRoom, kLongest * sizeof(float));
                at_ = 0;
            }
            if (count - n >= 64 && kRoom - at_ >= 64) {
                some<4>(left + n, right + n, first + n);
                n += 64;
            } else {
                some<1>(left + n, right + n, first + n);
                n += 16;
            }
        }
    }

private:
    static constexpr int kTaps = 32;
    static constexpr std::ptrdiff_t kLongest = 47584;  // 47569, in whole vectors
    static constexpr std::ptrdiff_t kRoom = 1 << 18;
    struct Tap {
        std::ptrdiff_t delay;
        float left, right;
    };

    template <int kVectors>
    void some(float* left, float* right, std::int64_t first) {
        float* now = line_.data() + kLongest + at_;
        __m512 l[kVectors], r[kVectors];
        for (int v = 0; v < kVectors; ++v) l[v] = r[v] = _mm512_setzero_ps();
        for (const Tap& tap : taps_) {
            const __m512 to_left = _mm512_set1_ps(tap.left), to_right = _mm512_set1_ps(tap.right);
            const float* then = now - tap.delay;
            for (int v = 0; v < kVectors; ++v) {
                const __m512 w = _mm512_loadu_ps(then + 16 * v);
                l[v] = _mm512_fmadd_ps(w, to_left, l[v]);
                r[v] = _mm512_fmadd_ps(w, to_right, r[v]);
            }
        }
        const __m512 level = _mm512_set1_ps(0.4f), again = _mm512_set1_ps(0.7f);
        for (int v = 0; v < kVectors; ++v) {
            const __m512 x = pluck(first + 16 * v);
            _mm512_storeu_ps(left + 16 * v, _mm512_mul_ps(level, _mm512_add_ps(x, l[v])));
            _mm512_storeu_ps(right + 16 * v, _mm512_mul_ps(level, _mm512_add_ps(x, r[v])));
            _mm512_storeu_ps(now + 16 * v, _mm512_fmadd_ps(again, _mm512_add_ps(l[v], r[v]), x));
        }
        at_ += 16 * kVectors;
    }

    // 16 samples of the note. 24000 samples, one note, are 1500 vectors: none spans two notes.
    static __m512 pluck(std::int64_t first) {
        constexpr double kTau = 6.283185307179586;
        const __m512 lanes = _mm512_cvtepi32_ps(
            _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
        const auto since = static_cast<float>(first % 24000);
        const __m512 fade = _mm512_fnmadd_ps(_mm512_add_ps(lanes, _mm512_set1_ps(since)),
                                             _mm512_set1_ps(1.0f / 24000), _mm512_set1_ps(1));
        const double turns = static_cast<double>(first) * (220.0 / 48000);
        const auto phase = static_cast<float>(kTau * (turns - std::floor(turns)));
        const __m512 tone = sine(_mm512_fmadd_ps(
            lanes, _mm512_set1_ps(static_cast<float>(kTau * 220 / 48000)), _mm512_set1_ps(phase)));
        const __m512 square = _mm512_mul_ps(fade, fade);
        return _mm512_mul_ps(_mm512_mul_ps(square, square), tone);
    }

    Tap taps_[kTaps];
    std::vector<float> line_;
    std::ptrdiff_t at_ = 0;
};

}  // namespace weft::bench

#pragma GCC diagnostic pop
