// Sound cards that are none, so that ALSA can be tested where there is no card.
#pragma once

#include <cstdlib>
#include <fstream>
#include <string>

#include "tests/support/temp_dir.h"

namespace weft::test {

// ALSA with two devices that take everything at once and hear nothing, instead of this machine's.
class Cards {
public:
    // PortAudio takes for granted that there is a default.
    explicit Cards(bool has_default = true) {
        std::ofstream(path_) << "pcm.stage { type null }\nctl.stage { type null }\n"
                             << (has_default
                                     ? "pcm.default { type null }\nctl.default { type null }\n"
                                     : "");
        setenv("ALSA_CONFIG_PATH", path_.c_str(), 1);
    }
    Cards(const Cards&) = delete;
    Cards& operator=(const Cards&) = delete;
    ~Cards() { unsetenv("ALSA_CONFIG_PATH"); }

private:
    TempDir directory_;  // a new one each: ALSA keeps what it read from a file of the same name
    std::string path_ = directory_ / "asound.conf";
};

}  // namespace weft::test
