// The parser of what comes from outside: what it takes, and what it refuses.
#include "packet.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <string>

#include "clocks.h"
#include "osc_bytes.h"

namespace weft::osc {
namespace {

using test::Bytes;

bool parses(const Bytes& bytes) {
    Packet packet;
    return packet.parse(bytes.get());
}

TEST(Packet, EveryTypeThatIsANumber) {
    const Bytes bytes = Bytes()
                            .text("/all")
                            .text(",ifhdTFcIN")
                            .big32(0xfffffffe)
                            .f32(0.5f)
                            .big64(uint64_t(-3))
                            .f64(1e-9)
                            .big32('A');
    Packet packet;
    ASSERT_TRUE(packet.parse(bytes.get()));
    ASSERT_EQ(packet.messages.size(), 1u);
    EXPECT_EQ(packet.messages[0].address, "/all");
    const std::vector<double> wanted = {-2, 0.5, -3, 1e-9, 1, 0, 65, 1};
    ASSERT_EQ(packet.numbers.size(), wanted.size());  // N is an argument, not a number
    for (uint32_t i = 0; i < wanted.size(); ++i) {
        EXPECT_EQ(packet.numbers[i].position, i);
        EXPECT_EQ(packet.numbers[i].value, wanted[i]);
    }
}

TEST(Packet, WhatIsNoNumberKeepsItsPosition) {
    const Bytes bytes = Bytes()
                            .text("/mixed")
                            .text(",sfbiS[mf]rtNd")
                            .text("text")
                            .f32(1)
                            .blob("abcde")
                            .big32(2)
                            .text("symbol")
                            .big32(0)
                            .f32(3)
                            .big32(0)
                            .big64(0)
                            .f64(4);
    Packet packet;
    ASSERT_TRUE(packet.parse(bytes.get()));
    ASSERT_EQ(packet.numbers.size(), 4u);
    const uint32_t positions[] = {1, 3, 6, 10};
    for (uint32_t i = 0; i < 4; ++i) {
        EXPECT_EQ(packet.numbers[i].position, positions[i]);
        EXPECT_EQ(packet.numbers[i].value, i + 1.0);
    }
}

TEST(Packet, WhatABlobIsPaddedWithDoesNotMatter) {
    EXPECT_TRUE(parses(Bytes().text("/a").text(",bi").big32(3).raw("abcx").big32(1)));
}

TEST(Packet, WithoutTypesThereAreNoArguments) {
    Packet packet;
    ASSERT_TRUE(packet.parse(Bytes().text("/bang").get()));
    EXPECT_EQ(packet.messages.size(), 1u);
    EXPECT_TRUE(packet.numbers.empty());
}

TEST(Packet, BundlesAreOpenedInTheirOrder) {
    const Bytes inner = Bytes().bundle(77).element(Bytes().text("/c").text(",f").f32(3));
    const Bytes at_once = Bytes().bundle(kImmediately).element(Bytes().text("/d"));
    const Bytes bytes = Bytes()
                            .bundle(55)
                            .element(Bytes().text("/a").text(",f").f32(1))
                            .element(inner)
                            .element(at_once)
                            .element(Bytes().text("/e"));
    Packet packet;
    ASSERT_TRUE(packet.parse(bytes.get()));
    ASSERT_EQ(packet.messages.size(), 4u);
    const std::string_view addresses[] = {"/a", "/c", "/d", "/e"};
    const uint64_t tags[] = {55, 77, 55, 55};
    for (size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(packet.messages[i].address, addresses[i]);
        EXPECT_EQ(packet.messages[i].tag, tags[i]);
    }
    EXPECT_TRUE(parses(Bytes().bundle(kImmediately)));  // an empty one says nothing, well
}

TEST(Packet, WhatIsMalformedIsRefusedWhole) {
    const Bytes good = Bytes().text("/a").text(",f").f32(1);
    EXPECT_TRUE(parses(good));
    const auto cut = [](Bytes bytes, size_t size) { return bytes.cut(size); };
    const std::pair<const char*, Bytes> cases[] = {
        {"nothing", Bytes()},
        {"a size that is no multiple of 4", cut(good, good.get().size() - 1)},
        {"an argument that is not there", cut(good, good.get().size() - 4)},
        {"an argument too many", Bytes(good).f32(2)},
        {"no address", Bytes().text("a").text(",f").f32(1)},
        {"an address that does not end", Bytes().raw("/abc")},
        {"an address with a space", Bytes().text("/a b").text(",f").f32(1)},
        {"an address beyond ASCII", Bytes().text("/\xc3\xa4").text(",f").f32(1)},
        {"a long address", Bytes().text("/" + std::string(kMaxAddress, 'a')).text(",f").f32(1)},
        {"types without a comma", Bytes().text("/a").text("f").f32(1)},
        {"a type that there is not", Bytes().text("/a").text(",x").f32(1)},
        {"padding that is not zero", Bytes().raw(std::string("/a\0x", 4)).text(",f").f32(1)},
        {"a list that does not end", Bytes().text("/a").text(",[f").f32(1)},
        {"a list that does not begin", Bytes().text("/a").text(",f]").f32(1)},
        {"a blob beyond the packet", Bytes().text("/a").text(",b").big32(400)},
        {"a blob of almost 4 GiB", Bytes().text("/a").text(",b").big32(0xfffffffe)},
        {"a blob of a negative size", Bytes().text("/a").text(",b").big32(0x80000000)},
        {"a text that does not end", Bytes().text("/a").text(",s").raw("abcd")},
        {"a number that is none",
         Bytes().text("/a").text(",f").f32(std::numeric_limits<float>::quiet_NaN())},
        {"an infinite number",
         Bytes().text("/a").text(",d").f64(std::numeric_limits<double>::infinity())},
        {"a bundle without a time", Bytes().raw(std::string("#bundle\0", 8))},
        {"a bundle of another name", Bytes().raw(std::string("#bumble\0", 8)).big64(1)},
        {"an element beyond its bundle", Bytes().bundle(1).big32(64).raw("/a\0\0")},
        {"an element of an odd size", Bytes().bundle(1).big32(3).raw(std::string("/a\0\0", 4))},
        {"an element of no size", Bytes().bundle(1).big32(0)},
        {"an element of almost 4 GiB", Bytes().bundle(1).big32(0xfffffffc).raw("/a\0\0")},
        {"half a size", Bytes().bundle(1).raw("ab")},
        {"one bad message among good ones",
         Bytes().bundle(1).element(good).element(cut(good, 8)).element(good)},
    };
    for (const auto& [what, bytes] : cases) EXPECT_FALSE(parses(bytes)) << what;
}

TEST(Packet, BundlesInBundlesEndSomewhere) {
    Bytes bytes = Bytes().text("/a");
    for (unsigned depth = 0; depth < kMaxDepth; ++depth) bytes = Bytes().bundle(1).element(bytes);
    EXPECT_TRUE(parses(bytes));
    EXPECT_FALSE(parses(Bytes().bundle(1).element(bytes)));
}

// Every prefix, and every byte replaced: an answer, and no access beyond the packet (the sanitizers
// watch).
TEST(Packet, DamageOfEveryKind) {
    const Bytes whole =
        Bytes()
            .bundle(1)
            .element(Bytes().text("/a/b").text(",ifs").big32(1).f32(2).text("three"))
            .element(Bytes().bundle(9).element(Bytes().text("/c").text(",b").blob("four")));
    for (size_t size = 0; size < whole.get().size(); ++size) {
        const std::vector<uint8_t> prefix(whole.get().begin(),
                                          whole.get().begin() + static_cast<ptrdiff_t>(size));
        Packet packet;
        // A bundle may end after each of its elements.
        if (packet.parse(prefix)) {
            EXPECT_LT(packet.messages.size(), 2u) << size;
        }
    }
    std::mt19937 random(7);
    for (size_t i = 0; i < whole.get().size(); ++i)
        for (int turn = 0; turn < 64; ++turn) {
            std::vector<uint8_t> bytes(whole.get().begin(), whole.get().end());
            bytes[i] = static_cast<uint8_t>(random());
            Packet packet;
            (void)packet.parse(bytes);
        }
}

TEST(Clocks, ATagIsAMomentOnTheOtherClock) {
    const Moment now = moment_now();
    for (const double ahead : {-10.0, -0.001, 0.25, 3.0, 1000.0}) {
        const uint64_t tag = tag_of(now.monotonic + ahead, now);
        EXPECT_NEAR(monotonic_of(tag, now), now.monotonic + ahead, 1e-6);
    }
    // Seconds of a tag wrap in February 2036; what is a second later stays so.
    const Moment late = {100, 0xffffffff'80000000u};
    EXPECT_NEAR(monotonic_of(0x00000000'80000000u, late), 101, 1e-9);
    EXPECT_NE(tag_of(100.5, late), kImmediately);
}

}  // namespace
}  // namespace weft::osc
