// What the programs here share: `peer_graph_NAME chain|fan NODES` prints {"warm": seconds a node a
// frame}, the least of some measurements that last long enough to be trusted.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace graph {

inline constexpr double kSeconds = 0.02;  // of one measurement
inline constexpr int kMeasurements = 7;

struct Shape {
    bool chain = true;
    int nodes = 0;
};

inline Shape shape_of(int argc, char** argv) {
    Shape shape;
    if (argc == 3) shape = {std::strcmp(argv[1], "chain") == 0, std::atoi(argv[2])};
    if (shape.nodes < 2) {
        std::fprintf(stderr, "usage: %s chain|fan NODES\n", argv[0]);
        std::exit(2);
    }
    return shape;
}

template <class Run>
double seconds_of(Run&& run, std::int64_t frames) {
    const auto begin = std::chrono::steady_clock::now();
    run(frames);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    return took.count();
}

// `run(frames)` passes so many frames through all nodes.
template <class Run>
int measure(const Shape& shape, Run&& run) {
    std::int64_t frames = 1;
    double took = 0;
    for (run(frames);; frames *= 2) {
        took = seconds_of(run, frames);
        if (took >= kSeconds) break;
    }
    for (int i = 1; i < kMeasurements; ++i) took = std::min(took, seconds_of(run, frames));
    std::printf("{\"warm\": %.9g}\n", took / static_cast<double>(frames) / shape.nodes);
    return 0;
}

}  // namespace graph
