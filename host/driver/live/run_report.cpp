#include "driver/live/run_report.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include "driver/compile/plugin_log.h"
#include "driver/live/live_sound.h"
#include "driver/live/live_version.h"
#include "driver/live/pace.h"
#include "driver/live/reload.h"
#include "runtime/time.h"

namespace weft::driver {
namespace {

constexpr std::size_t kMostSaid = 1000;

// Caches that are told by name.
constexpr std::size_t kNamed = 4;

// "3 caches go on, 1 begins anew (trail@v)"
std::string cache_news(const BuiltShow& built) {
    const std::size_t kept = built.kept.size();
    const std::size_t begun = built.begun.size();
    std::string text;
    if (kept != 0) {
        text = fmt::format("{} cache{}", kept, kept == 1 ? " goes on" : "s go on");
    }
    if (begun != 0) {
        const auto named = static_cast<std::ptrdiff_t>(std::min(begun, kNamed));
        text += fmt::format("{}{}{} anew ({}{})", kept != 0 ? ", " : "", begun,
                            begun == 1 ? (kept != 0 ? " begins" : " cache begins")
                                       : (kept != 0 ? " begin" : " caches begin"),
                            fmt::join(built.begun.begin(), built.begun.begin() + named, ", "),
                            begun > kNamed ? ", ..." : "");
    }
    return text;
}

// A show keeps the rate that its clock and its device go by.
std::string rate_news(const sema::Program& before, const sema::Program& now) {
    const double wanted = now.overruled[WEFT_FIELD_RATE];
    if (std::isnan(wanted) || wanted == before.overruled[WEFT_FIELD_RATE]) {
        return "";
    }
    return fmt::format("me<rate> = {} changes nothing now: a show keeps the rate it began with, {}",
                       wanted, now.settings[WEFT_FIELD_RATE]);
}

// Samples that came too late, and whose fault it was.
std::string lateness(const weft_audio_state& state) {
    const std::uint64_t xruns = state.underruns + state.overruns;
    if (state.slow_blocks != 0) {
        return fmt::format(
            "sound: {} underruns and overruns; {} of {} blocks took longer to compute than they "
            "last, and a larger --block leaves more room",
            xruns, state.slow_blocks, state.blocks);
    }
    return xruns == 0 ? ""
                      : fmt::format(
                            "sound: {} underruns and overruns, though no block was slow to "
                            "compute: the machine or its sound server was late",
                            xruns);
}

std::vector<StatusInput> inputs_of(LiveVersion& version) {
    std::vector<StatusInput> inputs;
    for (const Control::Counters& line : version.control().counters()) {
        const weft_control_counters& from = line.counters;
        inputs.push_back({line.plugin, from.received, from.unmatched, from.malformed, from.late,
                          from.sent, from.unsent, from.reconnects, from.reason});
    }
    return inputs;
}

}  // namespace

Result<std::unique_ptr<RunReport>> RunReport::open(const RunOptions& options) {
    std::unique_ptr<RunReport> report(new RunReport(options));
    if (!options.log.empty()) {
        LogSettings settings;
        settings.path = options.log;
        settings.size_limit = options.log_size;
        settings.kept = options.log_kept;
        auto log = LogFile::open(std::move(settings));
        if (!log) {
            return std::move(log).error();
        }
        report->log_ = std::move(*log);
        tell_of_plugins([log = report->log_.get()](std::uint32_t level, std::string_view line) {
            log->write(level, line);
        });
    }
    // Also without a log: the signal ends nobody.
    LogFile::catch_reopen_signal();
    if (options.status) {
        auto writer = StatusWriter::open(*options.status);
        if (!writer) {
            return std::move(writer).error();
        }
        report->writer_ = std::move(*writer);
    }
    return report;
}

RunReport::~RunReport() {
    tell_of_plugins(nullptr);
}

void RunReport::say(std::uint32_t level, std::string_view text) {
    const char* prefix = level == WEFT_LOG_ERROR     ? "error: "
                         : level == WEFT_LOG_WARNING ? "warning: "
                                                     : "";
    std::fprintf(stderr, "%s%.*s\n", prefix, static_cast<int>(text.size()), text.data());
    if (log_ != nullptr) {
        log_->write(level, text);
    }
}

void RunReport::last_words(const std::string& text) {
    if (log_ != nullptr) {
        log_->write(WEFT_LOG_ERROR, text);
        log_->flush(std::chrono::seconds(1));
    }
    // Who does not read what we say may be why we end.
    pollfd ready = {STDERR_FILENO, POLLOUT, 0};
    if (::poll(&ready, 1, 0) == 1) {
        const std::string line = "error: " + text + "\n";
        (void)!::write(STDERR_FILENO, line.data(), line.size());
    }
}

void RunReport::once(const std::string& text) {
    // Texts with numbers are many, in the course of weeks.
    if (said_.size() >= kMostSaid) {
        said_.clear();
    }
    if (said_.insert(text).second) {
        say(WEFT_LOG_WARNING, text);
    }
}

void RunReport::reloaded(Version& before, const Version& now) {
    marks_.reloaded(now.number);
    (void)inputs_.add(inputs_of(LiveVersion::of(before)));
    events_before_ = events(LiveVersion::of(before));
    caches_kept_ = now.built.kept.size();
    caches_begun_ = now.built.begun.size();
    const std::string caches = cache_news(now.built);
    say(WEFT_LOG_INFO, fmt::format("reloaded in {:.0f} ms{}{}", now.seconds * 1000,
                                   caches.empty() ? "" : ": ", caches));
    if (const std::string rate = rate_news(*before.program, *now.program); !rate.empty()) {
        say(WEFT_LOG_WARNING, rate);
    }
    // Warnings, once as long as they stay.
    const std::string words = now.messages->diagnostics.render(false);
    if (words != before.messages->diagnostics.render(false)) {
        std::fputs(words.c_str(), stderr);
        if (log_ != nullptr && !words.empty()) {
            log_->write(WEFT_LOG_WARNING, words);
        }
    }
}

void RunReport::message(const std::string& text) {
    message_ = text;
    if (text.empty()) {
        return;
    }
    marks_.refused(text);
    std::fputs(text.c_str(), stderr);
    if (log_ != nullptr) {
        log_->write(WEFT_LOG_ERROR, text);
    }
}

void RunReport::trouble(const std::string& part, const std::string& state,
                        const std::string& reason) {
    marks_.trouble(part, state);
    std::erase_if(troubles_, [&](const StatusBackend& known) { return known.name == part; });
    if (!state.empty()) {
        troubles_.push_back({part, state, reason});
    }
}

StatusEvents RunReport::events(LiveVersion& version) const {
    const runtime::InputCounters now = version.inputs().counters();
    return {events_before_.taken + now.posted, events_before_.late + now.late,
            events_before_.dropped + now.dropped, now.waiting};
}

Status RunReport::status(const RunParts& parts) {
    Status status;
    status.program = options_.file;
    const double fps = parts.version.program().settings[WEFT_FIELD_FPS];
    status.time = static_cast<double>(std::max<std::int64_t>(parts.pace.newest(), 0)) / fps;
    status.drift = parts.sound.clock().drift();
    status.frames_shown = parts.pace.shown();
    status.frames_left_out = parts.pace.left_out();
    const Pace::Lately lately = parts.pace.lately();
    status.fps = lately.fps;
    status.frame_time = lately.mean;
    status.frame_time_worst = lately.worst;
    status.has_sound = parts.sound.has_device();
    if (status.has_sound) {
        status.sound = parts.sound.status();
    }
    status.has_windows = parts.screen != nullptr && parts.screen->has_displays();
    if (status.has_windows) {
        status.windows = parts.screen->counts();
    }
    status.inputs = inputs_.add(inputs_of(parts.version));
    status.events = events(parts.version);
    for (const runtime::Step& step : parts.version.show().steps) {
        const std::string& name = step.backend.backend->name();
        const bool known =
            std::any_of(status.backends.begin(), status.backends.end(),
                        [&](const StatusBackend& backend) { return backend.name == name; });
        const bool troubled =
            std::any_of(troubles_.begin(), troubles_.end(),
                        [&](const StatusBackend& trouble) { return trouble.name == name; });
        if (!known && !troubled) {
            status.backends.push_back({name, "ok", ""});
        }
    }
    status.backends.insert(status.backends.end(), troubles_.begin(), troubles_.end());
    const Reloader::Counts counts = parts.reloader.counts();
    status.reloads = counts.built;
    status.reloads_refused = counts.failed;
    status.reload_seconds = counts.seconds;
    status.caches_kept = caches_kept_;
    status.caches_begun = caches_begun_;
    status.message = message_;
    return status;
}

void RunReport::tick(const RunParts& parts) {
    marks_.look(parts);
    if (parts.version.inputs().counters().dropped > 0) {
        static const std::string dropped = fmt::format(
            "values from outside were dropped: too many came at once, or more than {} wait for "
            "their time; \"events\" of --status counts them",
            runtime::Inputs::kMaxDue);
        once(dropped);
    }
    if (log_ != nullptr && LogFile::reopen_asked()) {
        log_->reopen();
    }
    if (writer_ != nullptr && writer_->due(runtime::monotonic())) {
        writer_->write(status(parts));
    }
}

ScreenStatus RunReport::screen_status(const RunParts& parts) const {
    ScreenStatus status;
    status.frame_ms = parts.pace.frame_time() * 1000;
    status.fps = parts.pace.fps();
    status.left_out = parts.pace.left_out();
    if (parts.sound.has_device()) {
        const weft_audio_state& state = parts.sound.state();
        status.xruns = state.underruns + state.overruns;
    }
    status.error = message_;
    for (const StatusBackend& trouble : troubles_) {
        status.more.push_back(trouble.name + " " + trouble.state + ": " + trouble.reason);
    }
    return status;
}

void RunReport::end(const RunParts& parts) {
    if (writer_ != nullptr) {
        writer_->write(status(parts));
    }
    const std::string late = parts.sound.has_device() ? lateness(parts.sound.state()) : "";
    if (!late.empty()) {
        say(WEFT_LOG_INFO, late);
    }
    say(WEFT_LOG_INFO,
        fmt::format("{} frames, {} left out", parts.pace.shown(), parts.pace.left_out()));
}

}  // namespace weft::driver
