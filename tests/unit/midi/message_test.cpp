// Bytes to messages: what MIDI allows, and what it does not.
#include "message.h"

#include <gtest/gtest.h>

#include <vector>

#include "listener.h"

namespace weft::midi {
namespace {

std::vector<Message> parse(Parser& parser, const std::vector<std::uint8_t>& bytes) {
    std::vector<Message> messages;
    for (const std::uint8_t byte : bytes)
        if (const auto message = parser.feed(byte)) messages.push_back(*message);
    return messages;
}

std::vector<Message> parse(const std::vector<std::uint8_t>& bytes) {
    Parser parser;
    return parse(parser, bytes);
}

TEST(Message, WholeOnes) {
    EXPECT_EQ(parse({0x90, 60, 100, 0xc5, 7, 0xe0, 0, 64}),
              (std::vector<Message>{{0x90, 60, 100}, {0xc5, 7, 0}, {0xe0, 0, 64}}));
    EXPECT_EQ(parse({0xfa, 0xf2, 8, 1, 0xf8}),
              (std::vector<Message>{{0xfa}, {0xf2, 8, 1}, {0xf8}}));
}

TEST(Message, Parts) {
    const Message message = channel_message(kController, 16, 7, 127);
    EXPECT_EQ(message, (Message{0xbf, 7, 127}));
    EXPECT_EQ(message.kind(), kController);
    EXPECT_EQ(message.channel(), 16u);
    EXPECT_EQ(message.size(), 3u);
    EXPECT_EQ(channel_message(kProgram, 1, 5).size(), 2u);
    EXPECT_EQ((Message{kClock}).size(), 1u);
    EXPECT_EQ((Message{kBend, 0x7f, 0x7f}).pair(), 16383u);
}

TEST(Message, RunningStatus) {
    EXPECT_EQ(parse({0x91, 60, 100, 62, 90, 0xc1, 4, 5}),
              (std::vector<Message>{{0x91, 60, 100}, {0x91, 62, 90}, {0xc1, 4, 0}, {0xc1, 5, 0}}));
    // Only channel messages have one.
    Parser parser;
    EXPECT_EQ(parse(parser, {0xf2, 1, 2, 3, 4}).size(), 1u);
    EXPECT_EQ(parser.malformed(), 1u);
}

TEST(Message, RealTimeWithinAnother) {
    EXPECT_EQ(parse({0x90, 0xf8, 60, 0xfa, 100}),
              (std::vector<Message>{{0xf8}, {0xfa}, {0x90, 60, 100}}));
}

TEST(Message, ExclusiveIsSkipped) {
    Parser parser;
    EXPECT_EQ(parse(parser, {0xf0, 0x7e, 1, 0xf8, 2, 0xf7, 0x80, 60, 0}),
              (std::vector<Message>{{0xf8}, {0x80, 60, 0}}));
    // One that does not end is ended by the next status.
    EXPECT_EQ(parse(parser, {0xf0, 1, 2, 3, 0xb0, 1, 2}), (std::vector<Message>{{0xb0, 1, 2}}));
    EXPECT_EQ(parser.malformed(), 0u);
}

TEST(Message, GarbageIsCounted) {
    Parser parser;
    EXPECT_TRUE(parse(parser, {1, 2, 3}).empty());
    EXPECT_EQ(parser.malformed(), 1u);  // one run of stray data
    EXPECT_EQ(parse(parser, {0x90, 60, 0x80, 61, 0}), (std::vector<Message>{{0x80, 61, 0}}));
    EXPECT_EQ(parser.malformed(), 2u);  // a note on without its velocity
    EXPECT_TRUE(parse(parser, {0xf4, 0xf5, 0xf9, 0xfd}).empty());
}

// --- Readings ------------------------------------------------------------------------------------

std::vector<Reading> listen(Listener& listener, const std::vector<std::uint8_t>& bytes) {
    std::vector<Reading> readings;
    std::vector<Message> transport;
    listener.listen(bytes, readings, transport);
    return readings;
}

TEST(Listener, ControllersReachBothEnds) {
    Listener listener;
    const auto readings = listen(listener, {0xb2, 70, 0, 70, 127, 70, 64});
    ASSERT_EQ(readings.size(), 3u);
    EXPECT_EQ(readings[0].channel, 3u);
    EXPECT_EQ(readings[0].number, 70u);
    EXPECT_EQ(readings[0].value, 0.0);
    EXPECT_EQ(readings[1].value, 1.0);
    EXPECT_EQ(readings[2].value, 64 / 127.0);
}

TEST(Listener, FourteenBits) {
    Listener listener;
    // The high byte alone is of seven bits, and a first low one may be chance.
    EXPECT_EQ(listen(listener, {0xb0, 1, 127})[0].value, 1.0);
    auto readings = listen(listener, {0xb0, 33, 127});
    ASSERT_EQ(readings.size(), 1u);
    EXPECT_EQ(readings[0].number, 33u);
    EXPECT_TRUE(readings[0].low);
    // From the second on both are one number; the low one is heard by itself too.
    readings = listen(listener, {0xb0, 1, 64, 33, 1});
    ASSERT_EQ(readings.size(), 3u);
    EXPECT_EQ(readings[0].value, 64 / 127.0);
    EXPECT_TRUE(readings[1].low);
    EXPECT_EQ(readings[2].number, 1u);
    EXPECT_EQ(readings[2].value, 8193 / 16383.0);
    // A new high byte begins with a low one of 0, and the low one may move alone.
    readings = listen(listener, {0xb0, 1, 65, 33, 3, 33, 4});
    ASSERT_EQ(readings.size(), 5u);
    EXPECT_EQ(readings[0].value, 8320 / 16383.0);
    EXPECT_EQ(readings[2].value, 8323 / 16383.0);
    EXPECT_EQ(readings[4].value, 8324 / 16383.0);
    // Other channels have not heard a low byte.
    EXPECT_EQ(listen(listener, {0xb1, 1, 127})[0].value, 1.0);
}

TEST(Listener, AFaderAndAButtonAreNoFourteenBits) {
    Listener listener;
    listen(listener, {0xb0, 0, 10, 0, 20, 32, 127, 32, 0});  // moved, pressed, released
    listen(listener, {0xb0, 0, 30, 0, 126, 32, 127});
    const auto readings = listen(listener, {0xb0, 0, 127});
    ASSERT_EQ(readings.size(), 1u);
    EXPECT_EQ(readings[0].value, 1.0);
    // What is not right behind its high byte is a controller like others.
    EXPECT_FALSE(listen(listener, {0xb0, 32, 127, 32, 0})[1].low);
}

TEST(Listener, BendReachesBothEndsAndTheMiddle) {
    Listener listener;
    EXPECT_EQ(listen(listener, {0xe0, 0, 0})[0].value, -1.0);
    EXPECT_EQ(listen(listener, {0xe0, 0, 64})[0].value, 0.0);
    EXPECT_EQ(listen(listener, {0xe0, 127, 127})[0].value, 1.0);
}

TEST(Listener, NoteOnWithoutVelocityIsOff) {
    Listener listener;
    const auto readings = listen(listener, {0x90, 60, 127, 60, 0, 0x80, 61, 64});
    ASSERT_EQ(readings.size(), 3u);
    EXPECT_EQ(readings[0].kind, Reading::Kind::note_on);
    EXPECT_EQ(readings[0].value, 1.0);
    EXPECT_EQ(readings[1].kind, Reading::Kind::note_off);
    EXPECT_EQ(readings[2].kind, Reading::Kind::note_off);
    EXPECT_EQ(readings[2].number, 61u);
}

TEST(Listener, WhoComesLaterLearnsWhatStands) {
    Listener listener;
    (void)listen(listener, {0xb0, 7, 127, 0xe3, 0, 0, 0x90, 60, 100, 62, 90, 64, 80, 0x80, 62, 0});
    std::vector<Reading> recalled;
    listener.recall(recalled);
    ASSERT_EQ(recalled.size(), 4u);
    EXPECT_EQ(recalled[0].value, 1.0);
    EXPECT_EQ(recalled[1].kind, Reading::Kind::bend);
    EXPECT_EQ(recalled[1].channel, 4u);
    EXPECT_EQ(recalled[2].number, 60u);
    EXPECT_EQ(recalled[3].number, 64u);
    (void)listen(listener, {0xb0, 123, 0});
    recalled.clear();
    listener.recall(recalled);
    for (const Reading& reading : recalled) EXPECT_NE(reading.kind, Reading::Kind::note_on);
}

}  // namespace
}  // namespace weft::midi
