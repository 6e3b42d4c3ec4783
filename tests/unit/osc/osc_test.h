// The osc plugin under test, driven as the host drives it: through its exported symbol, with a
// session's news kept as they come, and real sockets on the other side.
#pragma once

#include <weft/control.h>
#include <weft/plugin.h>

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "descriptor.h"
#include "osc_bytes.h"
#include "tests/support/temp_dir.h"

namespace weft::osc::test {

// Nothing here waits longer for what ought to come at once: a slow machine is no failure.
constexpr int kPatience = 20'000;  // milliseconds

struct InputSpec {
    std::string address;
    uint32_t outputs = 1;
    std::string port = {};  // "": none
    double port_number = 0;
};

struct SinkSpec {
    std::string address;
    std::string to;
    uint32_t values = 1;
    double rate = 0;
    bool always = false;
};

// An open session and what it heard.
class Program {
public:
    Program() = default;
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;
    ~Program() { close(); }

    [[nodiscard]] weft_status open(weft_backend* backend, const weft_control_api* api,
                                   const std::vector<InputSpec>& inputs,
                                   const std::vector<SinkSpec>& sinks,
                                   const std::vector<std::string>& listen);
    void close();

    // Waits until so many events came since the beginning.
    [[nodiscard]] std::vector<weft_control_event> wait_events(size_t count);
    [[nodiscard]] std::vector<weft_control_event> events();
    [[nodiscard]] size_t posts();
    [[nodiscard]] std::vector<std::string> heard();
    [[nodiscard]] weft_control_counters counters();
    // Waits until `holds` is true of the counters.
    [[nodiscard]] bool wait(const std::function<bool(const weft_control_counters&)>& holds);

    void send(uint32_t sink, std::initializer_list<double> values);
    // At 0: as of now.
    void flush(double time = 0);

    [[nodiscard]] weft_control_session* session() { return session_; }

    weft_error error = {};

private:
    const weft_control_api* api_ = nullptr;
    weft_control_session* session_ = nullptr;
    std::mutex mutex_;
    std::condition_variable news_;
    std::vector<weft_control_event> events_;
    size_t posts_ = 0;
    std::vector<std::string> heard_;
};

// A UDP socket on loopback.
class Datagrams {
public:
    explicit Datagrams(uint16_t port = 0);
    [[nodiscard]] uint16_t port() const { return port_; }
    void send(uint16_t port, const Bytes& bytes) const;
    // The next one; empty: none came.
    [[nodiscard]] std::vector<uint8_t> receive(int patience = kPatience);
    // Where that came from.
    [[nodiscard]] uint16_t sender() const { return sender_; }

private:
    Descriptor socket_;
    uint16_t port_ = 0;
    uint16_t sender_ = 0;
};

class OscTest : public testing::Test {
protected:
    OscTest();
    ~OscTest() override;

    // True: opened; else program.error says why not.
    [[nodiscard]] bool open(Program& program, const std::vector<InputSpec>& inputs,
                            const std::vector<SinkSpec>& sinks = {},
                            const std::vector<std::string>& listen = {});

    // A port that nobody has, for UDP and TCP, on both loopback addresses.
    static uint16_t free_port();
    static std::string udp(uint16_t port) { return "udp:" + std::to_string(port); }
    static std::string to(uint16_t port) { return "127.0.0.1:" + std::to_string(port); }
    // A path for a socket that is removed with the test.
    [[nodiscard]] std::string path(const std::string& name) const { return directory_ / name; }
    static void oscsend(const std::string& arguments);

    std::vector<std::string> log;
    weft_backend* backend = nullptr;
    const weft_control_api* control = nullptr;

private:
    weft_host host_ = {};
    const weft_backend_api* api_ = nullptr;
    weft::test::TempDir directory_;
};

// Open files of this process, and its threads.
[[nodiscard]] size_t count_descriptors();
[[nodiscard]] size_t count_threads();

}  // namespace weft::osc::test
