/* Compiles operators that it does not know; what they give is not a number. */
#define NAME "errors.operator"
#define KNOWS_OPERATOR(op) 1
#include "good.h"

#include "table.h"
