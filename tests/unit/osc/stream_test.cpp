// Packets in streams, in both framings, cut anywhere.
#include "stream.h"

#include <gtest/gtest.h>

#include <string>

#include "packet.h"

namespace weft::osc {
namespace {

using Bytes = std::vector<uint8_t>;

struct Taken {
    std::vector<Bytes> packets;
    uint64_t broken = 0;
    bool whole = true;  // the stream can be read on
};

Taken feed(const Bytes& stream, size_t part) {
    Deframer deframer;
    Taken taken;
    for (size_t at = 0; at < stream.size() && taken.whole; at += part) {
        const std::span<const uint8_t> bytes(stream.data() + at,
                                             std::min(part, stream.size() - at));
        taken.whole = deframer.feed(bytes, [&](std::span<const uint8_t> packet) {
            taken.packets.emplace_back(packet.begin(), packet.end());
        });
    }
    taken.broken = deframer.take_broken();
    return taken;
}

Bytes bytes_of(std::string_view text) {
    return {text.begin(), text.end()};
}

class Framings : public testing::TestWithParam<bool> {};

TEST_P(Framings, WhatIsFramedComesOutAgain) {
    const std::vector<Bytes> packets = {
        bytes_of("/one"), {0xc0, 0xdb, 0xdc, 0xdd, 0, 0xc0, 1, 2}, Bytes(kMaxPacket, 0xdb)};
    Bytes stream;
    for (const Bytes& packet : packets) {
        const Bytes one = framed(packet, GetParam());
        stream.insert(stream.end(), one.begin(), one.end());
    }
    for (const size_t part : {size_t{1}, size_t{3}, size_t{4096}, stream.size()}) {
        const Taken taken = feed(stream, part);
        EXPECT_TRUE(taken.whole);
        EXPECT_EQ(taken.packets, packets) << part;
        EXPECT_EQ(taken.broken, 0u);
    }
}

INSTANTIATE_TEST_SUITE_P(Stream, Framings, testing::Bool());

TEST(Stream, ALengthBeyondAllBoundsEndsIt) {
    for (const Bytes& head :
         {Bytes{0, 1, 0, 1}, Bytes{0x7f, 0xff, 0xff, 0xff}, Bytes{0, 0, 0, 0}}) {
        const Taken taken = feed(head, 4);
        // Seen with the next byte: nothing may stand behind such a length.
        const Taken more = feed(
            [&] {
                Bytes b = head;
                b.push_back(1);
                return b;
            }(),
            5);
        EXPECT_TRUE(taken.packets.empty());
        EXPECT_FALSE(more.whole);
        EXPECT_EQ(more.broken, 1u);
    }
}

TEST(Stream, SlipGoesOnAfterWhatIsBroken) {
    Bytes stream = {0xc0};
    stream.insert(stream.end(), kMaxPacket + 10, 'x');  // too long
    const Bytes rest = {0xc0, 'a', 0xdb, 'b', 'c', 0xc0, 'd', 0xdb, 0xc0, 'o', 'k', 0xc0};
    stream.insert(stream.end(), rest.begin(), rest.end());
    const Taken taken = feed(stream, 1000);
    EXPECT_TRUE(taken.whole);
    EXPECT_EQ(taken.packets, std::vector<Bytes>{bytes_of("ok")});
    EXPECT_EQ(taken.broken, 3u);
}

}  // namespace
}  // namespace weft::osc
