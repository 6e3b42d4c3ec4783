// Pages are touched when they are made: a first launch into untouched ones costs twice.
#include "memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace weft::opencl {
namespace {

// What is written or read for every frame is copied to the device, or from it; what is larger is
// used where it is.
constexpr std::uint64_t kMostStaged = 65536;
constexpr std::uint64_t kHugePage = 2u << 20;

std::uint64_t round_up(std::uint64_t size, std::uint64_t to) {
    return (size + to - 1) / to * to;
}

std::string in_mib(std::uint64_t bytes) {
    return std::to_string((bytes + (1u << 20) - 1) >> 20) + " MiB";
}

[[noreturn]] void no_memory(std::uint64_t bytes, const std::string& why) {
    throw cpp::Failure(WEFT_UNAVAILABLE,
                       "no memory for " + std::to_string(bytes) + " bytes: " + why);
}

void populate(void* pages, std::uint64_t bytes) {
    if (bytes >= kHugePage) ::madvise(pages, bytes, MADV_HUGEPAGE);
#ifdef MADV_POPULATE_WRITE
    if (::madvise(pages, bytes, MADV_POPULATE_WRITE) == 0) return;
#endif
    const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    auto* at = static_cast<volatile char*>(pages);
    for (std::uint64_t i = 0; i < bytes; i += page) at[i] = 0;
}

}  // namespace

std::unique_ptr<Memory> Memory::allocate(Context& context, std::uint64_t size, gpu::Place place) {
    if (place == gpu::Place::exported)
        throw cpp::Failure(WEFT_UNSUPPORTED, "OpenCL imports memory of others and exports none");
    const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    const std::uint64_t bytes = round_up(size == 0 ? 1 : size, page);
    std::unique_ptr<Memory> memory(new Memory(context));
    memory->size = size;
    memory->take(bytes, place);
    if (context.coherent) {
        memory->on_host(bytes, place == gpu::Place::host);
    } else {
        memory->on_device(bytes, place);
    }
    return memory;
}

std::unique_ptr<Memory> Memory::import_host(Context& context, void* data, std::uint64_t size) {
    const std::uint64_t alignment = context.info.import_alignment;
    if (alignment == 0)
        throw cpp::Failure(WEFT_UNSUPPORTED,
                           context.info.name + " copies host memory instead of using it in place");
    if (reinterpret_cast<std::uintptr_t>(data) % alignment != 0 || size % alignment != 0)
        throw cpp::Failure(WEFT_INVALID, "imported memory begins or ends inside a page");
    std::unique_ptr<Memory> memory(new Memory(context));
    memory->size = size;
    memory->host = static_cast<char*>(data);
    memory->memory_ = memory->create(CL_MEM_USE_HOST_PTR, size, data);
    return memory;
}

std::unique_ptr<Memory> Memory::import_fd(Context& context, int fd, std::uint64_t size) {
    if (!context.info.imports_fd)
        throw cpp::Failure(WEFT_UNSUPPORTED,
                           context.info.name + " has no cl_khr_external_memory_opaque_fd");
    // Whoever imports successfully owns the descriptor.
    const int own = ::dup(fd);
    if (own < 0)
        throw cpp::Failure(WEFT_INVALID, std::string("no such memory: ") + strerror(errno));
    const cl_mem_properties properties[] = {CL_EXTERNAL_MEMORY_HANDLE_OPAQUE_FD_KHR,
                                            static_cast<cl_mem_properties>(own), 0};
    cl_int status = CL_SUCCESS;
    std::unique_ptr<Memory> memory(new Memory(context));
    memory->memory_ = {
        context.cl.CreateBufferWithProperties(context.context.get(), properties, CL_MEM_READ_WRITE,
                                              size, nullptr, &status),
        context.cl.ReleaseMemObject};
    if (status != CL_SUCCESS) ::close(own);
    context.check(status, "import memory of another API");
    memory->size = size;
    memory->access_ = Access::external;
    return memory;
}

Memory::~Memory() {
    const Api& cl = context_.cl;
    if (mapped_ != nullptr)
        cl.EnqueueUnmapMemObject(context_.queue.get(), mapped_, host, 0, nullptr, nullptr);
    memory_.reset();
    staging_.reset();
    if (pages_ != nullptr) ::munmap(pages_, pages_bytes_);
    if (fd >= 0) ::close(fd);
    if (taken_) context_.used -= bytes_;
}

