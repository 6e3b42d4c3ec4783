#include "gpu/residency.h"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "gpu/device.h"
#include "gpu/grid_memory.h"

namespace weft::gpu {
namespace {

// A program that did not run while the others ran so often is idle.
constexpr std::uint64_t kIdleRounds = 16;
// A driver's budget grows without a word: so often it is asked while something is in host memory.
constexpr std::uint32_t kBoundariesBetweenQuestions = 64;
// A frame that others rob of its room so often fails.
constexpr int kMostBeginnings = 16;
constexpr std::size_t kOwnersTold = 3;
constexpr std::uint64_t kWorthTelling = 4096;

// How deep this thread is inside use(), of whatever device: one may ask another for values. What
// waits for others to leave must not be inside itself.
thread_local int depth = 0;

std::uint64_t half_of_the_machine() {
    const auto pages = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES));
    return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) / 2;
}

float priority_of(Rank rank) {
    switch (rank) {
        case Rank::free: return 0.0f;
        case Rank::history: return 0.25f;
        case Rank::remade: return 0.5f;
        case Rank::table: return 0.75f;
        case Rank::frame: break;
    }
    return 1.0f;
}

}  // namespace

// --- The list

bool Residency::counts(Place place) const {
    return device_.info().unified || place == Place::device || place == Place::exported;
}

void Residency::add(Buffer& buffer, Place place, const Claim& claim) {
    {
        const std::lock_guard lock(list_);
        held_[&buffer] = {claim.owner, claim.rank, counts(place)};
        if (counts(place)) counted_ += buffer.size;
    }
    buffer.used = turn_.load();
    buffer.set_priority(priority_of(claim.rank));
}

void Residency::change(Buffer& buffer, const Claim& claim) {
    {
        const std::lock_guard lock(list_);
        Held& held = held_[&buffer];
        if (held.counted && held.rank == Rank::free) free_ -= buffer.size;
        held.owner = claim.owner;
        held.rank = claim.rank;
        if (held.counted && held.rank == Rank::free) free_ += buffer.size;
    }
    if (claim.rank == Rank::free) room_returned_ = true;
    buffer.used = turn_.load();
    buffer.set_priority(priority_of(claim.rank));
}

void Residency::remove(const Buffer& buffer) {
    const std::lock_guard lock(list_);
    const auto found = held_.find(&buffer);
    if (found == held_.end()) return;
    if (found->second.counted) {
        counted_ -= buffer.size;
        if (found->second.rank == Rank::free) free_ -= buffer.size;
        room_returned_ = true;
    }
    held_.erase(found);
}

void Residency::add(Movable& movable) {
    const std::lock_guard lock(list_);
    movables_.push_back(&movable);
    if (movable.spilled()) some_spilled_ = true;
}

void Residency::remove(const Movable& movable) {
    const std::lock_guard lock(list_);
    std::erase(movables_, &movable);
}

Residency::Tenancy::Tenancy(Residency& residency, Tenant& tenant)
    : residency_(residency), tenant_(tenant) {
    const std::lock_guard lock(residency_.list_);
    residency_.tenants_.push_back(&tenant);
}

Residency::Tenancy::~Tenancy() {
    const std::lock_guard lock(residency_.list_);
    std::erase(residency_.tenants_, &tenant_);
}

std::uint64_t Residency::Usage::room() const {
    return limit == 0 ? UINT64_MAX : limit - std::min(used, limit);
}

// Of the driver's limit and the user's, the one that leaves less.
Residency::Usage Residency::usage() const {
    const Device::Budget budget = device_.budget();
    Usage usage;
    const std::lock_guard lock(list_);
    usage.resident = counted_ - free_;
    usage.kept = free_;
    usage.moves = moves_;
    for (const Movable* movable : movables_)
        if (movable->spilled()) usage.spilled += movable->bytes();
    usage.used = budget.used;
    usage.limit = budget.limit;
    if (const std::uint64_t own = limit_;
        own != 0 && (usage.limit == 0 || own - std::min(counted_, own) < usage.room())) {
        usage.used = counted_;
        usage.limit = own;
    }
    return usage;
}

