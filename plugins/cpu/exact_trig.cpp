// Reduction by pi/2 with 1280 bits of 2/pi (Payne and Hanek), in integers.
#include "exact_trig.h"

#include <bit>
#include <cmath>
#include <limits>

namespace {

__extension__ using u128 = unsigned __int128;

// 2/pi, 64 bits a word, after one word of zeros: windows may begin before the point.
constexpr std::uint64_t kTwoOverPi[] = {
    0,
    0xa2f9836e4e441529,
    0xfc2757d1f534ddc0,
    0xdb6295993c439041,
    0xfe5163abdebbc561,
    0xb7246e3a424dd2e0,
    0x06492eea09d1921c,
    0xfe1deb1cb129a73e,
    0xe88235f52ebb4484,
    0xe99c7026b45f7e41,
    0x3991d639835339f4,
    0x9c845f8bbdf9283b,
    0x1ff897ffde05980f,
    0xef2f118b5a0a6d1f,
    0x6d367ecf27cb09b7,
    0x4f463f669e5fea2d,
    0x7527bac7ebe5f17b,
    0x3d0739f78a5292ea,
    0x6bfb5fb11f8d5d08,
    0x56033046fc7b6bab,
    0xf0cfbc209af4361d,
};

// 64 bits of 2/pi from bit `at` on, at >= -64.
std::uint64_t window(int at) {
    const auto bit = static_cast<unsigned>(at + 64);
    const unsigned word = bit / 64;
    const unsigned shift = bit % 64;
    if (shift == 0) return kTwoOverPi[word];
    return kTwoOverPi[word] << shift | kTwoOverPi[word + 1] >> (64 - shift);
}

struct Reduced {
    double r;  // |r| <= pi / 4
    unsigned quadrant;
};

// x is finite and positive, and at least 2^-10.
Reduced reduce(double x) {
    const auto bits = std::bit_cast<std::uint64_t>(x);
    const int exponent = static_cast<int>(bits >> 52) - 1075;  // x = mantissa * 2^exponent
    const std::uint64_t mantissa = (bits & 0xfffffffffffffULL) | 0x10000000000000ULL;
    // Bits of 2/pi that give whole turns are skipped: what follows counts from 2^1 down.
    const int at = exponent - 2;
    const u128 low = static_cast<u128>(mantissa) * window(at + 128);
    const u128 mid =
        static_cast<u128>(mantissa) * window(at + 64) + static_cast<std::uint64_t>(low >> 64);
    const std::uint64_t top = mantissa * window(at) + static_cast<std::uint64_t>(mid >> 64);
    unsigned quadrant = static_cast<unsigned>(top >> 62);
    u128 fraction = static_cast<u128>(top << 2 | static_cast<std::uint64_t>(mid) >> 62) << 64 |
                    (static_cast<std::uint64_t>(mid) << 2 | static_cast<std::uint64_t>(low) >> 62);
    bool negative = false;
    if (fraction >> 127 != 0) {
        fraction = -fraction;
        negative = true;
        quadrant = (quadrant + 1) & 3u;
    }
    // As a double with all its bits, however small the fraction is.
    const auto high = static_cast<double>(static_cast<std::uint64_t>(fraction >> 64));
    const auto rest = static_cast<double>(static_cast<std::uint64_t>(fraction));
    const double turn = high * 0x1p-64 + rest * 0x1p-128;
    const double r = turn * 1.5707963267948966 + turn * 6.123233995736766e-17;
    return {negative ? -r : r, quadrant};
}

double sine(double r) {
    const double z = r * r;
    const double p =
        -0.16666666666666631862 +
        z * (0.0083333333333223702471 +
             z * (-0.00019841269829771317625 +
                  z * (2.7557313678706418479e-6 +
                       z * (-2.5050755966650370421e-8 + z * 1.5896666767038680205e-10))));
    return r + r * z * p;
}

double cosine(double r) {
    const double z = r * r;
    const double p =
        0.041666666666666599155 +
        z * (-0.0013888888888874065038 +
             z * (0.000024801587289443505682 +
                  z * (-2.7557314340650691943e-7 +
                       z * (2.0875721620846797093e-9 + z * -1.1359559113917040401e-11))));
    const double half = z * 0.5;
    const double near = 1.0 - half;
    return near + (((1.0 - near) - half) + z * z * p);
}

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
// Below this the caller's own result stands; the functions still answer sensibly.
constexpr double kSmall = 0x1p-10;

double exact_sin(double x) {
    const double magnitude = std::fabs(x);
    if (!(magnitude < std::numeric_limits<double>::infinity())) return kNan;
    if (magnitude < kSmall) return sine(x);
    const Reduced q = reduce(magnitude);
    const double value = q.quadrant & 1u ? cosine(q.r) : sine(q.r);
    return ((q.quadrant >> 1 & 1u) != 0) != (x < 0.0) ? -value : value;
}

double exact_cos(double x) {
    const double magnitude = std::fabs(x);
    if (!(magnitude < std::numeric_limits<double>::infinity())) return kNan;
    if (magnitude < kSmall) return cosine(x);
    const Reduced q = reduce(magnitude);
    const double value = q.quadrant & 1u ? sine(q.r) : cosine(q.r);
    return (q.quadrant + 1) >> 1 & 1u ? -value : value;
}

}  // namespace

void weft_cpu_sin_f32(const float* x, float* y, std::int32_t count) {
    for (std::int32_t i = 0; i < count; ++i)
        y[i] = static_cast<float>(exact_sin(static_cast<double>(x[i])));
}

void weft_cpu_cos_f32(const float* x, float* y, std::int32_t count) {
    for (std::int32_t i = 0; i < count; ++i)
        y[i] = static_cast<float>(exact_cos(static_cast<double>(x[i])));
}

void weft_cpu_sin_f64(const double* x, double* y, std::int32_t count) {
    for (std::int32_t i = 0; i < count; ++i) y[i] = exact_sin(x[i]);
}

void weft_cpu_cos_f64(const double* x, double* y, std::int32_t count) {
    for (std::int32_t i = 0; i < count; ++i) y[i] = exact_cos(x[i]);
}

void weft_cpu_tan_f64(const double* x, double* y, std::int32_t count) {
    for (std::int32_t i = 0; i < count; ++i) y[i] = exact_sin(x[i]) / exact_cos(x[i]);
}
