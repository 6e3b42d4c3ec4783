// Sound cards that are none, so that ALSA can be tested where there is no card.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

namespace weft::test {

// ALSA with two devices that take everything at once and hear nothing, instead of this machine's.
class Cards {
public:
    // PortAudio takes for granted that there is a default.
    explicit Cards(bool has_default = true)
        : path_(testing::TempDir() + "weft-asound-" + std::to_string(getpid()) + "-" +
                std::to_string(count_++)) {
        std::ofstream(path_) << "pcm.stage { type null }\nctl.stage { type null }\n"
                             << (has_default
                                     ? "pcm.default { type null }\nctl.default { type null }\n"
                                     : "");
        setenv("ALSA_CONFIG_PATH", path_.c_str(), 1);
    }
    Cards(const Cards&) = delete;
    Cards& operator=(const Cards&) = delete;
    ~Cards() {
        unsetenv("ALSA_CONFIG_PATH");
        unlink(path_.c_str());
    }

private:
    inline static int count_ = 0;  // ALSA keeps what it read from a file of the same name
    std::string path_;
};

}  // namespace weft::test
