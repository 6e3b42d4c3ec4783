// What a running show has to say: to the terminal, to its log, to whoever reads its status.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"
#include "driver/live/input_totals.h"
#include "driver/live/log_file.h"
#include "driver/live/run.h"
#include "driver/live/screen.h"
#include "driver/live/status.h"
#include "driver/live/trace_marks.h"

namespace weft::driver {

class LiveSound;
class LiveVersion;
class Pace;
class Reloader;
struct Version;

// Who is asked how it goes.
struct RunParts {
    Pace& pace;
    LiveSound& sound;
    LiveVersion& version;
    const Reloader& reloader;
    const Screen* screen;  // null: --headless
};

class RunReport {
public:
    // The log and the status line, where they are wanted.
    [[nodiscard]] static Result<std::unique_ptr<RunReport>> open(const RunOptions& options);
    ~RunReport();
    RunReport(const RunReport&) = delete;
    RunReport& operator=(const RunReport&) = delete;

    // A line for people. `level` is WEFT_LOG_*.
    void say(std::uint32_t level, std::string_view text);
    // A warning that is said only once.
    void once(const std::string& text);
    // Another version runs.
    void reloaded(Version& before, const Version& now);
    // What the newest save of the program came to; "": it is fine again.
    void message(const std::string& text);
    // What a part does not do any more, by its name; "" it does again.
    void trouble(const std::string& part, const std::string& state, const std::string& reason);

    // Whoever ends the process says so and waits a moment until it is in the log. [any thread]
    void last_words(const std::string& text);
    // Once a frame: a status line where one is due.
    void tick(const RunParts& parts);
    [[nodiscard]] ScreenStatus screen_status(const RunParts& parts) const;
    // The last words.
    void end(const RunParts& parts);

private:
    explicit RunReport(const RunOptions& options) : options_(options) {}
    [[nodiscard]] Status status(const RunParts& parts);
    // Since the show began: every edit counts anew.
    [[nodiscard]] StatusEvents events(LiveVersion& version) const;

    const RunOptions& options_;
    std::unique_ptr<LogFile> log_;
    std::unique_ptr<StatusWriter> writer_;
    std::set<std::string> said_;
    std::string message_;
    std::uint64_t caches_kept_ = 0;  // by the version that runs
    std::uint64_t caches_begun_ = 0;
    std::vector<StatusBackend> troubles_;
    InputTotals inputs_;
    StatusEvents events_before_;  // of versions that have gone
    TraceMarks marks_;
};

}  // namespace weft::driver
