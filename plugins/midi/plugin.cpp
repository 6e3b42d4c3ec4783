// The exported symbol.

#include "midi.h"

WEFT_CPP_PLUGIN(weft::midi::Midi, "0.1.0")
