/* A library like any other: it does not export the one symbol. */
#include <weft/abi.h>

WEFT_EXPORT int weft_something_else(void);
int weft_something_else(void) {
    return 7;
}
