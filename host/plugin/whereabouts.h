// Where a thread is: in which function of which plugin, and for which part of the program. Every
// call across the ABI says so (call.h). What crashes says it itself; what hangs is looked at by
// another thread. Nothing is locked and nothing waits, so that the audio thread may tell as well.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include "base/every_block.h"

namespace weft::plugin {

// A call of a plugin's function, for a part of the program. All names outlive it.
struct PluginCall {
    std::string_view plugin;
    std::string_view function;
    std::string_view part;
};

// What others see of one thread's work, which is watched from a Working's beginning to its end.
class Whereabouts {
public:
    struct Place {
        std::uint64_t moves = 0;  // another number whenever something has happened
        bool works = false;
        // Empty outside of plugins. They live as long as the call that they are of: to be believed
        // where nothing moves.
        std::string_view plugin;
        std::string_view function;
        std::string_view part;
    };
    [[nodiscard]] Place look() const noexcept;  // [any thread]

private:
    friend class Working;
    friend class Inside;
    struct Text {
        std::atomic<const char*> data{nullptr};
        std::atomic<std::size_t> size{0};
        void set(std::string_view text) noexcept {
            data.store(text.data(), std::memory_order_release);
            size.store(text.size(), std::memory_order_release);
        }
        [[nodiscard]] std::string_view get() const noexcept {
            const char* const at = data.load(std::memory_order_acquire);
            return {at, size.load(std::memory_order_acquire)};
        }
    };
    WEFT_EVERY_BLOCK void tell(bool works, const PluginCall* inside) noexcept;

    // A sequence lock: one writer, who never waits.
    std::atomic<std::uint64_t> sequence_{0};
    std::atomic<bool> works_{false};
    Text plugin_;
    Text function_;
    Text part_;
};

// The calling thread, for itself and for who watches it.
struct Here {
    const PluginCall* inside = nullptr;  // the innermost call; null: none
    std::string_view part;               // of the program
    Whereabouts* told = nullptr;         // null: nobody watches
};
inline thread_local constinit Here t_here;

// The thread's work is watched as long as this lives.
class Working {
public:
    explicit Working(Whereabouts& told) noexcept : before_(t_here.told) {
        t_here.told = &told;
        told.tell(true, nullptr);
    }
    ~Working() {
        t_here.told->tell(false, nullptr);
        t_here.told = before_;
    }
    Working(const Working&) = delete;
    Working& operator=(const Working&) = delete;

private:
    Whereabouts* before_;
};

// What the thread does is for this part of the program, a name that outlives the object.
class ForPart {
public:
    explicit ForPart(std::string_view part) noexcept : before_(t_here.part) { t_here.part = part; }
    ~ForPart() { t_here.part = before_; }
    ForPart(const ForPart&) = delete;
    ForPart& operator=(const ForPart&) = delete;

private:
    std::string_view before_;
};

// A call of a plugin's function, as long as it lasts. Both names outlive it.
class Inside {
public:
    Inside(std::string_view plugin, std::string_view function) noexcept
        : call_{plugin, function, t_here.part}, outer_(t_here.inside) {
        t_here.inside = &call_;
        if (t_here.told != nullptr) t_here.told->tell(true, &call_);
    }
    ~Inside() {
        t_here.inside = outer_;
        if (t_here.told != nullptr) t_here.told->tell(true, outer_);
    }
    Inside(const Inside&) = delete;
    Inside& operator=(const Inside&) = delete;

private:
    PluginCall call_;
    const PluginCall* outer_;
};

}  // namespace weft::plugin
