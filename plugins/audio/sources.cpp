// The builtins of this back end, a row each.
#include "source.h"
#include "spectrum.h"

#include <string>

namespace weft::audio {
namespace {

// The host writes what a device hears where all back ends read it; nobody asks us for it.
std::unique_ptr<Source> open_mic(const cpp::Host&, const weft_batch&, const weft_source&) {
    throw cpp::Failure(WEFT_UNSUPPORTED,
                       "mic is filled by the host from the blocks of an open device");
}

struct Row {
    std::string_view builtin;
    OpenSource open;
};
constexpr Row kRows[] = {
    {"mic", open_mic},
    {"spectrum", open_spectrum},
};

}  // namespace

OpenSource opener(std::string_view builtin) {
    for (const Row& row : kRows)
        if (row.builtin == builtin) return row.open;
    throw cpp::Failure(WEFT_UNSUPPORTED, "no builtin '" + std::string(builtin) + "' here");
}

}  // namespace weft::audio
