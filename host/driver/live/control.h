// What a running program is told and tells by numbers: a session with every plugin that announces
// its control builtins and sinks. Events go to the program's parameters as they come; the values of
// its sinks go out with every frame.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <weft/control.h>

#include "driver/compile/session.h"
#include "plugin/live_extensions.h"
#include "runtime/inputs.h"
#include "runtime/show.h"
#include "sema/program.h"

namespace weft::driver {

struct ControlRequest {
    const sema::Program* program = nullptr;
    const runtime::Show* show = nullptr;
    runtime::Inputs* inputs = nullptr;
    // From the command line, for whoever knows them: "osc.listen", "midi.in". Texts only.
    std::vector<std::pair<std::string, std::string>> options;
    // Sessions are opened with all that could be heard, asked for by the program or not.
    bool all = false;
    // A plugin that shares its tempo with others must be there.
    bool shared_tempo = false;
    // Builtins whose plugins are opened, asked for by the program or not.
    std::vector<std::string> builtins;
    // [any thread] Whatever was heard; may be empty.
    std::function<void(const weft_source& source, std::uint32_t output, double value)> heard;
};

class Control {
public:
    // Null, with errors in the session's diagnostics, when something cannot be opened.
    // [compile thread]
    [[nodiscard]] static std::unique_ptr<Control> open(Session& session, ControlRequest request);
    ~Control();
    Control(const Control&) = delete;
    Control& operator=(const Control&) = delete;

    // [frame thread] What a frame left in its targets; it shows at `moment` (CLOCK_MONOTONIC
    // seconds). The first failure.
    [[nodiscard]] Result<void> send(const weft_target* targets, double moment);
    // [frame thread] The program's own tempo, for those that send a clock.
    void tempo(const weft_control_tempo& tempo);

    struct Counters {
        std::string plugin;
        weft_control_counters counters;
    };
    // By plugin, over this program and those that it follows.
    [[nodiscard]] std::vector<Counters> counters() const;  // [frame thread]
    // [frame thread] Takes the place of `before`: counting goes on from there, and what both heard
    // while both were open counts once.
    void follow(const Control& before);

private:
    class Line;
    explicit Control(ControlRequest request);

    ControlRequest request_;
    std::vector<std::unique_ptr<Line>> lines_;
    std::vector<Counters> earlier_;  // what is added to the lines' own
};

}  // namespace weft::driver
