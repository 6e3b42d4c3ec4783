// Who holds how much of a device's memory, and who makes room when it is full: first what nobody
// uses, then what can be made again, then caches, which kernels can as well use in host memory.
// docs/decisions/device-memory.md says why it is as it is.
//
// Memory moves only while nobody is in the middle of a frame: a frame is prepared and submitted
// inside use(), a move waits until all have left and the device is idle. Who lacks room inside
// leaves, makes room, and begins again.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include <weft/cpp/text.hpp>

namespace weft::gpu {

class Buffer;
class Device;
enum class Place : std::uint8_t;

// How soon memory goes, the first first. Within a rank, what was not used for longest.
enum class Rank : std::uint8_t {
    free,     // of the pool, for whoever comes
    history,  // rings of which a frame touches little
    remade,   // copies, and places where results land: a program makes them again
    table,    // tables and scratch
    frame,    // what every frame touches
};

// Why memory is wanted.
struct Claim {
    // `owner` stands in messages: "the cache c@v (3840 x 2160, 60 ticks)".
    Claim(std::string owner_, Rank rank_ = Rank::frame, bool movable_ = false)
        : owner(std::move(owner_)), rank(rank_), movable(movable_) {}

    std::string owner;
    Rank rank;
    bool movable;  // host memory would do
};

// There is no room as long as nothing moves. Residency::use answers it.
class Shortage : public cpp::Failure {
public:
    Shortage(std::uint64_t missing_, const Claim& claim_, const std::string& message)
        : cpp::Failure(WEFT_UNAVAILABLE, message), missing(missing_), claim(claim_) {}
    std::uint64_t missing;  // bytes
    Claim claim;
};

// Memory that can change between the device's own and the host's.
class Movable {
public:
    Movable() = default;
    Movable(const Movable&) = delete;
    Movable& operator=(const Movable&) = delete;
    virtual ~Movable() = default;

    [[nodiscard]] virtual std::uint64_t bytes() const = 0;
    [[nodiscard]] virtual Rank rank() const = 0;
    [[nodiscard]] virtual bool spilled() const = 0;  // any thread
    [[nodiscard]] virtual const Buffer& home() const = 0;
    // Throws WEFT_UNAVAILABLE where there is no memory; then nothing has changed.
    virtual void move(bool to_host) = 0;
};

// A program of the device. Called while the device is idle and nobody prepares a frame.
class Tenant {
public:
    Tenant() = default;
    Tenant(const Tenant&) = delete;
    Tenant& operator=(const Tenant&) = delete;
    virtual ~Tenant() = default;

    // What was in `from` is in `to`; `from` goes.
    virtual void moved(const Buffer* from, const std::shared_ptr<Buffer>& to) = 0;
    // Lets go of what it can make again, unless it ran at turn `since` or later.
    virtual void shed(std::uint64_t since) = 0;
};

// Thread safe. Programs are made, changed and freed by one thread at a time, under arranging().
class Residency {
public:
    explicit Residency(Device& device) : device_(device) {}
    Residency(const Residency&) = delete;
    Residency& operator=(const Residency&) = delete;

    // Bytes of the device that its programs may hold together; 0: as many as the driver allows.
    void set_limit(std::uint64_t bytes) { limit_ = bytes; }
    [[nodiscard]] std::uint64_t limit() const { return limit_; }

    // The list of what exists, which the pool keeps.
    void add(Buffer& buffer, Place place, const Claim& claim);
    void change(Buffer& buffer, const Claim& claim);
    void remove(const Buffer& buffer);
    void add(Movable& movable);
    void remove(const Movable& movable);
    // A program is on it as long as this lives.
    class Tenancy {
    public:
        Tenancy(Residency& residency, Tenant& tenant);
        ~Tenancy();
        Tenancy(const Tenancy&) = delete;
        Tenancy& operator=(const Tenancy&) = delete;

    private:
        Residency& residency_;
        Tenant& tenant_;
    };

    // Does such memory take room on the device?
    [[nodiscard]] bool counts(Place place) const;

