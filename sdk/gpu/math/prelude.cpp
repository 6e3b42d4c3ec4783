#include "gpu/math/prelude.h"

namespace weft::gpu {
namespace {

constexpr const char* kGlsl = R"(#define FN
#define F float
#define D double
#define I int
#define U uint
#define B bool
#define BD bool
#define EXACT precise
#define LANE_EXACT precise
#define NUM(x) float(x)
#define DNUM(x) double(x)
#define U_NUM(x) uint(x)
#define TO_D(x) double(x)
#define TO_F(x) float(x)
#define I_TO_F(x) float(x)
#define U_TO_F(x) float(x)
#define I_TO_D(x) double(x)
#define U_TO_D(x) double(x)
#define F_TO_I(x) int(x)
#define D_TO_I(x) int(x)
#define U_AS_I(x) int(x)
#define I_AS_U(x) uint(x)
#define float_of(x) float(x)
#define double_of(x) double(x)
#define int_of(x) int(x)
#define uint_of(x) uint(x)
#define BITS(x) floatBitsToUint(x)
#define FROM_BITS(x) uintBitsToFloat(x)
#define LANE_BITS(x) floatBitsToUint(x)
#define LANE_FROM_BITS(x) uintBitsToFloat(x)
#define HIGH_BITS(d) unpackDouble2x32(d).y
#define LOW_BITS(d) unpackDouble2x32(d).x
#define DOUBLE_OF_BITS(high, low) packDouble2x32(uvec2(low, high))
#define RSQRT(x) inversesqrt(x)
#define ABS(x) abs(x)
#define SEL(c, x, y) mix(float(y), float(x), c)
#define SEL_D(c, x, y) mix(double(y), double(x), c)
#define AND(x, y) mix(false, y, x)
#define OR(x, y) mix(y, true, x)
#define NOT(x) (!(x))
#define ANY(x) (x)
#define ANY_D(x) (x)
#if DENSE
bool w_all = true;
bool w_doubt = false;
#define ONCE(x) w_doubt = OR(w_doubt, x); if (w_all && (x))
#elif defined(WEFT_COMMON)
bool w_doubt = false;
#define ONCE(x) w_doubt = OR(w_doubt, x); if (false)
#elif FUSED
#define ONCE(x) if (x)
#else
#define ONCE(x) for (bool w_once = (x); w_once; w_once = false)
#endif
#define ONCE_D(x) ONCE(x)
#define LANE_BY_LANE(condition, result, function, x) { result = function(x); }
#define OUT(type) out type
#define REF(x) x
#define DEREF(x) x
#define NUMBERS(type, name, count) const type name[count] = type[count](
#define TABLE(name, count) NUMBERS(uint, name, count)
#define END_TABLE )
#define W_INF uintBitsToFloat(0x7f800000u)
#define W_NAN uintBitsToFloat(0x7fc00000u)
#define W_INF_D packDouble2x32(uvec2(0u, 0x7ff00000u))
#define W_NAN_D packDouble2x32(uvec2(0u, 0x7ff80000u))
#define ABS_D(x) abs(x)
#define IS_NAN_D(x) isnan(x)
#define COPY_SIGN_D(x, y) \
    DOUBLE_OF_BITS((HIGH_BITS(x) & 0x7fffffffu) | (HIGH_BITS(y) & 0x80000000u), LOW_BITS(x))
uint w_mulhi(uint a, uint b) {
    uint high;
    uint low;
    umulExtended(a, b, high, low);
    return high;
}
#define w_leading_zeros(x) uint(31 - findMSB(x))
)";

// What OpenCL C, of one lane, and CUDA C have in common.
constexpr const char* kC = R"(#define F float
#define D double
#define I int
#define U uint
#define NUM(x) ((float)(x))
#define DNUM(x) ((double)(x))
#define U_NUM(x) ((uint)(x))
#define TO_D(x) ((double)(x))
#define TO_F(x) ((float)(x))
#define I_TO_F(x) ((float)(x))
#define U_TO_F(x) ((float)(x))
#define I_TO_D(x) ((double)(x))
#define U_TO_D(x) ((double)(x))
#define F_TO_I(x) ((int)(x))
#define D_TO_I(x) ((int)(x))
#define U_AS_I(x) ((int)(x))
#define I_AS_U(x) ((uint)(x))
#define SEL(c, x, y) ((c) ? (x) : (y))
#define SEL_D(c, x, y) ((c) ? (x) : (y))
#define AND(x, y) ((x) & (y))
#define OR(x, y) ((x) | (y))
#define NOT(x) (!(x))
#define ANY(x) (x)
#define ANY_D(x) (x)
#define ONCE(x) if (x)
#define ONCE_D(x) if (x)
#define LANE_BY_LANE(condition, result, function, x) { result = function(x); }
)";

constexpr const char* kCShared = R"(#define EXACT
#define LANE_EXACT
#define OUT(type) type*
#define REF(x) (&x)
#define DEREF(x) (*x)
#define END_TABLE }
#define float_of(x) ((float)(x))
#define double_of(x) ((double)(x))
#define int_of(x) ((int)(x))
#define uint_of(x) ((uint)(x))
#define ABS_D(x) fabs(x)
#define IS_NAN_D(x) isnan(x)
#define COPY_SIGN_D(x, y) copysign(x, y)
)";

// PoCL 3.1 mistakes the vectors in which some lanes are special.
constexpr const char* kPowOfLanes = R"(FN D w_pow_lanes(D x, D y) {
    double a[@];
    double b[@];
    vstore@(x, 0, a);
    vstore@(y, 0, b);
    for (int i = 0; i < @; ++i) a[i] = pow(a[i], b[i]);
    return vload@(0, a);
}
#define POW_D(x, y) w_pow_lanes(x, y)
)";

