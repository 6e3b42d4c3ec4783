#include "base/trace.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <thread>

#include "runtime/trace_file.h"
#include "tests/support/temp_dir.h"

namespace weft::runtime {
namespace {

using trace::What;

// A file that goes with the test.
class TraceTest : public ::testing::Test {
protected:
    std::unique_ptr<TraceFile> create(std::uint64_t size = TraceFile::kLeastSize) {
        auto file = TraceFile::create(path_, size, "a \"test\"");
        EXPECT_TRUE(file.ok());
        return file ? std::move(*file) : nullptr;
    }
    // What is in the file now; it is whole at any time.
    [[nodiscard]] nlohmann::json read() const {
        std::ostringstream text;
        text << std::ifstream(path_, std::ios::binary).rdbuf();
        return nlohmann::json::parse(text.str());
    }
    // Events that are none of the head's.
    [[nodiscard]] std::vector<nlohmann::json> events() const {
        std::vector<nlohmann::json> found;
        const nlohmann::json all = read();
        for (const nlohmann::json& event : all.at("traceEvents")) {
            if (event.at("ph") != "M") found.push_back(event);
        }
        return found;
    }
    [[nodiscard]] std::map<int, std::string> threads() const {
        std::map<int, std::string> found;
        const nlohmann::json all = read();
        for (const nlohmann::json& event : all.at("traceEvents")) {
            if (event.at("name") == "thread_name")
                found[event.at("tid")] = event.at("args").at("name");
        }
        return found;
    }

