// Order between back ends without the host: who is joined by a semaphore, who is not and why, and
// that no frame, whatever becomes of it, leaves a semaphore signalled that the next one signals.
#include <chrono>

#include "tests/unit/driver/edge_test.h"

namespace weft::driver {
namespace {

using Clock = std::chrono::steady_clock;

class Orders : public EdgeTest {
protected:
    std::unique_ptr<RunningShow> two(const std::string& one, const std::string& other) {
        return start(kTwoEnds, "offers_too", {"trail=offers"}, "fd out:host device=1 " + one,
                     "fd device=1 " + other);
    }

    // The edge from one to the other, after frames that agree with the judge.
    EdgeRecord edge(const std::string& one, const std::string& other) {
        auto show = two(one, other);
        return line(*show, kTwoEnds, "offers");
    }

    static std::uint64_t count(const runtime::Step& step, const char* id) {
        using Count = std::uint64_t (*)(weft_program*);
        void* const counts = const_cast<void*>(step.program->backend().extension(id));
        return reinterpret_cast<Count>(counts)(step.program->handle());
    }
    // How many semaphores the step was given before they were signalled.
    static std::uint64_t early(const runtime::Step& step) { return count(step, "test.early/1"); }
    // How often it was submitted while its device was at work.
    static std::uint64_t busy(const runtime::Step& step) { return count(step, "test.busy/1"); }

    static bool good(RunningShow& show, std::int64_t k) {
        const auto done = show.frame(k);
        EXPECT_TRUE(done.ok()) << "frame " << k << ": " << (done ? "" : done.error().message);
        return done.ok();
    }
};

TEST_F(Orders, TheHostDoesNotWaitBetweenStepsThatAreJoined) {
    auto show = two("semaphores late=50", "takes");
    const EdgeRecord edge = line(*show, kTwoEnds, "offers");
    EXPECT_EQ(edge.memory, "opaque fd");
    EXPECT_EQ(edge.sync, "semaphore");
    ASSERT_EQ(show->built->show->steps.size(), 2u);
    const runtime::Step& reader = show->built->show->steps[1];
    EXPECT_TRUE(reader.before_run.empty());
    EXPECT_EQ(reader.layer, 0u);
    EXPECT_EQ(early(reader), 4u);
    EXPECT_NE(explain_text(*show->built).find("3 ticks, semaphore, predicted nothing"),
              std::string::npos);
}

TEST_F(Orders, EitherSideMakesTheSemaphore) {
    EXPECT_EQ(edge("semaphores", "takes").sync, "semaphore");
    EXPECT_EQ(edge("takes", "semaphores").sync, "semaphore");
    EXPECT_EQ(edge("semaphores", "semaphores").sync, "semaphore");
}

TEST_F(Orders, MemoryThatIsLentIsOrderedToo) {
    auto show = start(kTwoEnds, "offers_too", {"trail=offers"},
                      "local out:host in:fd device=1 takes", "fd device=1 semaphores");
    const EdgeRecord edge = line(*show, kTwoEnds, "offers");
    EXPECT_EQ(edge.lender, "offers_too");
    EXPECT_EQ(edge.sync, "semaphore");
}

TEST_F(Orders, WithoutOneTheHostWaitsForAReason) {
    const struct {
        const char* one;
        const char* other;
        const char* reason;
    } cases[] = {
        {"", "", "semaphore: offers does not offer weft.semaphore/1"},
        {"semaphores", "", "semaphore: offers_too does not offer weft.semaphore/1"},
        {"takes", "takes",
         "semaphore: offers does not export semaphores: it was told not to; offers_too does not"},
        {"semaphores deaf", "takes deaf",
         "semaphore: a trial failed: offers_too did not wait for offers"},
        {"semaphores mute", "takes",
         "semaphore: a trial failed: plugin 'offers_too', trial_read: the signal did not come"},
    };
    for (const auto& one : cases) {
        const EdgeRecord found = edge(one.one, one.other);
        EXPECT_EQ(found.sync, "host waits");
        EXPECT_EQ(found.memory, "opaque fd");
        EXPECT_TRUE(has_refusal(found, one.reason));
    }
}

TEST_F(Orders, CopiesThroughTheHostAreWaitedFor) {
    auto show = start(kTwoEnds, "offers_too", {"trail=offers"}, "fd out:host device=1 semaphores",
                      "fd device=2 semaphores");
    const EdgeRecord edge = line(*show, kTwoEnds, "offers");
    EXPECT_EQ(edge.memory, "pinned copy");
    EXPECT_EQ(edge.sync, "host waits");
    EXPECT_TRUE(has_refusal(edge, "semaphore: the host takes part in what is read"));
}

// offers -> offers_too -> offers: three batches, two semaphores.
TEST_F(Orders, AChainIsQueuedAtOnce) {
    const std::string text = R"(
me<width> = 40 me<height> = 30
first<v> = cache(sin(me@x * 5 + me@time) * 0.5 + 0.5, 2)
second<v> = cache(first@v[first@k ~ 0, me@x ~ me@y] * 0.5, 2)
display(first@v[first@k ~ 1], second@v[second@k ~ 0], 0)
)";
    auto show = start(text, "offers", {"first=offers", "second=offers_too"},
                      "fd out:host device=1 semaphores late=30", "fd device=1 takes late=30");
    const EdgeRecord there = line(*show, text, "offers");
    EXPECT_EQ(there.sync, "semaphore");
    for (const EdgeRecord& edge : show->built->edges) {
        if (edge.producer == "offers_too") {
            EXPECT_EQ(edge.sync, "semaphore");
        }
    }
    EXPECT_EQ(show->built->show->joins.size(), 2u);
    ASSERT_EQ(show->built->show->steps.size(), 3u);
    for (const runtime::Step& step : show->built->show->steps) {
        EXPECT_TRUE(step.before_run.empty()) << step.name;
    }
    EXPECT_EQ(early(show->built->show->steps[1]), 4u);
    EXPECT_EQ(early(show->built->show->steps[2]), 4u);
}

// One back end after itself needs nothing at all.
TEST_F(Orders, BatchesOfOneBackEndAreQueuedAtOnce) {
    apart_ = true;
    const std::string text = R"(
me<width> = 20 me<height> = 10
first<v> = cache(sin(me@x * 5 + me@time) * 0.5 + 0.5, 2)
second<v> = cache(first@v[first@k ~ 0, me@x ~ me@y] * 0.5, 2)
third<v> = cache(second@v[second@k ~ 0, me@y ~ me@x] + first@v[first@k ~ 1] * 0.2, 2)
display(first@v[first@k ~ 1], second@v[second@k ~ 0], third@v[third@k ~ 0])
)";
    auto show = start(text, "offers", {}, "local device=1 late=30");
    const std::vector<char> got = picture(*show);
    ASSERT_TRUE(show->built.has_value());
    const std::vector<runtime::Step>& steps = show->built->show->steps;
    ASSERT_EQ(steps.size(), 4u);
    for (const runtime::Step& step : steps) {
        EXPECT_TRUE(step.before_run.empty() && step.before_host.empty()) << step.name;
        EXPECT_EQ(step.layer, 0u) << step.name;
        EXPECT_EQ(busy(step), &step == &steps.front() ? 0u : 4u) << step.name;
    }
    for (const EdgeRecord& edge : show->built->edges) {
        EXPECT_EQ(edge.sync, "same queue");
    }
    apart_ = false;
    EXPECT_EQ(got, judged(text));
}

