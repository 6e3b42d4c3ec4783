// How a piece of sound in this process is measured, or written: the same for code by hand and for
// code that Faust makes.
//
// PROGRAM PIECE [--seconds S]             prints seconds a second of sound, the median of chunks of
//                                         one second over S seconds (1), after one that warms up
// PROGRAM PIECE --write FILE --samples N  writes N samples of both channels as raw singles
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace weft::bench {

constexpr int kBlock = 800;  // samples, a sixtieth of a second
constexpr int kBlocks = 60;

// Fills both channels with `count` samples, at most kBlock, from sample `first` on.
using Piece = std::function<void(float* left, float* right, std::int64_t first, int count)>;

inline int write_piece(const Piece& piece, const char* path, std::int64_t samples) {
    std::FILE* file = std::fopen(path, "wb");
    if (!file) {
        std::perror(path);
        return 1;
    }
    std::vector<float> left(kBlock), right(kBlock), both(2 * kBlock);
    for (std::int64_t n = 0; n < samples; n += kBlock) {
        piece(left.data(), right.data(), n, kBlock);
        for (std::size_t i = 0; i < kBlock; ++i) {
            both[2 * i] = left[i];
            both[2 * i + 1] = right[i];
        }
        const auto count = static_cast<std::size_t>(std::min<std::int64_t>(kBlock, samples - n));
        if (std::fwrite(both.data(), 8, count, file) != count) return 1;
    }
    return std::fclose(file) == 0 ? 0 : 1;
}

inline void measure_piece(const Piece& piece, double seconds) {
    using Clock = std::chrono::steady_clock;
    const auto since = [](Clock::time_point begin) {
        return std::chrono::duration<double>(Clock::now() - begin).count();
    };
    std::vector<float> left(kBlock), right(kBlock);
    std::int64_t next = 0;
    const auto chunk = [&] {
        for (int b = 0; b < kBlocks; ++b, next += kBlock)
            piece(left.data(), right.data(), next, kBlock);
    };
    chunk();
    std::vector<double> took;
    const auto begin = Clock::now();
    while (took.size() < 3 || since(begin) < seconds) {
        const auto start = Clock::now();
        chunk();
        took.push_back(since(start));
    }
    const auto middle = took.begin() + static_cast<std::ptrdiff_t>(took.size() / 2);
    std::nth_element(took.begin(), middle, took.end());
    std::printf("{\"warm\": %.9g}\n", *middle);
}

inline int offline(int argc, char** argv,
                   const std::map<std::string, std::function<Piece()>>& all) {
    const auto found = argc > 1 ? all.find(argv[1]) : all.end();
    if (found == all.end()) {
        std::fprintf(stderr, "usage: %s PIECE [--seconds S | --write FILE --samples N]\n", argv[0]);
        for (const auto& [name, make] : all) std::fprintf(stderr, "  %s\n", name.c_str());
        return 2;
    }
    double seconds = 1;
    const char* file = nullptr;
    std::int64_t samples = kBlock;
    for (int i = 2; i + 1 < argc; i += 2) {
        if (std::strcmp(argv[i], "--seconds") == 0) seconds = std::atof(argv[i + 1]);
        if (std::strcmp(argv[i], "--write") == 0) file = argv[i + 1];
        if (std::strcmp(argv[i], "--samples") == 0) samples = std::atoll(argv[i + 1]);
    }
    const Piece piece = found->second();
    if (file) return write_piece(piece, file, samples);
    measure_piece(piece, seconds);
    return 0;
}

}  // namespace weft::bench
