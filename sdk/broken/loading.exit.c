/* Crashes when the process ends. */
#define NAME "loading.exit"
#include "good.h"

__attribute__((destructor)) static void at_exit(void) {
    abort();
}

#include "table.h"
