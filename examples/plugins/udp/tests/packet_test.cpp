// What is a message and what is not; whatever the bytes are, nothing worse happens than a refusal.
#include "packet.h"

#include <cstdio>
#include <random>
#include <string>

namespace {

int failures = 0;

// The messages of a packet as text: "level 0.5;" or "!;" for a line that is none.
std::string read(std::string_view packet) {
    std::string result;
    while (!packet.empty()) {
        udp::Message message;
        if (udp::take_message(packet, message)) {
            result += message.name;
            for (std::size_t i = 0; i < message.count; ++i) {
                char number[32];
                std::snprintf(number, sizeof number, " %g", message.numbers[i]);
                result += number;
            }
        } else {
            result += "!";
        }
        result += ";";
    }
    return result;
}

void expect_read(const std::string& packet, const std::string& wanted) {
    const std::string got = read(packet);
    if (got == wanted) return;
    std::fprintf(stderr, "packet_test: '%s' is read as '%s'\n", packet.c_str(), got.c_str());
    ++failures;
}

}  // namespace

int main() {
    expect_read("level 0.5", "level 0.5;");
    expect_read("  a.b-c/d_1\t1 -2e3 \r\n", "a.b-c/d_1 1 -2000;");
    expect_read("a 1\nb 2\n", "a 1;b 2;");
    expect_read("a 1 2 3 4 5 6 7 8", "a 1 2 3 4 5 6 7 8;");
    expect_read("a 1 2 3 4 5 6 7 8 9", "!;");
    expect_read("a\nb x\nc 1x\nd 1,5\n\ne nan\nf inf\ng 1e999\nh 0x10\ni 1",
                "!;!;!;!;!;!;!;!;!;i 1;");
    expect_read("na\xc3\xafve 1", "!;");
    expect_read(std::string("a\0b 1", 5), "!;");
    expect_read(std::string(64, 'n') + " 1", std::string(64, 'n') + " 1;");
    expect_read(std::string(65, 'n') + " 1", "!;");
    // Noise of a fixed seed, mostly of characters that mean something.
    std::mt19937 random(1);
    constexpr std::string_view kLikely = "ab01.-e+ \t\n";
    for (int i = 0; i < 20000; ++i) {
        std::string packet(random() % 80, '\0');
        for (char& c : packet)
            c = random() % 8 == 0 ? static_cast<char>(random())
                                  : kLikely[random() % kLikely.size()];
        (void)read(packet);
    }
    return failures == 0 ? 0 : 1;
}
