// What code asks of the allocator, of locks and of the kernel while it must not: in front of the
// functions that all loaded libraries call, and of the kernel's entry, on the threads that are
// watched. Works for plugins that are open already and see nobody's symbols but their own.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

namespace weft::validate {

// What is not allowed in a section.
enum class Watched : std::uint8_t {
    nothing,
    own_allocations,  // of the plugin itself; what a driver beneath it does is the driver's
    everything,       // allocations, locks and system calls, by whomever
};

class CallWatch {
public:
    // "" if this machine and this build can watch; else why not.
    [[nodiscard]] static std::string able();

    // Stands in front of the functions of whatever is loaded now; to be repeated when more may be.
    // `function` is any of the plugin's.
    static void stand_in_front(const void* function);

    // While it lives, this thread is watched.
    class Section {
    public:
        explicit Section(Watched what);
        ~Section();
        Section(const Section&) = delete;
        Section& operator=(const Section&) = delete;

    private:
        Watched before_;
    };
    // What this thread is watched for, to be handed on to one that works for it.
    [[nodiscard]] static Watched here();

    // Seen since the last reset: empty, or the first thing, "malloc, from 0x1234 in osc.so".
    [[nodiscard]] static std::string seen();
    static void reset();
};

}  // namespace weft::validate
