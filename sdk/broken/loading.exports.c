/* A second function is seen from outside. */
#define NAME "loading.exports"
#include "good.h"

WEFT_EXPORT int weft_another_function(void);
int weft_another_function(void) {
    return 1;
}

#include "table.h"
