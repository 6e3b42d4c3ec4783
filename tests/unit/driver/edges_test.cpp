// Edges between back ends, on a device made of plain memory that keeps or breaks its promises as it
// is told (tests/plugins/offers.cpp): what is promised, what is refused and why, and that what
// arrives is the same whatever the path.
#include <gtest/gtest.h>

#include <chrono>

#include "tests/unit/driver/edge_test.h"

namespace weft::driver {
namespace {

using Edges = EdgeTest;

TEST_F(Edges, MemoryOfOneDeviceIsShared) {
    auto show = start(kTwoEnds, "offers_too", {"trail=offers"}, "fd local device=1", "fd device=1");
    const EdgeRecord edge = line(*show, kTwoEnds, "offers");
    EXPECT_EQ(edge.path, "handle");
    EXPECT_EQ(edge.memory, "opaque fd");
    EXPECT_EQ(edge.sync, "host waits");
    EXPECT_EQ(edge.layout, "f32 40x30, 3 ticks");
    EXPECT_EQ(edge.copied, 0u);
    EXPECT_TRUE(edge.measured.has_value());
    EXPECT_TRUE(has_refusal(edge, "own memory: they are different back ends"));
    EXPECT_EQ(copied(*show).mirrored + copied(*show).uploaded, 0u);
    EXPECT_TRUE(assert_zero_copy(*show->session, *show->built));
}

TEST_F(Edges, AReaderLendsMemoryToWhoExportsNone) {
    auto show = start(kTwoEnds, "offers_too", {"trail=offers"}, "local out:host in:fd device=1",
                      "fd device=1");
    const EdgeRecord edge = line(*show, kTwoEnds, "offers");
    EXPECT_EQ(edge.memory, "opaque fd");
    EXPECT_EQ(edge.lender, "offers_too");
    EXPECT_EQ(edge.copied, 0u);
    EXPECT_EQ(copied(*show).mirrored + copied(*show).uploaded, 0u);

    auto apart = start(kTwoEnds, "offers_too", {"trail=offers"}, "local out:host in:fd device=1",
                       "fd device=2");
    EXPECT_TRUE(has_refusal(line(*apart, kTwoEnds, "offers"),
                            "opaque fd of the consumer: offers_too and offers work on different"));
}

TEST_F(Edges, OtherDevicesCopyThroughHostMemory) {
    auto show = start(kTwoEnds, "offers_too", {"trail=offers"}, "fd local out:host device=1",
                      "fd device=2");
    const EdgeRecord edge = line(*show, kTwoEnds, "offers");
    EXPECT_EQ(edge.memory, "pinned copy");
    EXPECT_TRUE(has_refusal(edge, "opaque fd: offers and offers_too work on different devices"));
    EXPECT_TRUE(has_refusal(edge, "dma-buf: the producer offers does not export it"));
    EXPECT_TRUE(has_refusal(edge, "the consumer offers_too does not import it"));
    EXPECT_GE(edge.copied, 40u * 30 * 4);
    EXPECT_GT(edge.predicted, 0);
    EXPECT_GT(copied(*show).uploaded, 0u);
    EXPECT_FALSE(assert_zero_copy(*show->session, *show->built));
    EXPECT_NE(show->messages().find("different devices"), std::string::npos);
}

TEST_F(Edges, ATrialThatLiesIsNotBelieved) {
    auto show =
        start(kTwoEnds, "offers_too", {"trail=offers"}, "fd out:host device=1", "fd device=1 lies");
    const EdgeRecord edge = line(*show, kTwoEnds, "offers");
    EXPECT_EQ(edge.memory, "pinned copy");
    EXPECT_TRUE(has_refusal(edge, "offers_too did not read what was written"));
}

TEST_F(Edges, HostMemoryThatLiesIsNotReadAtAll) {
    auto show = start(kTwoEnds, "offers_too", {"trail=cpu"}, "", "host unified align=4096 lies");
    const EdgeRecord edge = line(*show, kTwoEnds, "cpu");
    EXPECT_EQ(edge.path, "getter");
    EXPECT_TRUE(has_refusal(edge, "pinned copy: a trial failed: offers_too did not read"));
}

TEST_F(Edges, ARefusalIsOneStepDown) {
    auto show = start(kTwoEnds, "offers_too", {"trail=offers"}, "fd out:host device=1",
                      "fd device=1 refuses=fd");
    const EdgeRecord edge = line(*show, kTwoEnds, "offers");
    EXPECT_EQ(edge.memory, "pinned copy");
    EXPECT_TRUE(has_refusal(edge, "no such memory today"));
}

TEST_F(Edges, TheLastStepIsValuesAtPoints) {
    auto show = start(kTwoEnds, "offers_too", {"trail=offers"}, "local device=1", "fd device=2");
    const EdgeRecord edge = line(*show, kTwoEnds, "offers");
    EXPECT_EQ(edge.path, "getter");
    EXPECT_TRUE(has_refusal(edge, "pinned copy: the producer offers leaves nothing"));
    EXPECT_FALSE(edge.latency.empty());
    EXPECT_FALSE(assert_zero_copy(*show->session, *show->built));
}

TEST_F(Edges, HostMemoryIsUsedWhereItLies) {
    auto show = start(kTwoEnds, "offers_too", {"trail=cpu"}, "", "host unified align=4096");
    const EdgeRecord edge = line(*show, kTwoEnds, "cpu");
    EXPECT_EQ(edge.memory, "host memory in place");
    EXPECT_EQ(edge.sync, "complete on return");
    EXPECT_EQ(edge.copied, 0u);
    EXPECT_EQ(edge.predicted, 0);
    EXPECT_TRUE(edge.measured.has_value());
    EXPECT_EQ(copied(*show).uploaded, 0u);

    auto back = start(kTwoEnds, "cpu", {"trail=offers"}, "host local unified");
    EXPECT_EQ(line(*back, kTwoEnds, "offers").memory, "host memory in place");
    EXPECT_EQ(copied(*back).mirrored, 0u);
}

TEST_F(Edges, MemoryThatIsNotAlignedIsCopied) {
    // Pages are, a multiple of a size that no page has is not.
    auto pages = start(kTwoEnds, "offers_too", {"trail=reference"}, "", "host unified align=4096");
    const EdgeRecord in_place = line(*pages, kTwoEnds, "reference");
    EXPECT_EQ(in_place.memory, "host memory in place");
    EXPECT_EQ(in_place.layout, "f64 40x30, 3 ticks");

    auto show = start(kTwoEnds, "offers_too", {"trail=reference"}, "", "host unified align=4098");
    const EdgeRecord edge = line(*show, kTwoEnds, "reference");
    EXPECT_EQ(edge.memory, "pinned copy");
    EXPECT_TRUE(has_refusal(edge, "multiples of the 4098 bytes"));
}

TEST_F(Edges, WithoutTheExtensionItIsHostMemory) {
    auto show = start(kTwoEnds, "cpu", {"trail=offers"}, "out:host nomemory");
    EXPECT_EQ(line(*show, kTwoEnds, "offers").memory, "host memory in place");
}

// offers -> cpu -> offers: the third batch reads the first one's cache.
constexpr const char* kThereAndBack = R"(
me<width> = 40 me<height> = 30
first<v> = cache(sin(me@x * 5 + me@time) * 0.5 + 0.5, 2)
second<v> = cache(first@v[first@k ~ 0, me@x ~ me@y] * 0.5, 2)
display(first@v[first@k ~ 1], second@v[second@k ~ 0], 0)
)";

TEST_F(Edges, TheSameBackEndReadsItsOwnMemoryInOrder) {
    auto show = start(kThereAndBack, "offers", {"first=offers", "second=cpu"},
                      "local in:host out:host device=1 late=5");
    const EdgeRecord edge = line(*show, kThereAndBack, "offers");
    EXPECT_EQ(edge.consumer, "cpu");
    EXPECT_EQ(edge.memory, "pinned copy");
    const EdgeRecord* own = nullptr;
    for (const EdgeRecord& one : show->built->edges) {
        if (one.producer == "offers" && one.consumer == "offers") own = &one;
    }
    ASSERT_NE(own, nullptr);
    EXPECT_EQ(own->memory, "own memory");
    EXPECT_EQ(own->sync, "same queue");
    EXPECT_GT(copied(*show).mirrored, 0u);
}

TEST_F(Edges, PointsKnownInAdvanceAreGathered) {
    const std::string text = R"(
me<width> = 40 me<height> = 30
first<v> = cache(sin(me@x * 5 + me@time) * 0.5 + 0.5, 2)
here<v> = first@v[first@k ~ 0, me@x ~ 0.25, me@y ~ 0.5]
there<v> = first@v[first@k ~ 1, me@x ~ 0.7, me@y ~ 0.1]
level<v> = here - there
display(level, me@x, first@v[first@k ~ 0, me@x ~ 0.5, me@y ~ 0.5])
)";
    auto show = start(text, "cpu", {"first=offers"}, "local fd out:host device=1 late=3");
    const EdgeRecord edge = line(*show, text, "offers");
    EXPECT_EQ(edge.path, "getter");
    EXPECT_EQ(edge.memory, "gather");
    EXPECT_EQ(edge.bytes, 3 * sizeof(double));
    EXPECT_EQ(edge.copied, 0u);
    EXPECT_EQ(copied(*show).gathered, 4 * 3 * sizeof(double));
    EXPECT_EQ(copied(*show).mirrored, 0u);
    EXPECT_TRUE(assert_zero_copy(*show->session, *show->built));

