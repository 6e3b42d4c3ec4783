// Writes down every call that crosses a border (border.h), with all that is needed to make it again
// without the host: sdk/replay. A call is in the file before it is made, so that a crash leaves it
// behind. This takes time, and memory is allocated; it is for looking for a fault.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "plugin/border.h"
#include "replay/trace_calls.h"

namespace weft::plugin {

class Recorder final : public Watcher {
public:
    // What a plugin reads of others' memory is recorded up to so many bytes a view.
    static constexpr std::uint64_t kMostMemory = std::uint64_t{4} << 20;

    [[nodiscard]] static Result<std::unique_ptr<Recorder>> open(const std::string& path,
                                                                std::uint64_t most_memory);
    ~Recorder() override;

    void enter(const Crossing& call) noexcept override;
    void leave(const Crossing& call) noexcept override;

private:
    // What later calls of a program need to know of its batch.
    struct Program {
        std::uint32_t params = 0;
        std::uint32_t uniforms = 0;
        std::map<std::uint32_t, std::uint32_t> axes;  // of what was exposed, by index
        std::set<std::uint32_t> targets;              // of a frame's, those that it writes
        std::vector<weft_handle> inputs;              // host memory of others
    };
    struct Seen {
        std::uint64_t generation = 0;
        std::uint64_t hash = 0;
        const void* data = nullptr;
    };
    struct Opened {  // a writer or a session
        weft_writer_options options{};
        std::vector<std::uint32_t> sinks;  // how many values each has
    };
    // Work that is complete when its value is reached.
    struct Pending {
        std::uint64_t value;
        std::vector<weft_target> targets;
    };
    using Key = std::pair<std::uint32_t, const void*>;  // guest and address

    Recorder(int file, std::uint64_t most_memory) : file_(file), most_memory_(most_memory) {}
    void write_enter(const Crossing& call, std::uint64_t id);
    void write_leave(const Crossing& call, std::uint64_t id);
    void write_guest(const Guest& guest);
    void write_memory(const Crossing& call, const Program& program);
    void write_blocks();
    [[nodiscard]] bool arguments(const Crossing& call, replay::Out& out);
    [[nodiscard]] bool arguments_of_writer(const Crossing& call, replay::Out& out);
    [[nodiscard]] bool arguments_of_session(const Crossing& call, replay::Out& out);
    [[nodiscard]] bool arguments_of_semaphore(const Crossing& call, replay::Out& out);
    [[nodiscard]] bool arguments_of_window(const Crossing& call, replay::Out& out);
    [[nodiscard]] static bool arguments_of_stream(const Crossing& call, replay::Out& out);
    [[nodiscard]] replay::PictureCall picture_of(const Crossing& call);
    [[nodiscard]] bool frame_of(const Crossing& call, replay::FrameCall& told,
                                std::vector<replay::TargetBefore>& before);
    [[nodiscard]] bool arguments_of_host(const Crossing& call, replay::Out& out);
    void answer(const Crossing& call, replay::Answer& answer);
    void note_made(const Crossing& call);
    [[nodiscard]] std::vector<replay::Written> written(const Crossing& call);
    [[nodiscard]] std::shared_ptr<const Program> program(const Crossing& call);
    [[nodiscard]] Opened opened(const Crossing& call);
    template <class Write>
    void record(replay::Kind kind, Write&& write);

    int file_;
    std::uint64_t most_memory_;
    std::atomic<std::uint64_t> next_id_{1};
    std::atomic<bool> broken_{false};  // the file takes no more
    // Of every guest, what its sound devices asked for: counted where nothing may be written.
    std::array<std::atomic<std::uint64_t>, Border::kMostGuests> blocks_{};
    std::array<std::atomic<std::uint64_t>, Border::kMostGuests> told_blocks_{};

    std::mutex mutex_;  // of what follows
    std::array<bool, Border::kMostGuests> known_{};
    std::map<Key, std::shared_ptr<const Program>> programs_;
    std::map<Key, Opened> opened_;
    std::map<Key, Seen> seen_;
    std::map<Key, std::vector<Pending>> pending_;
    std::map<Key, std::uint64_t> pictures_;  // hash of what each window shows
};

}  // namespace weft::plugin
