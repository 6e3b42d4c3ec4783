// What a running show does about parts that fail: they are left out, with a reason, and the rest
// goes on; after a while they are tried again, later each time. A lost device is opened anew by
// compiling the program for it.
#pragma once

#include <string>
#include <vector>

#include "driver/live/live_version.h"
#include "driver/live/run_report.h"
#include "driver/live/watchdog.h"

namespace weft::driver {

class Faults {
public:
    explicit Faults(RunReport& report) : report_(report) {}

    // A frame of this version failed. True: the program is to be compiled anew.
    [[nodiscard]] bool failed(LiveVersion& version, const Error& error, double now);
    // A step of sound failed, or was given up. True as above.
    [[nodiscard]] bool failed(LiveVersion& version, const runtime::Live::Failure& failure,
                              double now);
    // What hangs beside the main thread, and what has come back. Of sound the rest goes on when
    // what hangs comes back, without it.
    void hang(LiveVersion& version, const std::vector<Watchdog::News>& all, double now);
    // Before a frame: parts whose time has come are tried again. True as above.
    [[nodiscard]] bool look(LiveVersion& version, double now);
    // A frame of this version was run whole.
    void passed(double now);
    // Another version: what it fails by is its own.
    void clear();

private:
    struct Fault {
        runtime::Show::Culprit part;
        std::string name;  // of the back end
        std::string reason;
        bool lost = false;   // its device is
        bool tried = false;  // it runs again, until it fails
        double wait = 0;     // seconds
        double until = 0;    // CLOCK_MONOTONIC: it is tried again, or has proved itself
    };
    [[nodiscard]] bool fail(LiveVersion& version, const runtime::Show::Culprit& culprit,
                            const Error& error, double now);
    // False: it has not come back.
    [[nodiscard]] static bool enable(LiveVersion& version, const Fault& fault, bool enabled);

    RunReport& report_;
    std::vector<Fault> faults_;
    // What is lost again and again is not opened at every moment.
    double rebuild_wait_ = 0;  // seconds
    double rebuilt_ = -1e9;    // CLOCK_MONOTONIC
};

}  // namespace weft::driver
