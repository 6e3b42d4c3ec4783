// The log of an installation: bounded, whole lines, in order, opened anew when asked.
#include "driver/live/log_file.h"

#include <gtest/gtest.h>
#include <weft/host.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include "tests/support/temp_dir.h"

namespace weft::driver {
namespace {

class LogFileTest : public testing::Test {
protected:
    static std::string text_of(const std::string& path) {
        std::ostringstream text;
        text << std::ifstream(path).rdbuf();
        return text.str();
    }
    static std::vector<std::string> lines_of(const std::string& path) {
        std::ifstream file(path);
        std::vector<std::string> lines;
        for (std::string line; std::getline(file, line);) lines.push_back(line);
        return lines;
    }

    test::TempDir directory_;
    std::string path_ = directory_ / "show.log";
};

TEST_F(LogFileTest, ALineHasItsTimeAndItsLevel) {
    {
        auto log = LogFile::open({path_});
        ASSERT_TRUE(log.ok()) << log.error().message;
        (*log)->write(WEFT_LOG_WARNING, "one\ntwo");
        (*log)->write(WEFT_LOG_ERROR, "three");
    }
    const auto lines = lines_of(path_);
    ASSERT_EQ(lines.size(), 2u);
    EXPECT_EQ(lines[0].substr(4, 1), "-");
    EXPECT_EQ(lines[0].substr(23), "Z warning one two");
    EXPECT_EQ(lines[1].substr(23), "Z error three");
    auto refused = LogFile::open({directory_ / "no/where"});
    ASSERT_FALSE(refused.ok());
    EXPECT_NE(refused.error().message.find("/no/where"), std::string::npos);
}

TEST_F(LogFileTest, FilesAreBoundedInSizeAndNumber) {
    constexpr std::uint64_t kLimit = 1000;
    {
        auto log = LogFile::open({path_, kLimit, 3});
        ASSERT_TRUE(log.ok());
        for (int i = 0; i < 500; ++i) (*log)->write(WEFT_LOG_INFO, "line " + std::to_string(i));
    }
    int last = 499;  // the newest lines are kept, none between them is missing
    for (const char* suffix : {"", ".1", ".2", ".3"}) {
        const std::string file = path_ + suffix;
        EXPECT_LE(std::filesystem::file_size(file), kLimit);
        auto lines = lines_of(file);
        for (auto line = lines.rbegin(); line != lines.rend(); ++line, --last)
            EXPECT_TRUE(line->ends_with("info line " + std::to_string(last))) << *line;
    }
    EXPECT_FALSE(std::filesystem::exists(path_ + ".4"));
}

// logrotate's copytruncate.
TEST_F(LogFileTest, WhoEmptiesItMovesNothing) {
    LogSettings settings{path_};
    settings.size_limit = 1000;
    auto log = LogFile::open(settings);
    ASSERT_TRUE(log.ok());
    for (int round = 0; round < 5; ++round) {
        (*log)->write(WEFT_LOG_INFO, std::string(600, 'x'));
        (*log)->flush(std::chrono::seconds(60));
        EXPECT_EQ(lines_of(path_).size(), 1u);
        std::filesystem::resize_file(path_, 0);
    }
    EXPECT_FALSE(std::filesystem::exists(path_ + ".1"));
}

// A directory that takes no new file: older lines are not lost one after the other.
TEST_F(LogFileTest, WhereNoNewFileCanBeHadTheOldOneGoesOn) {
    LogSettings settings{directory_ / "gone/show.log"};
    settings.size_limit = 1000;
    std::filesystem::create_directory(directory_ / "gone");
    auto log = LogFile::open(settings);
    ASSERT_TRUE(log.ok());
    std::filesystem::rename(directory_ / "gone", directory_ / "away");
    for (int i = 0; i < 20; ++i) (*log)->write(WEFT_LOG_INFO, std::string(300, 'x'));
    (*log)->flush(std::chrono::seconds(60));
    EXPECT_EQ(lines_of(directory_ / "away/show.log").size(), 20u);
}

TEST_F(LogFileTest, WithNoneKeptThereIsOneFile) {
    {
        auto log = LogFile::open({path_, 200, 0});
        ASSERT_TRUE(log.ok());
        for (int i = 0; i < 50; ++i) (*log)->write(WEFT_LOG_INFO, "line " + std::to_string(i));
    }
    EXPECT_LE(std::filesystem::file_size(path_), 200u);
    EXPECT_TRUE(lines_of(path_).back().ends_with("line 49"));
    EXPECT_FALSE(std::filesystem::exists(path_ + ".1"));
}

TEST_F(LogFileTest, ASignalOpensItAnew) {
    LogFile::catch_reopen_signal();
    EXPECT_FALSE(LogFile::reopen_asked());
    {
        auto log = LogFile::open({path_});
        ASSERT_TRUE(log.ok());
        (*log)->write(WEFT_LOG_INFO, "before");
        while (text_of(path_).empty()) std::this_thread::yield();
        std::filesystem::rename(path_, path_ + ".moved");
        ::raise(SIGUSR1);
        EXPECT_TRUE(LogFile::reopen_asked());
        EXPECT_FALSE(LogFile::reopen_asked());
        (*log)->reopen();
        (*log)->write(WEFT_LOG_INFO, "after");
    }
    EXPECT_TRUE(lines_of(path_ + ".moved").at(0).ends_with("before"));
    EXPECT_TRUE(lines_of(path_).at(0).ends_with("after"));
    std::signal(SIGUSR1, SIG_DFL);
}

TEST_F(LogFileTest, ManyWritersAndNoLineTorn) {
    {
        auto log = LogFile::open({path_});
        ASSERT_TRUE(log.ok());
        std::vector<std::thread> writers;
        for (int writer = 0; writer < 4; ++writer)
            writers.emplace_back([&log] {
                for (int i = 0; i < 500; ++i) (*log)->write(WEFT_LOG_INFO, "abcdefghij");
            });
        for (std::thread& writer : writers) writer.join();
    }
    const auto lines = lines_of(path_);
    EXPECT_EQ(lines.size(), 2000u);
    for (const std::string& line : lines) EXPECT_TRUE(line.ends_with("Z info abcdefghij")) << line;
}

}  // namespace
}  // namespace weft::driver
