/* Needs more than it was written for. */
#define NAME "confused_abi"
#include "common.h"

static const weft_backend_api api = GOOD_API;
static const weft_plugin plugin = {sizeof(weft_plugin), 3, 1, 0, STR("fixture"), &api};
ENTRY(&plugin)
