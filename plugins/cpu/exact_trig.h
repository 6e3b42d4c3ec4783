// Sine, cosine and tangent of any number, also of 1e300: what compiled code calls for the lanes
// whose argument its own reduction does not cover. Names are symbols of compiled code.
#pragma once

#include <cstdint>

extern "C" {
void weft_cpu_sin_f32(const float* x, float* y, std::int32_t count);
void weft_cpu_cos_f32(const float* x, float* y, std::int32_t count);
void weft_cpu_sin_f64(const double* x, double* y, std::int32_t count);
void weft_cpu_cos_f64(const double* x, double* y, std::int32_t count);
void weft_cpu_tan_f64(const double* x, double* y, std::int32_t count);
}
