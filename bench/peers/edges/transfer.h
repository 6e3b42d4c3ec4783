// What the programs here share: `peer_edges_NAME up|down BYTES` prints {"warm": seconds a
// transfer}.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <vector>

namespace transfer {

inline constexpr int kTimes = 15;

struct Wish {
    bool up = false;
    std::uint64_t bytes = 0;
};

inline Wish wish_of(int argc, char** argv) {
    Wish wish;
    if (argc == 3) wish = {std::string(argv[1]) == "up", std::strtoull(argv[2], nullptr, 10)};
    if (wish.bytes == 0) {
        std::fprintf(stderr, "usage: %s up|down BYTES\n", argv[0]);
        std::exit(2);
    }
    return wish;
}

// The median, as for Weft.
template <class Work>
int measure(Work&& work) {
    work();
    std::vector<double> list;
    for (int i = 0; i < kTimes; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        work();
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
        list.push_back(took.count());
    }
    std::nth_element(list.begin(), list.begin() + kTimes / 2, list.end());
    std::printf("{\"warm\": %.9g}\n", list[kTimes / 2]);
    return 0;
}

}  // namespace transfer
