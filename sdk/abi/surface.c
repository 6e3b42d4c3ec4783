/* Everything of the C ABI that two separately built binaries must agree on, reachable from exported
 * symbols: scripts/check-abi compiles this and compares it with the committed baseline. */
#include <weft/async.h>
#include <weft/counters.h>
#include <weft/gather.h>
#include <weft/memory.h>
#include <weft/plugin.h>
#include <weft/writer.h>

const weft_plugin* weft_plugin_entry(uint32_t host_abi_version) {
    (void)host_abi_version;
    return 0;
}

/* An extension's table is fetched by its id as a bare pointer; here it has its type. */
WEFT_EXPORT const weft_writer_api* weft_abi_writer(void);
const weft_writer_api* weft_abi_writer(void) {
    return 0;
}

WEFT_EXPORT const weft_async_api* weft_abi_async(void);
const weft_async_api* weft_abi_async(void) {
    return 0;
}

WEFT_EXPORT const weft_gather_api* weft_abi_gather(void);
const weft_gather_api* weft_abi_gather(void) {
    return 0;
}

WEFT_EXPORT const weft_memory_api* weft_abi_memory(void);
const weft_memory_api* weft_abi_memory(void) {
    return 0;
}

WEFT_EXPORT const weft_counters_api* weft_abi_counters(void);
const weft_counters_api* weft_abi_counters(void) {
    return 0;
}
