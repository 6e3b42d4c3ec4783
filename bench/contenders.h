// What a good programmer would write by hand for one program of bench/programs: AVX-512 intrinsics,
// polynomial sine, no hoisting beyond what the formula says at first sight.
#pragma once

#include <immintrin.h>

#include <cmath>
#include <cstdint>
#include <vector>

// GCC 12 takes the "undefined" operands of its own intrinsics for mistakes.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC push_options
#pragma GCC target("avx512f,avx512vl,avx512dq,avx512bw,fma")

namespace weft::bench {

inline __m512 all(float v) {
    return _mm512_set1_ps(v);
}

// Sine of moderate arguments: reduction by pi in two steps, polynomial of degree 9.
inline __m512 sine(__m512 x) {
    const __m512 k = _mm512_roundscale_ps(_mm512_mul_ps(x, _mm512_set1_ps(0.318309886f)), 0);
    __m512 r = _mm512_fnmadd_ps(k, _mm512_set1_ps(3.140625f), x);
    r = _mm512_fnmadd_ps(k, _mm512_set1_ps(0.000967653589793f), r);
    const __m512i odd = _mm512_slli_epi32(_mm512_cvtps_epi32(k), 31);
    const __m512 z = _mm512_mul_ps(r, r);
    __m512 p = _mm512_set1_ps(2.6057797e-6f);
    p = _mm512_fmadd_ps(p, z, _mm512_set1_ps(-1.98096026e-4f));
    p = _mm512_fmadd_ps(p, z, _mm512_set1_ps(8.33306624e-3f));
    p = _mm512_fmadd_ps(p, z, _mm512_set1_ps(-0.166666596f));
    const __m512 s = _mm512_fmadd_ps(_mm512_mul_ps(r, z), p, r);
    return _mm512_castsi512_ps(_mm512_xor_si512(_mm512_castps_si512(s), odd));
}

// Rows [begin, end) of the plasma at time t, RGBA8.
inline void plasma(std::uint32_t* out, int width, int height, int begin, int end, double time) {
    const auto t = static_cast<float>(time);
    const float a = std::sin(t / 2), b = std::cos(t / 3);
    const float cx = 0.5f * std::sin(t / 5) - 0.5f, cy = 0.5f * std::cos(t / 3) - 0.5f;
    const __m512 lanes =
        _mm512_cvtepi32_ps(_mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    for (int j = begin; j < end; ++j) {
        const __m512 y = all((static_cast<float>(j) + 0.5f) / static_cast<float>(height));
        for (int i = 0; i < width; i += 16) {
            const __m512 x = _mm512_mul_ps(_mm512_add_ps(lanes, all(static_cast<float>(i) + 0.5f)),
                                           all(1.0f / static_cast<float>(width)));
            const __m512 first = sine(_mm512_fmadd_ps(x, all(10), all(t)));
            const __m512 slope = _mm512_fmadd_ps(x, all(a), _mm512_mul_ps(y, all(b)));
            const __m512 second = sine(_mm512_fmadd_ps(slope, all(10), all(t)));
            const __m512 dx = _mm512_add_ps(x, all(cx)), dy = _mm512_add_ps(y, all(cy));
            const __m512 square = _mm512_fmadd_ps(dx, dx, _mm512_mul_ps(dy, dy));
            const __m512 root = _mm512_sqrt_ps(_mm512_fmadd_ps(square, all(100), all(1)));
            const __m512 v =
                _mm512_add_ps(_mm512_add_ps(first, second), sine(_mm512_add_ps(root, all(t))));
            const __m512 wave = sine(_mm512_fmadd_ps(y, all(10), all(1.3f * t + 1.57079633f)));
            const __m512 base = _mm512_fmadd_ps(_mm512_mul_ps(first, wave), all(0.5f), all(0.5f));
            const __m512 half = _mm512_fmadd_ps(base, all(0.5f), all(0.25f));
            __m512i pixel = _mm512_set1_epi32(static_cast<int>(0xff000000u));
            const float phase[3] = {0.0f, 2.094f, 4.188f};
            for (int c = 0; c < 3; ++c) {
                const __m512 s = sine(_mm512_fmadd_ps(v, all(3.14159265f), all(phase[c])));
                __m512 level = _mm512_fmadd_ps(s, all(0.25f), half);
                level = _mm512_min_ps(_mm512_max_ps(level, all(0)), all(1));
                const __m512i bits =
                    _mm512_cvttps_epi32(_mm512_fmadd_ps(level, all(255), all(0.5f)));
                pixel =
                    _mm512_or_si512(pixel, _mm512_slli_epi32(bits, 8 * static_cast<unsigned>(c)));
            }
            _mm512_storeu_si512(out + static_cast<std::ptrdiff_t>(j) * width + i, pixel);
        }
    }
}

// Rows [begin, end) of the 9x9 mean of three planes that have the picture's size, clamped at the
// edges, with whole-pixel steps: one contiguous load a sample. Each plane's rows stand `stride`
// apart.
inline void blur(std::uint32_t* out, const float* planes, int width, int height, int begin,
                 int end) {
    const std::ptrdiff_t size = static_cast<std::ptrdiff_t>(width) * height;
    const auto clamp = [](int v, int n) { return v < 0 ? 0 : v >= n ? n - 1 : v; };
    for (int j = begin; j < end; ++j)
        for (int i = 0; i < width; i += 16) {
            __m512i pixel = _mm512_set1_epi32(static_cast<int>(0xff000000u));
            for (int c = 0; c < 3; ++c) {
                __m512 sum = all(0);
                for (int dj = -4; dj <= 4; ++dj) {
                    const float* row = planes + c * size +
                                       static_cast<std::ptrdiff_t>(clamp(j + dj, height)) * width;
                    for (int di = -4; di <= 4; ++di) {
                        if (i + di >= 0 && i + di + 16 <= width) {
                            sum = _mm512_add_ps(sum, _mm512_loadu_ps(row + i + di));
                        } else {
                            alignas(64) float edge[16];
                            for (int l = 0; l < 16; ++l) edge[l] = row[clamp(i + di + l, width)];
                            sum = _mm512_add_ps(sum, _mm512_load_ps(edge));
                        }
                    }
                }
                __m512 level = _mm512_mul_ps(sum, all(1.0f / 81));
                level = _mm512_min_ps(_mm512_max_ps(level, all(0)), all(1));
                const __m512i bits =
                    _mm512_cvttps_epi32(_mm512_fmadd_ps(level, all(255), all(0.5f)));
                pixel =
                    _mm512_or_si512(pixel, _mm512_slli_epi32(bits, 8 * static_cast<unsigned>(c)));
            }
            _mm512_storeu_si512(out + static_cast<std::ptrdiff_t>(j) * width + i, pixel);
        }
}

// `count` samples, a multiple of 16, of 64 partials from sample `first` on. The swell is brought up
// to date every 64 samples, the phase is exact at the same points; each sample takes one sine a
// partial.
inline void partials(float* left, float* right, std::int64_t first, int count) {
    constexpr double kTau = 6.283185307179586;
    const __m512 lanes =
        _mm512_cvtepi32_ps(_mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    for (int n = 0; n < count; n += 64) {
        const int length = count - n < 64 ? count - n : 64;
        const double time = static_cast<double>(first + n) / 48000;
        for (int k = 0; k < length; k += 16) {
            _mm512_storeu_ps(left + n + k, _mm512_setzero_ps());
            _mm512_storeu_ps(right + n + k, _mm512_setzero_ps());
        }
        for (int i = 1; i <= 64; ++i) {
            const double swell = 0.5 + 0.5 * std::sin(kTau * time * (0.02 + 0.0007 * i) + 2.4 * i);
            const auto gain = static_cast<float>(0.4 * swell / i);
            const float pan = static_cast<float>(i) / 65.0f;
            const __m512 l = _mm512_set1_ps(gain * (1 - pan)), r = _mm512_set1_ps(gain * pan);
            const double turns = 55.0 * i * time;
            const auto phase = static_cast<float>(kTau * (turns - std::floor(turns)));
            const auto step = static_cast<float>(kTau * 55.0 * i / 48000);
            for (int k = 0; k < length; k += 16) {
                const __m512 at = _mm512_add_ps(lanes, _mm512_set1_ps(static_cast<float>(k)));
                const __m512 s =
                    sine(_mm512_fmadd_ps(at, _mm512_set1_ps(step), _mm512_set1_ps(phase)));
                _mm512_storeu_ps(left + n + k,
                                 _mm512_fmadd_ps(s, l, _mm512_loadu_ps(left + n + k)));
                _mm512_storeu_ps(right + n + k,
                                 _mm512_fmadd_ps(s, r, _mm512_loadu_ps(right + n + k)));
            }
        }
    }
}

}  // namespace weft::bench

#pragma GCC pop_options
#pragma GCC diagnostic pop

namespace weft::bench {

// Eight saws, each through its biquad; plain scalar code.
class Saws {
public:
    Saws() {
        const double cutoff[8] = {300, 550, 800, 1050, 1300, 1550, 1800, 2050};
        for (int v = 0; v < 8; ++v) {
            const double w0 = 6.283185307179586 * cutoff[v] / 48000;
            const double alpha = std::sin(w0) / 4;
            voice_[v].a1 = static_cast<float>(2 * std::cos(w0) / (1 + alpha));
            voice_[v].a2 = static_cast<float>((1 - alpha) / (1 + alpha));
            voice_[v].gain = static_cast<float>((1 - std::cos(w0)) / 2 / (1 + alpha));
        }
    }
    void run(float* left, float* right, std::int64_t first, int count) {
        static constexpr double kPitch[8] = {55, 82.5, 110.4, 165.2, 219.5, 277.1, 330.7, 440.3};
        for (int n = 0; n < count; ++n) {
            const double time = static_cast<double>(first + n) / 48000;
            float sum[2] = {0, 0};
            for (int v = 0; v < 8; ++v) {
                Voice& voice = voice_[v];
                const double turns = kPitch[v] * time;
                const auto s = static_cast<float>(2 * (turns - std::floor(turns)) - 1);
                const float w = s + voice.a1 * voice.w1 - voice.a2 * voice.w2;
                sum[v % 2] += voice.gain * (w + 2 * voice.w1 + voice.w2);
                voice.w2 = voice.w1;
                voice.w1 = w;
            }
            left[n] = 0.15f * sum[0];
            right[n] = 0.15f * sum[1];
        }
    }

private:
    struct Voice {
        float a1 = 0, a2 = 0, gain = 0, w1 = 0, w2 = 0;
    };
    Voice voice_[8];
};

}  // namespace weft::bench
