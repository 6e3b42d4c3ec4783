// The plasma in OpenCL C, twice: a pixel a work item, and sixteen as one vector; the faster one
// counts.
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <dlfcn.h>

#include <chrono>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "bench/gpu/hand.h"

namespace weft::bench {
namespace {

const char* const kPlasma = R"(
typedef struct { uint width, height; float t, a, b, cx, cy; } Frame;

kernel void one(global uint* pixels, global float* numbers, Frame f) {
    uint i = get_global_id(0), j = get_global_id(1);
    if (i >= f.width || j >= f.height) return;
    float x = (i + 0.5f) / f.width, y = (j + 0.5f) / f.height;
    float across = sin(x * 10.0f + f.t);
    float turning = sin(10.0f * (x * f.a + y * f.b) + f.t);
    float dx = x + f.cx, dy = y + f.cy;
    float rings = sin(sqrt(100.0f * (dx * dx + dy * dy) + 1.0f) + f.t);
    float v = across + turning + rings;
    float base = 0.5f + 0.5f * across * cos(y * 10.0f + 1.3f * f.t);
    float4 phase = (float4)(0.0f, 2.094f, 4.188f, 0.0f);
    float4 c = 0.5f * base + 0.25f * sin(v * 3.14159265f + phase) + 0.25f;
    c.w = 1.0f;
#ifdef PLANES
    uint plane = f.width * f.height;
    numbers[j * f.width + i] = c.x;
    numbers[j * f.width + i + plane] = c.y;
    numbers[j * f.width + i + 2 * plane] = c.z;
#else
    pixels[j * f.width + i] = as_uint(convert_uchar4_sat_rte(c * 255.0f));
#endif
}

kernel void sixteen(global uint* pixels, global float* numbers, Frame f) {
    uint i = get_global_id(0) * 16, j = get_global_id(1);
    if (i >= f.width || j >= f.height) return;
    float16 lane = (float16)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    float16 x = ((float)i + 0.5f + lane) / f.width;
    float y = (j + 0.5f) / f.height;
    float16 across = sin(x * 10.0f + f.t);
    float16 turning = sin(10.0f * (x * f.a + y * f.b) + f.t);
    float16 dx = x + f.cx;
    float dy = y + f.cy;
    float16 rings = sin(sqrt(100.0f * (dx * dx + dy * dy) + 1.0f) + f.t);
    float16 v = (across + turning + rings) * 3.14159265f;
    float16 half_base = 0.5f * (0.5f + 0.5f * across * cos(y * 10.0f + 1.3f * f.t)) + 0.25f;
    float16 r = half_base + 0.25f * sin(v);
    float16 g = half_base + 0.25f * sin(v + 2.094f);
    float16 b = half_base + 0.25f * sin(v + 4.188f);
#ifdef PLANES
    uint plane = f.width * f.height;
    vstore16(r, 0, numbers + j * f.width + i);
    vstore16(g, 0, numbers + j * f.width + i + plane);
    vstore16(b, 0, numbers + j * f.width + i + 2 * plane);
#else
#define BYTE(v) convert_uint16(clamp(v, 0.0f, 1.0f) * 255.0f + 0.5f)
    vstore16(BYTE(r) | BYTE(g) << 8 | BYTE(b) << 16 | 0xff000000u, 0, pixels + j * f.width + i);
#endif
}
)";

struct Frame {
    cl_uint width, height;
    float t, a, b, cx, cy;
};

// The loader, opened at run time: without it there is no contender, but there is a benchmark.
struct Api {
// clang-format off
#define WEFT_HAND_FUNCTIONS(F) \
    F(GetPlatformIDs) F(GetDeviceIDs) F(GetDeviceInfo) F(CreateContext) F(ReleaseContext) \
    F(CreateCommandQueue) F(ReleaseCommandQueue) F(CreateProgramWithSource) F(BuildProgram) \
    F(GetProgramBuildInfo) F(ReleaseProgram) F(CreateKernel) F(ReleaseKernel) F(SetKernelArg) \
    F(CreateBuffer) F(ReleaseMemObject) F(EnqueueNDRangeKernel) F(EnqueueReadBuffer) \
    F(EnqueueFillBuffer) F(EnqueueMarkerWithWaitList) F(EnqueueMapBuffer) F(Finish) F(Flush)
// clang-format on
#define WEFT_HAND_POINTER(name) decltype(&::cl##name) name = nullptr;
    WEFT_HAND_FUNCTIONS(WEFT_HAND_POINTER)
#undef WEFT_HAND_POINTER
    Api() {
        void* library = dlopen("libOpenCL.so.1", RTLD_NOW | RTLD_LOCAL);
        if (!library) throw std::runtime_error("there is no libOpenCL.so.1");
#define WEFT_HAND_FIND(name) \
    name = reinterpret_cast<decltype(&::cl##name)>(dlsym(library, "cl" #name));
        WEFT_HAND_FUNCTIONS(WEFT_HAND_FIND)
#undef WEFT_HAND_FIND
    }
};

// A kernel, scalar or of 16 lanes, and the threads of its groups.
struct Way {
    std::size_t kernel = 0, group = 64;
};
constexpr Way kWays[] = {{0, 64}, {0, 256}, {1, 8}};

void check(cl_int result) {
    if (result != CL_SUCCESS) throw std::runtime_error("OpenCL says " + std::to_string(result));
}

class HandOpencl final : public Hand {
public:
    HandOpencl() {
        choose_device();
        cl_int result = CL_SUCCESS;
        context_ = cl_.CreateContext(nullptr, 1, &device_, nullptr, nullptr, &result);
        check(result);
        queue_ = cl_.CreateCommandQueue(context_, device_, 0, &result);
        check(result);
    }
    ~HandOpencl() override {
        cl_.Finish(queue_);
        for (cl_mem memory : {picture_, large_, pinned_})
            if (memory) cl_.ReleaseMemObject(memory);
        forget();
        cl_.ReleaseCommandQueue(queue_);
        cl_.ReleaseContext(context_);
    }

