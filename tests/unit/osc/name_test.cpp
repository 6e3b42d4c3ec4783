// Names that are looked up: by a resolver of ours, which answers when it is told to. This program's
// getaddrinfo comes before the system's, for the plugin as well.
#include <dlfcn.h>
#include <netdb.h>

#include <atomic>
#include <cstring>
#include <thread>

#include "osc_test.h"
#include "packet.h"

namespace {

enum class Answer { none, no_address, loopback };
std::atomic<Answer> answer{Answer::none};
std::atomic<int> asked{0};

}  // namespace

extern "C" __attribute__((visibility("default"))) int getaddrinfo(const char* host,
                                                                  const char* service,
                                                                  const addrinfo* hints,
                                                                  addrinfo** result) {
    static const auto system =
        reinterpret_cast<decltype(&getaddrinfo)>(dlsym(RTLD_NEXT, "getaddrinfo"));
    const bool ours = host != nullptr && std::strcmp(host, "console.test") == 0;
    if (!ours) return system(host, service, hints, result);
    if ((hints->ai_flags & AI_NUMERICHOST) != 0) return EAI_NONAME;
    ++asked;
    while (answer == Answer::none) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (answer == Answer::no_address) return EAI_NONAME;
    return system("127.0.0.1", service, hints, result);
}

namespace weft::osc::test {
namespace {

// One message of one number.
double value_of(std::span<const uint8_t> bytes) {
    Packet packet;
    EXPECT_TRUE(packet.parse(bytes));
    EXPECT_EQ(packet.numbers.size(), 1u);
    return packet.numbers.empty() ? -1 : packet.numbers[0].value;
}

// Frames go on until something comes.
double next_value(Program& program, Datagrams& receiver) {
    std::vector<uint8_t> bytes;
    for (int waited = 0; bytes.empty() && waited < kPatience; waited += 5) {
        program.flush();
        bytes = receiver.receive(5);
    }
    return value_of(bytes);
}

class NameTest : public OscTest {
protected:
    NameTest() {
        answer = Answer::none;
        asked = 0;
    }
    // A thread that waits for an answer gets one.
    ~NameTest() override { answer = Answer::no_address; }
};

TEST_F(NameTest, OneThatTakesLongHoldsNothingUpAndIsToldWhenItIsThere) {
    Datagrams late;
    Datagrams other;
    Program program;
    const std::string name = "console.test:" + std::to_string(late.port());
    ASSERT_TRUE(open(program, {}, {{"/late", name}, {"/other", to(other.port())}}));
    ASSERT_FALSE(log.empty());
    EXPECT_NE(log[0].find("'console.test' has no address yet"), std::string::npos) << log[0];
    program.send(0, {1});
    program.send(1, {2});
    EXPECT_EQ(next_value(program, other), 2);
    EXPECT_TRUE(program.wait([](const auto& c) { return c.unsent >= 1; }));
    // Another program beside it asks nobody again, and says nothing again.
    const size_t lines = log.size();
    Program second;
    ASSERT_TRUE(open(second, {}, {{"/late", name}}));
    EXPECT_EQ(log.size(), lines);
    EXPECT_EQ(asked, 1);
    second.close();
    // The value was set once, long ago.
    answer = Answer::loopback;
    EXPECT_EQ(next_value(program, late), 1);
}

TEST_F(NameTest, OneWithoutAnAddressIsLookedUpAgain) {
    Datagrams late;
    Program program;
    answer = Answer::no_address;
    ASSERT_TRUE(open(program, {}, {{"/late", "console.test:" + std::to_string(late.port())}}));
    ASSERT_FALSE(log.empty());
    EXPECT_NE(log[0].find("'console.test' has no address: "), std::string::npos) << log[0];
    program.send(0, {3});
    program.flush();
    EXPECT_TRUE(program.wait([](const auto& c) { return c.unsent == 1; }));
    EXPECT_NE(std::string(program.counters().reason).find("no address"), std::string::npos);
    answer = Answer::loopback;
    EXPECT_EQ(next_value(program, late), 3);
    EXPECT_GE(asked, 2);
}

}  // namespace
}  // namespace weft::osc::test
