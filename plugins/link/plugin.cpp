// The exported symbol.

#include "link.h"

WEFT_CPP_PLUGIN(weft::link::Link, "0.1.0")