// Of a device with memory of its own, pinned memory of the host takes nothing.
void Memory::take(std::uint64_t bytes, gpu::Place place) {
    const gpu::DeviceInfo& info = context_.info;
    if (bytes > info.largest_buffer)
        no_memory(bytes, info.name + " allows " + in_mib(info.largest_buffer) + " at once");
    bytes_ = bytes;
    if (!context_.coherent && place != gpu::Place::device) return;
    const std::uint64_t before = context_.used.fetch_add(bytes);
    if (before + bytes > info.memory) {
        context_.used -= bytes;
        no_memory(bytes, in_mib(before) + " of the " + in_mib(info.memory) + " of " + info.name +
                             " are in use");
    }
    taken_ = true;
}

void Memory::on_host(std::uint64_t bytes, bool shared) {
    if (shared) {
        fd = ::memfd_create("weft-opencl", MFD_CLOEXEC);
        if (fd < 0 || ::ftruncate(fd, static_cast<off_t>(bytes)) != 0)
            no_memory(bytes, strerror(errno));
    }
    void* pages = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                         shared ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS, fd, 0);
    if (pages == MAP_FAILED) no_memory(bytes, strerror(errno));
    pages_ = pages;
    pages_bytes_ = bytes;
    populate(pages, bytes);
    host = static_cast<char*>(pages);
    memory_ = create(CL_MEM_USE_HOST_PTR, bytes, pages);
}

void Memory::on_device(std::uint64_t bytes, gpu::Place place) {
    if (place == gpu::Place::device) {
        memory_ = create(CL_MEM_READ_WRITE, bytes, nullptr);
    } else if ((place == gpu::Place::upload ||
                (place == gpu::Place::readback && !context_.stays_mapped)) &&
               bytes <= kMostStaged) {
        memory_ = create(CL_MEM_READ_WRITE, bytes, nullptr);
        staging_ = create(CL_MEM_ALLOC_HOST_PTR, bytes, nullptr);
        host = map(staging_.get(), bytes, true, nullptr);
        mapped_ = staging_.get();
        access_ = place == gpu::Place::upload ? Access::staged : Access::fetched;
    } else {
        memory_ = create(CL_MEM_ALLOC_HOST_PTR, bytes, nullptr);
        host = map(memory_.get(), bytes, true, nullptr);
        mapped_ = memory_.get();
        if (!context_.stays_mapped) access_ = Access::mapped;
    }
}

Handle<cl_mem> Memory::create(cl_mem_flags flags, std::uint64_t bytes, void* data) {
    cl_int status = CL_SUCCESS;
    Handle<cl_mem> made(
        context_.cl.CreateBuffer(context_.context.get(), flags, bytes, data, &status),
        context_.cl.ReleaseMemObject);
    // Out of memory by another name: here it says nothing about the device.
    if (status == CL_OUT_OF_RESOURCES) status = CL_MEM_OBJECT_ALLOCATION_FAILURE;
    context_.check(status, "allocate memory");
    return made;
}

char* Memory::map(cl_mem memory, std::uint64_t bytes, bool wait, cl_event* event) {
    cl_int status = CL_SUCCESS;
    void* seen = context_.cl.EnqueueMapBuffer(context_.queue.get(), memory,
                                              wait ? CL_TRUE : CL_FALSE, CL_MAP_READ | CL_MAP_WRITE,
                                              0, bytes, 0, nullptr, event, &status);
    context_.check(status, "map memory");
    return static_cast<char*>(seen);
}

void Memory::before(cl_command_queue queue) {
    const Api& cl = context_.cl;
    cl_mem memory = memory_.get();
    switch (access_) {
        case Access::plain:
        case Access::fetched: return;
        case Access::mapped:
            return context_.check(
                cl.EnqueueUnmapMemObject(queue, memory, host, 0, nullptr, nullptr), "unmap memory");
        case Access::staged:
            return context_.check(
                cl.EnqueueWriteBuffer(queue, memory, CL_FALSE, 0, size, host, 0, nullptr, nullptr),
                "write memory");
        case Access::external:
            return context_.check(context_.acquire_external(queue, 1, &memory, 0, nullptr, nullptr),
                                  "acquire memory of another API");
    }
}

void Memory::behind(cl_command_queue queue, std::uint64_t begin, std::uint64_t end,
                    cl_event* event) {
    cl_mem memory = memory_.get();
    if (access_ == Access::fetched) {
        context_.check(context_.cl.EnqueueReadBuffer(queue, memory, CL_FALSE, begin, end - begin,
                                                     host + begin, 0, nullptr, event),
                       "read memory");
    } else if (access_ == Access::mapped) {
        // The address that others know must stay the one that it is mapped at.
        if (map(memory, bytes_, false, event) != host)
            throw cpp::Failure(WEFT_UNSUPPORTED, context_.info.name + " moves mapped memory");
    } else if (access_ == Access::external) {
        context_.check(context_.release_external(queue, 1, &memory, 0, nullptr, event),
                       "release memory of another API");
    }
}

}  // namespace weft::opencl
