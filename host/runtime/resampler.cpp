#include "runtime/resampler.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace weft::runtime {
namespace {

// Of half the lower rate: above it the window lets less and less through.
constexpr double kBand = 0.92;
constexpr double kShape = 9;  // of the Kaiser window: what folds is below -90 dB

// The modified Bessel function of the first kind, of order 0.
double bessel(double x) {
    double sum = 1;
    double term = 1;
    for (int k = 1; term > 1e-12 * sum; ++k) {
        term *= x * x / (4.0 * k * k);
        sum += term;
    }
    return sum;
}

}  // namespace

Resampler::Resampler(double ratio) : table_((kPhases + 1) * kTaps) {
    const double band = kBand / std::max(ratio, 1.0);
    constexpr double half = kTaps / 2.0;
    for (std::size_t phase = 0; phase <= kPhases; ++phase) {
        float* const row = table_.data() + phase * kTaps;
        double sum = 0;
        for (std::size_t tap = 0; tap < kTaps; ++tap) {
            const double away =
                static_cast<double>(tap) - (half - 1) - static_cast<double>(phase) / kPhases;
            const double angle = std::numbers::pi * band * away;
            const double sinc = angle == 0 ? 1 : std::sin(angle) / angle;
            const double edge = std::max(0.0, 1 - away * away / (half * half));
            const double weight = sinc * bessel(kShape * std::sqrt(edge));
            row[tap] = static_cast<float>(weight);
            sum += weight;
        }
        // What does not move stays as it is, wherever it is looked at.
        for (std::size_t tap = 0; tap < kTaps; ++tap) {
            row[tap] = static_cast<float>(row[tap] / sum);
        }
    }
}

float Resampler::at(const float* window, double way) const noexcept {
    const double place = std::clamp(way, 0.0, 1.0) * kPhases;
    const auto phase = std::min(static_cast<std::size_t>(place), kPhases - 1);
    const auto part = static_cast<float>(place - static_cast<double>(phase));
    const float* const low = table_.data() + phase * kTaps;
    const float* const high = low + kTaps;
    float below = 0;
    float above = 0;
    for (std::size_t tap = 0; tap < kTaps; ++tap) {
        below += window[tap] * low[tap];
        above += window[tap] * high[tap];
    }
    return below + (above - below) * part;
}

}  // namespace weft::runtime
