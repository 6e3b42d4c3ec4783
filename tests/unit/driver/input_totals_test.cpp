#include "driver/live/input_totals.h"

#include <gtest/gtest.h>

namespace weft::driver {
namespace {

StatusInput counted(std::uint64_t received, std::uint64_t sent) {
    StatusInput input;
    input.name = "osc";
    input.received = received;
    input.sent = sent;
    return input;
}

TEST(InputTotals, OnlyRise) {
    InputTotals totals;
    EXPECT_EQ(totals.add({counted(3, 0)})[0].received, 3U);
    EXPECT_EQ(totals.add({counted(5, 2)})[0].received, 5U);
    const auto edited = totals.add({counted(1, 0)});
    EXPECT_EQ(edited[0].received, 6U);
    EXPECT_EQ(edited[0].sent, 2U);
    EXPECT_EQ(totals.add({counted(0, 0)})[0].received, 6U);
    EXPECT_EQ(totals.add({counted(4, 1)})[0].sent, 3U);
}

TEST(InputTotals, EachPluginHasItsOwn) {
    InputTotals totals;
    StatusInput midi = counted(7, 0);
    midi.name = "midi";
    (void)totals.add({counted(3, 0), midi});
    const auto now = totals.add({counted(1, 0), midi});
    EXPECT_EQ(now[0].received, 4U);
    EXPECT_EQ(now[1].received, 7U);
}

}  // namespace
}  // namespace weft::driver
