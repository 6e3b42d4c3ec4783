// What a process holds, as tests ask for it.
#pragma once

#include "kit/holdings.h"

namespace weft::test {

using kit::Holdings;
using kit::kMemoryCounts;

}  // namespace weft::test
