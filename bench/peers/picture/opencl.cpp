// The three pictures as kernels of OpenCL C (pictures.cl), built when it starts.
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>

#include "peer.h"

namespace {

void check(cl_int result) {
    if (result != CL_SUCCESS) throw std::runtime_error("OpenCL says " + std::to_string(result));
}

struct Frame {
    cl_uint width, height;
    float t, a, b, cx, cy;
};

// The process ends with the contender: nothing is given back by hand.
class Kernels final : public peer::Contender {
public:
    explicit Kernels(const peer::Task& task) : task_(task) {
        create_device();
        const std::size_t plane = task.pixels() * 4;
        const bool singles = task.planes && task.work != "reaction";
        build(singles ? "-DPLANES" : "");
        picture_ = allocate(singles ? 3 * plane : plane);
        if (task.work == "plasma") {
            first_ = second_ = picture_;
            steps_ = {kernel("plasma")};
        } else if (task.work == "blur") {
            first_ = allocate(3 * plane);
            second_ = allocate(3 * plane);
            write(first_, task.photo());
            steps_ = {kernel("down"), kernel("across")};
        } else if (task.work == "reaction") {
            first_ = allocate(2 * plane);
            second_ = allocate(2 * plane);
            steps_ = {kernel("reaction")};
        } else {
            throw std::runtime_error("no such work");
        }
    }

    void frame(std::int64_t f) override {
        const bool reacts = task_.work == "reaction";
        if (reacts && f == 0) {
            begin();
            return;
        }
        const peer::Moment m(f);
        const Frame frame{static_cast<cl_uint>(task_.width),
                          static_cast<cl_uint>(task_.height),
                          m.t,
                          m.a,
                          m.b,
                          m.cx,
                          m.cy};
        const std::size_t all[2] = {frame.width / 16, frame.height};
        // A whole row a group, where it is small enough.
        const std::size_t group[2] = {all[0] <= 256 ? all[0] : 1, 1};
        for (cl_kernel step : steps_) {
            check(clSetKernelArg(step, 0, sizeof picture_, &picture_));
            check(clSetKernelArg(step, 1, sizeof first_, &first_));
            check(clSetKernelArg(step, 2, sizeof second_, &second_));
            check(clSetKernelArg(step, 3, sizeof frame, &frame));
            check(
                clEnqueueNDRangeKernel(queue_, step, 2, nullptr, all, group, 0, nullptr, nullptr));
        }
        check(clFinish(queue_));
        if (reacts) std::swap(first_, second_);
    }
    const void* result() override {
        const bool reacts = task_.work == "reaction";
        kept_.assign(task_.pixels() * 3, 0.0f);
        const std::size_t planes = reacts ? 2 : task_.planes ? 3 : 1;
        check(clEnqueueReadBuffer(queue_, reacts ? first_ : picture_, CL_TRUE, 0,
                                  planes * task_.pixels() * 4, kept_.data(), 0, nullptr, nullptr));
        return kept_.data();
    }
    bool planes() const override { return task_.planes || task_.work == "reaction"; }

private:
    void create_device() {
        cl_uint count = 0;
        (void)clGetPlatformIDs(0, nullptr, &count);
        std::vector<cl_platform_id> platforms(count);
        if (count) check(clGetPlatformIDs(count, platforms.data(), nullptr));
        for (cl_platform_id platform : platforms)
            if (!device_) (void)clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 1, &device_, nullptr);
        if (!device_) throw std::runtime_error("no OpenCL device");
        char name[256] = {};
        check(clGetDeviceInfo(device_, CL_DEVICE_NAME, sizeof name - 1, name, nullptr));
        std::fprintf(stderr, "%s\n", name);
        cl_int result = CL_SUCCESS;
        context_ = clCreateContext(nullptr, 1, &device_, nullptr, nullptr, &result);
        check(result);
        queue_ = clCreateCommandQueue(context_, device_, 0, &result);
        check(result);
    }

    void build(const char* options) {
        std::ifstream in(PEER_KERNELS);
        const std::string text((std::istreambuf_iterator<char>(in)), {});
        const char* start = text.c_str();
        cl_int result = CL_SUCCESS;
        program_ = clCreateProgramWithSource(context_, 1, &start, nullptr, &result);
        check(result);
        if (clBuildProgram(program_, 1, &device_, options, nullptr, nullptr) == CL_SUCCESS) return;
        char log[4096] = {};
        clGetProgramBuildInfo(program_, device_, CL_PROGRAM_BUILD_LOG, sizeof log - 1, log,
                              nullptr);
        throw std::runtime_error(log);
    }

    cl_kernel kernel(const char* name) {
        cl_int result = CL_SUCCESS;
        cl_kernel made = clCreateKernel(program_, name, &result);
        check(result);
        return made;
    }
    cl_mem allocate(std::size_t bytes) {
        cl_int result = CL_SUCCESS;
        cl_mem made = clCreateBuffer(context_, CL_MEM_READ_WRITE, bytes, nullptr, &result);
        check(result);
        return made;
    }
    void write(cl_mem memory, const std::vector<float>& values) {
        check(clEnqueueWriteBuffer(queue_, memory, CL_TRUE, 0, values.size() * 4, values.data(), 0,
                                   nullptr, nullptr));
    }

    void begin() {
        std::vector<float> both(task_.pixels() * 2);
        float* a = both.data();
        for (int j = 0; j < task_.height; ++j)
            for (int i = 0; i < task_.width; ++i, ++a) {
                a[task_.pixels()] = peer::seed(i, j, task_.width, task_.height);
                a[0] = 1 - a[task_.pixels()];
            }
        write(first_, both);
    }

    peer::Task task_;
    cl_device_id device_ = nullptr;
    cl_context context_ = nullptr;
    cl_command_queue queue_ = nullptr;
    cl_program program_ = nullptr;
    std::vector<cl_kernel> steps_;
    cl_mem picture_ = nullptr, first_ = nullptr, second_ = nullptr;
    std::vector<float> kept_;
};

}  // namespace

int main(int argc, char** argv) {
    return peer::main(argc, argv,
                      [](const peer::Task& task) { return std::make_unique<Kernels>(task); });
}
