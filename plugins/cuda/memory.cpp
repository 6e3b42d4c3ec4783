// Host memory is read and written by kernels where it is, over the bus; only what is written for
// every frame and small is copied to the device, where all threads read it.
#include "memory.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace weft::cuda {
namespace {

constexpr std::uint64_t kMostStaged = 65536;
constexpr std::uint64_t kPage = 4096;

std::uint64_t round_up(std::uint64_t size, std::uint64_t to) {
    return (size + to - 1) / to * to;
}

AllocationProperties exported_on(DeviceNumber device) {
    AllocationProperties properties{};
    properties.type = kAllocationPinned;
    properties.handle_types = kHandleFd;
    properties.location = {kLocationDevice, device};
    return properties;
}

std::uint64_t unit_of(Context& context, gpu::Place place) {
    if (place != gpu::Place::exported) return kPage;
    const AllocationProperties properties = exported_on(context.device);
    std::size_t unit = 0;
    context.check(context.cu.granularity(&unit, &properties, kGranularityMinimum),
                  "ask for the unit of exported memory");
    return unit;
}

}  // namespace

std::unique_ptr<Memory> Memory::allocate(Context& context, std::uint64_t size, gpu::Place place) {
    if (place == gpu::Place::exported && !context.info.exports_fd)
        throw cpp::Failure(WEFT_UNSUPPORTED,
                           context.info.name + " does not export memory as file descriptors");
    const Current current(context);
    const std::uint64_t bytes = round_up(size == 0 ? 1 : size, unit_of(context, place));
    const Kind kind = place == gpu::Place::device                           ? Kind::device
                      : place == gpu::Place::exported                       ? Kind::exported
                      : place == gpu::Place::upload && bytes <= kMostStaged ? Kind::staged
                                                                            : Kind::pinned;
    std::unique_ptr<Memory> memory(new Memory(context, kind, bytes));
    // Importers ask for all of it.
    memory->size = kind == Kind::exported ? bytes : size;
    if (kind != Kind::pinned) memory->take();
    if (kind == Kind::pinned || kind == Kind::staged) memory->pin();
    if (kind == Kind::exported) memory->share();
    if (kind == Kind::device || kind == Kind::staged)
        context.check(context.cu.memory_alloc(&memory->address_, bytes), "allocate memory");
    return memory;
}

std::unique_ptr<Memory> Memory::import_host(Context& context, void* data, std::uint64_t size) {
    const std::uint64_t alignment = context.info.import_alignment;
    if (reinterpret_cast<std::uintptr_t>(data) % alignment != 0 || size % alignment != 0)
        throw cpp::Failure(WEFT_INVALID, "imported memory begins or ends inside a page");
    const Current current(context);
    std::unique_ptr<Memory> memory(new Memory(context, Kind::registered, size));
    memory->size = size;
    context.check(context.cu.host_register(data, size, kHostPortable | kHostDeviceMap),
                  "use host memory in place");
    memory->host = static_cast<char*>(data);
    context.check(context.cu.host_address(&memory->address_, data, 0), "use host memory in place");
    return memory;
}

std::unique_ptr<Memory> Memory::import_fd(Context& context, int fd, std::uint64_t size) {
    const Current current(context);
    std::unique_ptr<Memory> memory(new Memory(context, Kind::imported, size));
    memory->size = size;
    memory->import(fd);
    return memory;
}

Memory::Memory(Context& context, Kind kind, std::uint64_t bytes)
    : context_(context), kind_(kind), bytes_(bytes) {}

Memory::~Memory() {
    const Current current(context_);
    const Driver& cu = context_.cu;
    switch (kind_) {
        case Kind::device: break;
        case Kind::staged:
        case Kind::pinned:
            if (host != nullptr) cu.host_free(host);
            break;
        case Kind::registered:
            if (host != nullptr) cu.host_unregister(host);
            break;
        case Kind::imported: break;
        case Kind::exported:
            if (mapped_) cu.address_unmap(address_, reserved_);
            if (reserved_ != 0) cu.address_free(address_, reserved_);
            break;
    }
    const bool owned = kind_ == Kind::device || kind_ == Kind::staged || kind_ == Kind::imported;
    if (owned && address_ != 0) cu.memory_free(address_);
    if (imported_ != nullptr) cu.destroy_imported(imported_);
    if (fd >= 0) ::close(fd);
    if (taken_) context_.used -= bytes_;
}

void Memory::take() {
    const std::uint64_t before = context_.used.fetch_add(bytes_);
    taken_ = true;
    std::size_t free = 0, total = 0;
    if (context_.cu.memory_info(&free, &total) != kSuccess || bytes_ <= free) return;
    throw cpp::Failure(WEFT_UNAVAILABLE, "no memory for " + std::to_string(bytes_) +
                                             " bytes: " + std::to_string(free >> 20) +
                                             " MiB of the " + std::to_string(total >> 20) +
                                             " MiB of " + context_.info.name + " are free, " +
                                             std::to_string(before >> 20) + " MiB are used here");
}

void Memory::pin() {
    void* data = nullptr;
    context_.check(context_.cu.host_alloc(&data, bytes_, kHostPortable | kHostDeviceMap),
                   "allocate pinned memory");
    host = static_cast<char*>(data);
    if (kind_ == Kind::pinned)
        context_.check(context_.cu.host_address(&address_, data, 0), "use pinned memory in place");
}

// The mapping and the descriptor keep the memory; the handle between them goes at once.
void Memory::share() {
    const Driver& cu = context_.cu;
    const AllocationProperties properties = exported_on(context_.device);
    Allocation allocation = 0;
    context_.check(cu.allocation_create(&allocation, bytes_, &properties, 0),
                   "allocate memory for others");
    Result result = cu.address_reserve(&address_, bytes_, 0, 0, 0);
    if (result == kSuccess) {
        reserved_ = bytes_;
        result = cu.address_map(address_, bytes_, 0, allocation, 0);
    }
    if (result == kSuccess) {
        mapped_ = true;
        const AccessRights rights = {{kLocationDevice, context_.device}, kAccessReadWrite};
        result = cu.address_allow(address_, bytes_, &rights, 1);
    }
    int descriptor = -1;
    if (result == kSuccess) result = cu.allocation_export(&descriptor, allocation, kHandleFd, 0);
    if (result == kSuccess) fd = descriptor;
    cu.allocation_release(allocation);
    context_.check(result, "share memory with others");
}

// An import owns the descriptor that it is given. Memory that its maker gave a buffer alone must be
// imported as such; nothing tells which it is.
void Memory::import(int descriptor) {
    Result result = kInvalidValue;
    for (const unsigned flags : {0u, kDedicated}) {
        const int own = ::dup(descriptor);
        if (own < 0)
            throw cpp::Failure(WEFT_INVALID, std::string("no such memory: ") + strerror(errno));
        ExternalMemoryHandle handle{};
        handle.type = kOpaqueFd;
        handle.handle.fd = own;
        handle.size = bytes_;
        handle.flags = flags;
        result = context_.cu.import_memory(&imported_, &handle);
        if (result == kSuccess) break;
        imported_ = nullptr;
        ::close(own);
    }
    context_.check(result, "import memory of another API");
    ExternalMemoryBuffer buffer{};
    buffer.size = bytes_;
    context_.check(context_.cu.imported_buffer(&address_, imported_, &buffer),
                   "use memory of another API");
}

void Memory::before() {
    context_.check(context_.cu.upload(address_, host, size, context_.stream), "write memory");
}

}  // namespace weft::cuda