TEST_F(Orders, WhereTheHostWaitsAnywayNoSemaphoreIsMade) {
    // The host computes with a value of the same cache.
    const std::string text = R"(
me<width> = 40 me<height> = 30
trail<v> = cache(sin(me@x * 5) * cos(me@y * 3) * 0.5 + 0.5 + me@frame * 0.01, 3)
lamp<v> = trail@v[trail@k ~ 0, me@x ~ 0.25, me@y ~ 0.5]
display(trail@v[trail@k ~ 0] * lamp, me@x, me@y)
)";
    auto show = start(text, "offers_too", {"trail=offers"}, "fd out:host device=1 semaphores",
                      "fd device=1 takes");
    (void)line(*show, text, "offers");
    EXPECT_TRUE(show->built->show->joins.empty());
    EXPECT_NE(explain_text(*show->built).find("another edge has the host wait"), std::string::npos)
        << explain_text(*show->built);
}

// --- Frames that fail ----------------------------------------------------------------------------

TEST_F(Orders, AFrameThatDeliversNothingSignalsNothing) {
    auto show = two("semaphores", "takes");
    ASSERT_TRUE(show->built.has_value()) << show->messages();
    for (std::int64_t k = 0; k < 6; ++k) {
        runtime::FrameRequest request;
        request.absframe = k;
        request.targets = show->targets.data();
        request.params = show->built->show->initial_params.data();
        request.skip_targets = k % 3 != 2;
        const auto done = show->built->show->run(request);
        ASSERT_TRUE(done.ok()) << done.error().message;
    }
}

TEST_F(Orders, AFailureLeavesNoSignalBehind) {
    const struct {
        const char* one;
        const char* other;
        const char* message;
    } cases[] = {
        // The first of them signals although it fails, and nobody is left to wait.
        {"semaphores fails=2", "takes", "it fails, as it was told to"},
        {"semaphores", "takes fails=2", "it fails, as it was told to"},
        {"semaphores rejects=2", "takes", "it takes no work, as it was told"},
        {"semaphores", "takes rejects=2", "it takes no work, as it was told"},
    };
    for (const auto& one : cases) {
        auto show = two(one.one, one.other);
        ASSERT_TRUE(show->built.has_value()) << show->messages();
        ASSERT_TRUE(good(*show, 0));
        const auto failed = show->frame(1);
        ASSERT_FALSE(failed.ok());
        EXPECT_NE(failed.error().message.find(one.message), std::string::npos)
            << failed.error().message;
        for (std::int64_t k = 2; k < 6; ++k) ASSERT_TRUE(good(*show, k)) << one.one << one.other;
    }
}

TEST_F(Orders, ADeviceThatIsLostKeepsNobodyWaiting) {
    const auto begin = Clock::now();
    {
        auto show = two("semaphores loses=2", "takes");
        ASSERT_TRUE(show->built.has_value()) << show->messages();
        ASSERT_TRUE(good(*show, 0));
        const auto lost = show->frame(1);
        ASSERT_FALSE(lost.ok());
        EXPECT_EQ(lost.error().status, WEFT_DEVICE_LOST);
        EXPECT_NE(lost.error().message.find("offers (trail@v)"), std::string::npos)
            << lost.error().message;
    }
    EXPECT_LT(Clock::now() - begin, std::chrono::seconds(2));
}

TEST_F(Orders, ADeadlineNamesWhoHangsNotWhoWaits) {
    auto show = two("semaphores hangs", "takes");
    ASSERT_TRUE(show->built.has_value()) << show->messages();
    const auto failed = show->frame(0);
    ASSERT_FALSE(failed.ok());
    EXPECT_EQ(failed.error().message, "offers (trail@v) was not done after 300 ms");
}

}  // namespace
}  // namespace weft::driver
