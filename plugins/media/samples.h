// Decoded sound of any sample format as planes of f32 in -1..1.
#pragma once

#include "ffmpeg.h"
#include "result.h"

#include <cstdint>
#include <vector>

namespace weft::media {

// Appends the first channels.size() channels of `frame`, which has at least that many.
[[nodiscard]] Status append_samples(const AVFrame& frame,
                                    std::vector<std::vector<float>>& channels);

}  // namespace weft::media
