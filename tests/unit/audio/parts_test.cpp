// The parts that need no device: which one is meant, when blocks happen, works that never end.
#include <gtest/gtest.h>
#include <jack/patience.h>
#include <weft/cpp/text.hpp>

#include <atomic>
#include <chrono>
#include <cmath>
#include <memory>
#include <random>
#include <thread>

#include "block_clock.h"
#include "devices.h"

namespace {

using namespace weft::audio;
using weft::jack::run_within;

Device device(int index, const char* api, const char* name, std::uint32_t inputs,
              std::uint32_t outputs) {
    Device made;
    made.index = index;
    made.api = api;
    made.name = name;
    made.inputs = inputs;
    made.outputs = outputs;
    return made;
}

std::vector<Device> some() {
    std::vector<Device> all = {
        device(0, "ALSA", "HDA Intel: ALC (hw:0,0)", 2, 2),
        device(1, "ALSA", "USB Audio: Mixer (hw:1,0)", 8, 8),
        device(2, "ALSA", "microphone", 1, 0),
        device(3, "JACK", "system", 2, 2),
        device(4, "JACK", "system two", 0, 4),
    };
    all[0].default_output = all[2].default_input = true;
    all[3].default_output = all[3].default_input = true;
    return all;
}

// "" if one is found, else the message.
std::string trouble(const std::string& wish, Direction direction) {
    try {
        return choose(some(), wish, direction) ? "" : "nothing";
    } catch (const weft::cpp::Failure& failure) {
        EXPECT_EQ(failure.code(), WEFT_INVALID);
        return failure.what();
    }
}

TEST(Choice, IsByPartOfANameWhateverItsCase) {
    EXPECT_EQ(choose(some(), "usb", Direction::output)->index, 1);
    EXPECT_EQ(choose(some(), "JACK: system two", Direction::output)->index, 4);
    EXPECT_EQ(choose(some(), "hw:0", Direction::output)->index, 0);
}

TEST(Choice, TakesTheExactNameBeforeOnesThatContainIt) {
    EXPECT_EQ(choose(some(), "system", Direction::output)->index, 3);
    EXPECT_EQ(choose(some(), "jack: system", Direction::output)->index, 3);
}

TEST(Choice, IsAmongThoseOfTheDirection) {
    EXPECT_EQ(choose(some(), "jack", Direction::input)->index, 3);
    EXPECT_EQ(trouble("microphone", Direction::output),
              "no sound device for output is called 'microphone': there are 'ALSA: HDA Intel: ALC "
              "(hw:0,0)', 'ALSA: USB Audio: Mixer (hw:1,0)', 'JACK: system', 'JACK: system two'");
}

TEST(Choice, ListsThoseThatMatch) {
    EXPECT_EQ(trouble("jack", Direction::output),
              "several sound devices for output match 'jack': 'JACK: system', 'JACK: system two'");
    EXPECT_EQ(trouble("tape", Direction::input).substr(0, 46),
              "no sound device for input is called 'tape': th");
}

TEST(Choice, WithoutAWishIsAServerThatRunsElseTheDefault) {
    EXPECT_EQ(choose(some(), "", Direction::output)->index, 3);
    EXPECT_EQ(choose(some(), "", Direction::output, "ALSA")->index, 0);
    EXPECT_EQ(choose(some(), "", Direction::input, "ALSA")->index, 2);
    EXPECT_FALSE(choose(some(), "", Direction::input, "OSS"));
    EXPECT_FALSE(choose({}, "", Direction::output));
}

// A device of `rate` serves a thread that wakes up to `late` seconds too late, now and then more.
struct Jittery {
    double rate;
    double late;
    std::mt19937 random{7};
    BlockClock clock{};
    double time = 1000;

    // The greatest difference to a steady course, over `blocks` of 256 after `settle` of them.
    double worst(int settle, int blocks) {
        std::uniform_real_distribution<double> lateness(0, late);
        double least = 1e9;
        double most = -1e9;
        for (int i = 0; i < settle + blocks; ++i) {
            const double wakes = time + lateness(random) + (i % 97 == 0 ? 0.02 : 0);
            const double said = clock.next(wakes, 256) - time;
            if (i >= settle) {
                least = std::min(least, said);
                most = std::max(most, said);
            }
            time += 256 / rate;
        }
        return most - least;
    }
};

TEST(BlockTimes, AreSteadyWhereWakingIsNot) {
    Jittery device{48000, 0.003};
    device.clock.start(48000);
    EXPECT_LT(device.worst(4000, 4000), 0.0004);
}

TEST(BlockTimes, FollowADeviceThatIsSlowerThanItSays) {
    Jittery device{48000 * 0.9995, 0.001};  // 500 ppm
    device.clock.start(48000);
    EXPECT_LT(device.worst(8000, 4000), 0.0004);
}

TEST(BlockTimes, NeverGoBackInPiecesOfABuffer) {
    BlockClock clock;
    clock.start(48000);
    double last = 0;
    for (int i = 0; i < 200; ++i) {
        // The first one woke late.
        const double begin = clock.next(i * 512 / 48000.0 + (i == 0 ? 0.009 : 0), 512);
        EXPECT_GT(begin, last);
        EXPECT_GT(clock.length(), 0);
        last = begin + clock.length() * 500 / 512;
    }
}

TEST(BlockTimes, JumpWhereTimeWasLost) {
    BlockClock clock;
    clock.start(48000);
    for (int i = 0; i < 1000; ++i) static_cast<void>(clock.next(i * 256 / 48000.0, 256));
    EXPECT_DOUBLE_EQ(clock.next(100, 256), 100);
    clock.restart();
    EXPECT_DOUBLE_EQ(clock.next(100.01, 256), 100.01);
    EXPECT_NEAR(clock.next(100.01 + 256 / 48000.0, 256), 100.01 + 256 / 48000.0, 1e-4);
}

TEST(BlockTimes, NeverGoBackWhereAThreadCatchesUp) {
    BlockClock clock;
    clock.start(48000);
    const double length = 256 / 48000.0;
    double now = 10;
    double last = 0;
    for (int i = 0; i < 2000; ++i, now += length) {
        // Half a second of waiting, then what was missed at once, an underrun reported amid it.
        if (i == 300) now += 0.5;
        if (i > 310 && i < 400) now -= 0.9 * length;
        if (i == 350) clock.restart();
        const double said = clock.next(now, 256);
        EXPECT_GT(said, last) << i;
        last = said;
    }
    EXPECT_NEAR(last, now - length, 0.001) << "and is in step again";
}

TEST(Patience, EndsWithAWorkThatHangsAndUndoesItLater) {
    const auto release = std::make_shared<std::atomic<bool>>(false);
    const auto undone = std::make_shared<std::atomic<bool>>(false);
    EXPECT_FALSE(run_within(
        0.05,
        [release] {
            while (!*release) std::this_thread::sleep_for(std::chrono::milliseconds(1));
        },
        [undone] { *undone = true; }));
    const auto ran = std::make_shared<std::atomic<bool>>(false);
    EXPECT_FALSE(run_within(0.05, [ran] { *ran = true; })) << "one at a time";
    *release = true;
    EXPECT_TRUE(run_within(30, [] {}));
    EXPECT_TRUE(*undone);
    EXPECT_FALSE(*ran);
}

TEST(Patience, HandsOnWhatIsThrown) {
    EXPECT_THROW(static_cast<void>(run_within(30, [] { throw std::runtime_error("no"); })),
                 std::runtime_error);
    EXPECT_TRUE(run_within(30, [] {}));
}

}  // namespace
