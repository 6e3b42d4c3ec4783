// What of a media file is wanted, and opening it from any bytes: the part of `load` that the
// fuzzers share.
#pragma once

#include "container.h"
#include "source.h"

#include <optional>
#include <string>

namespace weft::media {

struct LoadOptions {
    std::string path;
    std::optional<uint32_t> wrap;  // WEFT_WRAP_*; else the kind's own
    std::string stream;            // "sound", "picture", or empty: what the file is
    bool window = false;           // a film with all its frames on the time axis
    uint32_t outputs = 1;
};

[[nodiscard]] OpenedSource open_media(std::unique_ptr<Bytes> bytes, const LoadOptions& options,
                                      const Limits& limits, const Services& services);

}  // namespace weft::media
