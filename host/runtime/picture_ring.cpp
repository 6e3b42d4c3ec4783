#include "runtime/picture_ring.h"

#include <atomic>
#include <cstring>

#include <weft/sampling.h>

namespace weft::runtime {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::uint64_t kNever = UINT64_MAX;

std::int64_t bytes_of_point(std::uint32_t format) {
    return format == WEFT_FORMAT_F64 || format == WEFT_FORMAT_RGBA16 ? 8 : 4;
}

}  // namespace

PictureRing::Extent PictureRing::extent_of(const weft_grid& grid) {
    Extent extent{0, bytes_of_point(grid.format)};
    for (std::uint32_t a = 0; a < grid.axis_count; ++a) {
        const std::int64_t last =
            (static_cast<std::int64_t>(grid.axes[a].count) - 1) * grid.axes[a].stride;
        (last < 0 ? extent.begin : extent.end) += last;
    }
    return extent;
}

Result<std::unique_ptr<PictureRing>> PictureRing::make(MemoryPool& pool, const weft_handle& of,
                                                       std::uint32_t time) {
    const Extent extent = extent_of(of.grid);
    const std::size_t slot_bytes = (extent.size() + kPage - 1) / kPage * kPage;
    auto memory = pool.allocate(slot_bytes * kSlots, true, false);
    if (!memory) {
        return std::move(memory).error();
    }
    // Touches every page: the audio thread shall meet none that is not there.
    std::memset(memory->data, 0, slot_bytes * kSlots);
    return std::unique_ptr<PictureRing>(
        new PictureRing(pool, *memory, of, time, extent, slot_bytes));
}

PictureRing::PictureRing(MemoryPool& pool, const Buffer& memory, const weft_handle& of,
                         std::uint32_t time, const Extent& extent, std::size_t slot_bytes)
    : pool_(pool),
      memory_(memory),
      source_(of.view),
      extent_(extent),
      slot_bytes_(slot_bytes),
      time_(time),
      handle_(of) {
    generations_.fill(kNever);
    view_.data = static_cast<const char*>(memory.data) - extent.begin;
    view_.tick = -1;
    handle_.view = &view_;
    handle_.memory_fd = memory.fd;
    handle_.memory_offset = 0;
    handle_.memory_size = slot_bytes * kSlots;
    weft_axis& k = handle_.grid.axes[time];
    k = {};
    k.field = WEFT_FIELD_OWN;
    k.filter = WEFT_FILTER_FLOOR;
    k.wrap = WEFT_WRAP_RING;
    k.tick = WEFT_TICK_FRAME;
    k.count = 1;
    k.capacity = kSlots;
    k.step = 1;
    k.stride = static_cast<std::int64_t>(slot_bytes);
}

PictureRing::~PictureRing() {
    pool_.free(memory_);
}

char* PictureRing::slot(std::size_t number) const {
    return static_cast<char*>(memory_.data) + number * slot_bytes_;
}

void PictureRing::keep(std::int64_t tick) noexcept {
    put(tick, static_cast<const char*>(source_->data) + extent_.begin, source_->generation);
}

void PictureRing::repeat(std::int64_t tick) noexcept {
    put(tick, slot(newest_), generations_[newest_]);
}

void PictureRing::put(std::int64_t tick, const char* from, std::uint64_t generation) noexcept {
    const std::size_t to = weft_grid_slot(&handle_.grid.axes[time_], tick);
    if (generations_[to] != generation) {
        std::memcpy(slot(to), from, extent_.size());
        generations_[to] = generation;
    }
    newest_ = to;
    // Sound that is computed meanwhile may look at them.
    std::atomic_ref(view_.tick).store(tick, std::memory_order_release);
    std::atomic_ref(view_.generation).fetch_add(1, std::memory_order_release);
}

}  // namespace weft::runtime
