// What every thread does, and when: `--trace`. Spans are records in rings, one ring a thread, made
// before it works; somebody else writes them down (runtime/trace_file.h). A record costs two looks
// at the clock and a few stores, also on a sound device's thread: no allocation, no lock, no system
// call. Where nobody asked for a trace a span costs one branch.
//
// The clock is asked here although it is an input of the show: nothing but a trace depends on it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace weft::trace {

enum class What : std::uint8_t {
    frame,    // number: which
    step,     // of a frame, named after what it computes
    source,   // a film that is moved
    stage,    // what the host computes for a step
    wait,     // for a device, or another thread
    present,  // windows
    between,  // what a live show does between two frames
    compile,
    block,  // of sound; number: its first sample
    sound,  // a step of it
    work,   // of one thread for another
    file,   // what is written; number: the frame
    control,
    event,
    number,  // that changes
};
[[nodiscard]] const char* name_of(What what);

enum class Kind : std::uint8_t { span, instant, counter };

constexpr std::int64_t kNoNumber = INT64_MIN;

struct Record {
    std::uint64_t begin;  // CLOCK_MONOTONIC nanoseconds
    union {
        std::uint64_t length;  // nanoseconds
        double value;          // of a counter
    };
    const char* name;  // lives for ever (keep()); null: as `what` is called
    std::int64_t number;
    What what;
    Kind kind;
};

// The records of one thread at a time, on their way to one reader.
class Lane {
public:
    static constexpr std::size_t kRecords = std::size_t{1} << 15;

    Lane(const char* name, std::uint32_t number);
    Lane(const Lane&) = delete;
    Lane& operator=(const Lane&) = delete;

    [[nodiscard]] const char* name() const { return name_; }
    [[nodiscard]] std::uint32_t number() const { return number_; }  // from 1

    // [writer] What finds no room is counted.
    void put(const Record& record) noexcept {
        const std::uint64_t tail = tail_.load(std::memory_order_relaxed);
        if (tail - head_.load(std::memory_order_acquire) == kRecords) {
            lost_.fetch_add(1, std::memory_order_relaxed);
            return;
        }
        records_[tail % kRecords] = record;
        tail_.store(tail + 1, std::memory_order_release);
    }
    // [any thread] By whoever comes, one after the other; one who comes too often meanwhile is
    // counted instead.
    void put_shared(const Record& record) noexcept;

    // [reader] Calls use(record) for all that are there.
    template <class Use>
    void drain(Use use) {
        const std::uint64_t tail = tail_.load(std::memory_order_acquire);
        std::uint64_t head = head_.load(std::memory_order_relaxed);
        for (; head != tail; ++head) {
            const Record record = records_[head % kRecords];
            head_.store(head + 1, std::memory_order_release);
            use(record);
        }
    }
    [[nodiscard]] std::uint64_t lost() const { return lost_.load(std::memory_order_relaxed); }

private:
    friend Lane* open_lane(const char* name);
    friend void close_lane(Lane* lane);

    const char* name_;
    std::uint32_t number_;
    bool open_ = true;  // guarded by the list of lanes
    std::unique_ptr<Record[]> records_;
    std::atomic<std::uint64_t> lost_{0};
    std::atomic_flag busy_ = ATOMIC_FLAG_INIT;
    alignas(64) std::atomic<std::uint64_t> tail_{0};
    alignas(64) std::atomic<std::uint64_t> head_{0};
};

inline constinit std::atomic<bool> g_on{false};
inline thread_local constinit Lane* t_lane = nullptr;

[[nodiscard]] inline bool on() {
    return g_on.load(std::memory_order_relaxed);
}
// From here on there are records. What no thread's lane takes, as what plugins' threads do, goes to
// one for all, named "others".
void start();
void stop();
// [one reader] All that there are; none goes before the process does.
[[nodiscard]] std::vector<Lane*> lanes();
[[nodiscard]] std::uint64_t now() noexcept;  // CLOCK_MONOTONIC nanoseconds
// A name that lives for ever, as JSON has it between its quotes; "" while nothing is traced.
// Allocates.
[[nodiscard]] const char* keep(std::string_view name);

// A lane of this name that nobody uses. Null while nothing is traced. Allocates.
[[nodiscard]] Lane* open_lane(const char* name);
void close_lane(Lane* lane);

// Whoever has work that comes on threads of others, as a sound device's, has a lane for it.
class OwnLane {
public:
    explicit OwnLane(const char* name) : lane_(open_lane(name)) {}
    ~OwnLane() { close_lane(lane_); }
    OwnLane(const OwnLane&) = delete;
    OwnLane& operator=(const OwnLane&) = delete;

private:
    friend class On;
    Lane* lane_;
};

// What this thread does goes there as long as this lives. One at a time.
class On {
public:
    explicit On(const OwnLane& own) noexcept : before_(t_lane) { t_lane = own.lane_; }
    ~On() { t_lane = before_; }
    On(const On&) = delete;
    On& operator=(const On&) = delete;

private:
    Lane* before_;
};

// Names the thread that it lives on. Allocates.
class Thread {
public:
    explicit Thread(const char* name) : own_(name), on_(own_) {}

private:
    OwnLane own_;
    On on_;
};

// A thing that takes time: as long as this lives. `name` lives for ever.
class Span {
public:
    explicit Span(What what, const char* name = nullptr, std::int64_t number = kNoNumber) noexcept {
        if (on()) [[unlikely]] {
            begin(what, name, number);
        }
    }
    ~Span() {
        if (lane_ != nullptr) [[unlikely]] {
            end();
        }
    }
    Span(const Span&) = delete;
    Span& operator=(const Span&) = delete;

private:
    void begin(What what, const char* name, std::int64_t number) noexcept;
    void end() noexcept;

    Lane* lane_ = nullptr;
    Record record_;
};

void put_instant(What what, const char* name, std::int64_t number) noexcept;
void put_counter(const char* name, double value) noexcept;

// Something happened. `name` lives for ever.
inline void instant(What what, const char* name, std::int64_t number = kNoNumber) noexcept {
    if (on()) [[unlikely]] {
        put_instant(what, name, number);
    }
}
// From now on a number is this. `name` lives for ever.
inline void counter(const char* name, double value) noexcept {
    if (on()) [[unlikely]] {
        put_counter(name, value);
    }
}

}  // namespace weft::trace
