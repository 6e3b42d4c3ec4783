// The prelude that makes C++ of the neutral texts of sdk/gpu/math, one lane at a time. Whoever
// includes it has defined FUSED, and FMA and TURNS_LIMIT as the preludes of devices do.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

using uint = unsigned;
using std::ceil;
using std::floor;
using std::max;
using std::sqrt;
using std::trunc;

constexpr double operator""_L(long double v) {
    return static_cast<double>(v);
}
// Devices convert whatever they are given, and texts do not use what does not fit.
inline int w_whole(double x) {
    return x >= -2147483648.0 && x < 2147483648.0 ? static_cast<int>(x) : 0;
}
inline uint w_mulhi(uint a, uint b) {
    return static_cast<uint>((static_cast<std::uint64_t>(a) * b) >> 32);
}
inline uint w_leading_zeros(uint a) {
    return static_cast<uint>(std::countl_zero(a));
}

#define FN [[maybe_unused]] static
#define F float
#define D double
#define I int
#define U uint
#define B bool
#define BD bool
#define EXACT
#define LANE_EXACT
#define NUM(x) (x)
#define DNUM(x) (x)
#define U_NUM(x) (x)
#define TO_D(x) static_cast<double>(x)
#define TO_F(x) static_cast<float>(x)
#define I_TO_F(x) static_cast<float>(x)
#define U_TO_F(x) static_cast<float>(x)
#define I_TO_D(x) static_cast<double>(x)
#define U_TO_D(x) static_cast<double>(x)
#define F_TO_I(x) w_whole(x)
#define D_TO_I(x) w_whole(x)
#define U_AS_I(x) static_cast<int>(x)
#define I_AS_U(x) static_cast<uint>(x)
#define BITS(x) std::bit_cast<uint>(x)
#define FROM_BITS(x) std::bit_cast<float>(static_cast<uint>(x))
#define LANE_BITS(x) BITS(x)
#define LANE_FROM_BITS(x) FROM_BITS(x)
#define float_of(x) static_cast<float>(x)
#define double_of(x) static_cast<double>(x)
#define ABS(x) std::fabs(x)
#define RSQRT(x) (1.0f / std::sqrt(x))
#define SEL(c, x, y) ((c) ? (x) : (y))
#define SEL_D(c, x, y) ((c) ? (x) : (y))
#define AND(x, y) ((x) && (y))
#define OR(x, y) ((x) || (y))
#define NOT(x) (!(x))
#define ANY(x) (x)
#define ANY_D(x) (x)
#define ONCE(x) if (x)
#define ONCE_D(x) if (x)
#define LANE_BY_LANE(condition, result, function, x) \
    { (result) = function(x); }
#define OUT(type) type*
#define REF(x) (&x)
#define DEREF(x) (*x)
#define TABLE(name, count) constexpr uint name[count] = {
#define END_TABLE }
#define int_of(x) static_cast<int>(x)
#define uint_of(x) static_cast<uint>(x)
#define W_INF __builtin_inff()
#define W_NAN __builtin_nanf("")
#define W_INF_D __builtin_inf()
#define W_NAN_D __builtin_nan("")
#define ABS_D(x) __builtin_fabs(x)
#define IS_NAN_D(x) __builtin_isnan(x)
#define COPY_SIGN_D(x, y) __builtin_copysign(x, y)
#define HIGH_BITS(d) static_cast<uint>(std::bit_cast<std::uint64_t>(d) >> 32)
#define LOW_BITS(d) static_cast<uint>(std::bit_cast<std::uint64_t>(d))
#define DOUBLE_OF_BITS(high, low) \
    std::bit_cast<double>(static_cast<std::uint64_t>(high) << 32 | static_cast<std::uint64_t>(low))

// Each needs what stands before it.
// clang-format off
#include "gpu/math/arithmetic.inc"
#include "gpu/math/trig.inc"
#include "gpu/math/exponential.inc"
#include "gpu/math/inverse.inc"
#if HAS_D
#include "gpu/math/arithmetic_double.inc"
#include "gpu/math/trig_double.inc"
#include "gpu/math/exponential_double.inc"
#include "gpu/math/inverse_double.inc"
#endif
#include "gpu/math/random.inc"
// clang-format on
