// clBuildProgram, and a first small picture: the kernel is compiled for good when it is first run.
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "ready.h"

namespace {

// As bench/programs/plasma.weft.
const char* const kPlasma = R"(
kernel void plasma(global uchar4* pixels, uint width, uint height, float t) {
    uint i = get_global_id(0), j = get_global_id(1);
    float x = (i + 0.5f) / width, y = (j + 0.5f) / height;
    float across = sin(x * 10 + t);
    float turning = sin(10 * (x * sin(t / 2) + y * cos(t / 3)) + t);
    float dx = x + 0.5f * sin(t / 5) - 0.5f, dy = y + 0.5f * cos(t / 3) - 0.5f;
    float v = across + turning + sin(sqrt(100 * (dx * dx + dy * dy) + 1) + t);
    float base = 0.5f + 0.5f * across * cos(y * 10 + 1.3f * t);
    float4 phase = (float4)(0, 2.094f, 4.188f, 0);
    float4 color = 0.5f * base + 0.25f * sin(v * M_PI_F + phase) + 0.25f;
    color.w = 1;
    pixels[j * width + i] = convert_uchar4_sat_rte(color * 255);
}
)";

void check(cl_int status) {
    if (status != CL_SUCCESS) throw std::runtime_error("OpenCL error " + std::to_string(status));
}

}  // namespace

int main() {
    cl_device_id device = nullptr;
    cl_context context = nullptr;
    cl_command_queue queue = nullptr;
    const auto open = [&] {
        cl_platform_id platform = nullptr;
        check(clGetPlatformIDs(1, &platform, nullptr));
        check(clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 1, &device, nullptr));
        cl_int status = 0;
        context = clCreateContext(nullptr, 1, &device, nullptr, nullptr, &status);
        check(status);
        queue = clCreateCommandQueue(context, device, 0, &status);
        check(status);
    };
    const auto compile = [&] {
        cl_int status = 0;
        const char* text = kPlasma;
        const cl_program program = clCreateProgramWithSource(context, 1, &text, nullptr, &status);
        check(status);
        check(clBuildProgram(program, 1, &device, "-cl-fast-relaxed-math", nullptr, nullptr));
        const cl_kernel kernel = clCreateKernel(program, "plasma", &status);
        check(status);
        const cl_uint size = 64;
        const cl_float time = 0;
        std::vector<unsigned char> pixels(size * size * 4);
        const cl_mem memory =
            clCreateBuffer(context, CL_MEM_WRITE_ONLY, pixels.size(), nullptr, &status);
        check(status);
        check(clSetKernelArg(kernel, 0, sizeof memory, &memory));
        check(clSetKernelArg(kernel, 1, sizeof size, &size));
        check(clSetKernelArg(kernel, 2, sizeof size, &size));
        check(clSetKernelArg(kernel, 3, sizeof time, &time));
        const std::size_t all[2] = {size, size};
        check(clEnqueueNDRangeKernel(queue, kernel, 2, nullptr, all, nullptr, 0, nullptr, nullptr));
        check(clEnqueueReadBuffer(queue, memory, CL_TRUE, 0, pixels.size(), pixels.data(), 0,
                                  nullptr, nullptr));
        clReleaseMemObject(memory);
        clReleaseKernel(kernel);
        clReleaseProgram(program);
    };
    return ready::measure(open, compile);
}
