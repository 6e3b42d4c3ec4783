// Who goes when a device is full, and in which order: on a device of paper, whose work is done when
// somebody waits for it.
#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "paper_device.h"

namespace weft::gpu {
namespace {

// What a cache does, as far as its memory is concerned.
class Box final : public Movable {
public:
    Box(Device& device, const std::string& name, std::uint64_t bytes, Rank rank)
        : device_(device), name_(name), bytes_(bytes), rank_(rank) {
        home_ = device.pool.take(bytes, Place::device, {name, rank});
        device.residency.add(*this);
    }
    ~Box() override { device_.residency.remove(*this); }
    [[nodiscard]] std::uint64_t bytes() const override { return bytes_; }
    [[nodiscard]] Rank rank() const override { return rank_; }
    [[nodiscard]] bool spilled() const override { return spilled_; }
    [[nodiscard]] const Buffer& home() const override { return *home_; }
    void move(bool to_host) override {
        const auto to =
            device_.pool.take(bytes_, to_host ? Place::host : Place::device, {name_, rank_, true});
        const Residency::Alone alone(device_.residency);
        Command copy;
        copy.kind = Command::Kind::copy;
        copy.from = {home_.get(), 0};
        copy.to = {to.get(), 0};
        copy.bytes = bytes_;
        const auto work = device_.record({copy});
        (void)device_.queue.wait(device_.queue.submit(*work));
        to->used = home_->used.load();
        const std::shared_ptr<Buffer> from = std::exchange(home_, to);
        spilled_ = to_host;
        device_.residency.tell_moved(from.get(), to);
    }
    void use() { home_->used = device_.residency.next_turn(); }
    [[nodiscard]] char& first() { return static_cast<Paper&>(*home_).data[0]; }

private:
    Device& device_;
    std::string name_;
    std::uint64_t bytes_;
    Rank rank_;
    bool spilled_ = false;
    std::shared_ptr<Buffer> home_;
};

class SomeProgram final : public Tenant {
public:
    explicit SomeProgram(Device& device)
        : device_(device), user_(device.pool), tenancy_(device.residency, *this) {}
    void moved(const Buffer*, const std::shared_ptr<Buffer>&) override { ++moves; }
    void shed(std::uint64_t since) override {
        if (ran >= since) return;
        landing.reset();
    }
    void run() { ran = device_.residency.next_turn(); }

