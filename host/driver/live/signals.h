// What a running show is told by signals: SIGINT and SIGTERM end it, SIGHUP reloads its program. A
// second signal to end ends the process at once. A pipe that nobody reads (SIGPIPE) ends nothing.
#pragma once

#include <csignal>

namespace weft::driver {

// Catches them as long as it lives; one at a time.
class Signals {
public:
    Signals();
    ~Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;

    [[nodiscard]] static bool end_asked();  // [any thread]
    // True once after each SIGHUP. [one thread]
    [[nodiscard]] static bool reload_asked();

private:
    struct sigaction before_[4] = {};
};

}  // namespace weft::driver
