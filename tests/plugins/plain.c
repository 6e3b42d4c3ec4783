/* Behaves. */
#define NAME "plain"
#include "common.h"

static const weft_backend_api api = GOOD_API;
static const weft_plugin plugin = GOOD_PLUGIN(&api);
ENTRY(&plugin)
