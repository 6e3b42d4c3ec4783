#include "plugin/whereabouts.h"

#include <gtest/gtest.h>

#include <thread>

namespace weft::plugin {
namespace {

TEST(Whereabouts, TheInnermostCallIsTold) {
    Whereabouts told;
    EXPECT_FALSE(told.look().works);
    {
        const Working working(told);
        EXPECT_TRUE(told.look().works);
        EXPECT_EQ(told.look().plugin, "");
        const ForPart part("picture");
        const Inside outer("tape", "execute");
        {
            const Inside inner("film", "get_values");
            const Whereabouts::Place place = told.look();
            EXPECT_EQ(place.plugin, "film");
            EXPECT_EQ(place.function, "get_values");
            EXPECT_EQ(place.part, "picture");
            EXPECT_EQ(told.look().moves, place.moves) << "as long as nothing happens";
        }
        EXPECT_EQ(told.look().plugin, "tape");
        EXPECT_EQ(t_here.inside->plugin, "tape");
    }
    EXPECT_FALSE(told.look().works);
    EXPECT_EQ(t_here.inside, nullptr);
    EXPECT_EQ(t_here.part, "");
}

TEST(Whereabouts, OfThreadsThatNobodyWatchesOnlyTheyKnow) {
    Whereabouts told;
    const Working working(told);
    const std::uint64_t moves = told.look().moves;
    std::thread([] {
        const Inside inside("tape", "execute");
        EXPECT_EQ(t_here.inside->plugin, "tape");
    }).join();
    EXPECT_EQ(told.look().moves, moves);
}

TEST(Whereabouts, WhoeverLooksWhileItChangesSeesItWhole) {
    Whereabouts told;
    std::atomic<bool> ends{false};
    std::thread thread([&] {
        const Working working(told);
        while (!ends.load()) {
            const Inside one("tape", "execute");
            const Inside other("film", "get");
        }
    });
    for (int i = 0; i < 20000; ++i) {
        const Whereabouts::Place place = told.look();
        const bool whole = place.plugin.empty() ||
                           (place.plugin == "tape" && place.function == "execute") ||
                           (place.plugin == "film" && place.function == "get");
        ASSERT_TRUE(whole) << place.plugin << " " << place.function;
    }
    ends.store(true);
    thread.join();
}

}  // namespace
}  // namespace weft::plugin
