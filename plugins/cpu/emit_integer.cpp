// Hash and noise: integer arithmetic modulo 2^32, bit-identical on every back end.
#include <limits>

#include "emit_ops.h"

namespace weft::cpu::ops {
namespace {

// A whole number modulo 2^32 as an i32; what is not finite counts as 0.
V lattice(V whole) {
    Emit& e = *whole.e;
    const V turns = e.floor(whole * 0x1p-32);
    // In [-2^31, 2^31): a signed conversion holds it, and the top bit is put right afterwards.
    const V rest = (whole - turns * 0x1p32) - 0x1p31;
    const V finite = e.less(e.abs(whole), e.number(whole, std::numeric_limits<double>::infinity()));
    const V safe = e.select(finite, rest, e.number(whole, -0x1p31));
    const V bits = e.to_i32(safe);
    return e.exclusive(bits, e.integer(bits, std::int64_t{-0x80000000LL}));
}

V scramble(V x) {
    return x * x.e->integer(x, 1664525) + x.e->integer(x, 1013904223);
}

// PCG3D after its first, per-coordinate step; the top 24 bits.
V mix(V x, V y, V z) {
    Emit& e = *x.e;
    x = x + y * z;
    y = y + z * x;
    z = z + x * y;
    x = e.exclusive(x, e.shift_right(x, 16));
    y = e.exclusive(y, e.shift_right(y, 16));
    z = e.exclusive(z, e.shift_right(z, 16));
    x = x + y * z;
    return e.shift_right(x, 8);
}

V smooth(V f) {
    return f * f * (f.e->number(f, 3.0) - f * 2.0);
}

}  // namespace

V hash(V a, V b, V c) {
    Emit& e = *a.e;
    e.unify(a, b);
    e.unify(a, c);
    e.unify(b, c);
    const auto prepare = [&](V v) { return scramble(lattice(e.floor(e.to_f64(v)))); };
    const V bits = mix(prepare(a), prepare(b), prepare(c));
    return e.from_int(bits, a.f64() ? e.f64() : e.f32()) * 0x1p-24;
}

V noise(V a, V b, V c) {
    Emit& e = *a.e;
    e.unify(a, b);
    e.unify(a, c);
    e.unify(b, c);
    const V position[3] = {e.to_f64(a) * 3.1, e.to_f64(b) * 3.1, e.to_f64(c) * 0.5};
    V corner[3][2];
    V weight[3];
    for (int i = 0; i < 3; ++i) {
        const V base = e.floor(position[i]);
        weight[i] = smooth(position[i] - base);
        corner[i][0] = scramble(lattice(base));
        // The next lattice point's first step, without a second product.
        corner[i][1] = corner[i][0] + e.integer(corner[i][0], 1664525);
    }
    const auto value = [&](int i, int j, int k) {
        return e.from_int(mix(corner[0][i], corner[1][j], corner[2][k]), e.f64()) * 0x1p-24;
    };
    V planes[2];
    for (int k = 0; k < 2; ++k) {
        V rows[2];
        for (int j = 0; j < 2; ++j) {
            const V left = value(0, j, k);
            rows[j] = e.fma(value(1, j, k) - left, weight[0], left);
        }
        planes[k] = e.fma(rows[1] - rows[0], weight[1], rows[0]);
    }
    const V r = e.fma(planes[1] - planes[0], weight[2], planes[0]);
    return a.f32() ? e.to_f32(r) : r;
}

}  // namespace weft::cpu::ops
