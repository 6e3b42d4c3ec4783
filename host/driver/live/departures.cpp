#include "driver/live/departures.h"

#include <algorithm>

#include "driver/live/live_sound.h"
#include "driver/live/live_version.h"

namespace weft::driver {
namespace {

bool hangs(const std::unique_ptr<Version>& version) {
    return LiveVersion::of(*version).show().hangs();
}

}  // namespace

void Departures::look(Reloader& reloader, LiveSound& sound, bool sound_hangs) {
    if (leaving_ == nullptr && aside_.empty()) {
        return;
    }
    const bool settled = !sound_hangs && sound.settle();
    if (leaving_ != nullptr && (sound_hangs || (settled && hangs(leaving_)))) {
        aside_.push_back(std::move(leaving_));
    }
    if (!settled) {
        return;
    }
    const auto gone = std::partition(aside_.begin(), aside_.end(), hangs);
    std::for_each(gone, aside_.end(), [&](auto& version) { reloader.retire(std::move(version)); });
    aside_.erase(gone, aside_.end());
    reloader.retire(std::move(leaving_));
}

bool Departures::hang() const {
    return (leaving_ != nullptr && hangs(leaving_)) || !aside_.empty();
}

void Departures::end(Reloader& reloader) {
    reloader.retire(std::move(leaving_));
}

}  // namespace weft::driver
