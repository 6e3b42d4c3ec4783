/* Its table has no get_values. */
#define NAME "loading.opens"
#include "good.h"

#define GET_VALUES NULL

#include "table.h"
