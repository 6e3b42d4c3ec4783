/* Everything of the C ABI that two separately built binaries must agree on, reachable from exported
 * symbols: scripts/check-abi compiles this and compares it with the committed baseline. */
#include <weft/async.h>
#include <weft/audio.h>
#include <weft/control.h>
#include <weft/counters.h>
#include <weft/devices.h>
#include <weft/gather.h>
#include <weft/memory.h>
#include <weft/plugin.h>
#include <weft/residency.h>
#include <weft/semaphore.h>
#include <weft/weft.h>
#include <weft/window.h>
#include <weft/writer.h>

const weft_plugin* weft_plugin_entry(uint32_t host_abi_version) {
    (void)host_abi_version;
    return 0;
}

/* An extension's table is fetched by its id as a bare pointer; here it has its type. */
#define TABLE(name)                                             \
    WEFT_EXPORT const weft_##name##_api* weft_abi_##name(void); \
    const weft_##name##_api* weft_abi_##name(void) {            \
        return 0;                                               \
    }
TABLE(async)
TABLE(audio)
TABLE(control)
TABLE(counters)
TABLE(devices)
TABLE(gather)
TABLE(memory)
TABLE(residency)
TABLE(semaphore)
TABLE(window)
TABLE(writer)

/* The functions of libweft, by their types. */
#define FUNCTION(name)                                   \
    WEFT_EXPORT __typeof__(name)* weft_abi_##name(void); \
    __typeof__(name)* weft_abi_##name(void) {            \
        return 0;                                        \
    }
FUNCTION(weft_engine_create)
FUNCTION(weft_engine_destroy)
FUNCTION(weft_main)
FUNCTION(weft_show_cancel)
FUNCTION(weft_show_create)
FUNCTION(weft_show_describe)
FUNCTION(weft_show_destroy)
FUNCTION(weft_show_diagnostic)
FUNCTION(weft_show_diagnostic_count)
FUNCTION(weft_show_display)
FUNCTION(weft_show_frame_at)
FUNCTION(weft_show_load)
FUNCTION(weft_show_messages)
FUNCTION(weft_show_param)
FUNCTION(weft_show_picture)
FUNCTION(weft_show_set_param)
FUNCTION(weft_show_sound)
FUNCTION(weft_show_values)
FUNCTION(weft_version)
