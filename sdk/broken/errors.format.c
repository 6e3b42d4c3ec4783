/* Compiles outputs in formats that it does not know. */
#define NAME "errors.format"
#define KNOWS_FORMAT(format) 1
#include "good.h"

#include "table.h"
