// Whether a picture file is all there. Decoders paint what is missing grey and say nothing, so the
// end marks of PNG and JPEG and the blocks of OpenEXR are looked for before decoding.
#pragma once

#include "container.h"

namespace weft::media {

[[nodiscard]] Status check_whole(Container& container);

}  // namespace weft::media
