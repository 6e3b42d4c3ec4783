// `weft run --record`: hands a running show to its log.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "driver/compile/session.h"
#include "driver/live/live_version.h"
#include "driver/live/reload.h"
#include "driver/live/run.h"
#include "runtime/show_log.h"

namespace weft::driver {

class ShowRecord {
public:
    // The file is made anew.
    [[nodiscard]] static Result<std::unique_ptr<ShowRecord>> create(const std::string& path);

    // For sound, which logs itself.
    [[nodiscard]] runtime::ShowLog* log() { return log_.get(); }
    // A version whose frames come next; `channels` are played. [frame thread]
    void program(Session& session, const RunOptions& options, Version& version,
                 std::uint32_t channels);
    // A frame that was run. [frame thread]
    void frame(LiveVersion& version, const runtime::FrameRequest& request);

    // What is wrong with the log, when it becomes known: the disk is full, or too slow.
    [[nodiscard]] std::string take_trouble();

private:
    explicit ShowRecord(std::unique_ptr<runtime::ShowLog> log) : log_(std::move(log)) {}

    std::unique_ptr<runtime::ShowLog> log_;
    bool lost_ = false;
};

// Of what a frame left, whatever is not sound.
[[nodiscard]] std::uint64_t frame_checksum(const runtime::Show& show, const weft_target* targets);

}  // namespace weft::driver
