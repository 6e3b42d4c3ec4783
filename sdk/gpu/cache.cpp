#include "gpu/cache.h"

#include <algorithm>
#include <cstring>

#include "gpu/grid_memory.h"

namespace weft::gpu {
namespace {

constexpr std::uint64_t kPage = 4096;

// Rows begin on cache lines, pictures where any kernel can be given them.
constexpr std::int64_t kLine = 64;
constexpr auto kStart = static_cast<std::int64_t>(kSliceAlignment);

constexpr std::uint32_t kHost = 1u << WEFT_HANDLE_HOST;
constexpr std::uint32_t kLocal = 1u << WEFT_HANDLE_LOCAL;
constexpr std::uint32_t kOpaqueFd = 1u << WEFT_HANDLE_OPAQUE_FD;

std::uint64_t round_up(std::uint64_t value, std::uint64_t to) {
    return (value + to - 1) / to * to;
}

}  // namespace

Cache::Cache(cpp::Host host, Device& device, const weft_output& output, const CacheUse& use,
             const weft_handle* lent)
    : device_(device),
      name_(std::string(cpp::view(output.node)) + "@" + std::string(cpp::view(output.strand))) {
    lay_out(output, use);
    find_home(host, output, use, lent);
    host_view_.data = host_data();
    host_view_.tick = device_view_.tick = -1;
    device_.commons.offer(&host_view_, {home_, 0});
    device_.commons.offer(&device_view_, {home_, 0});
}

Cache::~Cache() {
    device_.commons.withdraw(&host_view_);
    device_.commons.withdraw(&device_view_);
}

// Planes of rows, one after the other for each tick.
void Cache::lay_out(const weft_output& output, const CacheUse& use) {
    grid_ = output.grid;
    const bool f64 = device_.info().text.f64;
    // A filter's memory is kept in f64: what it loses would come back with every sample.
    if (!f64 || (grid_.format != WEFT_FORMAT_F64 && !use.recursive)) {
        grid_.format = WEFT_FORMAT_F32;
    } else {
        grid_.format = WEFT_FORMAT_F64;
    }
    const std::string what = "the cache " + name_ + " (" + describe(grid_) + ")";
    double bytes = static_cast<double>(element_size(grid_.format));
    const auto checked = [&] {
        if (bytes > 9e15) throw cpp::Failure(WEFT_UNAVAILABLE, what + " is beyond any memory");
    };
    auto stride = static_cast<std::int64_t>(bytes);
    weft_axis* ring = nullptr;
    std::uint32_t last = 0;  // axis of the picture
    for (std::uint32_t a = 0; a < grid_.axis_count; ++a) {
        weft_axis& axis = grid_.axes[a];
        if (axis.wrap == WEFT_WRAP_RING) {
            ring = &axis;
            continue;
        }
        axis.stride = stride;
        bytes = static_cast<double>(stride) * static_cast<double>(axis.count);
        checked();
        stride = (stride * static_cast<std::int64_t>(axis.count) + kLine - 1) / kLine * kLine;
        last = a;
    }
    if (last > 0) stride = (stride + kStart - 1) / kStart * kStart;
    if (ring != nullptr) {
        tick_ = ring->tick;
        capacity_ = ring->count + (tick_ == WEFT_TICK_SAMPLE ? use.block : 0);
        ring->capacity = capacity_;
        ring->stride = stride;
    }
    bytes = static_cast<double>(stride) * static_cast<double>(capacity_);
    checked();
    slot_bytes_ = static_cast<std::uint64_t>(stride);
    const std::uint64_t plane = round_up(slot_bytes_ * capacity_, kStart);
    grid_.channel_stride = static_cast<std::int64_t>(plane);
    const std::uint64_t alignment = std::max(kPage, device_.info().import_alignment);
    bytes_ = round_up(plane * std::max(1u, grid_.channels), alignment);
    const std::uint64_t largest = device_.info().largest_buffer;
    if (largest != 0 && bytes_ > largest)
        throw cpp::Failure(WEFT_UNAVAILABLE, what + " needs " + megabytes(bytes_) +
                                                 " in one piece; " + device_.info().name +
                                                 " allows " + megabytes(largest));
    device_.pool.require_room(bytes_, what);
}

// Null where the device does not take the pool's memory, which lives as long as the result.
std::shared_ptr<Buffer> Cache::import_pool(cpp::Host host, const std::string& what) {
    const std::uint64_t alignment = device_.info().import_alignment;
    if (alignment == 0) return nullptr;
    std::shared_ptr<cpp::Memory> pool;
    try {
        pool = std::make_shared<cpp::Memory>(
            host.allocate(bytes_, WEFT_MEMORY_ZEROED | WEFT_MEMORY_SHARED));
    } catch (const cpp::Failure& failure) {
        throw cpp::Failure(failure.code(), what + ": " + failure.what());
    }
    if (reinterpret_cast<std::uintptr_t>(pool->data()) % alignment != 0) return nullptr;
    std::unique_ptr<Buffer> buffer;
    try {
        buffer = device_.import_host(pool->data(), bytes_);
    } catch (const cpp::Failure& failure) {
        if (failure.code() == WEFT_DEVICE_LOST) throw;
        host.log(WEFT_LOG_DEBUG, name_ + ": memory of the pool is not taken: " + failure.what());
        return nullptr;
    }
    buffer->host = static_cast<char*>(pool->data());
    pool_fd_ = pool->fd();
    return {buffer.release(), [pool](Buffer* imported) { delete imported; }};
}

std::shared_ptr<Buffer> Cache::move_in(const weft_handle& lent) const {
    if (lent.kind != WEFT_HANDLE_OPAQUE_FD || !device_.info().imports_fd ||
        lent.memory_offset != 0 || lent.memory_size < bytes_)
        throw cpp::Failure(WEFT_UNSUPPORTED, name_ + " cannot live in the memory that was lent");
    return device_.import_fd(lent.memory_fd, lent.memory_size);
}

void Cache::find_home(cpp::Host host, const weft_output& output, const CacheUse& use,
                      const weft_handle* lent) {
    const DeviceInfo& info = device_.info();
    const std::string what = "the cache " + name_ + " (" + describe(grid_) + ")";
    const bool chosen = output.kinds != 0;
    kinds_ = chosen ? output.kinds : info.unified && output.shared != 0 ? kHost | kLocal : kLocal;
    if ((kinds_ & ~(kHost | kLocal | kOpaqueFd)) != 0 ||
        ((kinds_ & kOpaqueFd) != 0 && lent == nullptr && !info.exports_fd))
        throw cpp::Failure(WEFT_UNSUPPORTED,
                           what + ": " + info.name + " cannot share memory of the kind asked for");
    if (lent != nullptr) {
        home_ = move_in(*lent);
        lent_fd_ = lent->memory_fd;
    } else if ((kinds_ & kOpaqueFd) != 0) {
        home_ = device_.pool.take(bytes_, Place::exported, what);
    } else if ((kinds_ & kHost) != 0 && (info.unified || (kinds_ == kHost && !use.read_here))) {
        // Kernels that read it would cross the bus for every read: not where the device has memory
        // of its own.
        home_ = import_pool(host, what);
        from_pool_ = home_ != nullptr;
    }
    const bool in_host = info.unified && (kinds_ & kHost) != 0;
    if (home_ == nullptr)
        home_ = device_.pool.take(bytes_, in_host ? Place::host : Place::device, what);
    if ((kinds_ & kHost) == 0 || home_->host != nullptr) return;
    mirror_ = import_pool(host, what);
    if (mirror_ == nullptr) {
        mirror_ = device_.pool.take(bytes_, Place::readback, what);
        std::memset(mirror_->host, 0, bytes_);
    }
}

const char* Cache::host_data() const {
    return mirror_ != nullptr ? mirror_->host : home_->host;
}

void Cache::captured(std::int64_t tick) {
    for (weft_view* view : {&host_view_, &device_view_}) {
        view->tick = tick;
        ++view->generation;
    }
}

weft_handle Cache::handle(std::uint32_t kind) const {
    if (kind == WEFT_HANDLE_NONE)
        kind = (kinds_ & kOpaqueFd) != 0 ? WEFT_HANDLE_OPAQUE_FD
               : (kinds_ & kHost) != 0   ? WEFT_HANDLE_HOST
                                         : WEFT_HANDLE_LOCAL;
    if ((kinds_ & (1u << kind)) == 0)
        throw cpp::Failure(WEFT_UNSUPPORTED, name_ + " is not kept in such memory");
    weft_handle handle{};
    handle.struct_size = sizeof handle;
    handle.kind = kind;
    handle.grid = grid_;
    handle.view = kind == WEFT_HANDLE_HOST ? &host_view_ : &device_view_;
    handle.memory_fd = -1;
    handle.memory_size = bytes_;
    if (kind == WEFT_HANDLE_HOST) handle.memory_fd = pool_fd_;
    if (kind == WEFT_HANDLE_OPAQUE_FD) {
        handle.memory_size = home_->size;
        handle.memory_fd = lent_fd_ >= 0 ? lent_fd_ : home_->fd;
        handle.memory_offset = home_->fd_offset;
    }
    return handle;
}

}  // namespace weft::gpu