constexpr const char* kPow = "#define POW_D(x, y) pow(x, y)\n";

constexpr const char* kOpencl = R"(#pragma OPENCL FP_CONTRACT OFF
#define RSQRT(x) rsqrt(x)
#define ABS(x) fabs(x)
#define FN static inline __attribute__((always_inline))
#define FN_APART static __attribute__((noinline))
#define LANE_BITS(x) as_uint(x)
#define LANE_FROM_BITS(x) as_float(x)
#define NUMBERS(type, name, count) __constant type name[count] = {
#define TABLE(name, count) NUMBERS(uint, name, count)
#define W_INF ((F)(INFINITY))
#define W_NAN ((F)(NAN))
#define W_INF_D ((D)(INFINITY))
#define W_NAN_D ((D)(NAN))
#define w_mulhi(a, b) mul_hi(a, b)
#define w_leading_zeros(x) clz(x)
)";

constexpr const char* kOpenclScalar = R"(#define B int
#define BD int
#define BITS(x) as_uint(x)
#define FROM_BITS(x) as_float(x)
)";

// Before it @ is the number of lanes.
constexpr const char* kOpenclVector = R"(#define F float@
#define D double@
#define I int@
#define U uint@
#define B int@
#define BD long@
#define NUM(x) ((float@)(x))
#define DNUM(x) ((double@)(x))
#define U_NUM(x) ((uint@)(x))
#define TO_D(x) convert_double@(x)
#define TO_F(x) convert_float@(x)
#define I_TO_F(x) convert_float@(x)
#define U_TO_F(x) convert_float@(x)
#define I_TO_D(x) convert_double@(x)
#define U_TO_D(x) convert_double@(x)
#define F_TO_I(x) convert_int@(x)
#define D_TO_I(x) convert_int@(x)
#define U_AS_I(x) as_int@(x)
#define I_AS_U(x) as_uint@(x)
#define BITS(x) as_uint@(x)
#define FROM_BITS(x) as_float@(x)
#define SEL(c, x, y) select((float@)(y), (float@)(x), c)
#define SEL_D(c, x, y) select((double@)(y), (double@)(x), c)
#define AND(x, y) ((x) & (y))
#define OR(x, y) ((x) | (y))
#define NOT(x) (~(x))
#define ANY(x) any(x)
#define ANY_D(x) any(x)
#define ONCE(x) if (any(x))
#define ONCE_D(x) if (any(x))
#define LANE_BY_LANE(condition, result, function, x) { \
    float w_in[@]; \
    vstore@(x, 0, w_in); \
    for (int w_i = 0; w_i < @; ++w_i) w_in[w_i] = function(w_in[w_i]); \
    result = select(result, vload@(0, w_in), condition); }
)";

constexpr const char* kCuda = R"(typedef unsigned int uint;
#define RSQRT(x) rsqrtf(x)
#define ABS(x) fabsf(x)
#define FN static __device__ __forceinline__
#define FN_APART static __device__ __noinline__
#define B bool
#define BD bool
#define BITS(x) __float_as_uint(x)
#define FROM_BITS(x) __uint_as_float(x)
#define LANE_BITS(x) __float_as_uint(x)
#define LANE_FROM_BITS(x) __uint_as_float(x)
#define NUMBERS(type, name, count) static __device__ const type name[count] = {
#define TABLE(name, count) NUMBERS(uint, name, count)
#define W_INF __uint_as_float(0x7f800000u)
#define W_NAN __uint_as_float(0x7fc00000u)
#define W_INF_D __longlong_as_double(0x7ff0000000000000ll)
#define W_NAN_D __longlong_as_double(0x7ff8000000000000ll)
#define w_mulhi(a, b) __umulhi(a, b)
#define w_leading_zeros(x) ((uint)__clz((int)(x)))
)";

std::string with_lanes(std::string text, std::uint32_t lanes) {
    const std::string number = std::to_string(lanes);
    for (std::size_t at = text.find('@'); at != std::string::npos; at = text.find('@', at))
        text.replace(at, 1, number);
    return text;
}

}  // namespace

std::string math_types(const TextOptions& options) {
    std::string text;
    std::string fma;
    switch (options.target) {
        case Target::glsl:
            text = kGlsl;
            fma = "fma(a, b, c)";
            break;
        case Target::opencl:
            if (options.f64) text += "#pragma OPENCL EXTENSION cl_khr_fp64 : enable\n";
            text += kOpencl;
            text += kCShared;
            text += options.lanes > 1 ? with_lanes(kOpenclVector, options.lanes)
                                      : std::string(kC) + kOpenclScalar;
            if (options.f64)
                text += options.lanes > 1 ? with_lanes(kPowOfLanes, options.lanes) : kPow;
            fma = "fma((F)(a), (F)(b), (F)(c))";
            break;
        case Target::cuda:
            text = std::string(kCuda) + kCShared + kC + kPow;
            fma = "fmaf(a, b, c)";
            break;
    }
    std::string way = options.f64 ? "#define HAS_D 1\n" : "#define HAS_D 0\n";
    way += options.fused
               ? "#define FUSED 1\n#define FMA(a, b, c) " + fma + "\n#define TURNS_LIMIT 65536.0f\n"
               : "#define FUSED 0\n#define FMA(a, b, c) ((a) * (b) + (c))\n"
                 "#define TURNS_LIMIT 6400.0f\n";
    if (options.target == Target::glsl)
        way += options.dense ? "#define DENSE 1\n" : "#define DENSE 0\n";
    return way + text;
}

}  // namespace weft::gpu
