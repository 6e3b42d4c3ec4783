#include "gpu/math/native.h"

#include <weft/ir.h>

namespace weft::gpu {
namespace {

struct Row {
    std::uint32_t op;
    std::string_view glsl;  // doubles: only what the language has, which is little
    std::string_view opencl;
    std::string_view cuda;
    std::string_view c_double;  // OpenCL and CUDA
};

constexpr Row kRows[] = {
    {WEFT_OP_DIV, "(a) / (b)", "(a) / (b)", "(a) / (b)", ""},
    {WEFT_OP_POW, "pow(a, b)", "pow(a, b)", "powf(a, b)", "POW_D(a, b)"},
    {WEFT_OP_SIN, "sin(a)", "sin(a)", "sinf(a)", "sin(a)"},
    {WEFT_OP_COS, "cos(a)", "cos(a)", "cosf(a)", "cos(a)"},
    {WEFT_OP_TAN, "tan(a)", "tan(a)", "tanf(a)", "tan(a)"},
    {WEFT_OP_ASIN, "asin(a)", "asin(a)", "asinf(a)", "asin(a)"},
    {WEFT_OP_ACOS, "acos(a)", "acos(a)", "acosf(a)", "acos(a)"},
    {WEFT_OP_ATAN, "atan(a)", "atan(a)", "atanf(a)", "atan(a)"},
    {WEFT_OP_ATAN2, "atan(a, b)", "atan2(a, b)", "atan2f(a, b)", "atan2(a, b)"},
    {WEFT_OP_SINH, "sinh(a)", "sinh(a)", "sinhf(a)", "sinh(a)"},
    {WEFT_OP_COSH, "cosh(a)", "cosh(a)", "coshf(a)", "cosh(a)"},
    {WEFT_OP_TANH, "tanh(a)", "tanh(a)", "tanhf(a)", "tanh(a)"},
    {WEFT_OP_EXP, "exp(a)", "exp(a)", "expf(a)", "exp(a)"},
    {WEFT_OP_EXP2, "exp2(a)", "exp2(a)", "exp2f(a)", "exp2(a)"},
    {WEFT_OP_LOG, "log(a)", "log(a)", "logf(a)", "log(a)"},
    {WEFT_OP_LOG2, "log2(a)", "log2(a)", "log2f(a)", "log2(a)"},
    {WEFT_OP_SQRT, "sqrt(a)", "sqrt(a)", "sqrtf(a)", ""},
    {WEFT_OP_INVERSESQRT, "inversesqrt(a)", "rsqrt(a)", "rsqrtf(a)", ""},
    {WEFT_OP_ROUND, "", "round(a)", "roundf(a)", "round(a)"},
    {WEFT_OP_FRACT, "fract(a)", "", "", ""},
    {WEFT_OP_MIN, "min(a, b)", "fmin(a, b)", "fminf(a, b)", "fmin(a, b)"},
    {WEFT_OP_MAX, "max(a, b)", "fmax(a, b)", "fmaxf(a, b)", "fmax(a, b)"},
};

}  // namespace

NativeFunction native_function(Target target, std::uint32_t op) {
    for (const Row& row : kRows) {
        if (row.op != op) continue;
        if (target == Target::glsl) return {row.glsl, ""};
        return {target == Target::opencl ? row.opencl : row.cuda, row.c_double};
    }
    return {};
}

}  // namespace weft::gpu
