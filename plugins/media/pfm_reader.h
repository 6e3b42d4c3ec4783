// Portable float maps, read here: their rows stand bottom up, and FFmpeg's versions do not agree
// whether to turn them.
#pragma once

#include "picture.h"

namespace weft::media {

[[nodiscard]] bool is_pfm(const Container& container);
[[nodiscard]] Result<DecodedPicture> decode_pfm(Container& container);

}  // namespace weft::media