    std::string device() const override { return name_; }
    bool software() const override { return type_ == CL_DEVICE_TYPE_CPU; }

    void prepare(std::uint32_t width, std::uint32_t height, bool planes) override {
        build(planes ? "-DPLANES" : "");
        width_ = width;
        height_ = height;
        need(picture_, picture_size_, std::uint64_t{width} * height * (planes ? 12 : 4),
             CL_MEM_READ_WRITE);
        double best = 1e30;
        Way chosen;
        for (const Way& way : kWays) {
            if (way.kernel >= kernels_.size()) continue;
            chosen_ = way;
            plasma(0, 1);
            for (int i = 0; i < 3; ++i) {
                const auto begin = std::chrono::steady_clock::now();
                plasma(i, 1);
                const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
                if (took.count() >= best) continue;
                best = took.count();
                chosen = way;
            }
        }
        chosen_ = chosen;
    }

    void plasma(double time, int frames) override {
        const std::size_t lanes = chosen_.kernel == 0 ? 1 : 16;
        const std::size_t group[2] = {chosen_.group, 1};
        const std::size_t columns = (width_ + lanes - 1) / lanes;
        const std::size_t all[2] = {(columns + group[0] - 1) / group[0] * group[0], height_};
        for (int i = 0; i < frames; ++i) {
            const double t = time + i / 60.0;
            const Frame frame{width_,
                              height_,
                              static_cast<float>(t),
                              static_cast<float>(std::sin(t / 2)),
                              static_cast<float>(std::cos(t / 3)),
                              static_cast<float>(0.5 * std::sin(t / 5) - 0.5),
                              static_cast<float>(0.5 * std::cos(t / 3) - 0.5)};
            check(cl_.SetKernelArg(kernels_[chosen_.kernel], 0, sizeof picture_, &picture_));
            check(cl_.SetKernelArg(kernels_[chosen_.kernel], 1, sizeof picture_, &picture_));
            check(cl_.SetKernelArg(kernels_[chosen_.kernel], 2, sizeof frame, &frame));
            check(cl_.EnqueueNDRangeKernel(queue_, kernels_[chosen_.kernel], 2, nullptr, all, group,
                                           0, nullptr, nullptr));
        }
        check(cl_.Finish(queue_));
    }

    void empty() override {
        check(cl_.EnqueueMarkerWithWaitList(queue_, 0, nullptr, nullptr));
        check(cl_.Finish(queue_));
    }