    test::TempDir directory_;
    std::string path_ = directory_ / "trace";
};

TEST_F(TraceTest, TakesNothingUnlessAskedTo) {
    const trace::Thread thread("nobody");
    {
        const trace::Span span(What::frame);
        trace::instant(What::event, "nothing");
    }
    EXPECT_EQ(trace::t_lane, nullptr);
    EXPECT_STREQ(trace::keep("name"), "");
    auto file = create();
    EXPECT_EQ(file->end(), "");
    EXPECT_TRUE(events().empty());
}

TEST_F(TraceTest, KeepsWhatHappened) {
    auto file = create();
    {
        const trace::Thread thread("worker");
        const trace::Span frame(What::frame, nullptr, 7);
        { const trace::Span step(What::step, trace::keep("cpu (\"a\\b\")")); }
        trace::instant(What::event, "xrun");
        trace::counter("load", 0.25);
    }
    trace::instant(What::control, "osc", 3);  // a thread without a name
    EXPECT_EQ(file->end(), "");

    const auto all = events();
    ASSERT_EQ(all.size(), 5U);
    std::map<std::string, nlohmann::json> named;
    for (const nlohmann::json& event : all) named[event.at("name")] = event;
    const nlohmann::json& frame = named.at("frame");
    const nlohmann::json& step = named.at("cpu (\"a\\b\")");
    EXPECT_EQ(frame.at("ph"), "X");
    EXPECT_EQ(frame.at("args").at("frame"), 7);
    EXPECT_EQ(step.at("cat"), "step");
    EXPECT_GE(step.at("ts").get<double>(), frame.at("ts").get<double>());
    EXPECT_LE(step.at("ts").get<double>() + step.at("dur").get<double>(),
              frame.at("ts").get<double>() + frame.at("dur").get<double>() + 1e-6);
    EXPECT_EQ(named.at("xrun").at("s"), "p");
    EXPECT_EQ(named.at("load").at("args").at("load"), 0.25);
    EXPECT_EQ(named.at("osc").at("args").at("count"), 3);
    EXPECT_EQ(threads().at(frame.at("tid")), "worker");
    EXPECT_EQ(threads().at(named.at("osc").at("tid")), "others");
    EXPECT_EQ(read().at("otherData").at("about"), "a \"test\"");
}

TEST_F(TraceTest, IsWholeWhileItIsWritten) {
    auto file = create();
    const trace::Thread thread("worker");
    for (int i = 0; i < 5; ++i) {
        for (int n = 0; n < 100; ++n) trace::instant(What::event, "tick", n);
        std::this_thread::sleep_for(std::chrono::milliseconds(15));
        EXPECT_NO_THROW((void)read());
    }
    (void)file->end();
    EXPECT_EQ(events().size(), 500U);
}

// The newest is kept, whole and in bounds, however often the file begins anew.
TEST_F(TraceTest, StaysWithinItsSize) {
    auto file = create();
    const trace::Thread thread("worker");
    std::int64_t number = 0;
    for (int turn = 0; turn < 60; ++turn) {
        // Names of many lengths, so that no two laps fall on one another.
        const std::string text(static_cast<std::size_t>(turn * 7 % 61), 'x');
        const char* const name = trace::keep(text + "!");
        for (int n = 0; n < 1000; ++n) trace::instant(What::control, name, number++);
        std::this_thread::sleep_for(std::chrono::milliseconds(12));
        // Whoever reads while it is written may see half of a write, and reads again.
        bool reads = turn % 10 != 9;
        for (int look = 0; look < 20 && !reads; ++look) {
            try {
                (void)read();
                reads = true;
            } catch (const nlohmann::json::exception&) {
                std::this_thread::sleep_for(std::chrono::milliseconds(3));
            }
        }
        EXPECT_TRUE(reads) << turn;
    }
    EXPECT_NE(file->end().find("--trace-size"), std::string::npos);
    EXPECT_LE(std::filesystem::file_size(path_), TraceFile::kLeastSize);
    std::vector<bool> there(static_cast<std::size_t>(number));
    for (const nlohmann::json& event : events()) {
        const auto count = event.at("args").at("count").get<std::size_t>();
        EXPECT_FALSE(there[count]) << count << " is there twice";
        there[count] = true;
    }
    // All from one on, and not few.
    const auto first = std::find(there.begin(), there.end(), true);
    EXPECT_TRUE(std::all_of(first, there.end(), [](bool is) { return is; }));
    EXPECT_GT(there.end() - first, 5000);
    EXPECT_LT(there.end() - first, 20000);
}

TEST_F(TraceTest, CountsWhatFindsNoRoom) {
    auto file = create();
    const trace::Thread thread("worker");
    std::uint64_t lost = 0;
    for (int turn = 0; turn < 100 && lost == 0; ++turn) {
        for (std::size_t n = 0; n < 4 * trace::Lane::kRecords; ++n)
            trace::instant(What::event, "many");
        lost = trace::t_lane->lost();
    }
    ASSERT_GT(lost, 0U);
    EXPECT_NE(file->end().find(std::to_string(lost) + " events"), std::string::npos);
    EXPECT_EQ(read().at("otherData").at("lost"), lost);
}

TEST_F(TraceTest, ThreadsThatComeAgainHaveOneLane) {
    auto file = create();
    for (int n = 0; n < 20; ++n) {
        std::thread([&] {
            const trace::Thread thread("now and then");
            trace::instant(What::event, "here", n);
        }).join();
    }
    (void)file->end();
    EXPECT_EQ(events().size(), 20U);
    int lanes = 0;
    for (const auto& [number, name] : threads()) lanes += name == "now and then" ? 1 : 0;
    EXPECT_EQ(lanes, 1);
}

TEST_F(TraceTest, SaysWhyThereIsNone) {
    EXPECT_EQ(TraceFile::create("/nowhere/at/all.json", 1u << 20, "").error().message,
              "the trace '/nowhere/at/all.json' cannot be made: No such file or directory");
    EXPECT_EQ(TraceFile::create("/dev/null", 1u << 20, "").error().message,
              "the trace '/dev/null' cannot be made: that is not a file");
    EXPECT_NE(TraceFile::create(path_, 1000, "").error().message.find("1M"), std::string::npos);
    EXPECT_FALSE(trace::on());
}

}  // namespace
}  // namespace weft::runtime
