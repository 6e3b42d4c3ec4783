// The strands of bench/programs/values.weft, written by hand, one point a call.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "points.h"

namespace values {

inline double cheap(double x, double y) {
    return x * x + y * y;
}

inline double dear(double x, double y, double time) {
    return std::sin(x * 10 + time) * std::cos(y * 7 - time) + std::sqrt(x + y);
}

// The picture that `kept` reads, as it is at frame 0, in singles.
inline std::vector<float> picture() {
    std::vector<float> pixels(kWidth * kHeight);
    for (std::size_t j = 0; j < kHeight; ++j)
        for (std::size_t i = 0; i < kWidth; ++i)
            pixels[j * kWidth + i] =
                static_cast<float>(std::sin((static_cast<double>(i) + 0.5) / kWidth * 40) *
                                   std::cos((static_cast<double>(j) + 0.5) / kHeight * 30));
    return pixels;
}

// Bilinear, clamped at the edges.
inline double kept(const float* pixels, double x, double y) {
    const double u = std::clamp(x * kWidth - 0.5, 0.0, kWidth - 1.0);
    const double v = std::clamp(y * kHeight - 0.5, 0.0, kHeight - 1.0);
    const auto i = static_cast<std::size_t>(u), j = static_cast<std::size_t>(v);
    const std::size_t right = std::min(i + 1, kWidth - 1), below = std::min(j + 1, kHeight - 1);
    const double s = u - static_cast<double>(i), t = v - static_cast<double>(j);
    const float* const a = pixels + j * kWidth;
    const float* const b = pixels + below * kWidth;
    return (a[i] * (1 - s) + a[right] * s) * (1 - t) + (b[i] * (1 - s) + b[right] * s) * t;
}

}  // namespace values
