// A device that does not compute in double.
#include "tests/unit/gpu_math/functions.h"

#define FUSED 0
#define FMA(a, b, c) ((a) * (b) + (c))
#define TURNS_LIMIT 6400.0f
#define HAS_D 0

#include "tests/unit/gpu_math/neutral.h"
#include "tests/unit/gpu_math/table.h"

const weft::test::Functions& weft::test::single_functions() {
    static const Functions functions = make_functions("single");
    return functions;
}
