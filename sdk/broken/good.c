/* Nothing is wrong here: it passes every check. */
#define NAME "good"
#include "semaphore.h"

#include "semaphore_table.h"
