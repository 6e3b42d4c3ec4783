// Looks at every call that crosses a border (border.h): whether thread and state are those of
// calls.def, whether what came back is what the contract promises, whether memory comes back. It
// changes nothing; what it finds it tells.
//
//     Checker checker(report);
//     Border border({&checker});
//     const weft_backend_api* api = border.wrap(plugin->backend, "name");
//
// On an audio thread nothing is allocated and nothing waits: what is found there is told by the
// next call of another thread.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string_view>
#include <vector>

#include "plugin/border.h"
#include "plugin/checked_objects.h"

namespace weft::plugin {

enum class Rule : std::uint8_t {
    thread,      // called on another thread than its words say
    state,       // ... or in another state
    at_once,     // two threads within what one at a time may be in
    promise,     // what a function that is being called promised not to do
    status,      // a number that is no status
    result,      // what a function left behind does not fit what it returned
    message,     // an error or a text is not one terminated line
    size,        // struct_size
    handle,      // a handle that was not asked for, or that nobody can read
    generation,  // went backwards
    memory,      // freed twice, or not at all
};

struct Offence {
    char plugin[64] = {};       // its name: it may be told when the border is gone
    std::string_view function;  // "memory_alloc"
    Function call{};
    Rule rule{};
    bool by_host = false;  // the host broke the contract, not the plugin
    char text[256] = {};   // one line: what happened, and what was expected
};

// "thread", "at once"
[[nodiscard]] std::string_view rule_name(Rule rule);

class Checker final : public Watcher {
public:
    // Told once for each plugin, function and rule; one call at a time. `at_once`: also on an audio
    // thread, for a debugger.
    using Report = std::function<void(const Offence&)>;
    explicit Checker(Report report, bool at_once = false);
    ~Checker() override;

    void enter(const Crossing& call) noexcept override;
    void leave(const Crossing& call) noexcept override;
    // Tells what audio threads found and nobody has told yet.
    void flush() noexcept;

private:
    using Object = CheckedObjects::Object;
    struct Block {
        std::uint64_t size;
        const void* host;
    };

    void offence(const Crossing& call, Rule rule, bool by_host, const char* format, ...) noexcept
        __attribute__((format(printf, 5, 6)));

    // checked_calls.cpp: threads, states, promises.
    void enter_plugin(const Crossing& call) noexcept;
    void enter_host(const Crossing& call) noexcept;
    void enter_alone(const Crossing& call) noexcept;
    void leave_alone(const Crossing& call) noexcept;
    [[nodiscard]] Object* held_alone(const Crossing& call) const noexcept;
    void note_objects(const Crossing& call) noexcept;

    // checked_results.cpp: what came back.
    void check_status(const Crossing& call) noexcept;
    void check_result(const Crossing& call) noexcept;
    void check_made(const Crossing& call) noexcept;
    void check_describe(const Crossing& call) noexcept;
    void check_probe(const Crossing& call) noexcept;
    void check_handle(const Crossing& call, const weft_handle& handle) noexcept;
    void check_text(const Crossing& call, const char* name, const char* text,
                    std::size_t size) noexcept;
    void begin_views(const Crossing& call) noexcept;
    void note_shown(const Crossing& call, Object& made) noexcept;
    void check_views(const Crossing& call) noexcept;
    void check_memory(const Crossing& call, bool entering) noexcept;

    Report report_;
    bool at_once_;
    std::mutex report_mutex_;
    std::array<std::atomic<std::uint16_t>, Border::kMostGuests * kCallCount> told_{};

    // Found on audio threads, in the order found; each is told once.
    static constexpr std::size_t kWaiting = 64;
    struct Waiting {
        std::atomic<bool> whole{false};
        Offence offence;
    };
    std::array<Waiting, kWaiting> waiting_;
    std::atomic<std::size_t> found_{0};
    std::atomic<std::size_t> flushed_{0};

    CheckedObjects objects_;
    std::mutex mutex_;                     // of what is added to objects_, and of what follows
    std::map<const void*, Block> blocks_;  // the host's memory, by address
    std::map<std::uint32_t, const void*> described_;  // by guest
};

}  // namespace weft::plugin
