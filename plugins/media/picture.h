// Still pictures: a file's only frame as planes of shared memory.
#pragma once

#include "container.h"
#include "pixels.h"
#include "source.h"

namespace weft::media {

// The first frame of the file's picture stream, upright size and orientation.
struct DecodedPicture {
    Owned<AVFrame> frame;
    Orientation orientation;
    uint64_t width = 0;
    uint64_t height = 0;
};

// Fails on damaged and truncated files.
[[nodiscard]] Result<DecodedPicture> decode_picture(Container& container);

[[nodiscard]] OpenedSource open_picture(Container& container, const Services& services,
                                        uint32_t outputs, uint32_t wrap);

}  // namespace weft::media
