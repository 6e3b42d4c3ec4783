// What it takes to run one version of a program live, beyond the show itself: its numbers from
// outside, the memory that its frames are left in, its voice. Made on the compile thread, so that
// whoever runs it has nothing left to do but to change over.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "driver/compile/session.h"
#include "driver/live/control.h"
#include "driver/live/reload.h"
#include "driver/live/run.h"
#include "driver/offline/outputs.h"
#include "runtime/crossfade.h"
#include "runtime/inputs.h"
#include "runtime/live.h"
#include "runtime/show_log.h"
#include "sema/program.h"

namespace weft::driver {

class Knobs;

class LiveVersion final : public Prepared {
public:
    // Becomes version.prepared. `knobs`, which may be null, hear what controls hear.
    [[nodiscard]] static Result<void> prepare(Session& session, const RunOptions& options,
                                              Knobs* knobs, Version& version);
    [[nodiscard]] static LiveVersion& of(Version& version) {
        return static_cast<LiveVersion&>(*version.prepared);
    }
    ~LiveVersion() override;
    LiveVersion(const LiveVersion&) = delete;
    LiveVersion& operator=(const LiveVersion&) = delete;

    [[nodiscard]] std::uint32_t number() const { return number_; }
    [[nodiscard]] const sema::Program& program() const { return program_; }
    [[nodiscard]] runtime::Show& show() { return show_; }
    [[nodiscard]] runtime::Live& live() { return live_; }
    [[nodiscard]] runtime::Inputs& inputs() { return inputs_; }
    [[nodiscard]] Control& control() { return *control_; }
    // The files that it writes.
    [[nodiscard]] const std::vector<OutputSpec>& files() const { return files_; }
    // Those that it reads, for a log; only where there is one.
    [[nodiscard]] const std::vector<runtime::LoggedMedia>& media() const { return media_; }
    // The memory of frames, one a target of the show.
    [[nodiscard]] const std::vector<runtime::Buffer>& buffers() const { return buffers_; }
    [[nodiscard]] const weft_target* targets() const { return targets_.data(); }
    // The tempo of a frame with these numbers, which shows at `moment` (CLOCK_MONOTONIC seconds).
    [[nodiscard]] weft_control_tempo tempo(const double* params, double abstime,
                                           double moment) const;
    // A new voice of its sound; null where it has none.
    [[nodiscard]] std::unique_ptr<runtime::Voice> voice();
    // Goes on where another version is. [frame thread]
    void follow(LiveVersion& before);

private:
    LiveVersion(Session& session, std::uint64_t number, const sema::Program& program,
                BuiltShow& built);
    [[nodiscard]] Result<void> make_buffers();
    [[nodiscard]] bool open_control(const RunOptions& options, Knobs* knobs);

    Session& session_;
    std::uint32_t number_;
    const sema::Program& program_;
    const BuiltShow& built_;
    runtime::Show& show_;
    runtime::Inputs inputs_;
    runtime::Live live_;
    std::vector<OutputSpec> files_;
    std::vector<runtime::LoggedMedia> media_;
    std::vector<runtime::Buffer> buffers_;
    std::vector<weft_target> targets_;
    std::unique_ptr<Control> control_;  // closed before the inputs go
};

// How a program is built to run live.
[[nodiscard]] BuildRequest live_request(const sema::Program& program, const RunOptions& options);

// A voice of a show's sound, without numbers; null where it has none.
[[nodiscard]] std::unique_ptr<runtime::Voice> voice_of(runtime::Live& live,
                                                       const sema::Program& program,
                                                       const BuiltShow& built);

// Channels that a program plays, and hears of one device; up to which device it hears.
[[nodiscard]] std::uint32_t channels_played(const sema::Program& program);
[[nodiscard]] std::uint32_t channels_heard(const sema::Program& program);
[[nodiscard]] std::uint32_t microphones_heard(const sema::Program& program);

}  // namespace weft::driver
