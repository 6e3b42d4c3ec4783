// Frames of a show, in any order. What caches must remember of the past is run before, and a device
// that was lost is opened once more.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>

#include "base/result.h"
#include "driver/compile/build_show.h"
#include "runtime/show.h"

namespace weft::driver {

class Frames {
public:
    // For who wants to see or to stop what takes long; all may be empty.
    struct Watch {
        std::function<void(std::uint64_t frames)> begin_run_up;
        std::function<bool()> step_run_up;  // before each of them; false: stop (WEFT_CANCELLED)
        // Held while there is no program that could be cancelled.
        std::function<std::unique_lock<std::mutex>()> hold;
    };

    // `rebuild` makes the same show again. Both outlive it.
    Frames(runtime::Show& show, std::function<std::optional<BuiltShow>()> rebuild, Watch watch = {})
        : show_(show), rebuild_(std::move(rebuild)), watch_(std::move(watch)) {}

    // Runs what must be known before frame request.absframe.
    [[nodiscard]] Result<void> run_up(const runtime::FrameRequest& request);
    // That, and the frame.
    [[nodiscard]] Result<void> run(const runtime::FrameRequest& request);
    // Brings caches where they are at the end of a frame, if they are not. Before frame 0 they are
    // empty.
    [[nodiscard]] Result<void> reach(runtime::FrameRequest request);

    // Caches of the show are those of another, which is as far.
    void follow(const Frames& before) { next_ = before.next_; }
    // Has it all that its caches remember?
    [[nodiscard]] bool is_whole() const { return is_whole_; }

private:
    [[nodiscard]] bool remembers() const;
    [[nodiscard]] Result<void> renew(weft_status why);
    [[nodiscard]] Result<void> run_before(const runtime::FrameRequest& request);
    [[nodiscard]] Result<void> run_once(const runtime::FrameRequest& request);

    runtime::Show& show_;
    std::function<std::optional<BuiltShow>()> rebuild_;
    Watch watch_;
    bool is_whole_ = true;              // it has its programs
    std::optional<std::int64_t> next_;  // the frame behind the last that was run; none: none was
};

}  // namespace weft::driver
