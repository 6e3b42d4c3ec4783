#include "driver/live/learning.h"

#include <fmt/format.h>

#include <algorithm>

namespace weft::driver {
namespace {

using namespace std::chrono_literals;

// A control that was heard so shortly before a knob began to wait moves by itself.
constexpr auto kStreams = 500ms;
constexpr std::size_t kMostHeard = 4096;
constexpr std::uint32_t kShift = 1;

bool is_bound(const Learning::Bindings& bindings, const std::string& key) {
    return std::any_of(bindings.begin(), bindings.end(),
                       [&](const auto& binding) { return binding.first == key; });
}

std::string turned_by(const Learning::Bindings& bindings, const std::string& key) {
    std::string result;
    for (const auto& [knob, name] : bindings)
        if (knob == key) result += (result.empty() ? "(" : ", ") + name.written();
    return result.empty() ? "(free)" : result + ")";
}

}  // namespace

void Learning::adopt(std::vector<Knob> knobs, const Bindings& bindings) {
    const std::string waiting = waits_ ? knob().key : "";
    knobs_ = std::move(knobs);
    const auto same = std::find_if(knobs_.begin(), knobs_.end(),
                                   [&](const Knob& knob) { return knob.key == waiting; });
    if (same != knobs_.end())
        place_ = static_cast<std::size_t>(same - knobs_.begin());
    else
        wait_for_next(0, bindings);
}

void Learning::wait_for(std::size_t place) {
    waits_ = true;
    place_ = place;
    since_ = std::chrono::steady_clock::now();
}

void Learning::wait_for_next(std::size_t from, const Bindings& bindings) {
    waits_ = false;
    place_ = knobs_.empty() ? 0 : std::min(place_, knobs_.size() - 1);
    for (std::size_t i = from; i < knobs_.size() && !waits_; ++i)
        if (!is_bound(bindings, knobs_[i].key)) wait_for(i);
}

void Learning::step(bool back) {
    const std::size_t count = knobs_.size();
    if (count != 0) wait_for((place_ + (back ? count - 1 : 1)) % count);
}

bool Learning::takes(const ControlName& name, const Bindings& bindings) {
    const Moment now = std::chrono::steady_clock::now();
    const auto [at, is_new] = heard_.try_emplace(name.written(), now);
    const bool streams = !is_new && at->second < since_ && at->second > since_ - kStreams;
    at->second = now;
    if (heard_.size() > kMostHeard) heard_.clear();
    const bool taken = std::any_of(bindings.begin(), bindings.end(),
                                   [&](const auto& one) { return one.second == name; });
    return waits_ && !streams && !taken;
}

bool Learning::is_learnable(std::string_view key, std::uint32_t modifiers) {
    const bool plain = key.size() == 1 || key == "space" || key == "left" || key == "right" ||
                       key == "up" || key == "down";
    return plain && (modifiers & ~kShift) == 0;
}

std::string Learning::line(const Bindings& bindings) const {
    if (knobs_.empty()) return "learn: this program has no knobs";
    if (!waits_) return "learn: every knob has a control (tab: again)";
    return fmt::format("learn {} {}: move a control (tab: next)", knob().name,
                       turned_by(bindings, knob().key));
}

}  // namespace weft::driver
