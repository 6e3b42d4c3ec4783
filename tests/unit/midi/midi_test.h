// The midi plugin under test, driven as the host drives it: through its exported symbol, with a
// session's news kept as they come; on the other side another client of a JACK server.
#pragma once

#include <RtMidi.h>
#include <weft/control.h>
#include <weft/plugin.h>

#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <weft/cpp/wake.hpp>
#include "message.h"
#include "statements.h"
#include "tests/support/jack_server.h"

namespace weft::test {

// What a session told, and a way to wait for it. One mutex for all of a test.
class News {
public:
    [[nodiscard]] weft_control_host host();

    // Waits until `holds` does, which is asked whenever something came.
    [[nodiscard]] bool wait(const std::function<bool()>& holds);
    [[nodiscard]] bool wait_for(std::uint32_t input, std::uint32_t output, double value);

    // For use within `wait`, or when nobody talks any more.
    std::map<std::pair<std::uint32_t, std::uint32_t>, double> values;
    std::vector<std::string> heard;  // "midi_cc 1 7 [0] = 0.5"
    std::vector<weft_control_tempo> tempos;

private:
    std::mutex mutex_;
    std::condition_variable changed_;
};

// An open session.
class Program {
public:
    Program(weft_backend* backend, const weft_control_api* api, const Statements& statements);
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;
    ~Program() { close(); }

    void close();
    // The values of sink 0 for a frame that shows now.
    void send(const std::vector<double>& values, std::uint32_t sink = 0);
    void flush(double in = 0);  // seconds from now
    void tempo(const weft_control_tempo& tempo) { api_->tempo(session_, &tempo); }
    [[nodiscard]] weft_control_counters counters() const;

    News news;
    weft_status status = WEFT_OK;
    std::string error;

private:
    const weft_control_api* api_;
    weft_control_host host_;
    weft_control_session* session_ = nullptr;
};

// Somebody else's MIDI ports: NAME-out:midi, which others hear, and NAME-in:midi.
class Peer {
public:
    explicit Peer(const std::string& name);

    void say(const std::vector<unsigned char>& bytes) { out_.sendMessage(&bytes); }
    // Waits until `holds` of what was heard.
    [[nodiscard]] bool wait(const std::function<bool(const std::vector<midi::Message>&)>& holds);
    [[nodiscard]] std::vector<midi::Message> take();

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<midi::Message> messages_;
    RtMidiOut out_;
    RtMidiIn in_;
};

class MidiTest : public testing::Test {
protected:
    MidiTest();
    ~MidiTest() override;

    [[nodiscard]] Program open(const Statements& statements) {
        return Program(backend_, control_, statements);
    }
    [[nodiscard]] std::vector<std::string> log();
    // Whether a line of the log has this in it.
    [[nodiscard]] bool said(std::string_view text);

    const weft_backend_api* api = nullptr;

private:
    std::mutex log_mutex_;
    std::vector<std::string> log_;
    weft_host host_ = {};
    weft_backend* backend_ = nullptr;
    const weft_control_api* control_ = nullptr;
};

}  // namespace weft::test
