// How a benchmark speaks to bench/run: one line of JSON a sample. Ours and theirs are taken in
// turns, so that a machine that slows down slows both.
#pragma once

#include <chrono>
#include <cstdio>

namespace weft::bench {

template <class Work>
double seconds_of(Work&& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    return took.count();
}

// Both in seconds, or both in another unit: only the ratio counts.
inline void print_pair(const char* row, double ours, double theirs) {
    std::printf("{\"row\": \"%s\", \"ours\": %.9g, \"theirs\": %.9g}\n", row, ours, theirs);
    std::fflush(stdout);
}

// A number that is judged by itself, in the unit of its row.
inline void print_value(const char* row, double value) {
    std::printf("{\"row\": \"%s\", \"value\": %.9g}\n", row, value);
    std::fflush(stdout);
}

// Ours and theirs, `rounds` times in turns after one run of each that warms up.
template <class Ours, class Theirs>
void race(const char* row, int rounds, Ours&& ours, Theirs&& theirs) {
    ours();
    theirs();
    for (int i = 0; i < rounds; ++i) {
        const double a = seconds_of(ours);
        print_pair(row, a, seconds_of(theirs));
    }
}

}  // namespace weft::bench
