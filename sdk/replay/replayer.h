// Calls a plugin as a trace says that it was called, and compares what it does with what it did.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <weft/audio.h>
#include <weft/memory.h>
#include <weft/plugin.h>
#include <weft/semaphore.h>
#include <weft/window.h>
#include <weft/writer.h>

#include "replay/exchange.h"
#include "replay/replay_host.h"
#include "replay/trace.h"

namespace weft::replay {

// "call 12, weft_backend_api.execute, of 'gain'": for messages.
[[nodiscard]] std::string text_of(const Trace& trace, const Call& call);

// How far a replay goes with what a trace asks for.
struct Limits {
    std::uint64_t most_memory = std::uint64_t{1} << 32;  // of a frame's targets, of a picture
    // For a sound device that does not ask for a block as it had; and after the trace where it is
    // still open: what its thread crashed in may be yet to come.
    std::chrono::milliseconds patience{2000};
};

class Replayer {
public:
    // The calls of plugin `guest` of the trace, made of `plugin`. All plugins of a replay share
    // `exchange`, which outlives them.
    Replayer(const Trace& trace, std::uint32_t guest, const weft_plugin& plugin, Exchange& exchange,
             bool verbose, Limits limits = {});
    // Closes sound devices that are still open, whose threads call what is here.
    ~Replayer();
    Replayer(const Replayer&) = delete;
    Replayer& operator=(const Replayer&) = delete;

    // Makes them one after the other. The process may crash in one: that is what it is for.
    // `entering` is told each before it is made. False: the trace does not fit itself or the
    // plugin.
    template <class Entering>
    [[nodiscard]] bool run(Entering&& entering) {
        for (std::size_t i = 0; i < trace_.records().size(); ++i)
            if (!step(i, entering)) return false;
        finish();
        return true;
    }
    // What a record says, for several plugins that are replayed together: each is told all of
    // them, in their order. False: as above.
    template <class Entering>
    [[nodiscard]] bool step(std::size_t record, Entering&& entering) {
        const Kind kind = trace_.records()[record].kind;
        if (kind == Kind::memory) set_memory(trace_.records()[record]);
        if (kind == Kind::blocks) await_blocks(trace_.records()[record]);
        if (kind != Kind::enter) return true;
        const Call& call = trace_.calls()[next_++];
        if (!is_made(call)) return true;
        entering(call);
        host_.begin(call);
        make(call);
        return refused_.empty();
    }
    // Behind the last record.
    void finish() const;

    [[nodiscard]] const std::string& refused() const { return refused_; }
    [[nodiscard]] std::uint64_t made() const { return made_; }
    [[nodiscard]] std::uint64_t left_out() const { return left_out_; }  // calls that were not made
    // Why calls were left out, or made without something, a line for each reason.
    [[nodiscard]] std::vector<std::string> remarks() const;
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
        std::vector<weft_target> list;  // as the frame had it: like them it stays
    };

    struct Trial {
        weft_trial* trial = nullptr;
        const weft_view* recorded = nullptr;  // the view of its memory
    };
    struct Semaphore {
        weft_semaphore* semaphore = nullptr;
        std::string alone;  // why nobody is at its other end; "": somebody is
    };
    struct Stream {  // what its thread counts, and what it is asked for
        std::atomic<std::uint64_t>* blocks = nullptr;
        std::uint32_t inputs = 0;
        std::uint32_t outputs = 0;
    };
    struct Remark {
        std::string call;  // the first
        std::string why;
        std::uint64_t more = 0;
    };

    [[nodiscard]] bool is_made(const Call& call);
    void set_memory(const Record& record);
    void await_blocks(const Record& record);
    void make(const Call& call);
    void make_backend_call(const Call& call);
    void make_extension_call(const Call& call);
    void make_writer_call(const Call& call);
    void make_session_call(const Call& call);
    void make_semaphore_call(const Call& call);
    void make_window_call(const Call& call);
    void make_stream_call(const Call& call);
    void compile(const Call& call);
    void execute(const Call& call);
    void submit(const Call& call);
    void wait(const Call& call);
    void get_handle(const Call& call);
    void get_values(const Call& call);
    void gather(const Call& call);
    void begin_trial(const Call& call);
    void end_trial(const Call& call);
    void read_trial(const Call& call);
    void make_semaphore(const Call& call);
    void submit_in_order(const Call& call);
    void make_order_trial(const Call& call);
    void present(const Call& call);
    void read_window(const Call& call);
    void open_stream(const Call& call);
    static void process(void* user, const weft_audio_block* block);
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
    static constexpr const char* kNoProgram = "its program was not compiled";
    // The call is not made after all.
    void leave_out(const Call& call, const std::string& why);
    // It is made without something.
    void remark(const Call& call, const std::string& why);
    // A semaphore for work of this call; null: it is left out of it.
    [[nodiscard]] weft_semaphore* usable(const Call& call, std::uint64_t recorded);
    // Work that was submitted, to be compared when it is waited for.
    void note_work(const Call& call, Work work, std::uint64_t value, weft_status status);
    [[nodiscard]] weft_error* clear_error();
    // Addresses of two kinds of objects may be equal.
    template <class T>
    [[nodiscard]] static std::pair<int, std::uint64_t> key(std::uint64_t recorded) {
        return {kind_of<T, weft_backend, weft_program, weft_writer, weft_control_session,
                        weft_order_trial, weft_window, weft_audio_stream>(),
                recorded};
    }
    template <class T, class First, class... Rest>
    [[nodiscard]] static constexpr int kind_of() {
        if constexpr (std::is_same_v<T, First>)
            return sizeof...(Rest);
        else
            return kind_of<T, Rest...>();
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
    Limits limits_;
    const weft_backend_api& api_;
    Exchange& exchange_;
    ReplayHost host_;
    Arena arena_;
    weft_error error_{};
    std::size_t next_ = 0;
    std::map<std::pair<int, std::uint64_t>, void*> objects_;
    std::map<std::uint64_t, Program> programs_;
    std::map<std::uint64_t, weft_writer_options> writers_;
    std::map<std::uint64_t, std::vector<std::uint32_t>> sinks_;  // of sessions: values of each
    std::map<std::uint64_t, Trial> trials_;
    std::map<std::uint64_t, Semaphore> semaphores_;
    std::map<std::pair<std::uint64_t, std::uint64_t>, std::unique_ptr<Mapping>> pictures_;
    std::map<std::uint64_t, std::vector<char>> shown_;  // by window, its last picture
    std::vector<std::unique_ptr<Stream>> streams_;
    std::atomic<std::uint64_t> blocks_{0};  // of all streams
    std::set<weft_audio_stream*> open_streams_;
    bool silent_ = false;  // a sound device was waited for in vain
    std::vector<Work> works_;
    std::map<std::uint64_t, std::uint64_t> values_;  // of the timeline: recorded, now
    std::uint64_t made_ = 0;
    std::uint64_t left_out_ = 0;
    std::uint64_t difference_count_ = 0;
    std::vector<std::string> differences_;
    std::vector<Remark> remarks_;
    std::string refused_;
};

}  // namespace weft::replay
