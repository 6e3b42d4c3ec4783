/* A description without a back end. */
#define NAME "no_backend"
#include "common.h"

static const weft_plugin plugin = GOOD_PLUGIN(NULL);
ENTRY(&plugin)
