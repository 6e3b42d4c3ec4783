#include "gpu/pool.h"

#include <algorithm>

#include "gpu/device.h"
#include "gpu/grid_memory.h"

namespace weft::gpu {
namespace {

constexpr std::uint64_t kLargePage = 65536;
constexpr std::uint64_t kLarge = 1u << 20;

// What may be kept for later, beside an eighth of the device.
constexpr std::uint64_t kMostKept = std::uint64_t{1} << 30;

std::uint64_t whole_pages(std::uint64_t bytes) {
    const std::uint64_t page = bytes < kLarge ? kSliceAlignment : kLargePage;
    return std::max<std::uint64_t>(1, (bytes + page - 1) / page) * page;
}

}  // namespace

Pool::User::User(Pool& pool) : pool_(pool) {
    const std::lock_guard lock(pool_.mutex_);
    ++pool_.users_;
}

Pool::User::~User() {
    std::vector<Kept> rest;
    {
        const std::lock_guard lock(pool_.mutex_);
        if (--pool_.users_ != 0) return;
        rest = std::exchange(pool_.kept_, {});
        pool_.kept_bytes_ = 0;
    }
    pool_.strike(rest);
}

Pool::Kept Pool::take_out(std::vector<Kept>::iterator kept) {
    Kept out = std::move(*kept);
    kept_bytes_ -= out.buffer->size;
    kept_.erase(kept);
    return out;
}

void Pool::strike(const std::vector<Kept>& rest) {
    for (const Kept& kept : rest) device_.residency.remove(*kept.buffer);
}

void Pool::trim(std::uint64_t bytes) {
    std::vector<Kept> rest;
    {
        const std::lock_guard lock(mutex_);
        for (std::uint64_t freed = 0; freed < bytes && !kept_.empty();) {
            if (device_.residency.counts(kept_.front().place)) freed += kept_.front().buffer->size;
            rest.push_back(take_out(kept_.begin()));
        }
    }
    strike(rest);
}

// The smallest that fits, of those that are not far too large.
std::unique_ptr<Buffer> Pool::find(std::uint64_t bytes, Place place) {
    const std::lock_guard lock(mutex_);
    auto best = kept_.end();
    for (auto kept = kept_.begin(); kept != kept_.end(); ++kept) {
        const std::uint64_t size = kept->buffer->size;
        if (kept->place != place || size < bytes || size > bytes + bytes / 4) continue;
        if (best == kept_.end() || size < best->buffer->size) best = kept;
    }
    if (best == kept_.end()) return nullptr;
    return take_out(best).buffer;
}

void Pool::keep(std::unique_ptr<Buffer> buffer, Place place) {
    const std::uint64_t limit = device_.residency.limit();
    const std::uint64_t most =
        std::min(kMostKept, (limit != 0 ? limit : device_.info().memory) / 8);
    std::vector<Kept> rest;
    {
        const std::lock_guard lock(mutex_);
        if (users_ == 0 || buffer->size > most) {
            rest.push_back({std::move(buffer), place});
        } else {
            device_.residency.change(*buffer, {"", Rank::free});
            kept_bytes_ += buffer->size;
            kept_.push_back({std::move(buffer), place});
            while (kept_bytes_ > most) rest.push_back(take_out(kept_.begin()));
        }
    }
    strike(rest);
}

std::unique_ptr<Buffer> Pool::make(std::uint64_t bytes, Place place, const Claim& claim) {
    const std::uint64_t largest = device_.info().largest_buffer;
    if (largest != 0 && bytes > largest)
        throw cpp::Failure(WEFT_UNAVAILABLE, claim.owner + " needs " + megabytes(bytes) +
                                                 " in one piece; " + device_.info().name +
                                                 " allows " + megabytes(largest));
    Residency& residency = device_.residency;
    const bool counts = residency.counts(place);
    if (counts) residency.make_room(bytes, claim);
    for (bool first = true;; first = false) {
        try {
            return device_.allocate(bytes, place);
        } catch (const cpp::Failure& failure) {
            // The driver knows better than its figures.
            const bool again = failure.code() == WEFT_UNAVAILABLE &&
                               (counts ? residency.relieve(bytes, claim) : first);
            if (!again)
                throw cpp::Failure(failure.code(), claim.owner + " needs " + megabytes(bytes) +
                                                       " of " + device_.info().name + ": " +
                                                       failure.what());
        }
        if (!counts) trim(UINT64_MAX);
    }
}

std::shared_ptr<Buffer> Pool::take(std::uint64_t bytes, Place place, const Claim& claim) {
    // What another process imports is as large as it is said to be.
    const std::uint64_t size = place == Place::exported ? bytes : whole_pages(bytes);
    std::unique_ptr<Buffer> buffer = find(size, place);
    if (buffer != nullptr) {
        device_.residency.change(*buffer, claim);
    } else {
        buffer = make(size, place, claim);
        device_.residency.add(*buffer, place, claim);
    }
    return {buffer.release(),
            [this, place](Buffer* done) { keep(std::unique_ptr<Buffer>(done), place); }};
}

}  // namespace weft::gpu
