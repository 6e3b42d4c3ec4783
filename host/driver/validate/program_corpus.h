// Small programs of several kernels over several ticks: what a show consists of, in miniature.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "driver/validate/drive.h"

namespace weft::validate {

// What one execute is asked for.
struct Tick {
    std::int64_t frame = 0;
    std::int64_t first_sample = 0;
    std::uint64_t samples = 0;
    std::uint32_t capture = 1;
    std::uint32_t skip_targets = 0;
    std::int64_t left_out = 0;
};

struct Case {
    Work work;
    std::vector<Tick> ticks;
    // Singles: by how much they may differ, of 1 and of themselves.
    double tolerance = 2e-5;
};

// Those whose kernels belong to a context that the plugin has.
[[nodiscard]] std::deque<Case> program_corpus(const weft_backend_info& info);

// `work`'s frame for a tick.
[[nodiscard]] std::unique_ptr<Frame> frame_of(const Work& work, const Tick& tick);

// The first number of the targets of two frames that differs by more than the case allows, in
// words;
// "": none does.
[[nodiscard]] std::string difference(const Case& of, const Frame& got, const Frame& exact);

}  // namespace weft::validate
