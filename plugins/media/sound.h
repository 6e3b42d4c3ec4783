// Sound files: every channel in shared memory, one axis of time.
#pragma once

#include "container.h"
#include "source.h"

namespace weft::media {

[[nodiscard]] OpenedSource open_sound(Container& container, const Services& services,
                                      uint32_t outputs, uint32_t wrap);

}  // namespace weft::media
