#include "driver/live/input_totals.h"

#include <algorithm>
#include <array>

namespace weft::driver {
namespace {

constexpr std::array kCounters = {
    &StatusInput::received, &StatusInput::unmatched, &StatusInput::malformed, &StatusInput::late,
    &StatusInput::sent,     &StatusInput::unsent,    &StatusInput::reconnects};

}  // namespace

std::vector<StatusInput> InputTotals::add(std::vector<StatusInput> now) {
    for (StatusInput& input : now) {
        Plugin& plugin = plugins_[input.name];
        // A session counts upwards: this one is another.
        const bool another = std::any_of(kCounters.begin(), kCounters.end(), [&](auto counter) {
            return input.*counter < plugin.newest.*counter;
        });
        for (const auto counter : kCounters) {
            if (another) {
                plugin.before.*counter += plugin.newest.*counter;
            }
            plugin.newest.*counter = input.*counter;
            input.*counter += plugin.before.*counter;
        }
    }
    return now;
}

}  // namespace weft::driver
