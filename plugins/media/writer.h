// The table behind "weft.writer/1".
#pragma once

#include <weft/writer.h>

namespace weft::media {

[[nodiscard]] const weft_writer_api* writer_api();

}  // namespace weft::media
