// Which call of the plugin each thread is in, in memory that outlives the process: what is left of
// a check that crashed, hung or ended.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

namespace weft::validate {

// What one check found out and the next ones need not: which of the small batches the plugin
// compiles, and why it refuses the first of the others.
struct KnownWorks {
    std::uint32_t known;     // 0 or 1
    std::uint64_t accepted;  // bits
    char refusal[256];
};

// Lies in shared memory; all zeros is a good beginning.
struct TracePage {
    struct Thread {
        char name[32];                     // "the frame thread"
        char call[224];                    // "execute of 'two pictures', frame 3"
        char inside[40];                   // the host's function that the plugin has called, or ""
        std::atomic<std::uint64_t> order;  // of the call's beginning; 0: there was none
        std::atomic<std::uint32_t> depth;  // calls that have begun and not returned
    };
    static constexpr std::uint32_t kThreads = 64;
    // Memory in which, or beside which, some bytes may not be touched.
    struct Area {
        std::atomic<std::uintptr_t> begin;
        std::uintptr_t end;
        char name[128];  // "what is behind the weft_frame of 72 bytes"
    };
    static constexpr std::uint32_t kAreas = 128;

    std::atomic<std::uint64_t> calls;
    std::atomic<std::uint32_t> thread_count;
    Thread threads[kThreads];
    Area areas[kAreas];

    // By the signal handler.
    std::uint32_t signal;
    std::uint32_t crashed_thread;  // index + 1; 0: a thread that never called the plugin
    char touched[128];             // the name of the area in which the address lies, or ""

    KnownWorks known;

    std::uint32_t begun;  // the process of the check is there, and has found this page

    // What became of the check: Outcome of context.h, and its text.
    std::uint32_t outcome;
    std::uint32_t ending;  // the check is over, the process is not
    char message[2048];
};

// The page of this process, before anything else here is used.
void set_trace(TracePage* page);
[[nodiscard]] TracePage& trace();

// From here on this thread is called so: "the compile thread".
void name_thread(std::string_view name);
// Its name; of a thread that nobody named, "a thread of the plugin's own".
[[nodiscard]] std::string_view thread_name();

// Says while it exists that this thread is in that call of the plugin. No allocation.
class InCall {
public:
    InCall(std::string_view function, std::string_view arguments);
    ~InCall();
    InCall(const InCall&) = delete;
    InCall& operator=(const InCall&) = delete;
    // The function of the plugin that this thread is in; "" in none.
    [[nodiscard]] static std::string_view current();

private:
    std::string_view before_;
};

// ... and that the plugin has called this function of the host.
class InHost {
public:
    explicit InHost(std::string_view function);
    ~InHost();
    InHost(const InHost&) = delete;
    InHost& operator=(const InHost&) = delete;
};

// Memory that a report of a crash should be able to name.
void trace_area(std::uintptr_t begin, std::uintptr_t end, std::string_view name);
void forget_area(std::uintptr_t begin);

// Signals that end a process leave their place in the page first.
void report_signals();

// "in compile of 'a picture', called from the compile thread": the call that a crash or a hang
// happened in, from the page of a process that is gone.
[[nodiscard]] std::string last_call(const TracePage& page);

}  // namespace weft::validate
