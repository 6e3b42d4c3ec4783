// What the programs here share: {"warm": seconds from a text to the first result in a process that
// has done it before, "cold": from main to the first time}.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>

namespace ready {

inline constexpr int kTimes = 5;
inline constexpr double kPatience = 1;  // seconds, after which no further time begins

// `open()` makes what is needed once, `compile()` goes from the text to the first result.
template <class Open, class Compile>
int measure(Open&& open, Compile&& compile) {
    using Clock = std::chrono::steady_clock;
    const auto since = [](Clock::time_point begin) {
        return std::chrono::duration<double>(Clock::now() - begin).count();
    };
    try {
        const auto begin = Clock::now();
        open();
        compile();
        const double cold = since(begin);
        double warm = 1e30;
        const auto later = Clock::now();
        for (int i = 0; i < kTimes && (i == 0 || since(later) < kPatience); ++i) {
            const auto again = Clock::now();
            compile();
            warm = std::min(warm, since(again));
        }
        std::printf("{\"warm\": %.9g, \"cold\": %.9g}\n", warm, cold);
        return 0;
    } catch (const std::exception& problem) {
        std::fprintf(stderr, "%s\n", problem.what());
        return 1;
    }
}

}  // namespace ready