    auto without = start(text, "cpu", {"first=offers"}, "local fd device=1 nogather");
    const EdgeRecord asked = line(*without, text, "offers");
    EXPECT_EQ(asked.memory, "values at points");
    EXPECT_TRUE(has_refusal(asked, "does not offer weft.gather/1"));
}

// --- Time ----------------------------------------------------------------------------------------

TEST_F(Edges, WorkOfTwoBackEndsOverlaps) {
    const std::string text = R"(
me<width> = 8 me<height> = 8
one<v> = cache(me@x, 1)
two<v> = cache(me@y, 1)
display(one@v[one@k ~ 0], two@v[two@k ~ 0], 0)
)";
    auto show = start(text, "cpu", {"one=offers", "two=offers_too"}, "local out:host late=200",
                      "local out:host late=200");
    ASSERT_TRUE(show->built.has_value()) << show->messages();
    const auto begin = std::chrono::steady_clock::now();
    ASSERT_TRUE(show->frame(0).ok());
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    EXPECT_GE(took.count(), 0.2);
    EXPECT_LT(took.count(), 0.39);
}

TEST_F(Edges, AHangEndsAtTheDeadline) {
    auto show = start(kTwoEnds, "cpu", {"trail=offers"}, "local out:host hangs");
    ASSERT_TRUE(show->built.has_value()) << show->messages();
    const auto failed = show->frame(0);
    ASSERT_FALSE(failed.ok());
    EXPECT_EQ(failed.error().status, WEFT_TIMEOUT);
    EXPECT_EQ(failed.error().message, "offers (trail@v) was not done after 300 ms");
}

TEST_F(Edges, AFailureNamesItsBatch) {
    auto show = start(kTwoEnds, "cpu", {"trail=offers"}, "local out:host fails");
    ASSERT_TRUE(show->built.has_value()) << show->messages();
    const auto failed = show->frame(0);
    ASSERT_FALSE(failed.ok());
    EXPECT_EQ(failed.error().status, WEFT_INTERNAL);
    EXPECT_EQ(failed.error().message,
              "offers (trail@v): plugin 'offers', wait: it fails, as it was told to");
}

TEST_F(Edges, ExplainGivesEveryReason) {
    auto show =
        start(kTwoEnds, "offers_too", {"trail=offers"}, "fd out:host device=1", "fd device=2");
    ASSERT_TRUE(show->built.has_value()) << show->messages();
    const std::string text = explain_text(*show->built);
    for (const char* part :
         {"trail@v: offers -> offers_too  handle: pinned copy", "refused duplicate: a cache",
          "refused opaque fd: offers and offers_too work on different devices", "predicted "}) {
        EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
    }
}

}  // namespace
}  // namespace weft::driver
