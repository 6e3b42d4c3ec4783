/* Compiles outputs of kinds that it does not know. */
#define NAME "errors.output-kind"
#define KNOWS_OUTPUT(kind) 1
#include "good.h"

#include "table.h"
