#include "driver/live/trace_marks.h"

#include "base/trace.h"
#include "driver/live/live_sound.h"
#include "driver/live/live_version.h"
#include "driver/live/pace.h"
#include "driver/live/run_report.h"
#include "runtime/time.h"

namespace weft::driver {
namespace {

constexpr double kPeriod = 0.05;  // seconds between two looks at the numbers

}  // namespace

void TraceMarks::look(const RunParts& parts) {
    if (!trace::on()) {
        return;
    }
    if (const double now = runtime::monotonic(); now >= next_) {
        next_ = now + kPeriod;
        trace::counter("late frames", static_cast<double>(parts.pace.left_out()));
        trace::counter("queued messages",
                       static_cast<double>(parts.version.inputs().counters().waiting));
        trace::counter("frame ms", parts.pace.frame_time() * 1000);
        if (parts.sound.has_device()) {
            trace::counter("load", parts.sound.state().load);
        }
    }
    if (!parts.sound.has_device()) {
        return;
    }
    const weft_audio_state& state = parts.sound.state();
    const std::uint64_t xruns = state.underruns + state.overruns;
    if (xruns > xruns_) {
        trace::instant(trace::What::event, "xrun");
    }
    if (state.losses > losses_) {
        trace::instant(trace::What::event, "sound device lost");
    }
    xruns_ = xruns;
    losses_ = state.losses;
}

void TraceMarks::reloaded(std::uint64_t version) const {
    trace::instant(trace::What::event, "reload", static_cast<std::int64_t>(version));
}

void TraceMarks::refused(const std::string& message) const {
    if (trace::on()) {
        const std::string line = message.substr(0, message.find('\n'));
        trace::instant(trace::What::event, trace::keep("edit refused: " + line));
    }
}

void TraceMarks::trouble(const std::string& part, const std::string& state) const {
    if (trace::on()) {
        trace::instant(trace::What::event,
                       trace::keep(part + " " + (state.empty() ? "works again" : state)));
    }
}

}  // namespace weft::driver
