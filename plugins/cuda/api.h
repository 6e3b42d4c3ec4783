// The few functions of the CUDA driver (libcuda.so.1) and of its compiler (libnvrtc) that are
// needed, as their binary interfaces are: no header of CUDA's is there where this is built. A name
// with a version is the one that the driver exports.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace weft::cuda {

using Result = int;  // CUresult
using DeviceNumber = int;
using Address = unsigned long long;  // CUdeviceptr on 64-bit systems
using Attribute = int;               // CUdevice_attribute
using ContextObject = struct CUctx_st*;
using Module = struct CUmod_st*;
using Function = struct CUfunc_st*;
using Stream = struct CUstream_st*;
using Event = struct CUevent_st*;
using ExternalMemory = struct CUextMemory_st*;
using ExternalSemaphore = struct CUextSemaphore_st*;
using Allocation = unsigned long long;  // CUmemGenericAllocationHandle

constexpr Result kSuccess = 0;
constexpr Result kInvalidValue = 1;
constexpr Result kOutOfMemory = 2;
constexpr Result kDeviceUnavailable = 46;
constexpr Result kNoDevice = 100;
constexpr Result kUncorrectableEcc = 214;
constexpr Result kNvlinkUncorrectable = 220;
constexpr Result kNotReady = 600;
constexpr Result kIllegalAddress = 700;
constexpr Result kLaunchTimeout = 702;
constexpr Result kContextIsDestroyed = 709;
constexpr Result kAssert = 710;
constexpr Result kHardwareStackError = 714;
constexpr Result kIllegalInstruction = 715;
constexpr Result kMisalignedAddress = 716;
constexpr Result kInvalidAddressSpace = 717;
constexpr Result kInvalidPc = 718;
constexpr Result kLaunchFailed = 719;
constexpr Result kNotSupported = 801;

constexpr Attribute kCanMapHostMemory = 19;
constexpr Attribute kUnifiedAddressing = 41;
constexpr Attribute kComputeMajor = 75;
constexpr Attribute kComputeMinor = 76;
constexpr Attribute kMapsMemory = 102;     // virtual memory management
constexpr Attribute kExportsMemory = 103;  // ... whose handles are file descriptors

constexpr unsigned kStreamNonBlocking = 1;
constexpr unsigned kEventDisableTiming = 2;
constexpr unsigned kScheduleYield = 2;  // contexts: a thread that waits lets others run
constexpr unsigned kHostPortable = 1;
constexpr unsigned kHostDeviceMap = 2;

struct Uuid {
    unsigned char bytes[16];
};

constexpr int kOpaqueFd = 1;
constexpr unsigned kDedicated = 1;

union ExternalHandle {
    int fd;
    struct {
        void* handle;
        const void* name;
    } win32;
    const void* object;
};

// CUDA_EXTERNAL_MEMORY_HANDLE_DESC
struct ExternalMemoryHandle {
    int type;
    ExternalHandle handle;
    unsigned long long size;
    unsigned flags;
    unsigned reserved[16];
};
static_assert(sizeof(ExternalMemoryHandle) == 104 && offsetof(ExternalMemoryHandle, handle) == 8 &&
              offsetof(ExternalMemoryHandle, size) == 24 &&
              offsetof(ExternalMemoryHandle, flags) == 32);

// CUDA_EXTERNAL_MEMORY_BUFFER_DESC
struct ExternalMemoryBuffer {
    unsigned long long offset;
    unsigned long long size;
    unsigned flags;
    unsigned reserved[16];
};
static_assert(sizeof(ExternalMemoryBuffer) == 88 && offsetof(ExternalMemoryBuffer, flags) == 16);

constexpr int kSemaphoreOpaqueFd = 1;

// CUDA_EXTERNAL_SEMAPHORE_HANDLE_DESC
struct ExternalSemaphoreHandle {
    int type;
    ExternalHandle handle;
    unsigned flags;
    unsigned reserved[16];
};
static_assert(sizeof(ExternalSemaphoreHandle) == 96 &&
              offsetof(ExternalSemaphoreHandle, handle) == 8 &&
              offsetof(ExternalSemaphoreHandle, flags) == 24);

// CUDA_EXTERNAL_SEMAPHORE_SIGNAL_PARAMS, and the same for waits: a binary one takes only zeros.
struct ExternalSemaphoreUse {
    unsigned long long value;
    unsigned long long others[8];
    unsigned flags;
    unsigned reserved[16];
};
static_assert(sizeof(ExternalSemaphoreUse) == 144 && offsetof(ExternalSemaphoreUse, flags) == 72);

