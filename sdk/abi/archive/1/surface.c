/* What the first SDK agreed upon, as ../../surface.c says it of today's: scripts/check-abi holds the
 * one to the other. */
#include <weft/plugin.h>
#include <weft/writer.h>

const weft_plugin* weft_plugin_entry(uint32_t host_abi_version) {
    (void)host_abi_version;
    return 0;
}

WEFT_EXPORT const weft_writer_api* weft_abi_writer(void);
const weft_writer_api* weft_abi_writer(void) {
    return 0;
}
