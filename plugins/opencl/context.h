// OpenCL opened at run time, its objects as handles, and one device of it ready to work. A machine
// without OpenCL has a back end that says so, instead of one that does not load.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#define CL_TARGET_OPENCL_VERSION 300
#define CL_USE_DEPRECATED_OPENCL_1_2_APIS
#include <CL/cl.h>
#include <CL/cl_ext.h>

#include "gpu/choice.h"
#include "gpu/device.h"

namespace weft::opencl {

// What every OpenCL from 1.2 on has.
#define WEFT_OPENCL_FUNCTIONS(F) \
    F(BuildProgram)              \
    F(CreateBuffer)              \
    F(CreateCommandQueue)        \
    F(CreateContext)             \
    F(CreateKernel)              \
    F(CreateProgramWithBinary)   \
    F(CreateProgramWithSource)   \
    F(CreateSubBuffer)           \
    F(EnqueueCopyBuffer)         \
    F(EnqueueFillBuffer)         \
    F(EnqueueMapBuffer)          \
    F(EnqueueMarkerWithWaitList) \
    F(EnqueueNDRangeKernel)      \
    F(EnqueueReadBuffer)         \
    F(EnqueueUnmapMemObject)     \
    F(EnqueueWriteBuffer)        \
    F(Finish)                    \
    F(Flush)                     \
    F(GetDeviceIDs)              \
    F(GetDeviceInfo)             \
    F(GetEventInfo)              \
    F(GetPlatformIDs)            \
    F(GetPlatformInfo)           \
    F(GetProgramBuildInfo)       \
    F(GetProgramInfo)            \
    F(ReleaseCommandQueue)       \
    F(ReleaseContext)            \
    F(ReleaseEvent)              \
    F(ReleaseKernel)             \
    F(ReleaseMemObject)          \
    F(ReleaseProgram)            \
    F(RetainEvent)               \
    F(SetEventCallback)          \
    F(SetKernelArg)              \
    F(GetExtensionFunctionAddressForPlatform)

struct Api {
#define WEFT_OPENCL_POINTER(name) decltype(&::cl##name) name = nullptr;
    WEFT_OPENCL_FUNCTIONS(WEFT_OPENCL_POINTER)
#undef WEFT_OPENCL_POINTER
    // From 3.0 on; else null.
    decltype(&::clCreateBufferWithProperties) CreateBufferWithProperties = nullptr;
};

// The loader stays open: drivers leave threads behind. Throws cpp::Failure(WEFT_UNAVAILABLE) when
// there is none.
[[nodiscard]] const Api& load();

// Of cl_khr_semaphore; null without it.
struct SemaphoreApi {
    clCreateSemaphoreWithPropertiesKHR_fn create = nullptr;
    clEnqueueWaitSemaphoresKHR_fn wait = nullptr;
    clEnqueueSignalSemaphoresKHR_fn signal = nullptr;
    clReleaseSemaphoreKHR_fn release = nullptr;
};

// An object of OpenCL, released at the end.
template <class Object>
using Handle = std::unique_ptr<std::remove_pointer_t<Object>, cl_int(CL_API_CALL*)(Object)>;

// A device that was found, usable or not.
struct Candidate {
    cl_platform_id platform = nullptr;
    cl_device_id device = nullptr;
    cl_device_type type = 0;
    std::string platform_name;
    std::string name;
    int score = 0;
    std::string missing;  // what it lacks to be used; "" when nothing
};
[[nodiscard]] std::vector<Candidate> candidates(const Api& cl);
// Which of them is meant, for gpu::choose_device().
inline constexpr const char* kChoice = "WEFT_OPENCL_DEVICE";
[[nodiscard]] std::vector<gpu::DeviceOption> options(const std::vector<Candidate>& all);
// The one that gpu::choose_device() says; throws as it does.
[[nodiscard]] Candidate choose(const Api& cl);

// Both throw nothing: what a driver does not know is empty or 0.
[[nodiscard]] std::string text_of(const Api& cl, cl_device_id device, cl_device_info what);
template <class T>
[[nodiscard]] T number_of(const Api& cl, cl_device_id device, cl_device_info what) {
    T value{};
    return cl.GetDeviceInfo(device, what, sizeof value, &value, nullptr) == CL_SUCCESS ? value
                                                                                       : T{};
}
[[nodiscard]] bool has_extension(const Api& cl, cl_device_id device, std::string_view name);

class Context {
public:
    Context(const Api& cl, const Candidate& chosen);

    // Throws what `status` means, unless it is CL_SUCCESS; remembers that the device is lost.
    void check(cl_int status, const char* doing);
    [[nodiscard]] bool lost() const { return lost_; }

    const Api& cl;
    const cl_platform_id platform;
    const cl_device_id device;
    const Handle<cl_context> context;
    const Handle<cl_command_queue> queue;  // in order
    gpu::DeviceInfo info;
    // Kernels and the host see each other's writes to CL_MEM_USE_HOST_PTR memory without mapping
    // it.
    bool coherent = false;
    // The same of mapped CL_MEM_ALLOC_HOST_PTR memory, on a device with memory of its own.
    bool stays_mapped = false;
    std::atomic<std::uint64_t> used{0};  // bytes allocated here

    clEnqueueAcquireExternalMemObjectsKHR_fn acquire_external = nullptr;
    clEnqueueReleaseExternalMemObjectsKHR_fn release_external = nullptr;
    SemaphoreApi semaphores;

private:
    void describe(const Candidate& chosen);
    [[nodiscard]] bool try_coherence();
    [[nodiscard]] bool try_mapped();

    std::atomic<bool> lost_{false};
};

}  // namespace weft::opencl
