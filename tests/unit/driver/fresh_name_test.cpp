#include "driver/live/fresh_name.h"

#include <gtest/gtest.h>

namespace weft::driver {
namespace {

TEST(FreshName, NothingIsWrittenOver) {
    std::set<std::string> given;
    EXPECT_EQ(fresh_name(given, "a/film.mkv"), "a/film.mkv");
    EXPECT_EQ(fresh_name(given, "b/film.mkv"), "b/film.mkv");
    EXPECT_EQ(fresh_name(given, "a/film.mkv"), "a/film-2.mkv");
    EXPECT_EQ(fresh_name(given, "a/film.mkv"), "a/film-3.mkv");
    EXPECT_EQ(fresh_name(given, "a/film-2.mkv"), "a/film-2-2.mkv");
    EXPECT_EQ(fresh_name(given, "a.b/raw"), "a.b/raw");
    EXPECT_EQ(fresh_name(given, "a.b/raw"), "a.b/raw-2");
    EXPECT_EQ(fresh_name(given, "-"), "-");
    EXPECT_EQ(fresh_name(given, "-"), "-");
}

}  // namespace
}  // namespace weft::driver
