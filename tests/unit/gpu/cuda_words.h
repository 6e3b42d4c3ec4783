// What NVRTC knows by itself, declared, so that clang can check CUDA C without a toolkit.
#pragma once

#define __global__ __attribute__((global))
#define __device__ __attribute__((device))
#define __host__ __attribute__((host))
#define __constant__ __attribute__((constant))
#define __forceinline__ inline
#define __noinline__ __attribute__((noinline))
#define __launch_bounds__(n)

struct uint4 {
    unsigned int x, y, z, w;
};
struct Index {
    unsigned int x, y, z;
};
extern const __device__ Index blockIdx, blockDim, threadIdx;

#define WEFT_ONE(name)            \
    __device__ float name(float); \
    __device__ double name(double);
WEFT_ONE(floor)
WEFT_ONE(ceil)
WEFT_ONE(trunc)
WEFT_ONE(round)
WEFT_ONE(rint)
WEFT_ONE(sqrt)
WEFT_ONE(fabs)
WEFT_ONE(abs)
WEFT_ONE(sin)
WEFT_ONE(cos)
WEFT_ONE(tan)
WEFT_ONE(asin)
WEFT_ONE(acos)
WEFT_ONE(atan)
WEFT_ONE(sinh)
WEFT_ONE(cosh)
WEFT_ONE(tanh)
WEFT_ONE(exp)
WEFT_ONE(exp2)
WEFT_ONE(log)
WEFT_ONE(log2)
__device__ double pow(double, double);
__device__ double atan2(double, double);
__device__ double fmin(double, double);
__device__ double fmax(double, double);
__device__ float fmaf(float, float, float);
__device__ float fabsf(float);
__device__ float rsqrtf(float);
__device__ double fma(double, double, double);
__device__ double copysign(double, double);
__device__ float copysignf(float, float);
__device__ bool isnan(double);
__device__ bool isnan(float);
__device__ int min(int, int);
__device__ int max(int, int);
__device__ unsigned int __float_as_uint(float);
__device__ float __uint_as_float(unsigned int);
__device__ int __double2hiint(double);
__device__ int __double2loint(double);
__device__ double __hiloint2double(int, int);
__device__ long long __double_as_longlong(double);
__device__ double __longlong_as_double(long long);
__device__ unsigned int __umulhi(unsigned int, unsigned int);
__device__ int __clz(int);
