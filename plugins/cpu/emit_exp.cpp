// Exponentials, logarithms, powers and the hyperbolic functions.
#include <cmath>
#include <limits>

#include "emit_ops.h"

namespace weft::cpu::ops {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kLog2E = 1.4426950408889634074;

double magic_of(V x) {
    return x.f64() ? 0x1.8p52 : 0x1.8p23;
}

struct Whole {
    V value;    // k as a float
    V integer;  // k as an integer
};

// The whole number nearest to x, |x| < 2^22.
Whole nearest(V x) {
    Emit& e = *x.e;
    const double magic = magic_of(x);
    const V t = x + magic;
    const V base = e.bits(e.number(x, magic));
    return {t - magic, e.bits(t) - base};
}

// 2^k for k in the range of normal numbers.
V power_of_two(V k) {
    Emit& e = *k.e;
    const bool wide = k.type()->getScalarSizeInBits() == 64;
    return e.from_bits(e.shift_left(k + e.integer(k, wide ? 1023 : 127), wide ? 52 : 23));
}

// x * 2^k in two steps, so that subnormal results round once and overflow gives infinity.
V scale(V x, V k) {
    Emit& e = *x.e;
    const V half = e.wrap(e.ir.CreateAShr(k.v, 1));
    return x * power_of_two(half) * power_of_two(k - half);
}

// Keeps x within [lo, hi]; NaN stays.
V bound(V x, double lo, double hi) {
    Emit& e = *x.e;
    x = e.select(e.less(x, e.number(x, lo)), e.number(x, lo), x);
    return e.select(e.greater(x, e.number(x, hi)), e.number(x, hi), x);
}

// e^r - 1 for |r| <= ln(2) / 2.
V expm1_small(V r) {
    Emit& e = *r.e;
    const V p = r.f64()
                    // (e^r - 1 - r) / r^2, error 2^-57.7
                    ? e.polynomial(r, {0.50000000000000120841, 0.16666666666666405405,
                                       0.041666666666515583786, 0.0083333333334916967241,
                                       0.001388888894792300647, 0.00019841269528014521008,
                                       0.000024801488260515386872, 2.7557553843402114947e-6,
                                       2.763209183359373727e-7, 2.5014453780171724314e-8})
                    // error 2^-28.2
                    : e.polynomial(r, {0.49999993268731277045, 0.16666513379643907202,
                                       0.041668354459263242311, 0.008369586898297444808,
                                       0.0013821725814690292662});
    return e.fma(r * r, p, r);
}

// x - k ln(2); the first product is exact.
V reduce_by_ln2(V x, V k) {
    Emit& e = *x.e;
    const V high = e.fma(-k, e.number(x, x.f64() ? 0x1.62e42feep-1 : 0x1.62ep-1), x);
    return e.fma(-k, e.number(x, x.f64() ? 0x1.a39ef35793c76p-33 : 0x1.0bfbe8e7bcd5ep-15), high);
}

// 2^r for |r| <= 1/2.
V exp2_small(V r) {
    Emit& e = *r.e;
    if (r.f64()) return expm1_small(r * 0.69314718055994530942) + 1.0;
    // (2^r - 1) / r, error 2^-28.8
    const V p = e.polynomial(
        r, {0.69314721009433921746, 0.24022650730195034409, 0.055503201574655597018,
            0.0096180957929505804466, 0.0013403192201629693884, 0.00015446488264599044355});
    return e.fma(r, p, e.number(r, 1.0));
}

// x = m * 2^k with m in [sqrt(1/2), sqrt(2)), for x > 0 finite; subnormals too.
struct Parts {
    V m;
    V k;  // float
};

Parts decompose(V x) {
    Emit& e = *x.e;
    const bool wide = x.f64();
    const V tiny = e.less(x, e.number(x, wide ? 0x1p-1022 : 0x1p-126));
    const V normal = e.select(tiny, x * (wide ? 0x1p54 : 0x1p25), x);
    const V bits = e.bits(normal);
    const V root = e.bits(e.number(x, 0.70710678118654752440));
    const unsigned fraction = wide ? 52 : 23;
    const V k = e.wrap(e.ir.CreateAShr((bits - root).v, fraction));
    const V m = e.from_bits(bits - e.shift_left(k, fraction));
    V exponent;
    if (wide) {
        // A short integer turned into a float by its bits: AVX2 has no such conversion.
        const V magic = e.number(x, 0x1.8p52);
        exponent = e.from_bits(k + e.bits(magic)) - magic;
    } else {
        exponent = e.from_int(k, e.f32());
    }
    return {m, e.select(tiny, exponent - (wide ? 54.0 : 25.0), exponent)};
}

// ln(m) + k ln(2) for a decomposed number.
V log_of(Parts parts) {
    Emit& e = *parts.m.e;
    const V f = parts.m - 1.0;
    const V half = f * f * 0.5;
    if (!f.f64()) {
        // (ln(1 + f) - f + f^2 / 2) / f^3, error 2^-27.3
        const V p = e.polynomial(
            f, {0.33333331644901138234, -0.25000822757133280805, 0.20001233750711071049,
                -0.16623297535764691385, 0.1420155025282422195, -0.13160588406101563835,
                0.12763331558562323509, -0.076356356260671659489});
        V low = e.fma(f * f * f, p, parts.k * 0x1.0bfbe8e7bcd5ep-15);
        low = low - half;
        return e.fma(parts.k, e.number(f, 0x1.62ep-1), f + low);
    }
    const V s = f / (f + 2.0);
    const V z = s * s;
    // (2 atanh(s) / s - 2) / s^2, error 2^-59
    const V p =
        e.polynomial(z, {0.66666666666667393809, 0.39999999999377964911, 0.28571428751306110795,
                         0.22222197587063122416, 0.18183619000576972635, 0.15312569612434492923,
                         0.14811542482785140789});
    // ln(1 + f) = f - f^2/2 + s (f^2/2 + z p)
    const V low = e.fma(s, half + z * p, parts.k * 0x1.a39ef35793c76p-33);
    return e.fma(parts.k, e.number(f, 0x1.62e42feep-1), f - (half - low));
}

// The values where a logarithm is not a number of its own.
V log_edges(V x, V value) {
    Emit& e = *x.e;
    value = e.select(e.equal(x, e.number(x, kInf)), x, value);
    value = e.select(e.equal(x, e.number(x, 0.0)), e.number(x, -kInf), value);
    // Written so that NaN takes this way too.
    return e.select(e.at_least(x, e.number(x, 0.0)), value, e.number(x, kNan));
}

V log2_of(V x) {
    Emit& e = *x.e;
    Parts parts = decompose(x);
    const V k = parts.k;
    parts.k = e.number(x, 0.0);
    const V l = log_of(parts);
    // log2(e) in two parts: one would cost half a unit where k is 0.
    const double high = x.f64() ? kLog2E : 0x1.715476p+0;
    const double low = x.f64() ? 0x1.777d0ffda0d24p-56 : 0x1.4ae0cp-26;
    const V product = e.fma(l, e.number(x, high), l * low);
    return log_edges(x, k + product);
}

V same_as(V like, V wide) {
    return like.f32() ? like.e->to_f32(wide) : wide;
}

}  // namespace

