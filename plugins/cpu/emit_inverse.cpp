// Arc functions. They are computed in f64, also for f32: their reductions lose bits near the ends
// of the domain.
#include <limits>

#include "emit_ops.h"

namespace weft::cpu::ops {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kHalfPi = 1.57079632679489661923;
constexpr double kHalfPiLow = 6.123233995736766e-17;
constexpr double kQuarterPi = 0.78539816339744830962;

V same_as(V like, V wide) {
    return like.f32() ? like.e->to_f32(wide) : wide;
}

// atan(t) for |t| <= tan(pi / 8).
V atan_small(V t) {
    Emit& e = *t.e;
    const V z = t * t;
    // (atan(t) / t - 1) / t^2, error 2^-54.7
    const V p =
        e.polynomial(z, {-0.33333333333330188706, 0.19999999999097193517, -0.14285714195873467306,
                         0.11111106675736133861, -0.090907828620051532523, 0.076900737546485536923,
                         -0.066411614406109118163, 0.056927150957729505202, -0.04359512146263852876,
                         0.021263914621865981486});
    return e.fma(t * z, p, t);
}

// asin(x) for |x| <= 1/2, and what acos needs for the rest: asin(s) with s = sqrt((1 - |x|) / 2).
struct ArcSine {
    V magnitude;
    V inner;  // mask: |x| <= 1/2
    V value;  // asin(|x|) where inner, else asin(s)
};

ArcSine arc_sine(V x) {
    Emit& e = *x.e;
    const V magnitude = e.abs(x);
    const V inner = e.at_most(magnitude, e.number(x, 0.5));
    const V half = (e.number(x, 1.0) - magnitude) * 0.5;
    const V z = e.select(inner, x * x, half);
    const V s = e.select(inner, magnitude, e.sqrt(half));
    // (asin(s) / s - 1) / s^2, error 2^-55.9
    const V p = e.polynomial(
        z, {0.16666666666665375539, 0.075000000003448339949, 0.044642856821955577933,
            0.030381959396068727339, 0.022371751928489694766, 0.017359795728114893424,
            0.013884349957014217816, 0.012174944263504404597, 0.0065035147988171324632,
            0.019594351559431665063, -0.016326704895223358875, 0.03198169611982155425});
    return {magnitude, inner, e.fma(s * z, p, s)};
}

}  // namespace

V asin(V a) {
    Emit& e = *a.e;
    const V x = e.to_f64(a);
    const ArcSine arc = arc_sine(x);
    const V outer = e.number(x, kHalfPi) - (arc.value * 2.0 - kHalfPiLow);
    return same_as(a, e.copy_sign(e.select(arc.inner, arc.value, outer), x));
}

V acos(V a) {
    Emit& e = *a.e;
    const V x = e.to_f64(a);
    const ArcSine arc = arc_sine(x);
    const V positive = e.at_least(x, e.number(x, 0.0));
    const V inner = e.number(x, kHalfPi) - (e.select(positive, arc.value, -arc.value) - kHalfPiLow);
    const V twice = arc.value * 2.0;
    const V outer = e.select(positive, twice, e.number(x, kPi) - (twice - 2.0 * kHalfPiLow));
    return same_as(a, e.select(arc.inner, inner, outer));
}

V atan(V a) {
    Emit& e = *a.e;
    const V x = e.to_f64(a);
    const V magnitude = e.abs(x);
    const V one = e.number(x, 1.0);
    const V far = e.greater(magnitude, e.number(x, 2.41421356237309504880));  // tan(3 pi / 8)
    const V mid = e.greater(magnitude, e.number(x, 0.41421356237309504880));  // tan(pi / 8)
    const V over = e.select(far, e.number(x, -1.0), e.select(mid, magnitude - one, magnitude));
    const V under = e.select(far, magnitude, e.select(mid, magnitude + one, one));
    const V offset = e.select(far, e.number(x, kHalfPi),
                              e.select(mid, e.number(x, kQuarterPi), e.number(x, 0.0)));
    const V rest = e.select(far, e.number(x, kHalfPiLow),
                            e.select(mid, e.number(x, 0.5 * kHalfPiLow), e.number(x, 0.0)));
    const V r = offset + (atan_small(over / under) + rest);
    return same_as(a, e.copy_sign(r, x));
}

V atan2(V a, V b) {
    Emit& e = *a.e;
    e.unify(a, b);
    const V y = e.to_f64(a);
    const V x = e.to_f64(b);
    const V zero = e.number(x, 0.0);
    const V one = e.number(x, 1.0);
    const V inf = e.number(x, std::numeric_limits<double>::infinity());
    const V height = e.abs(y);
    const V width = e.abs(x);
    const V steep = e.greater(height, width);
    V small = e.select(steep, width, height);
    V large = e.select(steep, height, width);
    // Two infinities meet at 45 degrees; two zeros have the angle of their signs.
    small = e.select(e.equal(small, inf), one, small);
    large = e.select(e.both(e.equal(large, inf), e.equal(e.select(steep, width, height), inf)), one,
                     large);
    large = e.select(e.equal(large, zero), one, large);
    const V mid = e.greater(small, large * 0.41421356237309504880);
    const V over = e.select(mid, small - large, small);
    const V under = e.select(mid, small + large, large);
    V r = atan_small(over / under) + e.select(mid, e.number(x, kQuarterPi), zero);
    r = e.select(steep, e.number(x, kHalfPi) - (r - kHalfPiLow), r);
    const V backwards = e.less(e.copy_sign(one, x), zero);
    r = e.select(backwards, e.number(x, kPi) - (r - 2.0 * kHalfPiLow), r);
    r = e.copy_sign(r, y);
    // An unordered pair holds a NaN, which the sum passes on.
    const V ordered = e.either(e.at_most(x, y), e.greater(x, y));
    return same_as(a, e.select(ordered, r, x + y));
}

}  // namespace weft::cpu::ops
