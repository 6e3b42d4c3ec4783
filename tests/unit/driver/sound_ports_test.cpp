// Which devices play and hear what, as the command line says it.
#include "driver/live/sound_ports.h"

#include <gtest/gtest.h>

namespace weft::driver {
namespace {

using Channels = std::vector<std::uint32_t>;

TEST(SoundPorts, CountChannelsFromOne) {
    EXPECT_EQ(*read_channels("1"), (Channels{0}));
    EXPECT_EQ(*read_channels("3,4"), (Channels{2, 3}));
    EXPECT_EQ(*read_channels("8,1-3"), (Channels{7, 0, 1, 2}));
    EXPECT_EQ(read_channels("1-128")->size(), 128u);
    for (const char* text : {"", "0", "-1", "1-", "2-1", "1,,2", "1,", " 1", "1.5", "129", "x",
                             "1-128,1", "4294967297", "1-2-3"}) {
        const auto channels = read_channels(text);
        ASSERT_FALSE(channels) << text;
        EXPECT_EQ(channels.error().status, WEFT_INVALID);
    }
}

TEST(SoundPorts, AreOneOfEachUnlessMoreAreNamed) {
    const auto ports = sound_ports({}, 6, 1);
    ASSERT_TRUE(ports);
    EXPECT_EQ(ports->outputs.size(), 1u);
    EXPECT_EQ(ports->outputs[0].device, "");
    EXPECT_EQ(ports->outputs[0].channels, 6u);
    EXPECT_EQ(ports->played, 6u);
    EXPECT_EQ(ports->inputs.size(), 1u);
    EXPECT_EQ(ports->inputs[0].channels, 1u);
    // A program that is silent yet may be edited.
    EXPECT_EQ(sound_ports({}, 0, 0)->played, 2u);
}

TEST(SoundPorts, FollowEachOther) {
    RunOptions options;
    options.audio_device = {"usb", "hdmi", "jack"};
    options.audio_map = {"5-8"};
    options.input_device = {"usb", "webcam"};
    options.input_map = {"2,1,7", "1"};
    const auto ports = sound_ports(options, 6, 2);
    ASSERT_TRUE(ports);
    EXPECT_EQ(ports->outputs[0].map, (Channels{4, 5, 6, 7}));
    EXPECT_EQ(ports->outputs[0].channels, 4u);
    EXPECT_EQ(ports->outputs[1].channels, 2u);
    EXPECT_EQ(ports->outputs[2].channels, 2u);
    EXPECT_EQ(ports->played, 8u);
    // Of a device no more is heard than the program hears.
    EXPECT_EQ(ports->inputs[0].map, (Channels{1, 0}));
    EXPECT_EQ(ports->inputs[1].channels, 1u);
    EXPECT_EQ(ports->heard, 2u);
}

TEST(SoundPorts, RefuseWhatMakesNoSense) {
    RunOptions options;
    options.audio_device = {"usb", "none"};
    EXPECT_FALSE(sound_ports(options, 2, 0));
    options.audio_device = {"none"};
    EXPECT_TRUE(sound_ports(options, 2, 0));
    options.audio_map = {"1", "2"};
    EXPECT_FALSE(sound_ports(options, 2, 0));
}

}  // namespace
}  // namespace weft::driver
