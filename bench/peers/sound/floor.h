// What a multiply-add costs: those that wait for nothing, and those that wait for one another.
#pragma once

#include <immintrin.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

namespace weft::bench {

// Seconds of one; the least of many runs.
template <class Work>
double least_of(int count, Work&& work) {
    double best = 1e9;
    for (int run = 0; run < 200; ++run) {
        const auto begin = std::chrono::steady_clock::now();
        work();
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
        best = std::min(best, took.count() / count);
    }
    return best;
}

// Prints seconds of a multiply-add of 16 singles, and of one in a chain.
inline void print_floor() {
    constexpr int kTurns = 10000, kApart = 12;  // apart: more than any processor has under way
    volatile float seed = 0.5f, kept = 0;
    const double apart = least_of(kTurns * kApart, [&] {
        const __m512 a = _mm512_set1_ps(seed);
        __m512 sums[kApart];
#pragma GCC unroll 12  // so that all of them live in registers
        for (int s = 0; s < kApart; ++s) sums[s] = a;
        for (int i = 0; i < kTurns; ++i) {
#pragma GCC unroll 12
            for (int s = 0; s < kApart; ++s) {
                sums[s] = _mm512_fmadd_ps(sums[s], a, a);
                asm volatile("" : "+v"(sums[s]));  // each is done
            }
        }
#pragma GCC unroll 12
        for (int s = 0; s < kApart; ++s) kept = kept + _mm512_reduce_add_ps(sums[s]);
    });
    const double chained = least_of(kTurns, [&] {
        const __m256 a = _mm256_set1_ps(seed);
        __m256 link = a;
        for (int i = 0; i < kTurns; ++i) {
            link = _mm256_fmadd_ps(link, a, a);
            asm volatile("" : "+v"(link));
        }
        kept = kept + _mm256_cvtss_f32(link);
    });
    std::printf("{\"apart\": %.9g, \"chained\": %.9g}\n", apart, chained);
}

}  // namespace weft::bench