// --- Who is inside, and who waits for them to leave

Residency::Stay::Stay(Residency& residency) : residency_(residency) {
    std::unique_lock lock(residency_.gate_);
    residency_.left_.wait(lock, [&] { return !residency_.moving_; });
    ++residency_.inside_;
    ++depth;
}

Residency::Stay::~Stay() {
    --depth;
    const std::lock_guard lock(residency_.gate_);
    if (--residency_.inside_ == 0) residency_.left_.notify_all();
}

// Who asks another program from inside enters a second time: it must find the gate open until the
// last has left.
Residency::Alone::Alone(Residency& residency) : residency_(residency) {
    std::unique_lock lock(residency_.gate_);
    residency_.left_.wait(lock, [&] { return !residency_.moving_ && residency_.inside_ == 0; });
    residency_.moving_ = true;
}

Residency::Alone::~Alone() {
    const std::lock_guard lock(residency_.gate_);
    residency_.moving_ = false;
    residency_.left_.notify_all();
}

void Residency::resolve(const Shortage& shortage, int begun) {
    if (depth != 0 || begun == kMostBeginnings || !relieve(shortage.missing, shortage.claim))
        throw shortage;
}

void Residency::drain() {
    const std::unique_ptr<Work> nothing = device_.record({});
    (void)device_.queue.wait(device_.queue.submit(*nothing));
}

void Residency::tell_moved(const Buffer* from, const std::shared_ptr<Buffer>& to) {
    std::vector<Tenant*> tenants;
    {
        const std::lock_guard lock(list_);
        tenants = tenants_;
        ++moves_;
    }
    for (Tenant* tenant : tenants) tenant->moved(from, to);
}

// --- Room

std::uint64_t Residency::idle_before() const {
    const std::uint64_t now = turn_;
    const std::lock_guard lock(list_);
    return now - std::min<std::uint64_t>(now, kIdleRounds * tenants_.size());
}

// A newcomer that could itself live in host memory does not drive out its like: what runs goes on
// as fast as it did.
std::vector<Movable*> Residency::in_order(const Claim& claim) const {
    const std::uint64_t idle = idle_before();
    const auto runs = [&](const Movable* m) { return m->home().used.load() >= idle; };
    std::vector<Movable*> list;
    {
        const std::lock_guard lock(list_);
        list = movables_;
    }
    std::erase_if(list, [&](const Movable* m) {
        return m->spilled() || (claim.movable && runs(m) && m->rank() >= claim.rank);
    });
    const auto order = [&](const Movable* m) {
        return std::tuple(runs(m), m->rank(), m->home().used.load());
    };
    std::stable_sort(list.begin(), list.end(),
                     [&](const Movable* a, const Movable* b) { return order(a) < order(b); });
    return list;
}

void Residency::shed_idle() {
    std::vector<Tenant*> tenants;
    {
        const std::lock_guard lock(list_);
        tenants = tenants_;
    }
    const std::uint64_t idle = idle_before();
    const Alone alone(*this);
    drain();
    for (Tenant* tenant : tenants) tenant->shed(idle);
}

std::uint64_t Residency::excess(std::uint64_t target) const {
    const std::lock_guard lock(list_);
    return counted_ - std::min(counted_, target);
}

