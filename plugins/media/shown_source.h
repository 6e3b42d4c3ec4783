// Moving pictures of which one is shown at a time: what a film at me@time and a test picture share.
#pragma once

#include "pixels.h"
#include "source.h"

namespace weft::media {

// Pictures of one size, numbered in playing order.
class MovingPictures {
public:
    MovingPictures() = default;
    MovingPictures(const MovingPictures&) = delete;
    MovingPictures& operator=(const MovingPictures&) = delete;
    virtual ~MovingPictures() = default;

    [[nodiscard]] virtual uint64_t width() const = 0;
    [[nodiscard]] virtual uint64_t height() const = 0;
    // The number of the picture in force at a time; any for NaN.
    [[nodiscard]] virtual uint64_t frame_at(double time) const = 0;
    [[nodiscard]] virtual Status read(uint64_t frame, const Planes& planes) = 0;
};

// Axes of `count` pictures one after the other in each plane, in time from `origin` by `step`.
[[nodiscard]] weft_grid moving_grid(uint64_t width, uint64_t height, uint32_t wrap, uint64_t count,
                                    double origin, double step);

// Shared memory holds the picture of the frame's time, and execute brings it up to date.
[[nodiscard]] OpenedSource open_shown(std::unique_ptr<MovingPictures> pictures,
                                      const Services& services, uint32_t outputs, uint32_t wrap);

}  // namespace weft::media
