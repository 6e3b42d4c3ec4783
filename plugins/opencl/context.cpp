// One attempt a process to open the loader; devices are told apart by what they can do, never by
// their order.
#include "context.h"

#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

#include <weft/ops.h>

#include "semaphores.h"

namespace weft::opencl {
namespace {

constexpr cl_uint kNvidia = 0x10de;
constexpr const char* kMappedSource =
    "kernel void add(global uint* w) { w[get_global_id(0) + 16384] = w[get_global_id(0)] + 1; }";

struct Loaded {
    Api api;
    std::string why;
};

template <class Function>
bool find(void* library, const char* name, Function& function) {
    function = reinterpret_cast<Function>(::dlsym(library, name));
    return function != nullptr;
}

Loaded open() {
    Loaded loaded;
    void* library = ::dlopen("libOpenCL.so.1", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        const char* error = ::dlerror();
        loaded.why = std::string("no OpenCL loader: ") + (error != nullptr ? error : "");
        return loaded;
    }
#define WEFT_OPENCL_FIND(name)                       \
    if (!find(library, "cl" #name, loaded.api.name)) \
        loaded.why = "the OpenCL loader is older than 1.2: it has no cl" #name;
    WEFT_OPENCL_FUNCTIONS(WEFT_OPENCL_FIND)
#undef WEFT_OPENCL_FIND
    find(library, "clCreateBufferWithProperties", loaded.api.CreateBufferWithProperties);
    return loaded;
}

// Names of the failures that are met in practice; others are numbers.
std::string status_name(cl_int status) {
    switch (status) {
        case CL_DEVICE_NOT_AVAILABLE: return "CL_DEVICE_NOT_AVAILABLE";
        case CL_MEM_OBJECT_ALLOCATION_FAILURE: return "CL_MEM_OBJECT_ALLOCATION_FAILURE";
        case CL_OUT_OF_RESOURCES: return "CL_OUT_OF_RESOURCES";
        case CL_OUT_OF_HOST_MEMORY: return "CL_OUT_OF_HOST_MEMORY";
        case CL_BUILD_PROGRAM_FAILURE: return "CL_BUILD_PROGRAM_FAILURE";
        case CL_INVALID_VALUE: return "CL_INVALID_VALUE";
        case CL_INVALID_MEM_OBJECT: return "CL_INVALID_MEM_OBJECT";
        case CL_INVALID_KERNEL_NAME: return "CL_INVALID_KERNEL_NAME";
        case CL_INVALID_KERNEL_ARGS: return "CL_INVALID_KERNEL_ARGS";
        case CL_INVALID_WORK_GROUP_SIZE: return "CL_INVALID_WORK_GROUP_SIZE";
        case CL_INVALID_BUFFER_SIZE: return "CL_INVALID_BUFFER_SIZE";
        case CL_INVALID_SEMAPHORE_KHR: return "CL_INVALID_SEMAPHORE_KHR";
        default: return "status " + std::to_string(status);
    }
}

weft_status meaning(cl_int status) {
    switch (status) {
        case CL_DEVICE_NOT_AVAILABLE:
        case CL_OUT_OF_RESOURCES:
        case CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST:
        case CL_INVALID_CONTEXT:
        case CL_INVALID_COMMAND_QUEUE: return WEFT_DEVICE_LOST;
        case CL_MEM_OBJECT_ALLOCATION_FAILURE:
        case CL_OUT_OF_HOST_MEMORY:
        case CL_INVALID_BUFFER_SIZE: return WEFT_UNAVAILABLE;
        case CL_INVALID_SEMAPHORE_KHR: return WEFT_INTERNAL;
        // Beyond the numbers of the specification stand the drivers' own, for a kernel that
        // faulted.
        default: return status <= -1000 ? WEFT_DEVICE_LOST : WEFT_INTERNAL;
    }
}

std::string platform_text(const Api& cl, cl_platform_id platform, cl_platform_info what) {
    std::size_t size = 0;
    if (cl.GetPlatformInfo(platform, what, 0, nullptr, &size) != CL_SUCCESS || size == 0) return {};
    std::string text(size, '\0');
    if (cl.GetPlatformInfo(platform, what, size, text.data(), nullptr) != CL_SUCCESS) return {};
    return text.c_str();
}

// "OpenCL 1.2 and what the vendor likes to add".
bool at_least_1_2(const std::string& version) {
    int major = 0, minor = 0;
    return std::sscanf(version.c_str(), "OpenCL %d.%d", &major, &minor) == 2 &&
           (major > 1 || (major == 1 && minor >= 2));
}

Candidate judge(const Api& cl, cl_platform_id platform, cl_device_id device) {
    Candidate found;
    found.platform = platform;
    found.device = device;
    found.type = number_of<cl_device_type>(cl, device, CL_DEVICE_TYPE);
    found.platform_name = platform_text(cl, platform, CL_PLATFORM_NAME);
    found.name = text_of(cl, device, CL_DEVICE_NAME);
    found.score = (found.type & CL_DEVICE_TYPE_GPU) != 0   ? 220
                  : (found.type & CL_DEVICE_TYPE_CPU) != 0 ? 50
                                                           : 210;
    const auto lacks = [&](bool missing, const char* what) {
        if (missing && found.missing.empty()) found.missing = what;
    };
    lacks(number_of<cl_bool>(cl, device, CL_DEVICE_AVAILABLE) == CL_FALSE, "is not available");
    lacks(number_of<cl_bool>(cl, device, CL_DEVICE_COMPILER_AVAILABLE) == CL_FALSE,
          "has no compiler");
    lacks(!at_least_1_2(text_of(cl, device, CL_DEVICE_VERSION)), "is older than OpenCL 1.2");
    lacks(number_of<cl_uint>(cl, device, CL_DEVICE_ADDRESS_BITS) != 64, "has no 64-bit addresses");
    lacks(number_of<cl_bool>(cl, device, CL_DEVICE_ENDIAN_LITTLE) == CL_FALSE, "is big endian");
    lacks(number_of<cl_device_fp_config>(cl, device, CL_DEVICE_DOUBLE_FP_CONFIG) == 0,
          "does not compute in double (fp64)");
    return found;
}

constexpr std::uint64_t bit(std::uint32_t op) {
    return std::uint64_t{1} << (op - WEFT_OP_ADD);
}

// What the specification bounds as the table does. Of a processor only what is one or two
// instructions: PoCL's other functions take longer than ours.
std::uint64_t native_of(const Api& cl, const Candidate& chosen) {
    const auto config =
        number_of<cl_device_fp_config>(cl, chosen.device, CL_DEVICE_SINGLE_FP_CONFIG);
    const bool rounds = (config & CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT) != 0;
    const bool processor = (chosen.type & CL_DEVICE_TYPE_CPU) != 0;
    std::uint64_t native = bit(WEFT_OP_INVERSESQRT);
    if (rounds) native |= bit(WEFT_OP_SQRT) | bit(WEFT_OP_DIV);
    if (!processor) native |= bit(WEFT_OP_ROUND) | bit(WEFT_OP_MIN) | bit(WEFT_OP_MAX);
    return native;
}

std::uint32_t lanes_of(const Api& cl, const Candidate& chosen) {
    if ((chosen.type & CL_DEVICE_TYPE_CPU) == 0) return 1;
    const auto width = number_of<cl_uint>(cl, chosen.device, CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT);
    return width >= 16 ? 16 : width >= 8 ? 8 : width >= 4 ? 4 : 1;
}

}  // namespace

const Api& load() {
    static const Loaded loaded = open();
    if (!loaded.why.empty()) throw cpp::Failure(WEFT_UNAVAILABLE, loaded.why);
    return loaded.api;
}

std::string text_of(const Api& cl, cl_device_id device, cl_device_info what) {
    std::size_t size = 0;
    if (cl.GetDeviceInfo(device, what, 0, nullptr, &size) != CL_SUCCESS || size == 0) return {};
    std::string text(size, '\0');
    if (cl.GetDeviceInfo(device, what, size, text.data(), nullptr) != CL_SUCCESS) return {};
    return text.c_str();
}

bool has_extension(const Api& cl, cl_device_id device, std::string_view name) {
    const std::string all = " " + text_of(cl, device, CL_DEVICE_EXTENSIONS) + " ";
    return all.find(" " + std::string(name) + " ") != std::string::npos;
}

std::vector<Candidate> candidates(const Api& cl) {
    std::vector<Candidate> found;
    cl_uint count = 0;
    if (cl.GetPlatformIDs(0, nullptr, &count) != CL_SUCCESS || count == 0) return found;
    std::vector<cl_platform_id> platforms(count);
    if (cl.GetPlatformIDs(count, platforms.data(), nullptr) != CL_SUCCESS) return found;
    for (cl_platform_id platform : platforms) {
        if (cl.GetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 0, nullptr, &count) != CL_SUCCESS ||
            count == 0)
            continue;
        std::vector<cl_device_id> devices(count);
        if (cl.GetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, count, devices.data(), nullptr) !=
            CL_SUCCESS)
            continue;
        for (cl_device_id device : devices) found.push_back(judge(cl, platform, device));
    }
    return found;
}

std::vector<gpu::DeviceOption> options(const std::vector<Candidate>& all) {
    std::vector<gpu::DeviceOption> made;
    for (const Candidate& one : all)
        made.push_back({one.name + ", " + one.platform_name, one.missing, one.score});
    return made;
}

Candidate choose(const Api& cl) {
    const std::vector<Candidate> all = candidates(cl);
    return all[gpu::choose_device(kChoice, options(all))];
}

Context::Context(const Api& api, const Candidate& chosen)
    : cl(api),
      platform(chosen.platform),
      device(chosen.device),
      context(
          [&] {
              const cl_context_properties properties[] = {
                  CL_CONTEXT_PLATFORM, reinterpret_cast<cl_context_properties>(platform), 0};
              cl_int status = CL_SUCCESS;
              cl_context made = cl.CreateContext(properties, 1, &device, nullptr, nullptr, &status);
              check(status, "open the device");
              return made;
          }(),
          cl.ReleaseContext),
      queue(
          [&] {
              cl_int status = CL_SUCCESS;
              cl_command_queue made = cl.CreateCommandQueue(context.get(), device, 0, &status);
              check(status, "make a queue");
              return made;
          }(),
          cl.ReleaseCommandQueue) {
    describe(chosen);
    // What a GPU keeps in its caches shows in no trial, so processors are trusted with one, and the
    // driver that is CUDA's: it has pinned memory at one place, and its kernels end by writing
    // back.
    coherent = (chosen.type & CL_DEVICE_TYPE_CPU) != 0 && try_coherence();
    stays_mapped = number_of<cl_uint>(cl, device, CL_DEVICE_VENDOR_ID) == kNvidia && try_mapped();
    info.unified = coherent;
    info.import_alignment = coherent ? static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

void Context::describe(const Candidate& chosen) {
    info.name = chosen.name;
    info.driver = platform_text(cl, platform, CL_PLATFORM_NAME) + " " +
                  text_of(cl, device, CL_DRIVER_VERSION) + ", " +
                  text_of(cl, device, CL_DEVICE_VERSION);
    if (has_extension(cl, device, "cl_khr_device_uuid")) {
        cl.GetDeviceInfo(device, CL_DEVICE_UUID_KHR, info.device_uuid.size(),
                         info.device_uuid.data(), nullptr);
        cl.GetDeviceInfo(device, CL_DRIVER_UUID_KHR, info.driver_uuid.size(),
                         info.driver_uuid.data(), nullptr);
    }
    info.memory = number_of<cl_ulong>(cl, device, CL_DEVICE_GLOBAL_MEM_SIZE);
    info.largest_buffer = number_of<cl_ulong>(cl, device, CL_DEVICE_MAX_MEM_ALLOC_SIZE);
    if (has_extension(cl, device, "cl_khr_external_memory_opaque_fd") &&
        cl.CreateBufferWithProperties != nullptr) {
        acquire_external = reinterpret_cast<clEnqueueAcquireExternalMemObjectsKHR_fn>(
            cl.GetExtensionFunctionAddressForPlatform(platform,
                                                      "clEnqueueAcquireExternalMemObjectsKHR"));
        release_external = reinterpret_cast<clEnqueueReleaseExternalMemObjectsKHR_fn>(
            cl.GetExtensionFunctionAddressForPlatform(platform,
                                                      "clEnqueueReleaseExternalMemObjectsKHR"));
        info.imports_fd = acquire_external != nullptr && release_external != nullptr;
    }
    find_semaphores(*this);
    info.text.target = gpu::Target::opencl;
    info.text.lanes = lanes_of(cl, chosen);
    info.text.native = native_of(cl, chosen);
    // Wide vectors make whole groups of few threads. A device starts a group in a time in which it
    // writes many points.
    info.text.group = info.text.lanes > 1 ? 16 : 256;
    if (info.text.lanes > 1) info.text.least_lag = gpu::kLeastLagOfSoftware;
    info.text.rows = 8;
    if ((chosen.type & CL_DEVICE_TYPE_CPU) == 0) info.text.poll_cost = gpu::kPollCostOfHardware;
    info.text.f64 = true;
    // The rest is left to pointers.
    info.text.carried = static_cast<std::uint32_t>(
        number_of<std::size_t>(cl, device, CL_DEVICE_MAX_PARAMETER_SIZE) / 2);
    info.text.fused =
        (number_of<cl_device_fp_config>(cl, device, CL_DEVICE_SINGLE_FP_CONFIG) & CL_FP_FMA) != 0;
}

// The device writes, the host reads; the host writes, the device reads: twice, as caches would show
// only then.
bool Context::try_coherence() {
    if (number_of<cl_bool>(cl, device, CL_DEVICE_HOST_UNIFIED_MEMORY) == CL_FALSE) return false;
    constexpr std::size_t kBytes = 65536;
    void* memory =
        ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return false;
    auto* bytes = static_cast<unsigned char*>(memory);
    bool good = false;
    {
        cl_int status = CL_SUCCESS;
        const Handle<cl_mem> shared(
            cl.CreateBuffer(context.get(), CL_MEM_USE_HOST_PTR, kBytes, memory, &status),
            cl.ReleaseMemObject);
        good = status == CL_SUCCESS;
        for (unsigned char round = 1; good && round <= 2; ++round) {
            const unsigned char pattern = 0x50u + round;
            std::memset(bytes, round, kBytes / 2);
            good = cl.EnqueueCopyBuffer(queue.get(), shared.get(), shared.get(), 0, kBytes / 2,
                                        kBytes / 4, 0, nullptr, nullptr) == CL_SUCCESS &&
                   cl.EnqueueFillBuffer(queue.get(), shared.get(), &pattern, 1, kBytes / 4 * 3,
                                        kBytes / 4, 0, nullptr, nullptr) == CL_SUCCESS &&
                   cl.Finish(queue.get()) == CL_SUCCESS;
            const auto holds = [&](std::size_t quarter, unsigned char value) {
                const unsigned char* at = bytes + quarter * (kBytes / 4);
                return std::all_of(at, at + kBytes / 4,
                                   [&](unsigned char byte) { return byte == value; });
            };
            good = good && holds(2, round) && holds(3, pattern);
        }
    }
    ::munmap(memory, kBytes);
    return good;
}

// A kernel reads what the host wrote and writes what the host reads, while both are mapped: where
// mapping makes copies, or an address is not the memory's own, neither sees the other.
bool Context::try_mapped() {
    constexpr std::size_t kWords = 16384, kRounds = 16;
    cl_int status = CL_SUCCESS;
    const char* source = kMappedSource;
    const Handle<cl_program> program(
        cl.CreateProgramWithSource(context.get(), 1, &source, nullptr, &status), cl.ReleaseProgram);
    if (status != CL_SUCCESS ||
        cl.BuildProgram(program.get(), 1, &device, "", nullptr, nullptr) != CL_SUCCESS)
        return false;
    const Handle<cl_kernel> kernel(cl.CreateKernel(program.get(), "add", &status),
                                   cl.ReleaseKernel);
    if (status != CL_SUCCESS) return false;
    const Handle<cl_mem> memory(cl.CreateBuffer(context.get(), CL_MEM_ALLOC_HOST_PTR,
                                                2 * kWords * sizeof(cl_uint), nullptr, &status),
                                cl.ReleaseMemObject);
    if (status != CL_SUCCESS) return false;
    auto* const from = static_cast<cl_uint*>(
        cl.EnqueueMapBuffer(queue.get(), memory.get(), CL_TRUE, CL_MAP_READ | CL_MAP_WRITE, 0,
                            2 * kWords * sizeof(cl_uint), 0, nullptr, nullptr, &status));
    if (status != CL_SUCCESS) return false;
    cl_mem argument = memory.get();
    bool good = cl.SetKernelArg(kernel.get(), 0, sizeof argument, &argument) == CL_SUCCESS;
    for (cl_uint round = 1; good && round <= kRounds; ++round) {
        for (std::size_t i = 0; i < kWords; ++i) {
            from[i] = round * 0x9e3779b9u + static_cast<cl_uint>(i);
            from[kWords + i] = 0;
        }
        good = cl.EnqueueNDRangeKernel(queue.get(), kernel.get(), 1, nullptr, &kWords, nullptr, 0,
                                       nullptr, nullptr) == CL_SUCCESS &&
               cl.Finish(queue.get()) == CL_SUCCESS;
        for (std::size_t i = 0; good && i < kWords; ++i) good = from[kWords + i] == from[i] + 1;
    }
    cl.EnqueueUnmapMemObject(queue.get(), memory.get(), from, 0, nullptr, nullptr);
    return cl.Finish(queue.get()) == CL_SUCCESS && good;
}

void Context::check(cl_int status, const char* doing) {
    if (status == CL_SUCCESS) return;
    const weft_status code = meaning(status);
    if (code == WEFT_DEVICE_LOST) lost_ = true;
    throw cpp::Failure(code, std::string("OpenCL could not ") + doing + ": " + status_name(status) +
                                 (info.name.empty() ? "" : " (" + info.name + ")"));
}

}  // namespace weft::opencl
