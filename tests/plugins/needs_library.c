/* Linked with a library that is not where the loader looks (tests/CMakeLists.txt). */
#define NAME "needs_library"
#include "common.h"

extern int weft_function_of_absent_library(void);
static const weft_backend_api api = GOOD_API;
static const weft_plugin plugin = GOOD_PLUGIN(&api);
WEFT_EXPORT const weft_plugin* weft_plugin_entry(uint32_t version) {
    return weft_function_of_absent_library() == (int)version ? &plugin : NULL;
}
