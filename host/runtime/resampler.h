// Samples between samples: sound that is to be heard by another clock than the one that it was made
// by. A windowed sinc from a table, as good as a sound card's own converter, at the cost of some
// hundred operations a sample.
#pragma once

#include <cstddef>
#include <vector>

namespace weft::runtime {

class Resampler {
public:
    // Samples that one is made of: as many before its place as after it.
    static constexpr std::size_t kTaps = 48;

    // `ratio`: samples of the source by samples that are made of it. Above 1 what the result is too
    // slow for is left out.
    explicit Resampler(double ratio);

    // The value between window[kTaps / 2 - 1] and the sample after it, `way` (0..1) from the one to
    // the other. No allocation.
    [[nodiscard]] float at(const float* window, double way) const noexcept;

private:
    static constexpr std::size_t kPhases = 256;
    std::vector<float> table_;  // kPhases + 1 rows of kTaps weights; between two, a straight line
};

}  // namespace weft::runtime
