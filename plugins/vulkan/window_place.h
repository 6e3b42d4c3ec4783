// Where a picture stands on the content of a window, and what the pass to the screen is told of it.
#pragma once

#include <cstdint>

namespace weft::vulkan {

struct Extent {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    bool operator==(const Extent&) const = default;
};

struct Place {
    std::int32_t x = 0;
    std::int32_t y = 0;
    std::int32_t width = 0;
    std::int32_t height = 0;
    std::int32_t whole = 0;  // pixels of the content a pixel of the picture; 0: no whole number
};

// As large as fits with the proportions kept, in the middle.
[[nodiscard]] Place place_picture(Extent picture, Extent content);

// Where 0..1 over the picture a point of the content is; beyond its edge: the edge.
struct Point {
    double x = 0.5;
    double y = 0.5;
};
[[nodiscard]] Point on_picture(const Place& place, double x, double y);

// As the pass declares them, in std430.
struct PassConstants {
    Place place;
    std::int32_t width = 0;  // of the picture
    std::int32_t height = 0;
    std::uint32_t start = 0;    // its first word in the memory that is bound
    std::uint32_t stride = 0;   // words a row
    std::uint32_t pixel = 1;    // words: 2 of 16 bits a channel
    std::uint32_t columns = 0;  // of the text
    std::uint32_t rows = 0;
    std::uint32_t cell_width = 1;
    std::uint32_t cell_height = 1;
    std::uint32_t margin = 0;  // pixels around the text

    // 1: one to one, 2: another whole factor, 0: none.
    [[nodiscard]] std::uint32_t whole_factor() const {
        return place.whole > 1 ? 2u : static_cast<std::uint32_t>(place.whole);
    }
};

}  // namespace weft::vulkan