V exp(V a) {
    const V x = a.f64() ? bound(a, -746.0, 710.0) : bound(a, -104.0, 89.0);
    const Whole k = nearest(x * kLog2E);
    const V p = expm1_small(reduce_by_ln2(x, k.value));
    return scale(p + 1.0, k.integer);
}

V exp2(V a) {
    const V x = a.f64() ? bound(a, -1080.0, 1025.0) : bound(a, -152.0, 129.0);
    const Whole k = nearest(x);
    return scale(exp2_small(x - k.value), k.integer);
}

V exp2_f64(V x) {
    return exp2(x);
}
V log2_f64(V x) {
    return log2_of(x);
}
V log(V a) {
    return log_edges(a, log_of(decompose(a)));
}
V log2(V a) {
    return log2_of(a);
}

V expm1_f64(V x) {
    Emit& e = *x.e;
    const V bounded = bound(x, -60.0, 710.0);
    const Whole k = nearest(bounded * kLog2E);
    const V p = expm1_small(reduce_by_ln2(bounded, k.value));
    // 2^k (p + 1) - 1; one step below the top of the range, where 2^k itself would overflow.
    const V power = power_of_two(k.integer - e.integer(k.integer, 1)) * 2.0;
    return e.fma(power, p, power - 1.0);
}

V pow(V a, V b) {
    Emit& e = *a.e;
    e.unify(a, b);
    const V x = e.to_f64(a);
    const V y = e.to_f64(b);
    const V zero = e.number(x, 0.0);
    const V one = e.number(x, 1.0);
    const V magnitude = e.abs(x);
    V r = exp2_f64(y * log2_f64(magnitude));
    r = e.select(e.equal(magnitude, one), one, r);  // also for infinite y, where the product is NaN
    const V whole = e.equal(e.floor(y), y);
    const V half = y * 0.5;
    const V odd = e.both(whole, e.different(e.floor(half), half));
    // The sign bit, not x < 0: pow(-0, -1) is -inf.
    const V negative = e.less(e.copy_sign(one, x), zero);
    r = e.select(e.both(negative, odd), -r, r);
    const V finite = e.less(magnitude, e.number(x, kInf));
    const V no_root = e.both(e.both(e.less(x, zero), finite), e.negate(whole));
    r = e.select(no_root, e.number(x, kNan), r);
    r = e.select(e.is_nan(y), y, r);
    r = e.select(e.is_nan(x), x, r);
    r = e.select(e.either(e.equal(y, zero), e.equal(x, one)), one, r);
    return same_as(a, r);
}

V sinh(V a) {
    Emit& e = *a.e;
    const V x = e.to_f64(a);
    const V magnitude = e.abs(x);
    const V m =
        expm1_f64(e.select(e.less(magnitude, e.number(x, 22.0)), magnitude, e.number(x, 22.0)));
    const V small = (m + m / (m + 1.0)) * 0.5;
    // Half of e^x as a product of roots, which does not overflow before the result does.
    const V root = exp(magnitude * 0.5);
    const V large = root * 0.5 * root;
    const V r = e.select(e.less(magnitude, e.number(x, 22.0)), small, large);
    return same_as(a, e.copy_sign(r, x));
}

V cosh(V a) {
    Emit& e = *a.e;
    const V magnitude = e.abs(e.to_f64(a));
    const V root = exp(magnitude * 0.5);
    const V half = root * 0.5 * root;
    return same_as(a, half + e.number(half, 0.25) / half);
}

V tanh(V a) {
    Emit& e = *a.e;
    const V x = e.to_f64(a);
    const V magnitude = e.abs(x);
    const V m = expm1_f64(magnitude * 2.0);
    const V ratio = m / (m + 2.0);
    const V far = e.greater(magnitude, e.number(x, 22.0));
    return same_as(a, e.copy_sign(e.select(far, e.number(x, 1.0), ratio), x));
}

}  // namespace weft::cpu::ops
