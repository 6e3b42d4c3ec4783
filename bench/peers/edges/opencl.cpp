// clEnqueueWriteBuffer and clEnqueueReadBuffer between the device's memory and pinned memory.
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>

#include <stdexcept>

#include "transfer.h"

namespace {

void check(cl_int status) {
    if (status != CL_SUCCESS) throw std::runtime_error("OpenCL error " + std::to_string(status));
}

cl_device_id find_device() {
    cl_uint count = 0;
    check(clGetPlatformIDs(0, nullptr, &count));
    std::vector<cl_platform_id> platforms(count);
    check(clGetPlatformIDs(count, platforms.data(), nullptr));
    for (const cl_device_type type : {CL_DEVICE_TYPE_GPU, CL_DEVICE_TYPE_CPU})
        for (const cl_platform_id platform : platforms) {
            cl_device_id device = nullptr;
            if (clGetDeviceIDs(platform, type, 1, &device, nullptr) == CL_SUCCESS) return device;
        }
    throw std::runtime_error("no OpenCL device");
}

int run(const transfer::Wish& wish) {
    const cl_device_id device = find_device();
    cl_int status = 0;
    const cl_context context = clCreateContext(nullptr, 1, &device, nullptr, nullptr, &status);
    check(status);
    const cl_command_queue queue = clCreateCommandQueue(context, device, 0, &status);
    check(status);
    const auto make = [&](cl_mem_flags flags) {
        const cl_mem memory = clCreateBuffer(context, flags, wish.bytes, nullptr, &status);
        check(status);
        const float pattern = 1;
        check(clEnqueueFillBuffer(queue, memory, &pattern, sizeof pattern, 0, wish.bytes, 0,
                                  nullptr, nullptr));
        return memory;
    };
    const cl_mem own = make(CL_MEM_READ_WRITE);
    const cl_mem pinned = make(CL_MEM_READ_WRITE | CL_MEM_ALLOC_HOST_PTR);
    void* const host = clEnqueueMapBuffer(queue, pinned, CL_TRUE, CL_MAP_READ | CL_MAP_WRITE, 0,
                                          wish.bytes, 0, nullptr, nullptr, &status);
    check(status);
    return transfer::measure([&] {
        check(wish.up ? clEnqueueWriteBuffer(queue, own, CL_TRUE, 0, wish.bytes, host, 0, nullptr,
                                             nullptr)
                      : clEnqueueReadBuffer(queue, own, CL_TRUE, 0, wish.bytes, host, 0, nullptr,
                                            nullptr));
    });
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(transfer::wish_of(argc, argv));
    } catch (const std::exception& problem) {
        std::fprintf(stderr, "%s\n", problem.what());
        return 1;
    }
}
