// Throws before it has said a word.
#include <weft/plugin.h>

#include <stdexcept>

extern "C" WEFT_EXPORT const weft_plugin* weft_plugin_entry(std::uint32_t) {
    throw std::runtime_error("no licence\nfound");
}
