// Places: offsets to lines and columns, over every kind of line end and any bytes.
#include <gtest/gtest.h>

#include <thread>

#include "base/source.h"

namespace weft {
namespace {

void expect_at(const SourceMap& map, std::uint32_t offset, std::uint32_t line,
               std::uint32_t column) {
    const LineColumn at = map.locate(0, offset);
    EXPECT_EQ(at.line, line) << offset;
    EXPECT_EQ(at.column, column) << offset;
}

TEST(SourceMap, LinesAndColumns) {
    SourceMap map;
    const FileId file = map.add("a.weft", "ab\ncd\r\n\nx");
    EXPECT_EQ(map.file(file).path, "a.weft");
    expect_at(map, 0, 1, 1);
    expect_at(map, 2, 1, 3);
    expect_at(map, 3, 2, 1);
    expect_at(map, 7, 3, 1);
    expect_at(map, 8, 4, 1);
    expect_at(map, 9, 4, 2);
    expect_at(map, 900, 4, 2);
}

TEST(SourceMap, ColumnsCountCodePoints) {
    SourceMap map;
    (void)map.add("a.weft", "\xc3\xa4\xe2\x82\xac x");
    expect_at(map, 2, 1, 2);
    expect_at(map, 6, 1, 4);
}

TEST(SourceMap, LineAtDropsTheLineEnd) {
    SourceMap map;
    (void)map.add("a.weft", "ab\ncd\r\nlast");
    std::uint32_t begin = 99;
    EXPECT_EQ(map.line_at(0, 1, &begin), "ab");
    EXPECT_EQ(begin, 0U);
    EXPECT_EQ(map.line_at(0, 4, &begin), "cd");
    EXPECT_EQ(begin, 3U);
    EXPECT_EQ(map.line_at(0, 11, nullptr), "last");
}

TEST(SourceMap, EmptyFileAndInvalidSpan) {
    SourceMap map;
    (void)map.add("a.weft", "");
    expect_at(map, 0, 1, 1);
    EXPECT_EQ(map.line_at(0, 0, nullptr), "");
    EXPECT_EQ(map.text({}), "");
    EXPECT_EQ(map.text({0, 5, 9}), "");
}

TEST(SourceMap, TextsStayInPlace) {
    SourceMap map;
    const FileId first = map.add("a", "short");
    const char* const text = map.file(first).text.data();
    for (int i = 0; i < 100; ++i) (void)map.add("b", "other");
    const SourceMap moved = std::move(map);
    EXPECT_EQ(moved.file(first).text.data(), text);
}

TEST(SourceMap, ManyThreadsMayAskAtOnce) {
    SourceMap map;
    std::string text;
    for (int i = 0; i < 10'000; ++i) text += "line\n";
    (void)map.add("a", text);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([&] { expect_at(map, 5 * 9'999, 10'000, 1); });
    for (std::thread& thread : threads) thread.join();
}

TEST(Span, JoinCoversBoth) {
    const Span joined = join({3, 10, 12}, {3, 4, 11});
    EXPECT_EQ(joined.begin, 4U);
    EXPECT_EQ(joined.end, 12U);
}

}  // namespace
}  // namespace weft
