/* Compiles kernels of domains that it does not know, and never runs them. */
#define NAME "errors.domain"
#define KNOWS_DOMAIN(domain) 1
#include "good.h"

#include "table.h"
