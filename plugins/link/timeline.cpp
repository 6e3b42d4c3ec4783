#include "timeline.h"

#include <ableton/Link.hpp>

#include <chrono>
#include <cmath>
#include <utility>

namespace weft::link {

namespace {

// Link would take CLOCK_MONOTONIC_RAW, from which ours drifts away.
using Link = ableton::BasicLink<ableton::platforms::linux::ClockMonotonic>;

std::chrono::microseconds microseconds(double time) {
    return std::chrono::microseconds(std::llround(time * 1e6));
}

}  // namespace

struct Timeline::Impl {
    Impl(double bpm, double beats, std::function<void()> tell)
        : quantum(beats), changed(std::move(tell)), link(bpm) {}

    double quantum;
    std::function<void()> changed;
    Link link;  // last: its threads end before what they call
};

Timeline::Timeline(double bpm, double quantum, std::function<void()> changed)
    : impl_(std::make_unique<Impl>(bpm, quantum, std::move(changed))) {
    impl_->link.setNumPeersCallback([impl = impl_.get()](std::size_t) { impl->changed(); });
    impl_->link.setTempoCallback([impl = impl_.get()](double) { impl->changed(); });
    impl_->link.enable(true);
}

Timeline::~Timeline() {
    impl_->link.enable(false);
}

std::size_t Timeline::peers() const {
    return impl_->link.numPeers();
}

weft_control_tempo Timeline::at(double time) const {
    const auto state = impl_->link.captureAppSessionState();
    // Link counts in whole microseconds; the rest is a straight line.
    const auto whole = microseconds(time);
    const double rest = time - static_cast<double>(whole.count()) * 1e-6;
    const double bpm = state.tempo();
    return {sizeof(weft_control_tempo), 1, time,
            state.beatAtTime(whole, impl_->quantum) + rest * bpm / 60.0, bpm};
}

void Timeline::set(const weft_control_tempo& tempo, bool beat_too) {
    auto state = impl_->link.captureAppSessionState();
    state.setTempo(tempo.bpm, microseconds(tempo.time));
    if (beat_too) state.requestBeatAtTime(tempo.beat, microseconds(tempo.time), impl_->quantum);
    impl_->link.commitAppSessionState(state);
}

}  // namespace weft::link
