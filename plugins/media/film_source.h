// Films as strands over x, y and time.
#pragma once

#include "container.h"
#include "source.h"

namespace weft::media {

struct FilmOptions {
    uint32_t outputs = 1;
    uint32_t wrap = WEFT_WRAP_CLAMP;  // of x and y
    // false: shared memory holds the picture of the frame's time, and execute brings it up to date;
    // true: it holds every frame of the film.
    bool window = false;
};

[[nodiscard]] OpenedSource open_film(std::unique_ptr<Container> container, const Services& services,
                                     const FilmOptions& options);

}  // namespace weft::media
