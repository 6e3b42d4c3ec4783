#include "runtime/show_log.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>
#include <thread>

#include "tests/support/temp_dir.h"

namespace weft::runtime {
namespace {

// A file that goes with the test.
class ShowLogTest : public ::testing::Test {
protected:
    std::unique_ptr<ShowLog> create() {
        auto log = ShowLog::create(path_);
        EXPECT_TRUE(log.ok());
        return log ? std::move(*log) : nullptr;
    }
    [[nodiscard]] std::string bytes() const {
        std::ostringstream text;
        text << std::ifstream(path_, std::ios::binary).rdbuf();
        return text.str();
    }

    test::TempDir directory_;
    std::string path_ = directory_ / "show_log";
};

LoggedProgram program(std::uint32_t version) {
    LoggedProgram result;
    result.version = version;
    result.files = {{"a.weft", "use \"b.weft\""}, {"b.weft", "c = 1"}};
    result.settings = {{WEFT_FIELD_RATE, 44100}};
    result.params = {"a@s", "b@s"};
    result.param_count = 3;
    result.channels = 2;
    result.tempo = true;
    return result;
}

// A short show: what each record is, in order: P program, F frame, B block, S sound, G gap.
std::string kinds(ShowLogReader& reader, std::vector<LogRecord>* records = nullptr) {
    std::string result;
    for (;;) {
        auto record = reader.next();
        if (!record) return result + " " + record.error().message;
        if (!*record) return result;
        result += "PFBSG"[(*record)->index()];
        if (records != nullptr) records->push_back(std::move(**record));
    }
}

// Four frames; sound that saw frame -1, 0, 0, 2.
void write_show(ShowLog& log) {
    const std::vector<double> params{1, 2, 3};
    std::vector<double> seen(3, std::numeric_limits<double>::quiet_NaN());
    const std::vector<float> left{1, 2, 3, 4};
    const std::vector<float> right{5, 6, 7, 8};
    const float* const channels[] = {left.data(), right.data()};
    log.program(program(1));
    std::vector<double> frame_params = params;
    const auto frame = [&](std::int64_t number) {
        frame_params[1] = static_cast<double>(10 * number);
        log.frame({1, number, 4 * number, 0, frame_params, 7});
    };
    std::int64_t sample = 0;
    const auto block = [&](std::int64_t saw) {
        log.heard(sample, sample == 0 ? nullptr : channels, 1, 2, 4);
        log.block(sample, 4, {1, saw, params, seen.data()}, {}, 9);
        sample += 4;
    };
    block(-1);
    frame(0);
    block(0);
    block(0);
    frame(1);
    frame(2);
    block(2);
    frame(3);
}

TEST_F(ShowLogTest, GivesRecordsInAnOrderInWhichTheyCanBeRun) {
    auto log = create();
    write_show(*log);
    EXPECT_EQ(log->counters().lost, 0u);
    log.reset();
    auto reader = ShowLogReader::open(path_);
    ASSERT_TRUE(reader.ok());
    std::vector<LogRecord> records;
    EXPECT_EQ(kinds(**reader, &records), "PSBSFBSBSFFBF");
    const auto& logged = std::get<LoggedProgram>(records[0]);
    EXPECT_EQ(logged.files[1].text, "c = 1");
    EXPECT_EQ(logged.settings, program(1).settings);
    EXPECT_EQ(logged.params, program(1).params);
    EXPECT_EQ(logged.channels, 2u);
    EXPECT_TRUE(logged.tempo);
    EXPECT_TRUE(std::get<LoggedSound>(records[1]).samples.empty());
    const auto& sound = std::get<LoggedSound>(records[3]);
    EXPECT_EQ(sound.first, 4);
    EXPECT_EQ(sound.samples, (std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8}));
    const auto& frame = std::get<LoggedFrame>(records.back());
    EXPECT_EQ(frame.frame, 3);
    EXPECT_EQ(frame.samples_done, 12);
    EXPECT_EQ(frame.params, (std::vector<double>{1, 30, 3}));
    EXPECT_EQ(frame.checksum, 7u);
    const auto& block = std::get<LoggedBlock>(records[11]);
    EXPECT_EQ(block.first, 12);
    EXPECT_EQ(block.heard.frame, 2);
    EXPECT_EQ(block.heard.params, (std::vector<double>{1, 2, 3}));
    EXPECT_EQ(block.falling.version, 0u);
    EXPECT_EQ(block.checksum, 9u);
}

TEST_F(ShowLogTest, AProgramComesWithItsFirstFrame) {
    auto log = create();
    const std::vector<double> params{1, 2, 3};
    log->program(program(1));
    log->frame({1, 0, 0, 0, params, 7});
    log->frame({1, 1, 0, 0, params, 7});
    log->program(program(2));  // written together with what was logged before
    log->frame({2, 2, 0, 0, params, 7});
    log.reset();
    auto reader = ShowLogReader::open(path_);
    ASSERT_TRUE(reader.ok());
    std::vector<LogRecord> records;
    EXPECT_EQ(kinds(**reader, &records), "PFFPF");
    EXPECT_EQ(std::get<LoggedFrame>(records[2]).params, params);
    EXPECT_EQ(std::get<LoggedFrame>(records[4]).params, params);
}

// Sound goes over to a program before that has run a frame, and to one that makes none; frames are
// counted anew, more slowly.
TEST_F(ShowLogTest, ProgramsComeBeforeTheyAreHeard) {
    const std::vector<double> params{1, 2, 3};
    std::vector<double> seen[4];
    seen[1] = seen[2] = seen[3] = std::vector<double>(3, std::nan(""));
    auto log = create();
    std::int64_t sample = 0;
    const auto block = [&](std::uint32_t version, std::int64_t frame, std::uint32_t falling = 0) {
        const auto voice = [&](std::uint32_t of, std::int64_t at) {
            return of == 0 ? VoiceSeen{} : VoiceSeen{of, at, params, seen[of].data()};
        };
        log->block(sample, 4, voice(version, frame), voice(falling, 9), 9);
        sample += 4;
    };
    log->program(program(1));
    log->frame({1, 8, 0, 0, params, 7});
    log->frame({1, 9, 4, 0, params, 7});
    log->program(program(2));
    block(1, 9);
    block(2, -1, 1);
    log->frame({2, 3, 8, 0, params, 7});
    block(2, 3);
    block(0, -1, 2);
    log->program(program(3));  // silent
    block(0, -1);              // sample 16
    log->frame({3, 4, 20, 0, params, 7});
    block(0, -1);
    log->frame({3, 5, 24, 0, params, 7});
    log->program(program(4));  // never ran a frame
    log->program(program(5));
    log.reset();
    auto reader = ShowLogReader::open(path_);
    ASSERT_TRUE(reader.ok());
    EXPECT_EQ(kinds(**reader), "PFFBPBFBBBPFBF");
}

TEST_F(ShowLogTest, ATornEndIsNotRead) {
    auto log = create();
    write_show(*log);
    log.reset();
    const std::string whole = bytes();
    for (std::size_t size = 8; size < whole.size(); ++size) {
        auto reader = ShowLogReader::read(whole.substr(0, size));
        ASSERT_TRUE(reader.ok());
        const std::string read = kinds(**reader);
        EXPECT_EQ(read.find("damaged"), std::string::npos) << size;
    }
    std::string flipped = whole;
    flipped.back() = static_cast<char>(flipped.back() ^ 1);
    auto reader = ShowLogReader::read(flipped);
    ASSERT_TRUE(reader.ok());
    EXPECT_EQ(kinds(**reader), "PFFFF");
}

TEST_F(ShowLogTest, DamageIsSaid) {
    auto log = create();
    write_show(*log);
    log.reset();
    std::string bad = bytes();
    bad[8 + 13 + 3] = static_cast<char>(bad[8 + 13 + 3] ^ 1);  // in the program, which is first
    auto reader = ShowLogReader::read(bad);
    ASSERT_TRUE(reader.ok());
    EXPECT_EQ(kinds(**reader), " the log is damaged at byte 8");

    const auto message = [](std::string text) {
        auto opened = ShowLogReader::read(std::move(text));
        return opened.ok() ? std::string() : opened.error().message;
    };
    EXPECT_EQ(message("RIFF...."), "it is not the log of a show");
    EXPECT_EQ(message(""), "it is not the log of a show");
    EXPECT_EQ(message(std::string("WEFTLOG\x07", 8)),
              "it is a log of version 7, and this reads version 2");
    EXPECT_FALSE(ShowLogReader::open("/no/such/file").ok());
    EXPECT_FALSE(ShowLog::create("/no/such/directory/log").ok());
}

TEST_F(ShowLogTest, WhatFindsNoRoomIsCounted) {
    auto log = create();
    log->program(program(1));
    // More at once than the log holds until it is written.
    const std::vector<float> samples(1 << 20);
    const float* const channels[] = {samples.data()};
    for (int i = 0; i < 200; ++i) log->heard(i, channels, 1, 1, samples.size());
    const std::uint64_t lost = log->counters().lost;
    ASSERT_GT(lost, 0u);
    std::vector<double> seen(3, std::numeric_limits<double>::quiet_NaN());
    const std::vector<double> params{1, 2, 3};
    // When there is room again, the gap is told before what comes next.
    std::uint64_t later = lost;
    do {
        later = log->counters().lost;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        log->block(0, 4, {1, -1, params, seen.data()}, {}, 9);
    } while (log->counters().lost != later);
    log.reset();
    auto reader = ShowLogReader::open(path_);
    ASSERT_TRUE(reader.ok());
    std::vector<LogRecord> records;
    const std::string read = kinds(**reader, &records);
    EXPECT_EQ(read.find("damaged"), std::string::npos);
    std::uint64_t told = 0;
    for (const LogRecord& record : records)
        if (const auto* gap = std::get_if<LoggedGap>(&record)) told += gap->records;
    EXPECT_EQ(told, later);
    EXPECT_EQ(std::get<LoggedBlock>(records.back()).heard.params, params);
}

TEST_F(ShowLogTest, IsCompact) {
    auto log = create();
    log->program(program(1));
    const std::vector<double> params{1, 2, 3};
    std::vector<double> seen(3, std::numeric_limits<double>::quiet_NaN());
    for (int i = 0; i < 1000; ++i) log->block(64 * i, 64, {1, i, params, seen.data()}, {}, 9);
    log.reset();
    EXPECT_LT(bytes().size(), 1000u * 18);
}

}  // namespace
}  // namespace weft::runtime
