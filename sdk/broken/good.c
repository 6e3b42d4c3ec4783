/* Nothing is wrong here: it passes every check. */
#define NAME "good"
#include "good.h"

#include "table.h"
