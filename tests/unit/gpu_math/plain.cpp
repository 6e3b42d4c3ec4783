// Products and sums round one by one.
#include "tests/unit/gpu_math/functions.h"

#define FUSED 0
#define FMA(a, b, c) ((a) * (b) + (c))
#define TURNS_LIMIT 6400.0f
#define HAS_D 1

#include "tests/unit/gpu_math/neutral.h"
#include "tests/unit/gpu_math/table.h"

const weft::test::Functions& weft::test::plain_functions() {
    static const Functions functions = make_functions("plain");
    return functions;
}
