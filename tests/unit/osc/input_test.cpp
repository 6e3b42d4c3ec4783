// Messages in: by liblo's tools and byte by byte, over every transport.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <filesystem>

#include "clocks.h"
#include "osc_test.h"
#include "stream.h"

namespace weft::osc::test {
namespace {

using Event = weft_control_event;

testing::AssertionResult is(const Event& event, uint32_t input, uint32_t output, double value) {
    if (event.input == input && event.output == output && event.value == value)
        return testing::AssertionSuccess();
    return testing::AssertionFailure()
           << "input " << event.input << " output " << event.output << " value " << event.value;
}

Bytes message(const std::string& address, float value) {
    return Bytes().text(address).text(",f").f32(value);
}

// A stream to a port of this machine.
Descriptor connected(uint16_t port) {
    Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    EXPECT_EQ(::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    return socket;
}

void write_all(const Descriptor& socket, std::span<const uint8_t> bytes) {
    EXPECT_EQ(::send(socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
}

TEST_F(OscTest, ArgumentsGoToOutputsByTheirPosition) {
    const uint16_t port = free_port();
    Program program;
    ASSERT_TRUE(open(program, {{"/a/b", 3}, {"/other"}}, {}, {udp(port)})) << program.error.message;
    const std::string place = "127.0.0.1 " + std::to_string(port);
    oscsend(place + " /a/b fisT 0.5 7 text");  // the fourth is beyond the outputs
    auto events = program.wait_events(2);
    ASSERT_EQ(events.size(), 2u);
    EXPECT_TRUE(is(events[0], 0, 0, 0.5));
    EXPECT_TRUE(is(events[1], 0, 1, 7));
    EXPECT_EQ(events[0].time, 0);
    oscsend(place + " /a/b d 0.125");
    events = program.wait_events(3);
    EXPECT_TRUE(is(events[2], 0, 0, 0.125));
    oscsend(place + " /nobody f 1");
    EXPECT_TRUE(program.wait([](const auto& c) { return c.unmatched == 1; }));
    EXPECT_EQ(program.counters().received, 3u);
    const std::vector<std::string> heard = {"osc_in /a/b 0 0.500000", "osc_in /a/b 1 7.000000",
                                            "osc_in /a/b 3 1.000000", "osc_in /a/b 0 0.125000",
                                            "osc_in /nobody 0 1.000000"};
    EXPECT_EQ(program.heard(), heard);
}

TEST_F(OscTest, PatternsOfMessagesAndOfInputs) {
    const uint16_t port = free_port();
    const Datagrams from;
    Program program;
    ASSERT_TRUE(open(program, {{"/fader/1"}, {"/fader/2"}, {"/fader/*"}}, {}, {udp(port)}));
    from.send(port, message("/fader/{1,2}", 0.25f));
    auto events = program.wait_events(2);
    EXPECT_TRUE(is(events[0], 0, 0, 0.25));
    EXPECT_TRUE(is(events[1], 1, 0, 0.25));
    from.send(port, message("/fader/2", 0.5f));
    (void)program.wait_events(4);  // of two for one input that come together the newest is posted
    from.send(port, message("/fader/9", 0.75f));
    events = program.wait_events(5);
    EXPECT_TRUE(is(events[2], 1, 0, 0.5));
    EXPECT_TRUE(is(events[3], 2, 0, 0.5));
    EXPECT_TRUE(is(events[4], 2, 0, 0.75));
    from.send(port, message("/fader/*", 1));
    events = program.wait_events(8);  // to the third as well: the same pattern
    EXPECT_TRUE(is(events[7], 2, 0, 1));
    // A pattern is nobody's address.
    for (const std::string& heard : program.heard())
        EXPECT_EQ(heard.find_first_of("*{"), std::string::npos) << heard;
}

TEST_F(OscTest, BundlesHoldAtTheirTimeAndAppearAtOnce) {
    const uint16_t port = free_port();
    const Datagrams from;
    Program program;
    ASSERT_TRUE(open(program, {{"/a"}, {"/b"}}, {}, {udp(port)}));
    const Moment now = moment_now();
    from.send(port, Bytes()
                        .bundle(kImmediately)
                        .element(message("/a", 1))
                        .element(Bytes()
                                     .bundle(tag_of(now.monotonic + 100, now))
                                     .element(message("/b", 2))
                                     .element(message("/a", 3))));
    auto events = program.wait_events(3);
    EXPECT_EQ(program.posts(), 1u);
    EXPECT_TRUE(is(events[0], 0, 0, 1));
    EXPECT_EQ(events[0].time, 0);
    for (int i : {1, 2})
        EXPECT_NEAR(events[static_cast<size_t>(i)].time, now.monotonic + 100, 0.01);
    EXPECT_EQ(program.counters().late, 0u);
    from.send(port, Bytes().bundle(tag_of(now.monotonic - 1, now)).element(message("/a", 4)));
    events = program.wait_events(4);
    EXPECT_EQ(events[3].time, 0);
    EXPECT_EQ(program.counters().late, 1u);
    // The clock of a machine that was never set.
    from.send(port, Bytes().bundle(tag_of(now.monotonic + 1e8, now)).element(message("/a", 5)));
    EXPECT_TRUE(program.wait([](const auto& c) { return c.malformed == 1; }));
    EXPECT_EQ(program.events().size(), 4u);
}

// Each of thousands of messages reaches all inputs: what is posted is what there is to set.
TEST_F(OscTest, AStormIsNoMoreThanWhatItSets) {
    const uint16_t port = free_port();
    const Datagrams from;
    Program program;
    std::vector<InputSpec> inputs;
    for (int i = 0; i < 50; ++i) inputs.push_back({"/a/" + std::to_string(i), 2});
    ASSERT_TRUE(open(program, inputs, {}, {udp(port)}));
    Bytes storm;
    storm.bundle(kImmediately);
    constexpr int kMessages = 1500;
    for (int i = 0; i <= kMessages; ++i)
        storm.element(Bytes().text("/a/*").text(",ff").f32(float(i)).f32(float(-i)));
    from.send(port, storm);
    const auto events = program.wait_events(100);
    ASSERT_EQ(events.size(), 100u);
    for (uint32_t i = 0; i < 50; ++i) {
        EXPECT_TRUE(is(events[2 * i], i, 0, kMessages));
        EXPECT_TRUE(is(events[2 * i + 1], i, 1, -kMessages));
    }
    EXPECT_EQ(program.counters().received, kMessages + 1u);
}

TEST_F(OscTest, HostilePacketsAreCountedAndDoNothingElse) {
    const uint16_t port = free_port();
    const Datagrams from;
    Program program;
    ASSERT_TRUE(open(program, {{"/a"}}, {}, {udp(port), "tcp:" + std::to_string(port)}));
    const Bytes hostile[] = {
        Bytes().raw("abc"),
        Bytes().text("/a").text(",b").big32(0xfffffff0),
        Bytes().text("/a").text(",f"),
        Bytes().bundle(1).element(message("/a", 9)).big32(0x7ffffffc).raw("/a\0\0"),
        Bytes().raw(std::string(1000, '#')),
    };
    for (const Bytes& bytes : hostile) from.send(port, bytes);
    EXPECT_TRUE(program.wait([](const auto& c) { return c.malformed == 5; }));
    const Descriptor stream = connected(port);
    write_all(stream, Bytes().big32(0x7fffffff).raw("abcd").get());
    EXPECT_TRUE(program.wait([](const auto& c) { return c.malformed == 6; }));
    from.send(port, message("/a", 1));
    const auto events = program.wait_events(1);
    ASSERT_EQ(events.size(), 1u);
    EXPECT_TRUE(is(events[0], 0, 0, 1));
}

TEST_F(OscTest, StreamsInBothFramings) {
    const uint16_t port = free_port();
    Program program;
    ASSERT_TRUE(open(program, {{"/a"}}, {}, {"tcp:" + std::to_string(port)}));
    oscsend("osc.tcp://127.0.0.1:" + std::to_string(port) + " /a f 0.5");
    EXPECT_TRUE(is(program.wait_events(1)[0], 0, 0, 0.5));
    const Descriptor counted = connected(port);
    const Descriptor slip = connected(port);
    write_all(counted, framed(message("/a", 1).get(), false));
    (void)program.wait_events(2);
    write_all(slip, framed(message("/a", 2).get(), true));
    (void)program.wait_events(3);
    const auto two = framed(message("/a", 3).get(), false);
    write_all(counted, std::span(two).first(7));
    write_all(counted, std::span(two).subspan(7));
    EXPECT_TRUE(is(program.wait_events(4)[3], 0, 0, 3));
}

// Connections that say nothing keep nobody out.
TEST_F(OscTest, AmongManyStreamsTheSilentOneGivesWay) {
    const uint16_t port = free_port();
    Program program;
    ASSERT_TRUE(open(program, {{"/a"}}, {}, {"tcp:" + std::to_string(port)}));
    const Descriptor first = connected(port);
    std::vector<Descriptor> silent;
    for (int i = 0; i < 100; ++i) {
        silent.push_back(connected(port));
        // The first one speaks all the time.
        write_all(first, framed(message("/a", float(i)).get(), false));
        (void)program.wait_events(static_cast<size_t>(i) + 1);
    }
    const Descriptor last = connected(port);
    write_all(last, framed(message("/a", -1).get(), false));
    EXPECT_TRUE(is(program.wait_events(101)[100], 0, 0, -1));
}

TEST_F(OscTest, IPv6) {
    const Descriptor socket(::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_in6 address = {};
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_loopback;
    if (!socket.open() ||
        ::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
        GTEST_SKIP() << "this machine has no IPv6";
    const uint16_t port = free_port();
    Program program;
    const std::string place = "[::1]:" + std::to_string(port);
    ASSERT_TRUE(open(program, {{"/a"}}, {{"/a", place}, {"/a", "tcp:" + place}},
                     {"udp:" + place, "tcp:" + place}))
        << program.error.message;
    address.sin6_port = htons(port);
    const auto bytes = message("/a", 0.5f);
    EXPECT_GT(::sendto(socket.get(), bytes.get().data(), bytes.get().size(), 0,
                       reinterpret_cast<const sockaddr*>(&address), sizeof address),
              0);
    EXPECT_TRUE(is(program.wait_events(1)[0], 0, 0, 0.5));
    program.send(0, {7});
    program.flush();
    EXPECT_TRUE(is(program.wait_events(2)[1], 0, 0, 7));
    // A stream, once it is connected.
    for (int waited = 0; program.events().size() < 3 && waited < kPatience; ++waited) {
        program.send(1, {8});
        program.flush();
        ::usleep(1000);
    }
    EXPECT_TRUE(is(program.wait_events(3)[2], 0, 0, 8));
}

TEST_F(OscTest, UnixSockets) {
    const std::string place = path("in");
    // What a program that crashed leaves behind.
    {
        const Descriptor left(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        sockaddr_un address = {};
        address.sun_family = AF_UNIX;
        std::strcpy(address.sun_path, place.c_str());
        ASSERT_EQ(::bind(left.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    }
    Program program;
    ASSERT_TRUE(open(program, {{"/a"}}, {}, {"unix:" + place})) << program.error.message;
    oscsend("osc.unix://" + place + " /a i 3");
    EXPECT_TRUE(is(program.wait_events(1)[0], 0, 0, 3));
    program.close();
    EXPECT_FALSE(std::filesystem::exists(place));
}

TEST_F(OscTest, APortOfItsOwnIsHeardByItsInputAlone) {
    const uint16_t all = free_port();
    const uint16_t own = free_port();
    const Datagrams from;
    Program program;
    const std::vector<InputSpec> inputs = {
        {"/a"}, {"/a", 1, {}, double(own)}, {"/a", 1, udp(own)}, {"/a", 1, {}, double(all)}};
    ASSERT_TRUE(open(program, inputs, {}, {udp(all)})) << program.error.message;
    from.send(own, message("/a", 1));
    auto events = program.wait_events(2);
    EXPECT_TRUE(is(events[0], 1, 0, 1));
    EXPECT_TRUE(is(events[1], 2, 0, 1));
    from.send(all, message("/a", 2));
    events = program.wait_events(4);
    EXPECT_TRUE(is(events[2], 0, 0, 2));
    EXPECT_TRUE(is(events[3], 3, 0, 2));
}

TEST_F(OscTest, APortThatIsTakenIsAnErrorThatSaysWhatToDo) {
    const Datagrams holder;
    Program program;
    EXPECT_FALSE(open(program, {{"/a"}}, {}, {udp(holder.port())}));
    EXPECT_EQ(program.error.code, WEFT_UNAVAILABLE);
    const std::string message = program.error.message;
    EXPECT_NE(message.find("udp:" + std::to_string(holder.port()) + " is taken"), std::string::npos)
        << message;
    EXPECT_NE(message.find("--osc udp:" + std::to_string(holder.port() + 1)), std::string::npos)
        << message;
    Program other;
    EXPECT_FALSE(open(other, {{"/a", 1, {}, double(holder.port())}}));
    EXPECT_STREQ(other.error.node, "in");
    EXPECT_EQ(other.error.span.begin, 10u);
}

TEST_F(OscTest, WhatIsWrongInTheProgramIsSaid) {
    const struct {
        std::vector<InputSpec> inputs;
        std::vector<SinkSpec> sinks;
        std::vector<std::string> listen;
        const char* says;
    } cases[] = {
        {{{"a"}}, {}, {}, "begins with '/'"},
        {{{"/a b"}}, {}, {}, "spaces"},
        {{{"/a", 1, {}, 70000}}, {}, {}, "1 to 65535"},
        {{{"/a", 1, "tcp:nine"}}, {}, {}, "no place for OSC"},
        {{{"/a"}}, {}, {"udp:0"}, "no place for OSC"},
        {{}, {{"/a", ""}}, {}, "needs a place"},
        {{}, {{"/a", "localhost"}}, {}, "no place for OSC"},
        {{}, {{"/#a", "localhost:1"}}, {}, "no OSC address"},
    };
    for (const auto& one : cases) {
        Program program;
        EXPECT_FALSE(open(program, one.inputs, one.sinks, one.listen)) << one.says;
        EXPECT_NE(std::string(program.error.message).find(one.says), std::string::npos)
            << program.error.message;
    }
}

TEST_F(OscTest, TwoProgramsShareAPort) {
    const uint16_t port = free_port();
    const Datagrams from;
    Program old_one;
    Program new_one;
    ASSERT_TRUE(open(old_one, {{"/a"}}, {}, {udp(port)}));
    ASSERT_TRUE(open(new_one, {{"/b"}, {"/a"}}, {}, {udp(port)}));
    from.send(port, message("/a", 1));
    EXPECT_TRUE(is(old_one.wait_events(1)[0], 0, 0, 1));
    EXPECT_TRUE(is(new_one.wait_events(1)[0], 1, 0, 1));
    old_one.close();
    from.send(port, message("/a", 2));
    EXPECT_TRUE(is(new_one.wait_events(2)[1], 1, 0, 2));
    EXPECT_EQ(old_one.events().size(), 1u);
    new_one.close();
    EXPECT_EQ(Datagrams(port).port(), port);  // it is free again
}

TEST_F(OscTest, AThousandSessionsLeaveNothingBehind) {
    const uint16_t port = free_port();
    const std::vector<SinkSpec> sinks = {{"/out", to(free_port())},
                                         {"/stream", "tcp:" + to(free_port())}};
    size_t descriptors = 0;
    size_t threads = 0;
    for (int i = 0; i < 1000; ++i) {
        Program program;
        ASSERT_TRUE(open(program, {{"/a"}}, sinks, {udp(port), "unix:" + path("s")}))
            << i << ": " << program.error.message;
        program.send(0, {double(i)});
        program.flush();
        if (i != 10) continue;
        program.close();
        descriptors = count_descriptors();
        threads = count_threads();
    }
    EXPECT_EQ(count_descriptors(), descriptors);
    EXPECT_EQ(count_threads(), threads);
}

}  // namespace
}  // namespace weft::osc::test
