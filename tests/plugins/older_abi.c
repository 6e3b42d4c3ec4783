/* Written for a contract that is no longer spoken. */
#define NAME "older_abi"
#include "common.h"

static const weft_backend_api api = GOOD_API;
static const weft_plugin plugin = {sizeof(weft_plugin), 0, 0, 0, STR("fixture"), &api};
ENTRY(&plugin)
