// What `camera` shows where nothing is looked at: moving colour bars that number themselves, a pure
// function of time.
#pragma once

#include "shown_source.h"

namespace weft::media {

class TestPicture final : public MovingPictures {
public:
    TestPicture(uint64_t width, uint64_t height, double fps)
        : width_(width), height_(height), fps_(fps) {}

    // The number, modulo 2^kBits, stands below the bars in as many blocks across, the highest bit
    // at the left, white for 1.
    static constexpr uint64_t kBits = 16;
    // The bars are eight, from white to black, and move to the left once across in so many frames.
    static constexpr uint64_t kBars = 8;
    static constexpr uint64_t kFramesAcross = 240;

    [[nodiscard]] uint64_t width() const override { return width_; }
    [[nodiscard]] uint64_t height() const override { return height_; }
    [[nodiscard]] uint64_t frame_at(double time) const override;
    [[nodiscard]] Status read(uint64_t frame, const Planes& planes) override;

private:
    uint64_t width_;
    uint64_t height_;
    double fps_;
};

}  // namespace weft::media