bool Residency::relieve(std::uint64_t bytes, const Claim& claim) {
    const std::uint64_t held = excess(0);
    if (held == 0) return false;
    const std::uint64_t target = held - std::min(bytes, held);
    // What is still too much, once free memory has gone.
    const auto missing = [&] {
        if (const std::uint64_t over = excess(target); over != 0) device_.pool.trim(over);
        return excess(target);
    };
    if (missing() == 0) return true;
    if (depth != 0) throw Shortage(bytes, claim, no_room(bytes, claim.owner));
    const auto lock = arranging();
    shed_idle();
    const std::vector<Movable*> order = in_order(claim);
    std::uint64_t most = 0;
    for (const Movable* movable : order) most += movable->home().size;
    if (most < missing()) return false;
    for (Movable* movable : order) {
        if (missing() == 0) return true;
        try {
            movable->move(true);
            some_spilled_ = true;
        } catch (const cpp::Failure& failure) {
            if (failure.code() != WEFT_UNAVAILABLE) throw;
        }
    }
    return missing() == 0;
}

void Residency::make_room(std::uint64_t bytes, const Claim& claim) {
    const Usage now = usage();
    if (bytes <= now.room()) return;
    const bool possible = bytes <= now.limit && relieve(bytes - now.room(), claim);
    if (!possible || bytes > usage().room())
        throw cpp::Failure(WEFT_UNAVAILABLE, no_room(bytes, claim.owner));
}

void Residency::settle(std::int64_t tick) {
    if (!some_spilled_ || tick_.exchange(tick) == tick || depth != 0) return;
    const bool asks = ++boundaries_ % kBoundariesBetweenQuestions == 0;
    if (!room_returned_.exchange(false) && !asks) return;
    const std::unique_lock lock(arranging_, std::try_to_lock);
    if (!lock) {
        room_returned_ = true;  // somebody compiles: after that
        return;
    }
    std::vector<Movable*> list;
    {
        const std::lock_guard guard(list_);
        list = movables_;
    }
    std::erase_if(list, [](const Movable* m) { return !m->spilled(); });
    std::stable_sort(list.begin(), list.end(), [](const Movable* a, const Movable* b) {
        return std::tuple(a->rank(), a->home().used.load()) >
               std::tuple(b->rank(), b->home().used.load());
    });
    std::size_t left = list.size();
    for (Movable* movable : list) {
        const Usage now = usage();
        if (now.room() != UINT64_MAX && movable->bytes() > now.room() + now.kept) continue;
        try {
            movable->move(false);
            --left;
        } catch (const cpp::Failure& failure) {
            if (failure.code() != WEFT_UNAVAILABLE) throw;
            break;
        }
    }
    some_spilled_ = left != 0;
}

// --- In words

std::string Residency::largest_owners() const {
    std::map<std::string, std::uint64_t> bytes_of;
    {
        const std::lock_guard lock(list_);
        for (const auto& [buffer, held] : held_)
            if (held.counted && held.rank != Rank::free) bytes_of[held.owner] += buffer->size;
    }
    std::vector<std::pair<std::string, std::uint64_t>> list(bytes_of.begin(), bytes_of.end());
    std::erase_if(list, [](const auto& owner) { return owner.second < kWorthTelling; });
    std::stable_sort(list.begin(), list.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    std::string text;
    for (std::size_t i = 0; i < std::min(list.size(), kOwnersTold); ++i)
        text += (i == 0 ? "" : ", ") + list[i].first + ": " + megabytes(list[i].second);
    return text;
}

std::string Residency::no_room(std::uint64_t bytes, const std::string& owner) const {
    const Usage now = usage();
    const std::string owners = largest_owners();
    return owner + " needs " + megabytes(bytes) + "; of the " + megabytes(now.limit) +
           " that may be used of " + device_.info().name + ", " + megabytes(now.room()) +
           " are free" + (owners.empty() ? "" : "; most is held by " + owners) +
           ". A smaller picture or fewer ticks fit";
}

void Residency::require_host_room(std::uint64_t bytes) const {
    const std::uint64_t most = half_of_the_machine();
    if (const std::uint64_t spilled = usage().spilled; bytes > most - std::min(spilled, most))
        throw cpp::Failure(WEFT_UNAVAILABLE,
                           "no room in host memory either: " + megabytes(spilled) + " of " +
                               megabytes(most) + " hold what does not fit into " +
                               device_.info().name);
}

}  // namespace weft::gpu