    struct Usage {
        std::uint64_t resident = 0;  // bytes of the device that programs hold
        std::uint64_t kept = 0;      // ... that are free for the next
        std::uint64_t spilled = 0;   // bytes of caches that had to move to host memory
        std::uint64_t moves = 0;     // of caches, there and back
        std::uint64_t used = 0;      // of the limit, as it is counted: by the driver, or by us
        std::uint64_t limit = 0;     // 0: not known
        [[nodiscard]] std::uint64_t room() const;
    };
    [[nodiscard]] Usage usage() const;
    // Who holds most of the device, and how much; "" where nobody does.
    [[nodiscard]] std::string largest_owners() const;

    // Throws WEFT_UNAVAILABLE, with all figures, when `bytes` more do not fit whatever moves;
    // inside use() that is a Shortage. Then nobody has lost what it needs.
    void make_room(std::uint64_t bytes, const Claim& claim);
    // Frees `bytes` of the device for `claim`; false where that is not possible.
    [[nodiscard]] bool relieve(std::uint64_t bytes, const Claim& claim);

    // Runs `body`, which uses memory of the device, and returns what it returns. It begins again
    // when room had to be made for it.
    template <class Body>
    decltype(auto) use(Body&& body) {
        for (int begun = 1;; ++begun) {
            try {
                const Stay stay(*this);
                return body();
            } catch (const Shortage& shortage) {
                resolve(shortage, begun);
            }
        }
    }
    // While this lives, the calling thread alone moves memory. May be taken again by its owner.
    [[nodiscard]] std::unique_lock<std::recursive_mutex> arranging() {
        return std::unique_lock(arranging_);
    }
    // Between the frames of tick `tick` and the one before: what had to go comes back where there
    // is room again.
    void settle(std::int64_t tick);

    // Counts the frames of all programs: the clock of what was used when.
    std::uint64_t next_turn() { return ++turn_; }
    [[nodiscard]] std::uint64_t turn() const { return turn_; }

    // Nobody is inside use(), and nobody enters: for a move.
    class Alone {
    public:
        explicit Alone(Residency& residency);
        ~Alone();
        Alone(const Alone&) = delete;
        Alone& operator=(const Alone&) = delete;

    private:
        Residency& residency_;
    };
    // All that was submitted is complete.
    void drain();
    void tell_moved(const Buffer* from, const std::shared_ptr<Buffer>& to);
    // Throws WEFT_UNAVAILABLE when so much more should not be moved to host memory.
    void require_host_room(std::uint64_t bytes) const;

private:
    class Stay {
    public:
        explicit Stay(Residency& residency);
        ~Stay();
        Stay(const Stay&) = delete;
        Stay& operator=(const Stay&) = delete;

    private:
        Residency& residency_;
    };
    struct Held {
        std::string owner;
        Rank rank{};
        bool counted = false;
    };
    // Throws it where room cannot be made, or was made too often.
    void resolve(const Shortage& shortage, int begun);
    [[nodiscard]] std::uint64_t idle_before() const;
    // Those of `movables` that would go for `claim`, the first first.
    [[nodiscard]] std::vector<Movable*> in_order(const Claim& claim) const;
    void shed_idle();
    // Bytes of the device, free ones too, beyond `target`.
    [[nodiscard]] std::uint64_t excess(std::uint64_t target) const;
    [[nodiscard]] std::string no_room(std::uint64_t bytes, const std::string& owner) const;

    Device& device_;
    std::atomic<std::uint64_t> limit_{0};
    std::atomic<std::uint64_t> turn_{0};

    mutable std::mutex list_;  // guards the three lists and the sums
    std::unordered_map<const Buffer*, Held> held_;
    std::vector<Movable*> movables_;
    std::vector<Tenant*> tenants_;
    std::uint64_t counted_ = 0;  // bytes of the device, free ones too
    std::uint64_t free_ = 0;     // of them, the pool's
    std::uint64_t moves_ = 0;

    std::recursive_mutex arranging_;
    std::mutex gate_;
    std::condition_variable left_;
    std::uint32_t inside_ = 0;
    bool moving_ = false;

    std::atomic<bool> some_spilled_{false};
    std::atomic<bool> room_returned_{false};
    std::atomic<std::int64_t> tick_{-1};
    std::atomic<std::uint32_t> boundaries_{0};
};

}  // namespace weft::gpu