    void fill(std::uint64_t bytes, int times) override {
        need(large_, large_size_, bytes, CL_MEM_READ_WRITE);
        const float pattern = 1;
        for (int i = 0; i < times; ++i)
            check(cl_.EnqueueFillBuffer(queue_, large_, &pattern, sizeof pattern, 0, bytes, 0,
                                        nullptr, nullptr));
        check(cl_.Finish(queue_));
    }

    void read_back(std::uint64_t bytes) override {
        need(large_, large_size_, bytes, CL_MEM_READ_WRITE);
        if (pinned_size_ < bytes) {
            need(pinned_, pinned_size_, bytes, CL_MEM_READ_WRITE | CL_MEM_ALLOC_HOST_PTR);
            cl_int result = CL_SUCCESS;
            host_ = cl_.EnqueueMapBuffer(queue_, pinned_, CL_TRUE, CL_MAP_READ | CL_MAP_WRITE, 0,
                                         bytes, 0, nullptr, nullptr, &result);
            check(result);
        }
        check(cl_.EnqueueReadBuffer(queue_, large_, CL_TRUE, 0, bytes, host_, 0, nullptr, nullptr));
    }

    std::uint32_t word(std::uint64_t at) override {
        std::uint32_t found = 0;
        check(cl_.EnqueueReadBuffer(queue_, picture_, CL_TRUE, at * 4, 4, &found, 0, nullptr,
                                    nullptr));
        return found;
    }

private:
    void choose_device() {
        cl_uint count = 0;
        (void)cl_.GetPlatformIDs(0, nullptr, &count);
        std::vector<cl_platform_id> platforms(count);
        if (count) check(cl_.GetPlatformIDs(count, platforms.data(), nullptr));
        for (const cl_device_type type : {CL_DEVICE_TYPE_GPU, CL_DEVICE_TYPE_CPU})
            for (cl_platform_id platform : platforms)
                if (!device_ &&
                    cl_.GetDeviceIDs(platform, type, 1, &device_, nullptr) == CL_SUCCESS)
                    type_ = type;
        if (!device_) throw std::runtime_error("no OpenCL device");
        char name[256] = {};
        check(cl_.GetDeviceInfo(device_, CL_DEVICE_NAME, sizeof name - 1, name, nullptr));
        name_ = name;
    }

    void forget() {
        for (cl_kernel kernel : kernels_) cl_.ReleaseKernel(kernel);
        kernels_.clear();
        if (program_) cl_.ReleaseProgram(program_);
        program_ = nullptr;
    }

    void build(const char* options) {
        forget();
        cl_int result = CL_SUCCESS;
        const char* text = kPlasma;
        program_ = cl_.CreateProgramWithSource(context_, 1, &text, nullptr, &result);
        check(result);
        if (cl_.BuildProgram(program_, 1, &device_, options, nullptr, nullptr) != CL_SUCCESS) {
            char log[4096] = {};
            cl_.GetProgramBuildInfo(program_, device_, CL_PROGRAM_BUILD_LOG, sizeof log - 1, log,
                                    nullptr);
            throw std::runtime_error(log);
        }
        for (const char* name : {"one", "sixteen"}) {
            kernels_.push_back(cl_.CreateKernel(program_, name, &result));
            check(result);
        }
    }

    void need(cl_mem& memory, std::uint64_t& size, std::uint64_t wanted, cl_mem_flags flags) {
        if (size >= wanted) return;
        if (memory) cl_.ReleaseMemObject(memory);
        cl_int result = CL_SUCCESS;
        memory = cl_.CreateBuffer(context_, flags, wanted, nullptr, &result);
        check(result);
        size = wanted;
    }

    Api cl_;
    cl_device_id device_ = nullptr;
    cl_device_type type_ = 0;
    std::string name_;
    cl_context context_ = nullptr;
    cl_command_queue queue_ = nullptr;
    cl_program program_ = nullptr;
    std::vector<cl_kernel> kernels_;  // a pixel, sixteen
    Way chosen_;
    std::uint32_t width_ = 0, height_ = 0;
    cl_mem picture_ = nullptr, large_ = nullptr, pinned_ = nullptr;
    std::uint64_t picture_size_ = 0, large_size_ = 0, pinned_size_ = 0;
    void* host_ = nullptr;
};

}  // namespace

std::unique_ptr<Hand> hand_opencl(std::string& why) {
    try {
        return std::make_unique<HandOpencl>();
    } catch (const std::exception& problem) {
        why = problem.what();
        return nullptr;
    }
}

}  // namespace weft::bench
