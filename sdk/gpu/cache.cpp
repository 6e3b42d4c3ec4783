#include "gpu/cache.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "gpu/grid_memory.h"
#include "gpu/recorder.h"

namespace weft::gpu {
namespace {

constexpr std::uint64_t kPage = 4096;

// Rings of more ticks than this are a history: a frame touches a few of them.
constexpr std::uint64_t kFewTicks = 3;

// Rows begin on cache lines, pictures where any kernel can be given them.
constexpr std::int64_t kLine = 64;
constexpr auto kStart = static_cast<std::int64_t>(kSliceAlignment);

constexpr std::uint32_t kHost = 1u << WEFT_HANDLE_HOST;
constexpr std::uint32_t kLocal = 1u << WEFT_HANDLE_LOCAL;
constexpr std::uint32_t kOpaqueFd = 1u << WEFT_HANDLE_OPAQUE_FD;

std::string name_of(const weft_output& output) {
    return std::string(cpp::view(output.node)) + "@" + std::string(cpp::view(output.strand));
}

std::string words_of(const weft_output& output) {
    return "the cache " + name_of(output) + " (" + describe(output.grid) + ")";
}

std::uint64_t round_up(std::uint64_t value, std::uint64_t to) {
    return (value + to - 1) / to * to;
}

}  // namespace

Cache::Cache(cpp::Host host, Device& device, const weft_output& output, const CacheUse& use,
             const CacheLayout& layout, const weft_handle* lent)
    : host_(host), device_(device), name_(name_of(output)), layout_(layout) {
    find_home(output, use, lent);
    host_view_.data = host_data();
    host_view_.tick = device_view_.tick = -1;
    offer();
    if (movable_) device_.residency.add(*this);
}

Cache::~Cache() {
    stay();
    device_.commons.withdraw(&host_view_);
    device_.commons.withdraw(&device_view_);
}

void Cache::stay() {
    if (movable_) device_.residency.remove(*this);
    movable_ = false;
}

void Cache::offer() {
    device_.commons.offer(&host_view_, {home_, 0});
    device_.commons.offer(&device_view_, {home_, 0});
}

std::string Cache::what() const {
    return "the cache " + name_ + " (" + describe(layout_.grid) + ")";
}

// Planes of rows, one after the other for each tick.
CacheLayout lay_out(const Device& device, const weft_output& output, const CacheUse& use) {
    CacheLayout layout;
    weft_grid& grid = layout.grid;
    grid = output.grid;
    const bool f64 = device.info().text.f64;
    // A filter's memory is kept in f64: what it loses would come back with every sample.
    if (!f64 || (grid.format != WEFT_FORMAT_F64 && !use.recursive)) {
        grid.format = WEFT_FORMAT_F32;
    } else {
        grid.format = WEFT_FORMAT_F64;
    }
    double bytes = static_cast<double>(element_size(grid.format));
    const auto checked = [&] {
        if (bytes > 9e15)
            throw cpp::Failure(WEFT_UNAVAILABLE, words_of(output) + " is beyond any memory");
    };
    auto stride = static_cast<std::int64_t>(bytes);
    weft_axis* ring = nullptr;
    std::uint32_t last = 0;  // axis of the picture
    for (std::uint32_t a = 0; a < grid.axis_count; ++a) {
        weft_axis& axis = grid.axes[a];
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
        layout.tick = ring->tick;
        const std::uint64_t ahead = layout.tick == WEFT_TICK_SAMPLE ? use.block : 0;
        layout.capacity = std::max(ring->count + ahead, ring->capacity);
        ring->capacity = layout.capacity;
        ring->stride = stride;
    }
    bytes = static_cast<double>(stride) * static_cast<double>(layout.capacity);
    checked();
    layout.slot_bytes = static_cast<std::uint64_t>(stride);
    const std::uint64_t plane = round_up(layout.slot_bytes * layout.capacity, kStart);
    grid.channel_stride = static_cast<std::int64_t>(plane);
    const std::uint64_t alignment = std::max(kPage, device.info().import_alignment);
    layout.bytes = round_up(plane * std::max(1u, grid.channels), alignment);
    const std::uint64_t largest = device.info().largest_buffer;
    if (largest != 0 && layout.bytes > largest)
        throw cpp::Failure(WEFT_UNAVAILABLE, words_of(output) + " needs " +
                                                 megabytes(layout.bytes) + " in one piece; " +
                                                 device.info().name + " allows " +
                                                 megabytes(largest));
    if (ring != nullptr && layout.tick == WEFT_TICK_FRAME && ring->count > kFewTicks)
        layout.rank = Rank::history;
    return layout;
}

std::shared_ptr<Buffer> Cache::import_pool(std::uint32_t flags, int& fd) {
    const std::uint64_t alignment = device_.info().import_alignment;
    if (alignment == 0) return nullptr;
    std::shared_ptr<cpp::Memory> pool;
    try {
        pool = std::make_shared<cpp::Memory>(host_.allocate(layout_.bytes, flags));
    } catch (const cpp::Failure& failure) {
        throw cpp::Failure(failure.code(), what() + ": " + failure.what());
    }
    if (reinterpret_cast<std::uintptr_t>(pool->data()) % alignment != 0) return nullptr;
    std::unique_ptr<Buffer> buffer;
    try {
        buffer = device_.import_host(pool->data(), layout_.bytes);
    } catch (const cpp::Failure& failure) {
        if (failure.code() == WEFT_DEVICE_LOST) throw;
        host_.log(WEFT_LOG_DEBUG, name_ + ": memory of the pool is not taken: " + failure.what());
        return nullptr;
    }
    buffer->host = static_cast<char*>(pool->data());
    fd = pool->fd();
    return {buffer.release(), [pool](Buffer* imported) { delete imported; }};
}

// Contents are undefined.
std::shared_ptr<Buffer> Cache::beside() {
    device_.residency.require_host_room(layout_.bytes);
    int fd = -1;
    if (std::shared_ptr<Buffer> pooled = import_pool(0, fd)) return pooled;
    return device_.pool.take(layout_.bytes, Place::host, {what(), layout_.rank});
}

// Kernels find it in host memory where the device has no room for it: slower, but not otherwise.
void Cache::live_on_device() {
    movable_ = !device_.info().unified;
    try {
        home_ = device_.pool.take(layout_.bytes, Place::device, {what(), layout_.rank, movable_});
    } catch (const cpp::Failure& failure) {
        if (!movable_ || failure.code() != WEFT_UNAVAILABLE) throw;
        try {
            home_ = beside();
        } catch (const cpp::Failure& host) {
            if (host.code() != WEFT_UNAVAILABLE) throw;
            throw cpp::Failure(WEFT_UNAVAILABLE, std::string(failure.what()) +
                                                     "; nor in host memory: " + host.what());
        }
        spilled_ = true;
        tell_spilled();
    }
}

void Cache::tell_spilled() const {
    host_.log(WEFT_LOG_WARNING,
              what() + " has no room in the " + megabytes(device_.residency.usage().limit) +
                  " of " + device_.info().name + " and lives in host memory, which is slower");
}

void Cache::move(bool to_host) {
    const std::shared_ptr<Buffer> to =
        to_host ? beside()
                : device_.pool.take(layout_.bytes, Place::device, {what(), layout_.rank, true});
    if (to_host) tell_spilled();
    const Residency::Alone alone(device_.residency);
    Recorder recorder;
    recorder.copy({home_.get(), 0}, {to.get(), 0}, layout_.bytes);
    const std::unique_ptr<Work> work = device_.record(recorder.commands());
    (void)device_.queue.wait(device_.queue.submit(*work));
    to->used = home_->used.load();
    const std::shared_ptr<Buffer> from = std::exchange(home_, to);
    spilled_ = to_host;
    offer();
    device_.residency.tell_moved(from.get(), to);
}

std::shared_ptr<Buffer> Cache::move_in(const weft_handle& lent) const {
    if (lent.kind != WEFT_HANDLE_OPAQUE_FD || !device_.info().imports_fd ||
        lent.memory_offset != 0 || lent.memory_size < layout_.bytes)
        throw cpp::Failure(WEFT_UNSUPPORTED, name_ + " cannot live in the memory that was lent");
    return device_.import_fd(lent.memory_fd, lent.memory_size);
}

void Cache::find_home(const weft_output& output, const CacheUse& use, const weft_handle* lent) {
    const DeviceInfo& info = device_.info();
    kinds_ = kinds_of(output);
    if ((kinds_ & ~(kHost | kLocal | kOpaqueFd)) != 0 ||
        ((kinds_ & kOpaqueFd) != 0 && lent == nullptr && !info.exports_fd))
        throw cpp::Failure(WEFT_UNSUPPORTED, what() + ": " + info.name +
                                                 " cannot share memory of the kind asked for");
    constexpr std::uint32_t kShared = WEFT_MEMORY_ZEROED | WEFT_MEMORY_SHARED;
    if (lent != nullptr) {
        home_ = move_in(*lent);
        lent_fd_ = lent->memory_fd;
    } else if ((kinds_ & kOpaqueFd) != 0) {
        home_ = device_.pool.take(layout_.bytes, Place::exported, {what(), layout_.rank});
    } else if ((kinds_ & kHost) != 0 && (info.unified || (kinds_ == kHost && !use.read_here))) {
        // Kernels that read it would cross the bus for every read: not where the device has memory
        // of its own.
        home_ = import_pool(kShared, pool_fd_);
        from_pool_ = home_ != nullptr;
    }
    if (home_ == nullptr && info.unified && (kinds_ & kHost) != 0)
        home_ = device_.pool.take(layout_.bytes, Place::host, {what(), layout_.rank});
    if (home_ == nullptr) live_on_device();
    in_host_ = !movable_ && home_->host != nullptr;
    if ((kinds_ & kHost) == 0 || in_host_) return;
    mirror_ = import_pool(kShared, pool_fd_);
    if (mirror_ == nullptr) {
        mirror_ = device_.pool.take(layout_.bytes, Place::readback, {what(), layout_.rank});
        std::memset(mirror_->host, 0, layout_.bytes);
    }
}

const char* Cache::host_data() const {
    return mirror_ != nullptr ? mirror_->host : in_host_ ? home_->host : nullptr;
}

void Cache::captured(std::int64_t tick) {
    for (weft_view* view : {&host_view_, &device_view_}) {
        view->tick = tick;
        ++view->generation;
    }
}

std::uint32_t Cache::kinds_of(const weft_output& output) const {
    if (output.kinds != 0) return output.kinds;
    return device_.info().unified && output.shared != 0 ? kHost | kLocal : kLocal;
}

bool Cache::serves(const weft_output& output) const {
    return (kinds_of(output) & ~kinds_) == 0;
}

weft_handle Cache::handle(std::uint32_t kind, const weft_grid& grid) const {
    if (kind == WEFT_HANDLE_NONE)
        kind = (kinds_ & kOpaqueFd) != 0 ? WEFT_HANDLE_OPAQUE_FD
               : (kinds_ & kHost) != 0   ? WEFT_HANDLE_HOST
                                         : WEFT_HANDLE_LOCAL;
    if ((kinds_ & (1u << kind)) == 0)
        throw cpp::Failure(WEFT_UNSUPPORTED, name_ + " is not kept in such memory");
    weft_handle handle{};
    handle.struct_size = sizeof handle;
    handle.kind = kind;
    handle.grid = grid;
    handle.view = kind == WEFT_HANDLE_HOST ? &host_view_ : &device_view_;
    handle.memory_fd = -1;
    handle.memory_size = layout_.bytes;
    if (kind == WEFT_HANDLE_HOST) handle.memory_fd = pool_fd_;
    if (kind == WEFT_HANDLE_OPAQUE_FD) {
        handle.memory_size = home_->size;
        handle.memory_fd = lent_fd_ >= 0 ? lent_fd_ : home_->fd;
        handle.memory_offset = home_->fd_offset;
    }
    return handle;
}

}  // namespace weft::gpu
