/* Does not say how long the binding is that it gives to lookup. */
#define NAME "versions.own"
#define BINDING_SIZE 0
#include "good.h"

#include "table.h"
