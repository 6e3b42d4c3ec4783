// MIDI clock in and out, with the arrival times made up: late, early, lost, faster, slower.
#include "clock_in.h"
#include "clock_out.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "arrival.h"

namespace weft::midi {
namespace {

constexpr Message kTick = {kClock};

// The beat that was told, at `time`.
double beat_at(const weft_control_tempo& tempo, double time) {
    return tempo.playing ? tempo.beat + (time - tempo.time) * tempo.bpm / 60 : tempo.beat;
}

// A clock of so many ticks. After every tick it checks that the beat told before and after it are
// the same there: that nothing jumped.
class Player {
public:
    ClockIn clock;
    double time = 100;
    bool told = false;
    double largest_jump = 0;

    void tick(double late = 0) {
        const weft_control_tempo before = clock.tempo();
        if (!clock.hear(kTick, time + late)) return;
        if (told)
            largest_jump = std::max(largest_jump, std::abs(beat_at(clock.tempo(), time + late) -
                                                           beat_at(before, time + late)));
        told = true;
    }
    template <class Late>
    void play(int ticks, double bpm, Late&& late) {
        for (int i = 0; i < ticks; ++i) {
            tick(late());
            time += 60 / bpm / 24;
        }
    }
    void play(int ticks, double bpm) {
        play(ticks, bpm, [] { return 0.0; });
    }
    [[nodiscard]] double beat() const { return beat_at(clock.tempo(), time); }
    [[nodiscard]] double bpm() const { return clock.tempo().bpm; }
};

TEST(ClockIn, AnEvenClockIsExact) {
    Player player;
    ASSERT_TRUE(!player.clock.hear({kStart}, player.time));
    player.play(480, 133);
    EXPECT_EQ(player.clock.tempo().playing, 1u);
    EXPECT_NEAR(player.beat(), 20, 1e-9);
    EXPECT_NEAR(player.bpm(), 133, 1e-6);
    EXPECT_LT(player.largest_jump, 1e-9);
}

TEST(ClockIn, JitterIsSmoothedAndNothingJumps) {
    Player player;
    std::mt19937 random(1);
    // As a JACK server with blocks of 256 samples delivers.
    std::uniform_real_distribution<double> late(0, 0.0053);
    player.clock.hear({kStart}, player.time);
    player.play(96, 120, [&] { return late(random); });
    double worst_bpm = 0;
    double worst_beat = 0;
    for (int i = 96; i < 2400; ++i) {
        player.tick(late(random));
        player.time += 60.0 / 120 / 24;
        worst_bpm = std::max(worst_bpm, std::abs(player.bpm() - 120));
        worst_beat = std::max(worst_beat, std::abs(player.beat() - (i + 1) / 24.0));
    }
    EXPECT_LT(player.largest_jump, 1e-9);
    EXPECT_LT(worst_bpm, 2);
    // 2.65 ms late on the average are 0.0053 beats.
    EXPECT_LT(worst_beat, 0.012);
}

TEST(ClockIn, PhaseDoesNotDriftOverHours) {
    Player player;
    std::mt19937 random(2);
    std::uniform_real_distribution<double> late(-0.002, 0.002);
    player.clock.hear({kStart}, player.time);
    player.play(24 * 60 * 2 * 128, 128, [&] { return late(random); });
    EXPECT_NEAR(player.beat(), 60 * 2 * 128, 0.005);
    EXPECT_LT(player.largest_jump, 1e-9);
}

TEST(ClockIn, FollowsANewTempo) {
    for (const double faster : {90.0, 240.0, 60.0, 121.0}) {
        Player player;
        player.clock.hear({kStart}, player.time);
        player.play(240, 120);
        player.play(480, faster);
        EXPECT_NEAR(player.bpm(), faster, 0.2) << faster;
        EXPECT_NEAR(player.beat(), 30, 0.01) << faster;
    }
}

TEST(ClockIn, FollowsARamp) {
    Player player;
    player.clock.hear({kStart}, player.time);
    player.play(96, 100);
    for (int i = 0; i < 480; ++i) player.play(1, 100 + i / 16.0);
    EXPECT_NEAR(player.beat(), 24, 0.03);
    EXPECT_NEAR(player.bpm(), 130, 2);
    EXPECT_LT(player.largest_jump, 1e-9);
}

TEST(ClockIn, TicksThatWereLostAreCounted) {
    Player player;
    player.clock.hear({kStart}, player.time);
    player.play(96, 120);
    for (const int gap : {1, 2, 7, 20}) {
        player.time += gap * 60.0 / 120 / 24;
        player.play(48, 120);
    }
    EXPECT_NEAR(player.beat(), (96 + 4 * 48 + 30) / 24.0, 1e-6);
    EXPECT_LT(player.largest_jump, 1e-6);
}

TEST(ClockIn, ALostClockGoesOn) {
    Player player;
    player.clock.hear({kStart}, player.time);
    std::mt19937 random(3);
    std::uniform_real_distribution<double> late(0, 0.004);
    player.play(96, 120, [&] { return late(random); });
    EXPECT_FALSE(player.clock.check(player.time + 0.05));
    player.time += 0.4;
    EXPECT_TRUE(player.clock.check(player.time));
    EXPECT_FALSE(player.clock.check(player.time + 0.1));  // said once
    EXPECT_NEAR(player.bpm(), 120, 1);
    EXPECT_NEAR(player.beat(), 4.8, 0.02);
    // It returns after a time in which nobody counted: no jump, and its phase.
    player.time += 9.6;
    player.play(48, 120);
    EXPECT_NEAR(player.beat(), 26, 0.1);
    EXPECT_LT(player.largest_jump, 0.03);
}

TEST(ClockIn, StopContinueAndSongPosition) {
    Player player;
    player.play(48, 120);  // a clock without a transport runs
    EXPECT_EQ(player.clock.tempo().playing, 1u);
    EXPECT_TRUE(player.clock.hear({kStop}, player.time));
    const double stands = player.clock.tempo().beat;
    EXPECT_EQ(player.clock.tempo().playing, 0u);
    player.play(48, 90);
    EXPECT_EQ(player.clock.tempo().playing, 0u);
    EXPECT_EQ(player.clock.tempo().beat, stands);
    EXPECT_NEAR(player.bpm(), 90, 0.5);
    player.clock.hear({kContinue}, player.time);
    EXPECT_EQ(player.clock.tempo().playing, 0u);  // until the next tick
    player.play(24, 90);
    EXPECT_EQ(player.clock.tempo().playing, 1u);
    EXPECT_NEAR(player.beat(), stands + 1, 0.02);

    player.clock.hear({kStop}, player.time);
    player.clock.hear({kSongPosition, 32, 1}, player.time);  // 160 sixteenths
    player.clock.hear({kContinue}, player.time);
    player.play(24, 90);
    EXPECT_NEAR(player.beat(), 41, 0.01);

    player.clock.hear({kStart}, player.time);
    player.play(12, 90);
    EXPECT_NEAR(player.beat(), 0.5, 0.01);
    EXPECT_FALSE(player.clock.hear({kSongPosition, 0, 1}, player.time));
    player.play(12, 90);
    EXPECT_NEAR(player.beat(), 32.5, 0.01);
}

TEST(ClockIn, AnyTimesAtAll) {
    std::mt19937 random(4);
    std::uniform_real_distribution<double> step(-0.1, 0.3);
    const std::uint8_t statuses[] = {kClock, kClock, kClock,    kClock,
                                     kStart, kStop,  kContinue, kSongPosition};
    ClockIn clock;
    double time = 0;
    for (int i = 0; i < 100000; ++i) {
        time += i % 5 ? 0 : step(random);
        clock.hear({statuses[random() % 8], static_cast<std::uint8_t>(random() % 128), 0}, time);
        clock.check(time);
        EXPECT_TRUE(std::isfinite(clock.tempo().beat) && std::isfinite(clock.tempo().bpm));
    }
}

// --- Arrival -------------------------------------------------------------------------------------

TEST(Arrival, ACallThatIsHeldUpDoesNotMoveTheMessage) {
    Arrival arrival;
    std::mt19937 random(5);
    std::uniform_real_distribution<double> held(0, 0.004);
    double time = 1000;
    double worst = 0;
    for (int i = 0; i < 1000; ++i) {
        const double told = arrival.at(i == 0 ? 0 : 0.01, time + (i % 10 ? held(random) : 0));
        if (i > 10) worst = std::max(worst, std::abs(told - time));
        time += 0.01 * (1 + 5e-5);  // the two clocks differ
    }
    EXPECT_LT(worst, 2e-4);
}

TEST(Arrival, NeverLaterThanNow) {
    Arrival arrival;
    double time = 0;
    for (int i = 0; i < 100; ++i) {
        time += 0.02;
        EXPECT_LE(arrival.at(i % 7 ? 0.02 : 1.0, time), time);
    }
}

// --- Out -----------------------------------------------------------------------------------------

weft_control_tempo tempo(double time, double beat, double bpm, bool playing = true) {
    return {sizeof(weft_control_tempo), playing ? 1u : 0u, time, beat, bpm};
}

std::vector<Message> pop(ClockOut& clock, double now) {
    std::vector<Message> messages;
    clock.pop(now, messages);
    return messages;
}

TEST(ClockOut, BeginsAtTheBeginning) {
    ClockOut clock;
    EXPECT_TRUE(std::isinf(clock.due()));
    clock.follow(tempo(10, 0, 120));
    EXPECT_EQ(clock.due(), 10);
    EXPECT_EQ(pop(clock, 9.99), std::vector<Message>());
    EXPECT_EQ(pop(clock, 10), (std::vector<Message>{{kStart}, {kClock}}));
    EXPECT_NEAR(clock.due(), 10 + 0.5 / 24, 1e-12);
    EXPECT_EQ(pop(clock, 10.1).size(), 4u);
}

TEST(ClockOut, JoinsASongAtItsNextSixteenth) {
    ClockOut clock;
    clock.follow(tempo(10, 40.1, 120));
    std::vector<Message> all;
    for (double now = 10; now < 10.2; now += 0.001) clock.pop(now, all);
    // Ticks 963 to 965, then sixteenth 161.
    ASSERT_GT(all.size(), 6u);
    EXPECT_EQ(all[2], kTick);
    EXPECT_EQ(all[3], (Message{kSongPosition, 161 % 128, 1}));
    EXPECT_EQ(all[4], Message{kContinue});
    EXPECT_EQ(all[5], kTick);
}

TEST(ClockOut, ACorrectionMovesTicksAJumpRelocates) {
    ClockOut clock;
    clock.follow(tempo(10, 0, 120));
    (void)pop(clock, 10.2);
    clock.follow(tempo(10.2, 0.41, 121));
    for (const Message& message : pop(clock, 10.3)) EXPECT_EQ(message, kTick);
    clock.follow(tempo(10.3, 8, 121));
    EXPECT_EQ(pop(clock, 10.3),
              (std::vector<Message>{{kStop}, {kSongPosition, 32, 0}, {kContinue}, {kClock}}));
}

TEST(ClockOut, StopsAndEnds) {
    ClockOut clock;
    clock.follow(tempo(10, 0, 120));
    (void)pop(clock, 10);
    clock.follow(tempo(10.1, 0.2, 120, false));
    EXPECT_EQ(clock.due(), 0);
    EXPECT_EQ(pop(clock, 10.1), (std::vector<Message>{{kStop}}));
    EXPECT_TRUE(std::isinf(clock.due()));
    clock.follow(tempo(10.2, 0.25, 120));
    EXPECT_EQ(pop(clock, 10.2).size(), 3u);
    std::vector<Message> ending;
    clock.end(ending);
    EXPECT_EQ(ending, (std::vector<Message>{{kStop}}));
    EXPECT_TRUE(std::isinf(clock.due()));
}

TEST(ClockOut, AThreadThatSleptDoesNotSendABurst) {
    ClockOut clock;
    clock.follow(tempo(10, 0, 120));
    (void)pop(clock, 10);
    const auto messages = pop(clock, 20);
    EXPECT_LT(messages.size(), 6u);
    EXPECT_EQ(messages.front(), Message{kStop});
}

TEST(ClockOut, TemposThatAreNone) {
    ClockOut clock;
    clock.follow(tempo(10, 0, 0));
    clock.follow(tempo(10, 0, -5));
    clock.follow(tempo(10, 0, 1e12));
    clock.follow(tempo(NAN, 0, 120));
    EXPECT_TRUE(std::isinf(clock.due()));
    clock.follow(tempo(10, -3.5, 120));  // before the beginning: ticks alone
    for (const Message& message : pop(clock, 10.2)) EXPECT_EQ(message, kTick);
}

}  // namespace
}  // namespace weft::midi
