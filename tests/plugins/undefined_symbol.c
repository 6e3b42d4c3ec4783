/* Calls a function that no library has. */
#define NAME "undefined_symbol"
#include "common.h"

extern int weft_function_of_nowhere(void);
static const weft_backend_api api = GOOD_API;
static const weft_plugin plugin = GOOD_PLUGIN(&api);
WEFT_EXPORT const weft_plugin* weft_plugin_entry(uint32_t version) {
    return weft_function_of_nowhere() == (int)version ? &plugin : NULL;
}