constexpr int kLocationDevice = 1;
constexpr int kAllocationPinned = 1;
constexpr int kHandleFd = 1;
constexpr int kAccessReadWrite = 3;
constexpr int kGranularityMinimum = 0;

// CUmemLocation
struct Location {
    int type;
    int id;
};

// CUmemAllocationProp
struct AllocationProperties {
    int type;
    int handle_types;
    Location location;
    void* win32_handle;
    unsigned char compression;
    unsigned char gpu_direct_rdma;
    unsigned short usage;
    unsigned char reserved[4];
};
static_assert(sizeof(AllocationProperties) == 32 &&
              offsetof(AllocationProperties, win32_handle) == 16 &&
              offsetof(AllocationProperties, usage) == 26);

// CUmemAccessDesc
struct AccessRights {
    Location location;
    int flags;
};
static_assert(sizeof(AccessRights) == 12);

// F(member, exported name, parameters); every one of them returns a Result.
#define WEFT_CUDA_DRIVER(F)                                                                        \
    F(init, "cuInit", (unsigned flags))                                                            \
    F(driver_version, "cuDriverGetVersion", (int* version))                                        \
    F(error_name, "cuGetErrorName", (Result error, const char** name))                             \
    F(device_count, "cuDeviceGetCount", (int* count))                                              \
    F(device_get, "cuDeviceGet", (DeviceNumber * device, int ordinal))                             \
    F(device_name, "cuDeviceGetName", (char* name, int size, DeviceNumber device))                 \
    F(device_uuid, "cuDeviceGetUuid", (Uuid * uuid, DeviceNumber device))                          \
    F(device_memory, "cuDeviceTotalMem_v2", (std::size_t * bytes, DeviceNumber device))            \
    F(device_attribute, "cuDeviceGetAttribute",                                                    \
      (int* value, Attribute attribute, DeviceNumber device))                                      \
    F(context_create, "cuCtxCreate_v2",                                                            \
      (ContextObject * context, unsigned flags, DeviceNumber device))                              \
    F(context_destroy, "cuCtxDestroy_v2", (ContextObject context))                                 \
    F(context_push, "cuCtxPushCurrent_v2", (ContextObject context))                                \
    F(context_pop, "cuCtxPopCurrent_v2", (ContextObject * context))                                \
    F(memory_info, "cuMemGetInfo_v2", (std::size_t * free, std::size_t * total))                   \
    F(memory_alloc, "cuMemAlloc_v2", (Address * address, std::size_t bytes))                       \
    F(memory_free, "cuMemFree_v2", (Address address))                                              \
    F(host_alloc, "cuMemHostAlloc", (void** data, std::size_t bytes, unsigned flags))              \
    F(host_free, "cuMemFreeHost", (void* data))                                                    \
    F(host_register, "cuMemHostRegister_v2", (void* data, std::size_t bytes, unsigned flags))      \
    F(host_unregister, "cuMemHostUnregister", (void* data))                                        \
    F(host_address, "cuMemHostGetDevicePointer_v2",                                                \
      (Address * address, void* data, unsigned flags))                                             \
    F(copy, "cuMemcpyAsync", (Address to, Address from, std::size_t bytes, Stream stream))         \
    F(upload, "cuMemcpyHtoDAsync_v2",                                                              \
      (Address to, const void* from, std::size_t bytes, Stream stream))                            \
    F(fill, "cuMemsetD8Async",                                                                     \
      (Address to, unsigned char value, std::size_t bytes, Stream stream))                         \
    F(stream_create, "cuStreamCreate", (Stream * stream, unsigned flags))                          \
    F(stream_destroy, "cuStreamDestroy_v2", (Stream stream))                                       \
    F(stream_synchronize, "cuStreamSynchronize", (Stream stream))                                  \
    F(event_create, "cuEventCreate", (Event * event, unsigned flags))                              \
    F(event_destroy, "cuEventDestroy_v2", (Event event))                                           \
    F(event_record, "cuEventRecord", (Event event, Stream stream))                                 \
    F(event_query, "cuEventQuery", (Event event))                                                  \
    F(module_load, "cuModuleLoadData", (Module * module, const void* image))                       \
    F(module_unload, "cuModuleUnload", (Module module))                                            \
    F(module_function, "cuModuleGetFunction",                                                      \
      (Function * function, Module module, const char* name))                                      \
    F(launch, "cuLaunchKernel",                                                                    \
      (Function function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x,     \
       unsigned block_y, unsigned block_z, unsigned shared_bytes, Stream stream, void** arguments, \
       void** extra))                                                                              \
    F(import_memory, "cuImportExternalMemory",                                                     \
      (ExternalMemory * memory, const ExternalMemoryHandle* handle))                               \
    F(imported_buffer, "cuExternalMemoryGetMappedBuffer",                                          \
      (Address * address, ExternalMemory memory, const ExternalMemoryBuffer* buffer))              \
    F(destroy_imported, "cuDestroyExternalMemory", (ExternalMemory memory))                        \
    F(import_semaphore, "cuImportExternalSemaphore",                                               \
      (ExternalSemaphore * semaphore, const ExternalSemaphoreHandle* handle))                      \
    F(wait_semaphores, "cuWaitExternalSemaphoresAsync",                                            \
      (const ExternalSemaphore* semaphores, const ExternalSemaphoreUse* uses, unsigned count,      \
       Stream stream))                                                                             \
    F(signal_semaphores, "cuSignalExternalSemaphoresAsync",                                        \
      (const ExternalSemaphore* semaphores, const ExternalSemaphoreUse* uses, unsigned count,      \
       Stream stream))                                                                             \
    F(destroy_semaphore, "cuDestroyExternalSemaphore", (ExternalSemaphore semaphore))              \
    F(granularity, "cuMemGetAllocationGranularity",                                                \
      (std::size_t * bytes, const AllocationProperties* properties, int option))                   \
    F(allocation_create, "cuMemCreate",                                                            \
      (Allocation * allocation, std::size_t bytes, const AllocationProperties* properties,         \
       unsigned long long flags))                                                                  \
    F(allocation_release, "cuMemRelease", (Allocation allocation))                                 \
    F(allocation_export, "cuMemExportToShareableHandle",                                           \
      (void* handle, Allocation allocation, int handle_type, unsigned long long flags))            \
    F(address_reserve, "cuMemAddressReserve",                                                      \
      (Address * address, std::size_t bytes, std::size_t alignment, Address wanted,                \
       unsigned long long flags))                                                                  \
    F(address_free, "cuMemAddressFree", (Address address, std::size_t bytes))                      \
    F(address_map, "cuMemMap",                                                                     \
      (Address address, std::size_t bytes, std::size_t offset, Allocation allocation,              \
       unsigned long long flags))                                                                  \
    F(address_unmap, "cuMemUnmap", (Address address, std::size_t bytes))                           \
    F(address_allow, "cuMemSetAccess",                                                             \
      (Address address, std::size_t bytes, const AccessRights* rights, std::size_t count))

