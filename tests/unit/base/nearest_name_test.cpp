// Suggestions: near misses are found, far ones are not offered.
#include <gtest/gtest.h>

#include "base/diagnostics.h"

namespace weft {
namespace {

const std::vector<std::string_view> kNames{"sin", "cos", "smoothstep", "saturate",
                                           "img", "x",   "time"};

TEST(NearestName, FindsSlips) {
    EXPECT_EQ(nearest_name("smothstep", kNames), "smoothstep");    // left out
    EXPECT_EQ(nearest_name("smoothsttep", kNames), "smoothstep");  // doubled
    EXPECT_EQ(nearest_name("saturete", kNames), "saturate");       // another
    EXPECT_EQ(nearest_name("smoohtstep", kNames), "smoothstep");   // swapped
    EXPECT_EQ(nearest_name("imgg", kNames), "img");
    EXPECT_EQ(nearest_name("tmie", kNames), "time");
    EXPECT_EQ(nearest_name("SIN", kNames), "sin");
}

TEST(NearestName, OffersNothingFar) {
    EXPECT_EQ(nearest_name("y", kNames), "");
    EXPECT_EQ(nearest_name("foo", kNames), "");
    EXPECT_EQ(nearest_name("brightness", kNames), "");
    EXPECT_EQ(nearest_name("", kNames), "");
    EXPECT_EQ(nearest_name("sin", {}), "");
    EXPECT_EQ(nearest_name("sin", {"sin"}), "");  // the name itself is no suggestion
    EXPECT_EQ(nearest_name(std::string(1000, 'a'), {std::string_view("a")}), "");
}

TEST(NearestName, TheNearestWins) {
    EXPECT_EQ(nearest_name("radians", {"radius", "radian"}), "radian");
}

}  // namespace
}  // namespace weft
