/* Refuses every host. */
#define NAME "entry_null"
#include "common.h"

ENTRY(NULL)
