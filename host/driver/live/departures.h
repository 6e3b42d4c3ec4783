// Versions of a program that another has taken the place of: they stay until nothing of them is
// heard or runs, and are then released on the compile thread. What hangs in one of them holds up no
// edit: such a version waits aside, for as long as it takes.
#pragma once

#include <memory>
#include <vector>

#include "driver/live/reload.h"

namespace weft::driver {

class LiveSound;

class Departures {
public:
    // Has the last one that left gone, or been put aside? Only then may another leave.
    [[nodiscard]] bool is_clear() const { return leaving_ == nullptr; }
    void leave(std::unique_ptr<Version> version) { leaving_ = std::move(version); }
    // Between frames. `sound_hangs`: the thread that computes sound does.
    void look(Reloader& reloader, LiveSound& sound, bool sound_hangs);
    // Does anything hang in a version that left? Then it must not be destroyed.
    [[nodiscard]] bool hang() const;
    // The show is over, and nothing hangs.
    void end(Reloader& reloader);

private:
    std::unique_ptr<Version> leaving_;  // until its sound is gone
    std::vector<std::unique_ptr<Version>> aside_;
};

}  // namespace weft::driver
