// A JACK server of a test's own, without a sound card: real ports and a real clock, for this
// process alone. The environment leads every client there; the server ends with this object, and
// with the test whatever happens to it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace weft::test {

// Waits until `what` is true, as long as a loaded machine may need.
[[nodiscard]] bool eventually(const std::function<bool()>& what);

class JackServer {
public:
    struct Options {
        std::uint32_t rate = 48000;
        std::uint32_t period = 256;
        // For its clients, so that nothing is lost however loaded the machine is.
        bool waits = true;
        bool starts = true;  // at once
    };

    // False where jackd or what looks at it is not installed.
    [[nodiscard]] static bool available();

    // One at a time. Throws when the server does not start.
    explicit JackServer(const Options& options);
    JackServer() : JackServer(Options{}) {}
    JackServer(const JackServer&) = delete;
    JackServer& operator=(const JackServer&) = delete;
    ~JackServer();

    void start();
    // As if it had crashed.
    void kill();
    // It hangs, and goes on.
    void pause(bool on) const;

    // Waits until both ports are there and connected.
    [[nodiscard]] bool connect(const std::string& from, const std::string& to);
    // Waits until somebody is connected to this port.
    [[nodiscard]] bool is_heard(const std::string& port);
    [[nodiscard]] const std::string& name() const { return name_; }

private:
    using Names = std::vector<std::string>;

    // One client for all questions, in a process of its own (jack_look.py says why).
    struct Look {
        pid_t process = -1;
        int socket = -1;
    };

    // An answer of jack_look.py; none of a server that hangs or has ended.
    Names ask(const Names& question);
    [[nodiscard]] bool hear(std::string& line) const;
    bool look();
    void look_away();
    void end(int signal);

    Options options_;
    std::string name_;
    pid_t process_ = -1;
    Look look_;
};

}  // namespace weft::test