using Compilation = struct NvrtcProgram*;  // nvrtcProgram

// The same for NVRTC: every one of them returns a nvrtcResult, 0 for success.
#define WEFT_CUDA_COMPILER(F)                                                         \
    F(version, "nvrtcVersion", (int* major, int* minor))                              \
    F(create, "nvrtcCreateProgram",                                                   \
      (Compilation * program, const char* source, const char* name, int header_count, \
       const char* const* headers, const char* const* header_names))                  \
    F(compile, "nvrtcCompileProgram",                                                 \
      (Compilation program, int option_count, const char* const* options))            \
    F(log_size, "nvrtcGetProgramLogSize", (Compilation program, std::size_t * size))  \
    F(log, "nvrtcGetProgramLog", (Compilation program, char* log))                    \
    F(code_size, "nvrtcGetCUBINSize", (Compilation program, std::size_t * size))      \
    F(code, "nvrtcGetCUBIN", (Compilation program, char* code))                       \
    F(destroy, "nvrtcDestroyProgram", (Compilation * program))

#define WEFT_CUDA_POINTER(member, name, parameters) Result(*member) parameters = nullptr;
struct Driver {
    WEFT_CUDA_DRIVER(WEFT_CUDA_POINTER)
};
struct Compiler {
    WEFT_CUDA_COMPILER(WEFT_CUDA_POINTER)
};
#undef WEFT_CUDA_POINTER

struct Api {
    Driver driver;
    Compiler compiler;
};

// The libraries stay open: the driver leaves threads behind. Throws cpp::Failure(WEFT_UNAVAILABLE)
// when one of them or a device is not there.
[[nodiscard]] const Api& load();

}  // namespace weft::cuda
