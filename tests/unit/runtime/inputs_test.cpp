#include "runtime/inputs.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <limits>
#include <random>
#include <thread>

namespace weft::runtime {
namespace {

std::atomic<double> now{100};
double clock() {
    return now.load();
}

// Parameters a, b, c with initial values 1, 2, 3.
sema::Program program(const std::vector<std::string>& keys = {"a", "b", "c"}) {
    sema::Program result;
    result.settings[WEFT_FIELD_BPM] = 90;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        sema::Param param;
        param.key = keys[i];
        param.initial = static_cast<double>(i + 1);
        result.params.push_back(param);
    }
    return result;
}

// As the three above: b smoothed, and tempo.
ir::LiveParams live() {
    ir::LiveParams result;
    result.smooth = {{1, 3, 4}};
    result.tempo = 5;
    result.count = 8;
    return result;
}

std::vector<double> block(Inputs& inputs, const BlockTime& time) {
    std::vector<double> result(inputs.count(), -1);
    inputs.block(time, result);
    return result;
}

class InputsTest : public ::testing::Test {
protected:
    void SetUp() override { now = 100; }
};

TEST_F(InputsTest, BeginsWithTheInitialValues) {
    Inputs inputs(program(), live(), clock);
    ASSERT_EQ(inputs.count(), 8u);
    const std::vector<double> wanted{1, 2, 3, 0, 0, 0, 0, 90};
    const double* frame = inputs.frame(100, 0);
    EXPECT_EQ(std::vector<double>(frame, frame + 8), wanted);
    EXPECT_EQ(block(inputs, {100, 0, 0, 256}), wanted);
}

TEST_F(InputsTest, WhatHoldsAtOnceIsInTheNextFrameAndTheNextBlock) {
    Inputs inputs(program(), {}, clock);
    inputs.post({0, 5, 0});
    EXPECT_EQ(inputs.frame(100, 0)[0], 5);
    EXPECT_EQ(block(inputs, {100, 0, 0, 256})[0], 5);
    inputs.post({0, 6, 99});  // late
    EXPECT_EQ(inputs.frame(100, 0)[0], 6);
    EXPECT_EQ(block(inputs, {100, 0, 0, 256})[0], 6);
    EXPECT_EQ(inputs.counters().late, 1u);
    EXPECT_EQ(inputs.counters().posted, 2u);
}

TEST_F(InputsTest, WhatIsDueLaterHoldsFromThen) {
    Inputs inputs(program(), {}, clock);
    const InputEvent events[] = {{0, 5, 101}, {1, 6, 101}, {2, 7, 102}};
    inputs.post(events, 3);
    EXPECT_EQ(inputs.frame(100.9, 0)[0], 1);
    EXPECT_EQ(block(inputs, {100.9, 0, 0, 256})[0], 1);
    // In the middle of a block: from the one that begins next. Nobody has to serve for that.
    EXPECT_EQ(block(inputs, {100.999, 0, 0, 256})[0], 1);
    const std::vector<double> at = block(inputs, {101, 0, 0, 256});
    EXPECT_EQ(at, (std::vector<double>{5, 6, 3}));
    EXPECT_EQ(inputs.frame(101, 0)[1], 6);
    EXPECT_EQ(inputs.frame(102, 0)[2], 7);
}

TEST_F(InputsTest, OfTwoTheOneThatHoldsLaterWins) {
    Inputs inputs(program(), {}, clock);
    inputs.post({0, 5, 101});
    inputs.post({0, 6, 0});  // holds until then
    EXPECT_EQ(inputs.frame(100.5, 0)[0], 6);
    EXPECT_EQ(inputs.frame(101, 0)[0], 5);
    // Sound is ahead: it has applied what is due at 101 already when this comes before.
    EXPECT_EQ(block(inputs, {101, 0, 0, 256})[0], 5);
    now = 100.5;
    inputs.post({0, 7, 0});
    EXPECT_EQ(block(inputs, {101.1, 0, 0, 256})[0], 5);
    now = 101.2;
    inputs.post({0, 8, 0});
    EXPECT_EQ(block(inputs, {101.2, 0, 0, 256})[0], 8);
    EXPECT_EQ(inputs.frame(101.2, 0)[0], 8);
}

TEST_F(InputsTest, OfTwoDueAtOneTimeTheLastPostedWins) {
    Inputs inputs(program(), {}, clock);
    inputs.post({0, 5, 101});
    inputs.post({0, 6, 101});
    inputs.post({0, 5, 101});
    EXPECT_EQ(inputs.frame(101, 0)[0], 5);
    EXPECT_EQ(block(inputs, {101, 0, 0, 256})[0], 5);
}

TEST_F(InputsTest, WhatIsNoNumberOrNobodysIsIgnored) {
    Inputs inputs(program(), {}, clock);
    inputs.post({0, std::numeric_limits<double>::quiet_NaN(), 0});
    inputs.post({1, std::numeric_limits<double>::infinity(), 0});
    inputs.post({3, 1, 0});
    inputs.post({sema::kNone, 1, 0});
    EXPECT_EQ(block(inputs, {100, 0, 0, 256}), (std::vector<double>{1, 2, 3}));
}

TEST_F(InputsTest, ReadersThatSleepCatchUp) {
    Inputs inputs(program(), {}, clock);
    // More than a reader's queue holds, and nobody reads.
    for (int i = 0; i < 3 * static_cast<int>(Inputs::kMaxDue); ++i) {
        now = 100 + i;
        inputs.post({0, static_cast<double>(i), 100.5 + i});
    }
    now = now + 1;
    const double last = 3 * static_cast<double>(Inputs::kMaxDue) - 1;
    EXPECT_EQ(inputs.frame(now, 0)[0], last);
    EXPECT_EQ(block(inputs, {now, 0, 0, 256})[0], last);
    EXPECT_EQ(inputs.counters().dropped, 0u);
}

TEST_F(InputsTest, OfTooManyThatWaitTheFarthestGo) {
    Inputs inputs(program(), {}, clock);
    const auto most = static_cast<int>(Inputs::kMaxDue);
    for (int i = 0; i < most; ++i) inputs.post({0, 1000.0 + i, 200.0 + i});
    inputs.post({1, 7, 150});    // instead of the farthest
    inputs.post({1, 8, 99999});  // the farthest itself
    EXPECT_EQ(inputs.counters().dropped, 2u);
    now = 99998;
    EXPECT_EQ(inputs.frame(99998, 0)[0], 1000 + most - 2);
    EXPECT_EQ(inputs.frame(99999, 0)[1], 7);
}

// Whatever a reader slept through, and however many others there are.
TEST_F(InputsTest, AnyNumberOfParametersAndOfChanges) {
    constexpr std::size_t kCount = 300;
    std::vector<std::string> keys;
    for (std::size_t i = 0; i < kCount; ++i) keys.push_back(std::to_string(i));
    Inputs inputs(program(keys), {}, clock);
    std::vector<double> wanted;
    inputs.read(wanted);
    std::mt19937 draw(1);
    for (int round = 0; round < 2000; ++round) {
        // Few or many, more than there are parameters from time to time.
        std::vector<InputEvent> events(draw() % (round % 10 == 0 ? 2 * kCount : 5));
        for (InputEvent& event : events) {
            event = {static_cast<sema::ParamId>(draw() % kCount), static_cast<double>(draw()), 0};
            wanted[event.param] = event.value;
        }
        inputs.post(events.data(), events.size());
        if (draw() % 3 == 0) {
            const double* const frame = inputs.frame(100, 0);
            ASSERT_EQ(std::vector<double>(frame, frame + kCount), wanted) << round;
        }
        if (draw() % 40 == 0) {
            ASSERT_EQ(block(inputs, {100, 0, 0, 64}), wanted) << round;
        }
    }
}

// The latest due first, each changed once, in one call: the worst order to keep them in.
TEST_F(InputsTest, AnyOrderOfWhatWaits) {
    Inputs inputs(program(), {}, clock);
    std::vector<InputEvent> events;
    for (int i = static_cast<int>(Inputs::kMaxDue); i-- > 0;)
        for (const double value : {-1.0, static_cast<double>(i)})
            events.push_back({0, value, 101 + i * 0.001});
    inputs.post(events.data(), events.size());
    EXPECT_EQ(inputs.counters().dropped, 0u);
    for (int i = 0; i < static_cast<int>(Inputs::kMaxDue); ++i) {
        now = 101 + (i + 0.5) * 0.001;
        ASSERT_EQ(inputs.frame(now, 0)[0], i);
        ASSERT_EQ(block(inputs, {now, 0, 0, 64})[0], i);
    }
}

TEST_F(InputsTest, SmoothedValuesAreLinesOverBlocks) {
    Inputs inputs(program(), live(), clock);
    EXPECT_EQ(block(inputs, {100, 0, 0, 64})[3], 0);
    inputs.post({1, 6, 0});
    std::vector<double> line = block(inputs, {100, 0, 64, 64});
    EXPECT_EQ(line[1], 2);
    EXPECT_EQ(line[3], 4.0 / 64);
    EXPECT_EQ(line[4], 64);
    line = block(inputs, {100, 0, 128, 64});
    EXPECT_EQ(line[1], 6);
    EXPECT_EQ(line[3], 0);
    // Frames hold the value.
    const double* frame = inputs.frame(100, 0);
    EXPECT_EQ(frame[1], 6);
    EXPECT_EQ(frame[3], 0);
}

TEST_F(InputsTest, TheFirstBlockBeginsWhereItIs) {
    Inputs inputs(program(), live(), clock);
    inputs.post({1, 6, 0});
    const std::vector<double> line = block(inputs, {100, 0, 0, 64});
    EXPECT_EQ(line[1], 6);
    EXPECT_EQ(line[3], 0);
}

TEST_F(InputsTest, TempoGoesOnByItself) {
    Inputs inputs(program(), live(), clock);
    inputs.tempo({100, 4, 120, true});
    const double* frame = inputs.frame(101.5, 7);
    EXPECT_EQ(frame[5], 7);  // three beats later
    EXPECT_EQ(frame[6], 7);
    EXPECT_EQ(frame[7], 120);
    inputs.tempo({102, 8, 120, false});
    const std::vector<double> still = block(inputs, {104, 9, 0, 64});
    EXPECT_EQ(still[5], 8);
    EXPECT_EQ(still[7], 0);
}

TEST_F(InputsTest, AdoptsWhatMeansTheSame) {
    Inputs old(program({"a", "b", "c"}), {}, clock);
    old.post({0, 10, 0});
    old.post({2, 30, 0});
    old.post({1, 20, 105});
    old.tempo({100, 4, 120, true});
    ir::LiveParams hidden;
    hidden.tempo = 4;
    hidden.count = 7;
    Inputs next(program({"c", "x", "a", "b"}), hidden, clock);
    next.adopt(old);
    const double* frame = next.frame(100, 0);
    EXPECT_EQ(std::vector<double>(frame, frame + 4), (std::vector<double>{30, 2, 10, 4}));
    EXPECT_EQ(frame[4], 4);
    // What was posted to the new one since is newer; what came to the old one meanwhile as well.
    now = 101;
    next.post({2, 11, 0});
    old.post({2, 31, 0});
    next.adopt(old);
    EXPECT_EQ(block(next, {101, 0, 0, 64})[0], 31);
    EXPECT_EQ(block(next, {101, 0, 0, 64})[2], 11);
    EXPECT_EQ(block(next, {105, 0, 0, 64})[3], 20);
    std::vector<double> values;
    std::vector<bool> touched;
    next.read(values, &touched);
    EXPECT_EQ(values, (std::vector<double>{31, 2, 11, 4}));
    EXPECT_EQ(touched, (std::vector<bool>{true, false, true, false}));
}

// Every call posts one number to two parameters from one of several threads: no snapshot may show
// two different ones, and in the end the last of each thread is there.
TEST_F(InputsTest, IsWholeUnderAStorm) {
    constexpr int kThreads = 3;
    constexpr int kPosts = 4000;
    std::vector<std::string> keys;
    for (int i = 0; i < 2 * kThreads; ++i) keys.push_back(std::to_string(i));
    Inputs inputs(program(keys), {}, clock);
    for (sema::ParamId id = 0; id < 2 * kThreads; ++id) inputs.post({id, 0, 0});
    std::vector<std::thread> threads;
    for (sema::ParamId t = 0; t < kThreads; ++t) {
        threads.emplace_back([&inputs, t] {
            for (int i = 1; i <= kPosts; ++i) {
                const auto value = static_cast<double>(i);
                const InputEvent both[] = {{2 * t, value, 0}, {2 * t + 1, value, 0}};
                inputs.post(both, 2);
            }
        });
    }
    const auto check = [&](const auto& numbers) {
        for (int t = 0; t < kThreads; ++t) EXPECT_EQ(numbers[2 * t], numbers[2 * t + 1]);
        return numbers[0] == kPosts && numbers[2] == kPosts && numbers[4] == kPosts;
    };
    std::thread sound([&] {
        while (!check(block(inputs, {100, 0, 0, 64}))) std::this_thread::yield();
    });
    while (!check(inputs.frame(100, 0))) std::this_thread::yield();
    for (std::thread& thread : threads) thread.join();
    sound.join();
    EXPECT_EQ(inputs.counters().dropped, 0u);
}

// One call, however long, is seen whole.
TEST_F(InputsTest, ALongCallIsWhole) {
    constexpr std::size_t kCount = 10'000;
    constexpr int kPosts = 50;
    const std::vector<std::string> keys(kCount);
    Inputs inputs(program(keys), {}, clock);
    std::vector<InputEvent> events(kCount);
    const auto post = [&](double value) {
        for (sema::ParamId id = 0; id < kCount; ++id) events[id] = {id, value, 0};
        inputs.post(events.data(), events.size());
    };
    post(0);
    std::thread sound([&] {
        std::vector<double> numbers(kCount);
        do {
            inputs.block({100, 0, 0, 64}, numbers);
            for (const double number : numbers) ASSERT_EQ(number, numbers[0]);
        } while (numbers[0] != kPosts);
    });
    for (int i = 1; i <= kPosts; ++i) post(i);
    sound.join();
    EXPECT_EQ(inputs.counters().dropped, 0u);
}

}  // namespace
}  // namespace weft::runtime
