// The same back end under another name: an edge has two ends.
#define OFFERS_NAME "offers_too"
#define OFFERS_VARIABLE "WEFT_OFFERS_TOO"
#include "offers.cpp"
