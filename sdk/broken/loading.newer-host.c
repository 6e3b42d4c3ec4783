/* Refuses a host that speaks more contracts than its own. */
#define NAME "loading.newer-host"
#include "good.h"

#define ENTRY(version) ((version) == WEFT_ABI_VERSION ? &plugin : NULL)

#include "table.h"
