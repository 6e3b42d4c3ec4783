#include "window_place.h"

#include <algorithm>
#include <cmath>

namespace weft::vulkan {

Place place_picture(Extent picture, Extent content) {
    Place place;
    if (picture.width == 0 || picture.height == 0) return place;
    const double scale = std::min(content.width / static_cast<double>(picture.width),
                                  content.height / static_cast<double>(picture.height));
    const auto side = [&](std::uint32_t of) {
        return std::max(1, static_cast<std::int32_t>(std::lround(of * scale)));
    };
    place.width = side(picture.width);
    place.height = side(picture.height);
    place.x = (static_cast<std::int32_t>(content.width) - place.width) / 2;
    place.y = (static_cast<std::int32_t>(content.height) - place.height) / 2;
    if (scale == std::floor(scale)) place.whole = static_cast<std::int32_t>(scale);
    return place;
}

Point on_picture(const Place& place, double x, double y) {
    if (place.width == 0 || place.height == 0) return {};
    return {std::clamp((x - place.x) / place.width, 0.0, 1.0),
            std::clamp((y - place.y) / place.height, 0.0, 1.0)};
}

}  // namespace weft::vulkan
