// fma() rounds once.
#include "tests/unit/gpu_math/functions.h"

#define FUSED 1
#define FMA(a, b, c) std::fma(a, b, c)
#define TURNS_LIMIT 65536.0f
#define HAS_D 1

#include "tests/unit/gpu_math/neutral.h"
#include "tests/unit/gpu_math/table.h"

const weft::test::Functions& weft::test::fused_functions() {
    static const Functions functions = make_functions("fused");
    return functions;
}

float weft::test::sin_cos(float angle, float* cosine) {
    return w_sin_cos_f(angle, cosine);
}
