// Sine, cosine and tangent. Moderate arguments are reduced in two or three exact steps (Cody and
// Waite); a lane beyond that sends its vector to the plugin's exact reduction, on a branch.
#include "emit_ops.h"

namespace weft::cpu::ops {
namespace {

// Adding this rounds a float to a whole number, whose low bits then stand at the bottom.
double magic_of(V x) {
    return x.f64() ? 0x1.8p52 : 0x1.8p23;
}

// Moves bit 0 of an integer to the sign position.
V low_bit_to_sign(V bits) {
    return bits.e->shift_left(bits, bits.type()->getScalarSizeInBits() - 1);
}

V sign_mask(V bits) {
    const unsigned top = bits.type()->getScalarSizeInBits() - 1;
    return bits.e->integer(bits, static_cast<std::int64_t>(~std::uint64_t{0} << top));
}

// --- f32: one polynomial over half a turn
// ---------------------------------------------------------

// sin(r) for |r| <= pi / 2.
V sine_f32(V r) {
    Emit& e = *r.e;
    const V z = r * r;
    // (sin(r) / r - 1) / r^2, error 2^-27.3
    const V p = e.polynomial(z, {-0.16666659550577962787, 0.0083330662437627001258,
                                 -0.00019809602563849867697, 2.6057797319590137411e-6});
    return e.fma(r * z, p, r);
}

// x - k * pi.
V reduce_f32(V x, V k) {
    Emit& e = *x.e;
    if (!e.machine.fma) {
        const V wide = e.to_f64(x);
        const V turns = e.to_f64(k);
        const V rest = wide - turns * 0x1.921fb54p+1;
        return e.to_f32(rest - turns * 0x1.10b4611a62633p-29);
    }
    const V turns = -k;
    V r = e.fma(turns, e.number(x, 0x1.921fb6p+1), x);
    r = e.fma(turns, e.number(x, -0x1.777a5cp-24), r);
    return e.fma(turns, e.number(x, -0x1.ee59dap-49), r);
}

constexpr double kLimitF32 = 65536.0;

V sin_f32(V x) {
    Emit& e = *x.e;
    const V magnitude = e.abs(x);
    const V t = e.fma(magnitude, e.number(x, 0.31830988618379067154), e.number(x, magic_of(x)));
    const V r = reduce_f32(magnitude, t - magic_of(x));
    const V bits = e.bits(x);
    const V sign = e.exclusive(e.both(bits, sign_mask(bits)), low_bit_to_sign(e.bits(t)));
    const V fast = e.from_bits(e.exclusive(e.bits(sine_f32(r)), sign));
    return e.guarded(x, e.less(magnitude, e.number(x, kLimitF32)), fast, "weft_cpu_sin_f32");
}

V cos_f32(V x) {
    Emit& e = *x.e;
    const V magnitude = e.abs(x);
    // cos(x) = (-1)^k sin(x - (k - 1/2) pi)
    const V shifted = e.fma(magnitude, e.number(x, 0.31830988618379067154), e.number(x, 0.5));
    const V t = shifted + magic_of(x);
    const V r = reduce_f32(magnitude, (t - magic_of(x)) - 0.5);
    const V sign = low_bit_to_sign(e.bits(t));
    const V fast = e.from_bits(e.exclusive(e.bits(sine_f32(r)), sign));
    return e.guarded(x, e.less(magnitude, e.number(x, kLimitF32)), fast, "weft_cpu_cos_f32");
}

// --- f64: two polynomials over a quarter turn ----------------------------------------------------

struct Quadrant {
    V r;         // |r| <= pi / 4
    V number;    // integer; bit 0 and 1 tell the quadrant
    V moderate;  // mask: the reduction holds
};

Quadrant reduce_f64(V magnitude) {
    Emit& e = *magnitude.e;
    const double magic = magic_of(magnitude);
    const V t =
        e.fma(magnitude, e.number(magnitude, 0.63661977236758134308), e.number(magnitude, magic));
    const V k = -(t - magic);
    const bool fused = e.machine.fma;
    // Fused, each step is exact for any k; else the constants leave room for k's bits.
    V r = e.fma(k, e.number(k, fused ? 0x1.921fb54442d18p+0 : 0x1.921fb54p+0), magnitude);
    r = e.fma(k, e.number(k, fused ? 0x1.1a62633145c07p-54 : 0x1.10b46118p-30), r);
    r = e.fma(k, e.number(k, fused ? -0x1.f1976b7ed8fbcp-110 : 0x1.313198a2e037p-61), r);
    const V limit = e.number(magnitude, fused ? 0x1p45 : 0x1p20);
    return {r, e.bits(t), e.less(magnitude, limit)};
}

V sine_f64(V r) {
    Emit& e = *r.e;
    const V z = r * r;
    // (sin(r) / r - 1) / r^2, error 2^-58
    const V p = e.polynomial(
        z, {-0.16666666666666631862, 0.0083333333333223702471, -0.00019841269829771317625,
            2.7557313678706418479e-6, -2.5050755966650370421e-8, 1.5896666767038680205e-10});
    return e.fma(r * z, p, r);
}

V cosine_f64(V r) {
    Emit& e = *r.e;
    const V z = r * r;
    // (cos(r) - 1 + r^2 / 2) / r^4, error 2^-64
    const V p = e.polynomial(
        z, {0.041666666666666599155, -0.0013888888888874065038, 0.000024801587289443505682,
            -2.7557314340650691943e-7, 2.0875721620846797093e-9, -1.1359559113917040401e-11});
    // 1 - z/2 is not exact: what its rounding loses is added back.
    const V half = z * 0.5;
    const V near = e.number(r, 1.0) - half;
    const V lost = (e.number(r, 1.0) - near) - half;
    return near + e.fma(z * z, p, lost);
}

V odd(V number) {
    return number.e->negate(number.e->same_int(number.e->both(number, number.e->integer(number, 1)),
                                               number.e->integer(number, 0)));
}

V sin_f64(V x) {
    Emit& e = *x.e;
    const V magnitude = e.abs(x);
    const Quadrant q = reduce_f64(magnitude);
    const V value = e.select(odd(q.number), cosine_f64(q.r), sine_f64(q.r));
    const V bits = e.bits(x);
    const V sign =
        e.exclusive(e.both(bits, sign_mask(bits)), low_bit_to_sign(e.shift_right(q.number, 1)));
    const V fast = e.from_bits(e.exclusive(e.bits(value), sign));
    return e.guarded(x, q.moderate, fast, "weft_cpu_sin_f64");
}

V cos_f64(V x) {
    Emit& e = *x.e;
    const Quadrant q = reduce_f64(e.abs(x));
    const V value = e.select(odd(q.number), sine_f64(q.r), cosine_f64(q.r));
    const V next = q.number + e.integer(q.number, 1);
    const V sign = low_bit_to_sign(e.shift_right(next, 1));
    const V fast = e.from_bits(e.exclusive(e.bits(value), sign));
    return e.guarded(x, q.moderate, fast, "weft_cpu_cos_f64");
}

// Both at once from one reduction to a quarter turn, where the two polynomials are short.
void sin_cos_f32(V x, V& sine, V& cosine) {
    Emit& e = *x.e;
    const V magnitude = e.abs(x);
    const V t = e.fma(magnitude, e.number(x, 0.63661977236758134308), e.number(x, magic_of(x)));
    const V turns = -(t - magic_of(x));
    V r = e.fma(turns, e.number(x, 0x1.921fb6p+0), magnitude);
    r = e.fma(turns, e.number(x, -0x1.777a5cp-25), r);
    r = e.fma(turns, e.number(x, -0x1.ee59dap-50), r);
    const V z = r * r;
    // (sin(r) / r - 1) / r^2, and (cos(r) - 1 + r^2 / 2) / r^4; errors 2^-28, 2^-33
    const V p = e.polynomial(
        z, {-0.16666654908522371399, 0.0083321758441596898111, -0.00019516977334181237019});
    const V q = e.polynomial(
        z, {0.041666646806468160949, -0.001388736447204062763, 0.000024438090318392299583});
    const V s = e.fma(r * z, p, r);
    const V c = e.fma(z, e.fma(z, q, e.number(x, -0.5)), e.number(x, 1.0));
    const V number = e.bits(t);
    const V swapped = odd(number);
    const V bits = e.bits(x);
    const V sine_sign =
        e.exclusive(e.both(bits, sign_mask(bits)), low_bit_to_sign(e.shift_right(number, 1)));
    const V cosine_sign = low_bit_to_sign(e.shift_right(number + e.integer(number, 1), 1));
    const V ok = e.less(magnitude, e.number(x, kLimitF32));
    sine = e.from_bits(e.exclusive(e.bits(e.select(swapped, c, s)), sine_sign));
    cosine = e.from_bits(e.exclusive(e.bits(e.select(swapped, s, c)), cosine_sign));
    sine = e.guarded(x, ok, sine, "weft_cpu_sin_f32");
    cosine = e.guarded(x, ok, cosine, "weft_cpu_cos_f32");
}

void sin_cos_f64(V x, V& sine, V& cosine) {
    Emit& e = *x.e;
    const Quadrant q = reduce_f64(e.abs(x));
    const V s = sine_f64(q.r);
    const V c = cosine_f64(q.r);
    const V swapped = odd(q.number);
    const V bits = e.bits(x);
    const V sine_sign =
        e.exclusive(e.both(bits, sign_mask(bits)), low_bit_to_sign(e.shift_right(q.number, 1)));
    const V cosine_sign = low_bit_to_sign(e.shift_right(q.number + e.integer(q.number, 1), 1));
    sine = e.from_bits(e.exclusive(e.bits(e.select(swapped, c, s)), sine_sign));
    cosine = e.from_bits(e.exclusive(e.bits(e.select(swapped, s, c)), cosine_sign));
    sine = e.guarded(x, q.moderate, sine, "weft_cpu_sin_f64");
    cosine = e.guarded(x, q.moderate, cosine, "weft_cpu_cos_f64");
}

}  // namespace

void sin_cos(V a, V& sine, V& cosine) {
    if (a.f64()) {
        sin_cos_f64(a, sine, cosine);
    } else if (a.e->machine.fma) {
        sin_cos_f32(a, sine, cosine);
    } else {
        sine = sin_f32(a);
        cosine = cos_f32(a);
    }
}

V sin(V a) {
    return a.f64() ? sin_f64(a) : sin_f32(a);
}
V cos(V a) {
    return a.f64() ? cos_f64(a) : cos_f32(a);
}

V tan(V a) {
    Emit& e = *a.e;
    const V x = e.to_f64(a);
    const V magnitude = e.abs(x);
    const Quadrant q = reduce_f64(magnitude);
    const V s = sine_f64(q.r);
    const V c = cosine_f64(q.r);
    const V turned = odd(q.number);
    const V ratio = e.select(turned, -c, s) / e.select(turned, s, c);
    const V bits = e.bits(x);
    const V signed_ratio = e.from_bits(e.exclusive(e.bits(ratio), e.both(bits, sign_mask(bits))));
    const V r = e.guarded(x, q.moderate, signed_ratio, "weft_cpu_tan_f64");
    return a.f32() ? e.to_f32(r) : r;
}

}  // namespace weft::cpu::ops
