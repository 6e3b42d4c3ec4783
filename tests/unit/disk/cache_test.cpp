// Entries that are found again, and those that must not be.
#include "disk/cache.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/support/temp_dir.h"

namespace weft::disk {
namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;

class OnDisk : public testing::Test {
protected:
    [[nodiscard]] std::vector<fs::path> files() const {
        std::vector<fs::path> list;
        for (const auto& entry : fs::directory_iterator(directory_)) list.push_back(entry.path());
        return list;
    }

    test::TempDir around_;
    fs::path directory_ = around_ / "cache";  // not there before something is written
};

TEST(Keys, TellPartsApart) {
    EXPECT_EQ(make_key({"ab", "c"}), make_key({"ab", "c"}));
    EXPECT_NE(make_key({"ab", "c"}), make_key({"a", "bc"}));
    EXPECT_NE(make_key({"ab", ""}), make_key({"ab"}));
}

TEST_F(OnDisk, WhatWasWrittenIsRead) {
    const Cache cache(directory_.string(), "test");
    const Key key = make_key({"a"});
    EXPECT_FALSE(cache.read(key));
    cache.write(key, {1, 2, 3});
    cache.write(make_key({"b"}), {});
    EXPECT_EQ(cache.read(key), (Bytes{1, 2, 3}));
    EXPECT_EQ(cache.read(make_key({"b"})), Bytes());
    cache.write(key, {4});
    EXPECT_EQ(cache.read(key), Bytes{4});
    EXPECT_EQ(files().size(), 2u);
    EXPECT_FALSE(Cache(directory_.string(), "other").read(key));
}

TEST_F(OnDisk, NoDirectoryIsNoCache) {
    const Cache cache("", "test");
    cache.write(make_key({"a"}), {1});
    EXPECT_FALSE(cache.read(make_key({"a"})));
}

TEST_F(OnDisk, DamageIsMissedAndRemoved) {
    const Cache cache(directory_.string(), "test");
    const Key key = make_key({"a"});
    const Bytes content(1000, 7);
    cache.write(key, content);
    const fs::path file = files().at(0);
    const auto size = fs::file_size(file);
    for (const std::uintmax_t at : {std::uintmax_t{0}, std::uintmax_t{20}, size / 2, size - 1}) {
        cache.write(key, content);
        {
            std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
            stream.seekg(static_cast<std::streamoff>(at));
            const auto byte = static_cast<char>(stream.get() ^ 1);
            stream.seekp(static_cast<std::streamoff>(at));
            stream.put(byte);
        }
        EXPECT_FALSE(cache.read(key)) << "byte " << at;
        EXPECT_FALSE(fs::exists(file)) << "byte " << at;
    }
    for (const std::uintmax_t length :
         {std::uintmax_t{0}, std::uintmax_t{30}, size - 1, size + 1}) {
        cache.write(key, content);
        fs::resize_file(file, length);
        EXPECT_FALSE(cache.read(key)) << length << " bytes";
    }
}

// An entry under another's name is not it.
TEST_F(OnDisk, AnotherEntrysFileIsMissed) {
    const Cache cache(directory_.string(), "test");
    cache.write(make_key({"a"}), {1});
    const fs::path first = files().at(0);
    cache.write(make_key({"b"}), {2});
    for (const fs::path& file : files())
        if (file != first) fs::copy_file(first, file, fs::copy_options::overwrite_existing);
    EXPECT_FALSE(cache.read(make_key({"b"})));
    EXPECT_EQ(cache.read(make_key({"a"})), Bytes{1});
}

TEST_F(OnDisk, ReadersNeverSeeHalfAnEntry) {
    const Cache cache(directory_.string(), "test");
    const Key key = make_key({"a"});
    std::vector<std::thread> writers;
    for (std::uint8_t w = 1; w <= 2; ++w)
        writers.emplace_back([&, w] {
            for (int i = 0; i < 100; ++i) cache.write(key, Bytes(50'000, w));
        });
    for (int i = 0; i < 200; ++i) {
        const Bytes found = cache.read(key).value_or(Bytes{});
        for (const std::uint8_t byte : found) ASSERT_EQ(byte, found.front());
    }
    for (std::thread& writer : writers) writer.join();
    EXPECT_EQ(files().size(), 1u);
}

TEST_F(OnDisk, WhatWasNotReadForLongestGoesFirst) {
    const Cache cache(directory_.string(), "test");
    const auto now = fs::file_time_type::clock::now();
    const auto aged = [&](const char* text, int days) {
        const std::vector<fs::path> before =
            fs::exists(directory_) ? files() : std::vector<fs::path>{};
        cache.write(make_key({text}), Bytes(10'000, 1));
        for (const fs::path& file : files())
            if (std::find(before.begin(), before.end(), file) == before.end())
                fs::last_write_time(file, now - std::chrono::hours(24 * days));
    };
    aged("oldest", 4);
    aged("read again", 3);
    aged("young", 1);
    EXPECT_TRUE(cache.read(make_key({"read again"})));
    sweep(directory_.string(), 25'000);
    EXPECT_FALSE(cache.read(make_key({"oldest"})));
    EXPECT_EQ(files().size(), 2u);
    sweep(directory_.string(), 15'000);
    EXPECT_TRUE(cache.read(make_key({"read again"})));
    EXPECT_FALSE(cache.read(make_key({"young"})));
}

TEST_F(OnDisk, ADirectoryKeepsToItsSize) {
    const Cache cache(directory_.string(), "test", 100'000);
    for (int i = 0; i < 600; ++i) cache.write(make_key({std::to_string(i)}), Bytes(1'000, 1));
    std::uint64_t bytes = 0;
    for (const fs::path& file : files()) bytes += fs::file_size(file);
    EXPECT_LT(bytes, 400'000u);
    EXPECT_GT(bytes, 50'000u);
}

// Of a writer that was killed, not of one that is at it.
TEST_F(OnDisk, WhatAWriterLeftBehindGoes) {
    fs::create_directories(directory_);
    const fs::path left = directory_ / "0123.test.99.0";
    const fs::path under_way = directory_ / "0123.test.99.1";
    std::ofstream(left) << "half";
    std::ofstream(under_way) << "half";
    fs::last_write_time(left, fs::file_time_type::clock::now() - std::chrono::hours(2));
    sweep(directory_.string(), 1'000'000);
    EXPECT_FALSE(fs::exists(left));
    EXPECT_TRUE(fs::exists(under_way));
}

}  // namespace
}  // namespace weft::disk
