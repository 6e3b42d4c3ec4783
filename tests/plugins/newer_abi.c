/* Written for a host that does not exist yet. */
#define NAME "newer_abi"
#include "common.h"

static const weft_backend_api api = GOOD_API;
static const weft_plugin plugin = {sizeof(weft_plugin), 99, 100, 0, STR("fixture"), &api};
ENTRY(&plugin)
