// Calls a plugin as a trace says that it was called, and compares what it does with what it did.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <weft/memory.h>
#include <weft/plugin.h>
#include <weft/writer.h>

#include "replay/replay_host.h"
#include "replay/trace.h"

namespace weft::replay {

// "call 12, weft_backend_api.execute, of 'gain'": for messages.
[[nodiscard]] std::string text_of(const Trace& trace, const Call& call);

class Replayer {
public:
    static constexpr std::uint64_t kMostMemory = std::uint64_t{1} << 32;

    // The calls of plugin `guest` of the trace, made of `plugin`. The targets of a frame take
    // `most_memory` bytes at most.
    Replayer(const Trace& trace, std::uint32_t guest, const weft_plugin& plugin, bool verbose,
             std::uint64_t most_memory = kMostMemory);

    // Makes them one after the other. The process may crash in one: that is what it is for.
    // `entering` is told each before it is made. False: the trace does not fit itself or the
    // plugin.
    template <class Entering>
    [[nodiscard]] bool run(Entering&& entering) {
        for (std::size_t i = 0; i < trace_.records().size(); ++i) {
            if (trace_.records()[i].kind == Kind::memory) set_memory(trace_.records()[i]);
            if (trace_.records()[i].kind != Kind::enter) continue;
            const Call& call = trace_.calls()[next_++];
            if (!is_made(call)) continue;
            entering(call);
            host_.begin(call);
            make(call);
            if (!refused_.empty()) return false;
        }
        return true;
    }

    [[nodiscard]] const std::string& refused() const { return refused_; }
    [[nodiscard]] std::uint64_t made() const { return made_; }
    [[nodiscard]] std::uint64_t left_out() const { return left_out_; }  // no arguments in the trace
    // What was not as it had been, a line each; the first ones.
    [[nodiscard]] const std::vector<std::string>& differences() const { return differences_; }
    [[nodiscard]] std::uint64_t difference_count() const { return difference_count_; }
    [[nodiscard]] const ReplayHost& host() const { return host_; }

private:
    struct Program {
        weft_program* program = nullptr;
        std::uint32_t params = 0;
        std::uint32_t uniforms = 0;
        std::vector<std::uint64_t> targets;  // the least size of each
    };
    struct Target {
        std::vector<char> memory;
        std::uint64_t before = 0;  // hash of what it held, as recorded
    };
    struct Work {  // submitted, and not waited for yet
        std::uint64_t recorded;
        std::uint64_t program;
        std::vector<Target> targets;
    };

    [[nodiscard]] bool is_made(const Call& call);
    void set_memory(const Record& record);
    void make(const Call& call);
    void make_backend_call(const Call& call);
    void make_extension_call(const Call& call);
    void make_writer_call(const Call& call);
    void make_session_call(const Call& call);
    void compile(const Call& call);
    void execute(const Call& call);
    void submit(const Call& call);
    void wait(const Call& call);
    void get_handle(const Call& call);
    void get_values(const Call& call);
    void gather(const Call& call);
    void begin_trial(const Call& call);
    void open_writer(const Call& call);

    // The frame of a call in memory of our own; false: it does not fit its program.
    [[nodiscard]] bool prepare(const Call& call, FrameCall& frame, const Program& program,
                               std::vector<Target>& memory, std::vector<weft_target>& targets);
    static void forget_others(const Program& program, std::vector<Target>& memory);
    [[nodiscard]] Answer expected(const Call& call);
    void compare(const Call& call, const Answer& before, weft_status status);
    void compare_targets(const Call& call, const Answer& before,
                         const std::vector<Target>& targets);
    void differ(const Call& call, const std::string& what);
    [[nodiscard]] weft_error* clear_error();
    // Addresses of two kinds of objects may be equal.
    template <class T>
    [[nodiscard]] static std::pair<int, std::uint64_t> key(std::uint64_t recorded) {
        constexpr int kKind = std::is_same_v<T, weft_backend>   ? 0
                              : std::is_same_v<T, weft_program> ? 1
                              : std::is_same_v<T, weft_trial>   ? 2
                              : std::is_same_v<T, weft_writer>  ? 3
                                                                : 4;
        return {kKind, recorded};
    }
    // What the plugin has made for an object of the trace; null: nothing.
    template <class T>
    [[nodiscard]] T* object(std::uint64_t recorded) const {
        const auto found = objects_.find(key<T>(recorded));
        return found == objects_.end() ? nullptr : static_cast<T*>(found->second);
    }
    template <class T>
    void set_object(std::uint64_t recorded, T* made) {
        objects_[key<T>(recorded)] = made;
    }
    template <class T>
    void forget(std::uint64_t recorded) {
        objects_.erase(key<T>(recorded));
    }
    template <class Api>
    [[nodiscard]] const Api* table(std::string_view id) const {
        const bool has = api_.struct_size >= offsetof(weft_backend_api, extension) + sizeof(void*);
        if (!has || api_.extension == nullptr) return nullptr;
        return static_cast<const Api*>(api_.extension({id.data(), id.size()}));
    }

    const Trace& trace_;
    std::uint32_t guest_;
    std::uint64_t most_memory_;
    const weft_backend_api& api_;
    ReplayHost host_;
    Arena arena_;
    weft_error error_{};
    std::size_t next_ = 0;
    std::map<std::pair<int, std::uint64_t>, void*> objects_;
    std::map<std::uint64_t, Program> programs_;
    std::map<std::uint64_t, weft_writer_options> writers_;
    std::map<std::uint64_t, std::vector<std::uint32_t>> sinks_;  // of sessions: values of each
    std::vector<Work> works_;
    std::map<std::uint64_t, std::uint64_t> values_;  // of the timeline: recorded, now
    std::uint64_t made_ = 0;
    std::uint64_t left_out_ = 0;
    std::uint64_t difference_count_ = 0;
    std::vector<std::string> differences_;
    std::string refused_;
};

}  // namespace weft::replay
