// Operands at which operators go wrong, and random ones of every size. All are exact in f32.
#pragma once

#include <cfloat>
#include <cmath>
#include <cstring>
#include <random>
#include <vector>

namespace weft::kit {

inline std::vector<double> special_operands() {
    std::vector<double> list;
    const auto both = [&](double v) {
        const auto f = static_cast<double>(static_cast<float>(v));
        list.push_back(f);
        list.push_back(-f);
    };
    for (const double v : {0.0, 1.0, 0.5, 2.0, 1.5, 2.5, 0.1, 3.0, 7.0, 10.0, 100.0}) both(v);
    for (const double v : {M_PI / 4, M_PI / 2, M_PI, 2 * M_PI, 355.0, 1e4 * M_PI, 1e6, 1e15})
        both(v);
    // Edges of whole numbers, of the type, and of what fits into integers.
    for (const double v : {8388607.5, 8388608.0, 16777215.0, 16777216.0, 2147483520.0, 2147483648.0,
                           4294967040.0, 4294967296.0, 9.2e18, 1.9e19})
        both(v);
    both(1 - FLT_EPSILON / 2);
    both(1 + FLT_EPSILON);
    both(2 - FLT_EPSILON);
    both(0.5 - FLT_EPSILON / 4);
    for (const double v : {1e-3, 1e-8, 1e-20, 1e-37, 1e20, 1e30, 3e38}) both(v);
    both(FLT_MAX);
    both(FLT_MIN);
    both(std::ldexp(1.0, -149));
    both(std::ldexp(3.0, -140));
    // Where exp, exp2, sinh begin to overflow and to vanish.
    for (const double v : {87.0, 88.7, 89.0, 89.4, 103.9, 104.5, 126.0, 127.9, 128.0, 149.5, 151.0})
        both(v);
    both(INFINITY);
    list.push_back(std::nan(""));
    return list;
}

class RandomOperands {
public:
    explicit RandomOperands(std::uint32_t seed) : random_(seed) {}

    double next() {
        switch (random_() % 4) {
            case 0: return bits();
            case 1: return single(-10, 10);
            case 2: return std::round(single(-100, 100)) / 4;
            default: return single(-1, 1) * std::ldexp(1.0, static_cast<int>(random_() % 60) - 30);
        }
    }

private:
    double bits() {
        const auto pattern = static_cast<std::uint32_t>(random_());
        float f = 0;
        std::memcpy(&f, &pattern, sizeof f);
        return static_cast<double>(f);
    }
    double single(double low, double high) {
        return static_cast<double>(
            static_cast<float>(std::uniform_real_distribution<double>(low, high)(random_)));
    }
    std::mt19937 random_;
};

}  // namespace weft::kit
