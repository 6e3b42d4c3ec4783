// Sessions over a real JACK server with real ports of another client.
#include <weft/devices.h>

#include <algorithm>

#include "midi_test.h"
#include "tests/support/absent.h"

namespace weft::test {
namespace {

using midi::Message;
using Messages = std::vector<Message>;

class Session : public MidiTest {
protected:
    void SetUp() override {
        if (!JackServer::available()) return absent("there is no jackd");
        server.start();
    }

    JackServer server{{.starts = false}};
};

TEST_F(Session, ControllersNotesAndBendsComeIn) {
    Peer peer("peer");
    Statements statements;
    statements.input("midi_cc", {{"", 1.0}, {"", 7.0}});
    statements.input("midi_note", {{"", 0.0}}, 3);
    statements.input("midi_bend", {{"", 1.0}});
    statements.input("midi_cc", {{"", 1.0}, {"", 7.0}, {"port", std::string("nobody")}});
    Program program = open(statements);
    ASSERT_EQ(program.status, WEFT_OK) << program.error;
    ASSERT_TRUE(server.is_heard("peer-out:midi"));
    peer.say({0xb0, 7, 127});
    EXPECT_TRUE(program.news.wait_for(0, 0, 1));
    peer.say({0x94, 60, 127});
    EXPECT_TRUE(program.news.wait_for(1, 2, 1));
    EXPECT_TRUE(program.news.wait_for(1, 0, 60));
    peer.say({0x94, 60, 0});
    EXPECT_TRUE(program.news.wait_for(1, 2, 0));
    // Garbage, then sense: running status, and what nobody asked for.
    peer.say({0xf0, 1, 2, 3, 0xf7});
    peer.say({0xb0, 9, 1, 7, 0});
    EXPECT_TRUE(program.news.wait_for(0, 0, 0));
    peer.say({0xe0, 0, 0});
    EXPECT_TRUE(program.news.wait_for(2, 0, -1));
    EXPECT_TRUE(program.news.wait([&] {
        return std::count(program.news.heard.begin(), program.news.heard.end(),
                          "midi_cc 1 9 [0] = 0.007874") == 1;
    }));
    const weft_control_counters counters = program.counters();
    EXPECT_EQ(counters.received, 6u);
    EXPECT_EQ(counters.unmatched, 1u);
    program.close();
    EXPECT_EQ(program.news.values.count({3, 0}), 0u);
}

TEST_F(Session, TheVirtualPortIsHeard) {
    Peer peer("peer");
    Statements statements;
    statements.input("midi_cc", {{"", 0.0}, {"", 1.0}, {"port", std::string("weft-in")}});
    Program program = open(statements);
    ASSERT_TRUE(server.connect("peer-out:midi", "weft-in:weft"));
    peer.say({0xb3, 1, 127});
    EXPECT_TRUE(program.news.wait_for(0, 0, 1));
}

TEST_F(Session, OnlyTheNamedPortIsHeard) {
    Peer knobs("knobs");
    Peer keys("keys");
    Statements statements;
    statements.input("midi_cc", {{"", 0.0}, {"", 1.0}});
    statements.input("midi_cc", {{"", 0.0}, {"", 2.0}});
    statements.option("midi.in", "KEYS");
    Program program = open(statements);
    ASSERT_TRUE(server.is_heard("keys-out:midi"));
    knobs.say({0xb0, 1, 127});
    keys.say({0xb0, 2, 127});
    EXPECT_TRUE(program.news.wait_for(1, 0, 1));
    program.close();
    EXPECT_EQ(program.news.values.count({0, 0}), 0u);
}

TEST_F(Session, MessagesGoOutInOrder) {
    Peer peer("peer");
    Statements statements;
    statements.sink({{"cc", 7.0}}, {"value"}).sink({{"channel", 2.0}}, {"note", "velocity"});
    Program program = open(statements);
    ASSERT_TRUE(server.connect("weft-out:weft", "peer-in:midi"));
    program.send({1}, 0);
    program.send({60, 1}, 1);
    program.flush();
    program.send({1}, 0);
    program.send({62, 1}, 1);
    program.flush(0.02);  // a frame that shows later
    program.send({0}, 0);
    program.send({62, 1}, 1);
    program.flush(0.04);
    EXPECT_TRUE(peer.wait([](const Messages& heard) { return heard.size() >= 5; }));
    EXPECT_EQ(program.counters().sent, 5u);
    program.close();  // ends the note
    EXPECT_TRUE(peer.wait([](const Messages& heard) { return heard.size() >= 6; }));
    EXPECT_EQ(peer.take(), (Messages{{0xb0, 7, 127},
                                     {0x91, 60, 127},
                                     {0x81, 60, 0},
                                     {0x91, 62, 127},
                                     {0xb0, 7, 0},
                                     {0x81, 62, 0}}));
}

TEST_F(Session, APortOfASink) {
    Peer synth("synth");
    Statements statements;
    statements.sink({{"cc", 7.0}, {"port", std::string("Synth-in")}}, {"value"});
    statements.sink({{"cc", 8.0}, {"port", std::string("nobody")}}, {"value"});
    Program program = open(statements);
    program.send({1}, 0);
    program.send({1}, 1);
    program.flush();
    EXPECT_TRUE(synth.wait([](const Messages& heard) { return heard.size() == 1; }));
    EXPECT_TRUE(eventually([&] { return program.counters().unsent == 1; }));
    EXPECT_STREQ(program.counters().reason, "the port is not there");
}

TEST_F(Session, AReloadGoesOn) {
    Peer peer("peer");
    Statements statements;
    statements.input("midi_cc", {{"", 1.0}, {"", 7.0}});
    statements.input("midi_note", {{"", 1.0}}, 3);
    statements.sink({}, {"note", "velocity"});
    Program before = open(statements);
    ASSERT_TRUE(server.is_heard("peer-out:midi"));
    ASSERT_TRUE(server.connect("weft-out:weft", "peer-in:midi"));
    peer.say({0xb0, 7, 127});
    peer.say({0x90, 61, 127});
    ASSERT_TRUE(before.news.wait_for(0, 0, 1));
    ASSERT_TRUE(before.news.wait_for(1, 2, 1));
    before.send({60, 1});
    before.flush();
    ASSERT_TRUE(peer.wait([](const Messages& heard) { return heard.size() == 1; }));

    // The next program learns where knobs and keys are, without their being moved.
    Program after = open(statements);
    EXPECT_TRUE(after.news.wait_for(0, 0, 1));
    EXPECT_TRUE(after.news.wait_for(1, 0, 61));
    EXPECT_TRUE(after.news.wait_for(1, 2, 1));
    // A note that goes on is neither ended nor struck again.
    after.send({60, 1});
    after.flush();
    before.close();
    peer.say({0xb0, 7, 0});
    EXPECT_TRUE(after.news.wait_for(0, 0, 0));
    after.send({64, 1});
    after.flush();
    ASSERT_TRUE(peer.wait([](const Messages& heard) { return heard.size() >= 3; }));
    EXPECT_EQ(peer.take(), (Messages{{0x90, 60, 127}, {0x80, 60, 0}, {0x90, 64, 127}}));
    EXPECT_EQ(after.counters().reconnects, 0u);
}

TEST_F(Session, APortThatReturnsIsTakenUpAgain) {
    auto peer = std::make_unique<Peer>("peer");
    Statements statements;
    statements.input("midi_cc", {{"", 1.0}, {"", 7.0}});
    statements.input("midi_note", {{"", 1.0}}, 3);
    statements.sink({{"cc", 7.0}, {"port", std::string("peer-in")}}, {"value"});
    Program program = open(statements);
    ASSERT_TRUE(server.is_heard("peer-out:midi"));
    peer->say({0x90, 60, 127});
    ASSERT_TRUE(program.news.wait_for(1, 2, 1));
    program.send({1});
    program.flush();
    ASSERT_TRUE(peer->wait([](const Messages& heard) { return heard.size() == 1; }));
    peer.reset();
    EXPECT_TRUE(program.news.wait_for(1, 2, 0));  // its note is released
    peer = std::make_unique<Peer>("peer");
    ASSERT_TRUE(server.is_heard("peer-out:midi"));
    peer->say({0xb0, 7, 127});
    EXPECT_TRUE(program.news.wait_for(0, 0, 1));
    EXPECT_TRUE(eventually([&] { return program.counters().reconnects == 2; }));
    // It does not know what was sent to it before.
    EXPECT_TRUE(eventually([&] {
        program.send({1});
        program.flush();
        return !peer->take().empty();
    }));
}

TEST_F(Session, AServerThatReturnsIsTakenUpAgain) {
    auto peer = std::make_unique<Peer>("peer");
    Statements statements;
    statements.input("midi_cc", {{"", 1.0}, {"", 7.0}});
    statements.sink({{"cc", 7.0}}, {"value"});
    Program program = open(statements);
    ASSERT_TRUE(server.is_heard("peer-out:midi"));
    peer.reset();  // its clients are of this process too, and must not be closed after ours
    server.kill();
    ASSERT_TRUE(eventually([&] { return said("JACK server is gone"); }));
    for (int i = 0; i < 5000; ++i) {  // more than any queue takes: nothing waits
        program.send({i % 2 ? 1.0 : 0.0});
        program.flush();
    }
    EXPECT_TRUE(eventually([&] { return program.counters().unsent > 0; }));
    server.start();
    peer = std::make_unique<Peer>("peer");
    ASSERT_TRUE(server.is_heard("peer-out:midi"));
    peer->say({0xb0, 7, 127});
    EXPECT_TRUE(program.news.wait_for(0, 0, 1));
    EXPECT_GE(program.counters().reconnects, 1u);
}

TEST_F(Session, ClockInIsTempo) {
    Peer peer("peer");
    Program program = open(Statements());
    ASSERT_TRUE(server.is_heard("peer-out:midi"));
    peer.say({midi::kStart});
    for (int i = 0; i < 48; ++i) {
        peer.say({midi::kClock});
        timespec time = {0, 10'000'000};
        nanosleep(&time, nullptr);
    }
    EXPECT_TRUE(program.news.wait(
        [&] { return !program.news.tempos.empty() && program.news.tempos.back().beat > 1.5; }));
    peer.say({midi::kStop});
    EXPECT_TRUE(program.news.wait([&] { return !program.news.tempos.back().playing; }));
    program.close();
    // How fast it was depends on the machine's load; that it moved forward does not.
    double beat = -1;
    for (const weft_control_tempo& tempo : program.news.tempos) {
        EXPECT_GE(tempo.beat, beat);
        beat = tempo.beat;
    }
    EXPECT_NEAR(beat, 2, 0.5);
}

TEST_F(Session, ClockGoesOut) {
    Peer peer("peer");
    Program program = open(std::move(Statements().option("midi.clock", "")));
    ASSERT_TRUE(server.connect("weft-out:weft", "peer-in:midi"));
    program.tempo({sizeof(weft_control_tempo), 1, cpp::now(), 0, 300});
    EXPECT_TRUE(peer.wait([](const Messages& heard) { return heard.size() >= 26; }));
    const Messages heard = peer.take();
    EXPECT_EQ(heard[0], Message{midi::kStart});
    EXPECT_EQ(heard[1], Message{midi::kClock});
    program.close();
    EXPECT_TRUE(peer.wait(
        [](const Messages& rest) { return !rest.empty() && rest.back() == Message{midi::kStop}; }));
}

TEST_F(Session, SeveralPortsAreNamedAndThoseThatAreMissingAreSaid) {
    Peer knobs("knobs");
    Peer keys("keys");
    Statements statements;
    statements.input("midi_cc", {{"", 0.0}, {"", 1.0}});
    statements.input("midi_cc", {{"", 0.0}, {"", 2.0}});
    statements.option("midi.in", "keys").option("midi.in", "Knobs").option("midi.in", "faders");
    Program program = open(statements);
    ASSERT_TRUE(server.is_heard("keys-out:midi"));
    ASSERT_TRUE(server.is_heard("knobs-out:midi"));
    knobs.say({0xb0, 1, 127});
    keys.say({0xb0, 2, 127});
    EXPECT_TRUE(program.news.wait_for(0, 0, 1));
    EXPECT_TRUE(program.news.wait_for(1, 0, 1));
    EXPECT_TRUE(said("no MIDI port that sends has 'faders' in its name; it is waited for. There "
                     "are 'keys-out:midi', 'knobs-out:midi'") ||
                said("no MIDI port that sends has 'faders' in its name; it is waited for. There "
                     "are 'knobs-out:midi', 'keys-out:midi'"));
    EXPECT_FALSE(said("'keys' in its name"));
    const Peer faders("faders");
    EXPECT_TRUE(server.is_heard("faders-out:midi"));
}

// A server that stops in the midst of everything: sessions come and go all the same, and what
// cannot be closed is left behind.
TEST_F(Session, AServerThatHangsHoldsNobodyUp) {
    Statements statements;
    statements.input("midi_cc", {{"", 1.0}, {"", 7.0}}).sink({{"cc", 7.0}}, {"value"});
    Program before = open(statements);
    ASSERT_TRUE(eventually([&] { return said("sending to MIDI port 'weft-out:weft'"); }));
    server.pause(true);
    Program after = open(statements);  // a reload
    EXPECT_EQ(after.status, WEFT_OK);
    before.close();
    after.send({1});
    after.flush();
    after.close();
    EXPECT_TRUE(said("MIDI does not answer; its ports are left to close by themselves"));
    server.pause(false);
    Program again = open(statements);
    EXPECT_EQ(again.status, WEFT_OK);
    Peer peer("peer");
    ASSERT_TRUE(server.is_heard("peer-out:midi"));
    peer.say({0xb0, 7, 127});
    EXPECT_TRUE(again.news.wait_for(0, 0, 1));
}

TEST_F(Session, PortsAreListed) {
    const Peer peer("peer");
    const auto* const ports =
        static_cast<const weft_devices_api*>(api->extension(cpp::to_str(WEFT_DEVICES_EXTENSION)));
    ASSERT_NE(ports, nullptr);
    std::vector<weft_device> devices(4);
    for (weft_device& device : devices) device.struct_size = sizeof device;
    std::uint32_t count = 0;
    ASSERT_EQ(ports->list(devices.data(), 4, &count, nullptr), WEFT_OK);
    ASSERT_EQ(count, 2u);
    EXPECT_STREQ(devices[0].name, "in: peer-out:midi");
    EXPECT_STREQ(devices[1].name, "out: peer-in:midi");
}

TEST_F(Session, WhatIsWrongIsSaid) {
    Statements statements;
    statements.input("midi_cc", {{"", 1.0}, {"", 7.0}}).input("midi_cc", {{"", 1.0}, {"", 200.0}});
    const Program program = open(statements);
    EXPECT_EQ(program.status, WEFT_INVALID);
    EXPECT_EQ(program.error, "midi_cc: the controller is a whole number from 0 to 127");
}

// Without a server: nothing hangs, nothing is said on the terminal, and a server that comes is
// used.
TEST_F(MidiTest, WithoutAServerItWaitsForOne) {
    if (!JackServer::available()) return absent("there is no jackd");
    if (access("/dev/snd/seq", R_OK | W_OK) == 0)
        return absent("ALSA's sequencer is there, and comes first", false);
    JackServer server({.starts = false});
    testing::internal::CaptureStderr();
    testing::internal::CaptureStdout();
    weft_probe probe = {};
    probe.struct_size = sizeof probe;
    ASSERT_EQ(api->probe(&probe, nullptr), WEFT_OK);
    EXPECT_EQ(probe.available, 1u);
    Statements statements;
    statements.input("midi_cc", {{"", 1.0}, {"", 7.0}}).sink({{"cc", 7.0}}, {"value"});
    Program program = open(statements);
    EXPECT_EQ(program.status, WEFT_OK);
    program.send({1});
    program.flush();
    EXPECT_TRUE(eventually([&] { return program.counters().unsent == 1; }));
    EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
    EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
    ASSERT_EQ(log().size(), 1u);
    EXPECT_EQ(log()[0].substr(0, 16), "there is no MIDI");
    server.start();
    Peer peer("peer");
    ASSERT_TRUE(server.is_heard("peer-out:midi"));
    peer.say({0xb0, 7, 127});
    EXPECT_TRUE(program.news.wait_for(0, 0, 1));
}

}  // namespace
}  // namespace weft::test
