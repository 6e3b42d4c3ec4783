// Messages out: what goes, when, to whom; read back by sockets and by liblo's tools.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cmath>
#include <csignal>

#include "clocks.h"
#include "osc_test.h"
#include "packet.h"
#include "stream.h"

namespace weft::osc::test {
namespace {

// A packet and the memory it is read from.
struct Read {
    std::vector<uint8_t> bytes;
    Packet packet;

    explicit Read(std::vector<uint8_t> from) : bytes(std::move(from)) {
        EXPECT_TRUE(packet.parse(bytes)) << "after " << bytes.size() << " bytes";
    }
    [[nodiscard]] double value(size_t message, uint32_t index = 0) const {
        return packet.numbers[packet.messages[message].first + index].value;
    }
};

TEST_F(OscTest, AFrameIsOneBundleWithItsTime) {
    Datagrams receiver;
    Program program;
    const std::string place = to(receiver.port());
    ASSERT_TRUE(open(program, {}, {{"/a", place, 2}, {"/b", place}}));
    program.send(0, {0.5, -1});
    program.send(1, {7});
    const Moment now = moment_now();
    program.flush(now.monotonic + 0.25);
    const Read read(receiver.receive());
    ASSERT_EQ(read.packet.messages.size(), 2u);
    EXPECT_EQ(read.packet.messages[0].address, "/a");
    EXPECT_EQ(read.packet.messages[1].address, "/b");
    EXPECT_EQ(read.value(0, 0), 0.5);
    EXPECT_EQ(read.value(0, 1), -1);
    EXPECT_EQ(read.value(1), 7);
    EXPECT_NEAR(monotonic_of(read.packet.messages[0].tag, now), now.monotonic + 0.25, 0.01);
    EXPECT_TRUE(program.wait([](const auto& c) { return c.sent == 2 && c.unsent == 0; }));
}

TEST_F(OscTest, OnlyWhatChangedGoesUnlessAsked) {
    Datagrams receiver;
    Program program;
    const std::string place = to(receiver.port());
    ASSERT_TRUE(open(program, {}, {{"/a", place}, {"/always", place, 1, 0, true}}));
    const double values[] = {0, 0, 1, 1, 0};  // the first goes, though it is as nothing
    for (const double value : values) {
        program.send(0, {value});
        program.send(1, {5});
        program.flush();
    }
    const size_t wanted[] = {2, 1, 2, 1, 2};
    for (size_t i = 0; i < 5; ++i) {
        const Read read(receiver.receive());
        EXPECT_EQ(read.packet.messages.size(), wanted[i]) << i;
        if (wanted[i] == 2) {
            EXPECT_EQ(read.value(0), values[i]);
        }
    }
}

TEST_F(OscTest, NoMoreThanItsRateAndTheNewestInTheEnd) {
    Datagrams receiver;
    Program program;
    ASSERT_TRUE(open(program, {}, {{"/a", to(receiver.port()), 1, 20}}));
    const double start = monotonic_now();
    // Sixty frames a second for a second, each with news until the last tenth, a little irregular.
    for (int frame = 0; frame <= 60; ++frame) {
        program.send(0, {double(std::min(frame, 54))});
        program.flush(start + frame / 60.0 + (frame % 3 - 1) * 0.001);
    }
    std::vector<double> values;
    while (values.empty() || values.back() < 54) {
        const Read read(receiver.receive());
        ASSERT_EQ(read.packet.messages.size(), 1u);
        values.push_back(read.value(0));
    }
    EXPECT_GE(values.size(), 18u);
    EXPECT_LE(values.size(), 20u);
    EXPECT_EQ(values.front(), 0);
}

TEST_F(OscTest, ARateOfAsManyAsThereAreFramesLosesNone) {
    Datagrams receiver;
    Program program;
    ASSERT_TRUE(open(program, {}, {{"/a", to(receiver.port()), 1, 60}}));
    const double start = monotonic_now();
    for (int frame = 0; frame < 120; ++frame) {
        program.send(0, {double(frame)});
        program.flush(start + frame / 60.0 + (frame % 2 ? 0.002 : -0.002));
    }
    for (int frame = 0; frame < 120; ++frame) EXPECT_EQ(Read(receiver.receive()).value(0), frame);
}

TEST_F(OscTest, WhatIsNoNumberIsNotSent) {
    Datagrams receiver;
    Program program;
    const std::string place = to(receiver.port());
    ASSERT_TRUE(open(program, {}, {{"/a", place, 2}, {"/b", place}}));
    for (const double value : {std::nan(""), 1e300, -HUGE_VAL}) {
        program.send(0, {0, value});
        program.send(1, {value == 1e300 ? 1.0 : 0.0});
        program.flush();
    }
    EXPECT_EQ(program.counters().unsent, 3u);
    EXPECT_STREQ(program.counters().reason, "a value that is not finite");
    program.send(0, {0, 2});
    program.flush();
    for (const double wanted : {0.0, 1.0, 0.0}) {
        const Read read(receiver.receive());
        ASSERT_EQ(read.packet.messages.size(), 1u);
        EXPECT_EQ(read.value(0), wanted);
    }
    EXPECT_EQ(Read(receiver.receive()).value(0, 1), 2);
}

TEST_F(OscTest, OneSocketADestination) {
    Datagrams receiver;
    Program one;
    Program other;
    const std::string place = to(receiver.port());
    ASSERT_TRUE(open(one, {}, {{"/a", place, 1, 0, true}, {"/b", "udp:" + place, 1, 1}}));
    ASSERT_TRUE(open(other, {}, {{"/c", "osc.udp://" + place + "/"}}));
    one.send(0, {1});
    one.send(1, {1});
    one.flush();
    EXPECT_EQ(Read(receiver.receive()).packet.messages.size(), 2u);
    const uint16_t sender = receiver.sender();
    other.send(0, {1});
    other.flush();
    EXPECT_EQ(Read(receiver.receive()).packet.messages[0].address, "/c");
    EXPECT_EQ(receiver.sender(), sender);
}

TEST_F(OscTest, WhatDoesNotFitIntoAPacketIsSplit) {
    Datagrams receiver;
    Program program;
    std::vector<SinkSpec> sinks;
    constexpr uint32_t kValues = 500;
    for (int i = 0; i < 40; ++i)
        sinks.push_back({"/sink/" + std::to_string(i), to(receiver.port()), kValues});
    ASSERT_TRUE(open(program, {}, sinks));
    const std::vector<double> values(kValues, 0.5);
    for (uint32_t i = 0; i < sinks.size(); ++i)
        ASSERT_EQ(control->send(program.session(), i, values.data(), &program.error), WEFT_OK);
    program.flush();
    size_t messages = 0;
    size_t packets = 0;
    while (messages < sinks.size()) {
        const Read read(receiver.receive());
        EXPECT_LE(read.bytes.size(), 32768u);  // what a liblo server reads
        messages += read.packet.messages.size();
        ++packets;
    }
    EXPECT_EQ(messages, sinks.size());
    EXPECT_EQ(packets, 4u);
}

TEST_F(OscTest, NobodyThereIsCountedAndWhoComesLateIsTold) {
    const uint16_t port = free_port();
    Program program;
    ASSERT_TRUE(open(program, {}, {{"/a", to(port)}}));
    program.send(0, {3});
    program.flush();
    EXPECT_TRUE(program.wait([&](const auto& c) {
        program.flush();  // the frames go on
        return c.unsent >= 1;
    }));
    EXPECT_NE(std::string(program.counters().reason).find("refused"), std::string::npos)
        << program.counters().reason;
    Datagrams receiver(port);
    std::vector<uint8_t> bytes;
    for (int waited = 0; bytes.empty() && waited < kPatience; waited += 20) {
        program.send(0, {3});  // unchanged all the time
        program.flush();
        bytes = receiver.receive(20);
    }
    EXPECT_EQ(Read(bytes).value(0), 3);
}

TEST_F(OscTest, AStreamIsTakenUpAgain) {
    const uint16_t port = free_port();
    Program program;
    ASSERT_TRUE(open(program, {}, {{"/a", "tcp+slip:" + to(port), 1, 0, true}}));
    for (int round = 0; round < 2; ++round) {
        const Descriptor server(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        const int on = 1;
        setsockopt(server.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        sockaddr_in address = {};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(port);
        ASSERT_EQ(::bind(server.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        ASSERT_EQ(::listen(server.get(), 1), 0);
        pollfd ready = {server.get(), POLLIN, 0};
        ASSERT_EQ(::poll(&ready, 1, kPatience), 1);
        const Descriptor connection(::accept4(server.get(), nullptr, nullptr, SOCK_CLOEXEC));
        Deframer deframer;
        std::vector<double> values;
        for (int frame = 0; values.empty() && frame < kPatience; ++frame) {
            program.send(0, {round + 5.0});
            program.flush();
            pollfd readable = {connection.get(), POLLIN, 0};
            if (::poll(&readable, 1, 1) != 1) continue;
            std::vector<uint8_t> bytes(65536);
            const ssize_t size = ::recv(connection.get(), bytes.data(), bytes.size(), 0);
            ASSERT_GT(size, 0);
            ASSERT_TRUE(
                deframer.feed(std::span(bytes).first(static_cast<size_t>(size)),
                              [&](std::span<const uint8_t> packet) {
                                  values.push_back(Read({packet.begin(), packet.end()}).value(0));
                              }));
        }
        ASSERT_FALSE(values.empty());
        EXPECT_EQ(values.front(), round + 5.0);
    }
    EXPECT_EQ(program.counters().reconnects, 1u);
    EXPECT_TRUE(program.wait([](const auto& c) { return c.unsent > 0 || c.sent > 0; }));
}

// What does not change is told as well, to a server that came after it.
TEST_F(OscTest, AStreamThatComesLateIsTold) {
    const uint16_t port = free_port();
    Program program;
    ASSERT_TRUE(open(program, {}, {{"/a", "tcp:" + to(port)}}));
    program.send(0, {5});
    EXPECT_TRUE(program.wait([&](const auto& c) {
        program.flush();
        return c.unsent >= 1;
    }));
    Program receiver;
    ASSERT_TRUE(open(receiver, {{"/a"}}, {}, {"tcp:" + std::to_string(port)}));
    EXPECT_TRUE(receiver.wait([&](const auto& c) {
        program.flush();
        return c.received >= 1;
    }));
    EXPECT_EQ(receiver.wait_events(1)[0].value, 5);
}

TEST_F(OscTest, ANameWithoutAnAddressHoldsNothingUp) {
    Datagrams receiver;
    Program program;
    ASSERT_TRUE(
        open(program, {}, {{"/lost", "256.256.256.256:9000"}, {"/kept", to(receiver.port())}}));
    ASSERT_FALSE(log.empty());
    EXPECT_NE(log[0].find("'256.256.256.256' has no address"), std::string::npos) << log[0];
    program.send(0, {1});
    program.send(1, {2});
    program.flush();
    EXPECT_EQ(Read(receiver.receive()).value(0), 2);
    EXPECT_TRUE(program.wait([](const auto& c) { return c.unsent == 1 && c.sent == 1; }));
}

// Somebody who is connected and does not read: messages are lost, and counted, and nothing waits.
TEST_F(OscTest, WhoDoesNotReadHoldsNothingUp) {
    const Descriptor server(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    ASSERT_EQ(::bind(server.get(), generic, size), 0);
    ASSERT_EQ(::getsockname(server.get(), generic, &size), 0);
    ASSERT_EQ(::listen(server.get(), 1), 0);
    Program program;
    const std::string place = "tcp:" + to(ntohs(address.sin_port));
    ASSERT_TRUE(open(program, {}, {{"/a", place, 1000, 0, true}}));
    const std::vector<double> values(1000, 1.0);
    uint64_t frames = 0;
    while (program.counters().unsent == 0 && frames < 200'000) {
        ASSERT_EQ(control->send(program.session(), 0, values.data(), &program.error), WEFT_OK);
        program.flush();
        ++frames;
    }
    EXPECT_GT(program.counters().unsent, 0u);
    EXPECT_STRNE(program.counters().reason, "");
    program.close();  // nor does it hold up the end
}

TEST_F(OscTest, OscdumpReadsWhatWeSend) {
    const uint16_t port = free_port();
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(ends[1], 1);
        ::close(ends[0]);
        ::close(ends[1]);
        ::execlp("oscdump", "oscdump", "-L", std::to_string(port).c_str(), nullptr);
        ::_exit(127);
    }
    ::close(ends[1]);
    const Descriptor output(ends[0]);
    Program program;
    ASSERT_TRUE(open(program, {}, {{"/level", to(port), 2, 0, true}}));
    std::string text;
    for (int waited = 0; text.find('\n') == std::string::npos && waited < kPatience; waited += 10) {
        program.send(0, {0.5, 2});
        program.flush();
        pollfd ready = {output.get(), POLLIN, 0};
        if (::poll(&ready, 1, 10) != 1) continue;
        char part[4096];
        const ssize_t size = ::read(output.get(), part, sizeof part);
        if (size <= 0) break;
        text.append(part, static_cast<size_t>(size));
    }
    ::kill(child, SIGTERM);
    ::waitpid(child, nullptr, 0);
    EXPECT_NE(text.find("/level ff 0.500000 2.000000"), std::string::npos) << text;
}

}  // namespace
}  // namespace weft::osc::test
