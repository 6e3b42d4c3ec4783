/* Its manifest says that it computes pictures only, which is not all. */
#define NAME "loading.manifest"
#include "good.h"

#include "table.h"
