// The partials and the saws by hand, tuned: recurrences instead of sines, voices in lanes.
#pragma once

#include <immintrin.h>

#include <cmath>
#include <cstdint>

#include "bench/contenders.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"

namespace weft::bench {

// As `partials`, but of the 128 samples of a partial only the first 32 take sines, and the rest
//   sin(p + 2d) = 2*cos(d)*sin(p + d) - sin(p)
// Sines anew every 128 samples keep the recurrence's error near that of a single.
inline void partials_tuned(float* left, float* right, std::int64_t first, int count) {
    constexpr double kTau = 6.283185307179586;
    const __m512 lanes =
        _mm512_cvtepi32_ps(_mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    static const auto table = [] {
        struct {
            float step[64], twice[64];
        } t{};
        for (int i = 1; i <= 64; ++i) {
            t.step[i - 1] = static_cast<float>(kTau * 55.0 * i / 48000);
            t.twice[i - 1] = static_cast<float>(2 * std::cos(kTau * 55.0 * i * 16 / 48000));
        }
        return t;
    }();
    for (int n = 0; n < count; n += 128) {
        const int vectors = (count - n < 128 ? count - n : 128) / 16;
        const double time = static_cast<double>(first + n) / 48000;
        __m512 l[8], r[8];
        for (int v = 0; v < 8; ++v) l[v] = r[v] = _mm512_setzero_ps();
        // The swells of 16 partials at once; phases in doubles, as a clock runs for days.
        alignas(64) float gain[64], slow[64], phase[64];
        for (int i = 1; i <= 64; ++i) {
            const auto angle = [](double turns) {
                return static_cast<float>(kTau * (turns - std::floor(turns)));
            };
            phase[i - 1] = angle(55.0 * i * time);
            slow[i - 1] = angle((0.02 + 0.0007 * i) * time + 2.4 / kTau * i);
        }
        for (int i = 0; i < 64; i += 16) {
            const __m512 number = _mm512_add_ps(lanes, _mm512_set1_ps(static_cast<float>(i + 1)));
            const __m512 swell = sine(_mm512_load_ps(slow + i));
            const __m512 level = _mm512_fmadd_ps(swell, _mm512_set1_ps(0.2f), _mm512_set1_ps(0.2f));
            _mm512_store_ps(gain + i, _mm512_div_ps(level, number));
        }
        for (int i = 0; i < 64; ++i) {
            const float pan = static_cast<float>(i + 1) / 65.0f;
            const __m512 to_left = _mm512_set1_ps(gain[i] * (1 - pan));
            const __m512 to_right = _mm512_set1_ps(gain[i] * pan);
            const __m512 step = _mm512_set1_ps(table.step[i]);
            const __m512 twice = _mm512_set1_ps(table.twice[i]);
            const __m512 start = _mm512_fmadd_ps(lanes, step, _mm512_set1_ps(phase[i]));
            __m512 before = sine(start);
            __m512 now = sine(_mm512_fmadd_ps(step, _mm512_set1_ps(16), start));
            for (int v = 0; v < 8; ++v) {
                l[v] = _mm512_fmadd_ps(before, to_left, l[v]);
                r[v] = _mm512_fmadd_ps(before, to_right, r[v]);
                const __m512 next = _mm512_fmsub_ps(twice, now, before);
                before = now;
                now = next;
            }
        }
        for (int v = 0; v < vectors; ++v) {
            _mm512_storeu_ps(left + n + 16 * v, l[v]);
            _mm512_storeu_ps(right + n + 16 * v, r[v]);
        }
    }
}

// Eight voices in the lanes of a vector: the even ones first, then the odd, so that either half
// adds up to a channel. What is shaped of eight samples is turned over before it is added.
class SawsTuned {
public:
    SawsTuned() {
        const double pitch[8] = {55, 110.4, 219.5, 330.7, 82.5, 165.2, 277.1, 440.3};
        for (int v = 0; v < 8; ++v) {
            const int voice = v < 4 ? 2 * v : 2 * (v - 4) + 1;
            const double w0 = 6.283185307179586 * (300 + 250 * voice) / 48000;
            const double alpha = std::sin(w0) / 4;
            a1_[v] = static_cast<float>(2 * std::cos(w0) / (1 + alpha));
            a2_[v] = static_cast<float>((1 - alpha) / (1 + alpha));
            gain_[v] = static_cast<float>(0.15 * (1 - std::cos(w0)) / 2 / (1 + alpha));
            step_[v] = pitch[v] / 48000;
        }
    }

    void run(float* left, float* right, std::int64_t first, int count) {
        const __m256 a1 = _mm256_load_ps(a1_), a2 = _mm256_load_ps(a2_),
                     gain = _mm256_load_ps(gain_);
        const __m512d step = _mm512_load_pd(step_);
        __m256 w1 = _mm256_load_ps(w1_), w2 = _mm256_load_ps(w2_);
        for (int n = 0; n < count; ++n) {
            const __m512d turns =
                _mm512_mul_pd(step, _mm512_set1_pd(static_cast<double>(first + n)));
            const __m512d rest = _mm512_sub_pd(turns, _mm512_roundscale_pd(turns, 0x09));
            const __m256 s =
                _mm256_fmadd_ps(_mm512_cvtpd_ps(rest), _mm256_set1_ps(2), _mm256_set1_ps(-1));
            const __m256 w = _mm256_fmadd_ps(a1, w1, _mm256_fnmadd_ps(a2, w2, s));
            const __m256 y =
                _mm256_mul_ps(gain, _mm256_add_ps(_mm256_fmadd_ps(w1, _mm256_set1_ps(2), w), w2));
            w2 = w1;
            w1 = w;
            const __m256 pairs = _mm256_hadd_ps(y, y);
            const __m256 sums = _mm256_hadd_ps(pairs, pairs);
            left[n] = _mm256_cvtss_f32(sums);
            right[n] = _mm_cvtss_f32(_mm256_extractf128_ps(sums, 1));
        }
        _mm256_store_ps(w1_, w1);
        _mm256_store_ps(w2_, w2);
    }

private:
    alignas(64) double step_[8];
    alignas(32) float a1_[8], a2_[8], gain_[8], w1_[8] = {}, w2_[8] = {};
};

}  // namespace weft::bench

#pragma GCC diagnostic pop
