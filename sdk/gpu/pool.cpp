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
    std::vector<Kept> rest;  // freed without the lock
    const std::lock_guard lock(pool_.mutex_);
    if (--pool_.users_ == 0) rest = pool_.all_kept();
}

std::vector<Pool::Kept> Pool::all_kept() {
    kept_bytes_ = 0;
    return std::exchange(kept_, {});
}

void Pool::trim() {
    std::vector<Kept> rest;
    const std::lock_guard lock(mutex_);
    rest = all_kept();
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
    std::unique_ptr<Buffer> buffer = std::move(best->buffer);
    kept_bytes_ -= buffer->size;
    kept_.erase(best);
    return buffer;
}

void Pool::keep(std::unique_ptr<Buffer> buffer, Place place) {
    std::vector<Kept> rest;
    const std::lock_guard lock(mutex_);
    const std::uint64_t most = std::min(kMostKept, device_.info().memory / 8);
    if (users_ == 0 || buffer->size > most) {
        rest.push_back({std::move(buffer), place});
        return;
    }
    kept_bytes_ += buffer->size;
    kept_.push_back({std::move(buffer), place});
    while (kept_bytes_ > most) {
        kept_bytes_ -= kept_.front().buffer->size;
        rest.push_back(std::move(kept_.front()));
        kept_.erase(kept_.begin());
    }
}

void Pool::require_room(std::uint64_t bytes, const std::string& what) {
    for (const bool again : {false, true}) {
        const Device::Budget budget = device_.budget();
        const std::uint64_t room = budget.limit - std::min(budget.used, budget.limit);
        if (budget.limit == 0 || bytes <= room) return;
        if (again)
            throw cpp::Failure(WEFT_UNAVAILABLE,
                               what + " needs " + megabytes(bytes) + "; of the " +
                                   megabytes(budget.limit) + " that may be used of " +
                                   device_.info().name + ", " + megabytes(room) +
                                   " are free: a smaller picture or fewer ticks fit");
        trim();
    }
}

std::unique_ptr<Buffer> Pool::make(std::uint64_t bytes, Place place, const std::string& what) {
    require_room(bytes, what);
    for (const bool again : {false, true}) {
        try {
            return device_.allocate(bytes, place);
        } catch (const cpp::Failure& failure) {
            if (failure.code() != WEFT_UNAVAILABLE || again)
                throw cpp::Failure(failure.code(), what + " needs " + megabytes(bytes) + " of " +
                                                       device_.info().name + ": " + failure.what());
        }
        trim();
    }
    return nullptr;
}

std::shared_ptr<Buffer> Pool::take(std::uint64_t bytes, Place place, const std::string& what) {
    // What another process imports is as large as it is said to be.
    const std::uint64_t size = place == Place::exported ? bytes : whole_pages(bytes);
    std::unique_ptr<Buffer> buffer = find(size, place);
    if (buffer == nullptr) buffer = make(size, place, what);
    return {buffer.release(),
            [this, place](Buffer* done) { keep(std::unique_ptr<Buffer>(done), place); }};
}

}  // namespace weft::gpu
