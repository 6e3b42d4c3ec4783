// Points, and how values at them are measured, for Weft and everybody beside it alike:
// `NAME cheap|dear|kept COUNT [FILE]` with COUNT points a call.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace values {

inline constexpr double kTime = 0.25;
inline constexpr std::size_t kWidth = 1280, kHeight = 720;  // of the picture that is read
inline constexpr std::size_t kWritten = 4096;               // points whose values are compared
inline constexpr std::size_t kLeast = 1 << 16;              // points of one measurement
inline constexpr int kMeasurements = 9;

struct Wish {
    Wish(int argc, char** argv) {
        if (argc > 2) {
            formula = argv[1];
            count = static_cast<std::size_t>(std::atoll(argv[2]));
        }
        if (argc > 3) file = argv[3];
        if (count == 0) {
            std::fprintf(stderr, "usage: %s cheap|dear|kept COUNT [FILE]\n", argv[0]);
            std::exit(2);
        }
    }
    std::string formula, file;
    std::size_t count = 0;
};

// Over the unit square in no order, and the same everywhere: steps by two irrational numbers.
inline void point(std::size_t i, double& x, double& y) {
    double whole = 0;
    x = std::modf(0.5 + 0.7548776662466927 * static_cast<double>(i + 1), &whole);
    y = std::modf(0.5 + 0.5698402909980532 * static_cast<double>(i + 1), &whole);
}

// `get(x, y, count, values)` in calls of wish.count points.
template <class Get>
int run(const Wish& wish, Get&& get) {
    const std::size_t all =
        wish.file.empty() ? std::max(kLeast / wish.count, std::size_t{1}) * wish.count : kWritten;
    std::vector<double> x(all), y(all), results(all);
    for (std::size_t i = 0; i < all; ++i) point(i, x[i], y[i]);
    const auto ask = [&] {
        for (std::size_t i = 0; i < all; i += wish.count)
            get(&x[i], &y[i], std::min(wish.count, all - i), &results[i]);
    };
    ask();
    if (!wish.file.empty()) {
        std::vector<float> singles(results.begin(), results.end());
        std::FILE* const file = std::fopen(wish.file.c_str(), "wb");
        const bool done = file && std::fwrite(singles.data(), 4, all, file) == all;
        return file && std::fclose(file) == 0 && done ? 0 : 1;
    }
    double best = 1e30;
    for (int i = 0; i < kMeasurements; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        ask();
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
        best = std::min(best, took.count());
    }
    std::printf("{\"warm\": %.9g}\n", best / static_cast<double>(all));
    return 0;
}

}  // namespace values
