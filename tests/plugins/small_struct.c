/* A description too short to hold a back end. */
#define NAME "small_struct"
#include "common.h"

static const weft_backend_api api = GOOD_API;
static const weft_plugin plugin = {12, WEFT_ABI_VERSION, WEFT_ABI_VERSION, 0, STR("fixture"), &api};
ENTRY(&plugin)