    int moves = 0;
    std::uint64_t ran = 0;
    std::shared_ptr<Buffer> landing;

private:
    Device& device_;
    Pool::User user_;
    Residency::Tenancy tenancy_;
};

class ResidencyTest : public testing::Test {
protected:
    std::shared_ptr<Buffer> take(std::uint64_t kilobytes, const std::string& owner = "it",
                                 Rank rank = Rank::frame, bool movable = false) {
        return device_.pool.take(kilobytes * kKilo, Place::device, {owner, rank, movable});
    }
    std::string refusal(std::uint64_t kilobytes, bool movable = false) {
        try {
            (void)take(kilobytes, "the cache wanted@v (640 x 480)", Rank::frame, movable);
        } catch (const cpp::Failure& failure) {
            EXPECT_EQ(failure.code(), WEFT_UNAVAILABLE);
            return failure.what();
        }
        return "it was given";
    }
    PaperDevice device_;
};

TEST_F(ResidencyTest, FreeMemoryGoesFirst) {
    const SomeProgram program(device_);
    const Box box(device_, "box", 256 * kKilo, Rank::history);
    (void)take(100);
    EXPECT_EQ(device_.residency.usage().kept, 100 * kKilo);
    EXPECT_EQ(device_.residency.usage().resident, 256 * kKilo);
    const auto large = take(768);
    EXPECT_EQ(device_.residency.usage().kept, 0u);
    EXPECT_FALSE(box.spilled());
}

TEST_F(ResidencyTest, ThenWhatIdleProgramsCanMakeAgain) {
    SomeProgram idle(device_);
    SomeProgram busy(device_);
    const Box box(device_, "box", 256 * kKilo, Rank::history);
    idle.landing = take(256, "idle", Rank::remade);
    busy.landing = take(256, "busy", Rank::remade);
    idle.run();
    for (int i = 0; i < 100; ++i) busy.run();
    const auto wanted = take(384);
    EXPECT_EQ(idle.landing, nullptr);
    EXPECT_NE(busy.landing, nullptr);
    EXPECT_FALSE(box.spilled());
}

TEST_F(ResidencyTest, ThenCachesByRankAndAge) {
    SomeProgram program(device_);
    Box ring(device_, "ring", 128 * kKilo, Rank::history);
    Box older(device_, "older", 128 * kKilo, Rank::frame);
    Box newer(device_, "newer", 128 * kKilo, Rank::frame);
    older.use();
    newer.use();
    ring.use();
    const auto rest = take(640);
    const auto first = take(128);
    EXPECT_TRUE(ring.spilled());
    EXPECT_FALSE(older.spilled());
    const auto second = take(100);
    EXPECT_TRUE(older.spilled());
    EXPECT_FALSE(newer.spilled());
    EXPECT_EQ(program.moves, 2);
    EXPECT_EQ(device_.residency.usage().spilled, 256 * kKilo);
}

TEST_F(ResidencyTest, WhatNobodyRunsGoesBeforeWhatSomebodyDoes) {
    SomeProgram program(device_);
    Box idle(device_, "idle", 256 * kKilo, Rank::frame);
    Box ring(device_, "ring", 256 * kKilo, Rank::history);
    for (int i = 0; i < 100; ++i) ring.use();
    const auto wanted = take(600);
    EXPECT_TRUE(idle.spilled());
    EXPECT_FALSE(ring.spilled());
}

TEST_F(ResidencyTest, ANewcomerThatCanLiveOnTheHostDrivesOutOnlyLesserOnes) {
    const SomeProgram program(device_);
    const Box running(device_, "running", 512 * kKilo, Rank::frame);
    EXPECT_NE(refusal(600, true).find("running"), std::string::npos);
    EXPECT_FALSE(running.spilled());
    const auto fixed = take(600);
    EXPECT_TRUE(running.spilled());
}

TEST_F(ResidencyTest, ARefusalHarmsNobodyAndTellsWhoHoldsWhat) {
    const SomeProgram program(device_);
    const auto fixed = take(300, "the cache fixed@v (64 x 64)");
    const Box box(device_, "the cache box@v (32 x 32, 60 ticks)", 300 * kKilo, Rank::frame);
    const auto small = take(8, "small");
    const auto smaller = take(2, "tiny");
    const std::string said = refusal(800);
    EXPECT_FALSE(box.spilled());
    for (const char* word :
         {"wanted@v (640 x 480)", "819200 bytes", "1 MB that may be used of paper",
          "fixed@v (64 x 64): ", "box@v (32 x 32, 60 ticks): ", "small: "})
        EXPECT_NE(said.find(word), std::string::npos) << word << " in " << said;
    EXPECT_EQ(said.find("tiny"), std::string::npos) << said;
}

TEST_F(ResidencyTest, TheUsersLimitIsTheLimit) {
    const SomeProgram program(device_);
    device_.residency.set_limit(200 * kKilo);
    const auto some = take(150);
    EXPECT_EQ(device_.residency.usage().limit, 200 * kKilo);
    EXPECT_EQ(device_.residency.usage().room(), 50 * kKilo);
    EXPECT_NE(refusal(64).find("204800 bytes that may be used"), std::string::npos);
}

TEST_F(ResidencyTest, ADriverThatRefusesIsRelieved) {
    const SomeProgram program(device_);
    const Box box(device_, "box", 256 * kKilo, Rank::frame);
    device_.refused = 1;
    const auto some = take(100);
    EXPECT_TRUE(box.spilled());
    device_.refused = 100;
    EXPECT_NE(refusal(100).find("torn"), std::string::npos);
    device_.refused = 0;
}

// In the middle of a frame nothing moves: the frame is begun again.
TEST_F(ResidencyTest, AFrameThatLacksRoomBeginsAgain) {
    const SomeProgram program(device_);
    const Box box(device_, "box", 900 * kKilo, Rank::frame);
    int begun = 0;
    const auto found = device_.residency.use([&] {
        ++begun;
        EXPECT_EQ(box.spilled(), begun == 2);
        return take(300);
    });
    EXPECT_EQ(begun, 2);
    EXPECT_EQ(found->size, 300 * kKilo);
    // Asked by another program's frame: there is nobody who could begin again.
    EXPECT_THROW(
        device_.residency.use([&] { return device_.residency.use([&] { return take(1000); }); }),
        cpp::Failure);
}

TEST_F(ResidencyTest, AMoveWaitsForWorkUnderWay) {
    const SomeProgram program(device_);
    const Box box(device_, "box", 900 * kKilo, Rank::frame);
    const auto work = device_.record({});
    (void)device_.queue.submit(*work);
    EXPECT_EQ(device_.waiting(), 1u);
    const auto wanted = take(300);
    EXPECT_TRUE(box.spilled());
    EXPECT_EQ(device_.waiting(), 0u);
}

TEST_F(ResidencyTest, WhatMovedComesBackBetweenFrames) {
    const SomeProgram program(device_);
    const Box low(device_, "low", 300 * kKilo, Rank::history);
    const Box high(device_, "high", 300 * kKilo, Rank::frame);
    auto wanted = take(1000);
    EXPECT_TRUE(low.spilled() && high.spilled());
    device_.residency.settle(1);
    EXPECT_TRUE(low.spilled() && high.spilled());
    wanted = nullptr;
    wanted = take(600);
    device_.residency.settle(1);
    EXPECT_TRUE(high.spilled()) << "the same frame";
    device_.residency.settle(2);
    EXPECT_TRUE(low.spilled());
    EXPECT_FALSE(high.spilled());
    wanted = nullptr;
    device_.residency.settle(3);
    EXPECT_FALSE(low.spilled());
    EXPECT_EQ(device_.residency.usage().spilled, 0u);
    EXPECT_EQ(device_.residency.usage().moves, 4u);
}

// Threads that prepare frames, and others for which memory has to move, at the same time.
TEST_F(ResidencyTest, FramesAndMovesNeverMeet) {
    const SomeProgram program(device_);
    Box box(device_, "box", 600 * kKilo, Rank::frame);
    box.first() = 0;
    constexpr int kFrames = 2000;
    const auto frames = [&] {
        for (int k = 0; k < kFrames; ++k) {
            device_.residency.settle(k);
            device_.residency.use([&] { box.use(); });
        }
    };
    const auto writer = [&] {
        for (int k = 0; k < kFrames; ++k)
            device_.residency.use([&] { box.first() = static_cast<char>(box.first() + 1); });
    };
    const auto newcomers = [&] {
        for (int k = 0; k < 200; ++k) {
            const auto lock = device_.residency.arranging();
            (void)take(700);
        }
    };
    std::vector<std::thread> threads;
    threads.emplace_back(frames);
    threads.emplace_back(writer);
    threads.emplace_back(newcomers);
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(box.first(), static_cast<char>(kFrames));
    EXPECT_GT(device_.residency.usage().moves, 0u);
}

TEST_F(ResidencyTest, TheDriverIsToldWhatMatters) {
    const SomeProgram program(device_);
    const auto ring = take(10, "ring", Rank::history);
    const auto frame = take(20, "frame", Rank::frame);
    EXPECT_LT(static_cast<Paper&>(*ring).priority, static_cast<Paper&>(*frame).priority);
}

}  // namespace
}  // namespace weft::gpu
