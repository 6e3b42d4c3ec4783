// The status line: its text, and that whoever reads it cannot hold up the show.
#include "driver/live/status.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/support/temp_dir.h"

namespace weft::driver {
namespace {

using Json = nlohmann::json;

Status example() {
    Status status;
    status.program = "show.weft";
    status.time = 12.5;
    status.frames_shown = 750;
    status.frames_left_out = 3;
    status.frame_time = 0.0041234567;
    status.has_sound = true;
    status.sound.device = "dummy \xff";  // a device may be called anything
    status.sound.underruns = 2;
    status.has_windows = true;
    status.windows = {2, 1, 1, 740, 10, 4096};
    status.inputs.push_back({"osc", 10, 1, 2, 3, 4, 5, 6, "refused"});
    status.events = {40, 4, 1, 2};
    status.backends.push_back({"vulkan", "hung", "no answer for 2 s"});
    status.reloads_refused = 1;
    status.caches_kept = 3;
    status.message = "show.weft:3:1: error: \"x\"\nx = \n";
    return status;
}

class StatusTest : public testing::Test {
protected:
    [[nodiscard]] std::string path(const std::string& name) const { return directory_ / name; }
    static int connect_to(const std::string& path) {
        const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_un address = {};
        address.sun_family = AF_UNIX;
        std::strcpy(address.sun_path, path.c_str());
        EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        return fd;
    }
    static std::string read_from(int fd) {
        std::string text(65536, '\0');
        const ssize_t size = ::read(fd, text.data(), text.size());
        text.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
        return text;
    }
    // All that waits, and what ends the line that was begun last.
    static void expect_whole_lines(StatusWriter& writer, int fd) {
        ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
        std::string text;
        for (int round = 0; round < 2; ++round) {
            for (std::string part; !(part = read_from(fd)).empty();) text += part;
            if (round == 0) writer.write(example());
        }
        std::istringstream lines(text);
        int count = 0;
        for (std::string line; std::getline(lines, line); ++count)
            EXPECT_EQ(Json::parse(line, nullptr, false)["program"], "show.weft") << line;
        EXPECT_GT(count, 1);
        EXPECT_EQ(text.back(), '\n');
    }

private:
    test::TempDir directory_;
};

TEST_F(StatusTest, OneLineOfJsonWithEveryFigure) {
    ProcessUse use;
    use.resident = 1 << 20;
    use.descriptors = 17;
    use.threads = 5;
    use.processor = 1.5;
    const std::string line = status_line(example(), use, 1'000'000'000.25);
    EXPECT_EQ(line.find('\n'), std::string::npos);
    const Json read = Json::parse(line);
    EXPECT_EQ(read["at"], "2001-09-09T01:46:40.250Z");
    EXPECT_EQ(read["program"], "show.weft");
    EXPECT_EQ(read["time"], 12.5);
    EXPECT_EQ(read["frames"]["shown"], 750);
    EXPECT_EQ(read["frames"]["left_out"], 3);
    EXPECT_EQ(read["frames"]["time"], 0.004123);
    EXPECT_EQ(read["sound"]["underruns"], 2);
    EXPECT_EQ(read["windows"]["displays"], 2);
    EXPECT_EQ(read["windows"]["lost"], 1);
    EXPECT_EQ(read["windows"]["copied"], 4096);
    EXPECT_EQ(read["inputs"][0]["malformed"], 2);
    EXPECT_EQ(read["inputs"][0]["reason"], "refused");
    EXPECT_EQ(read["events"]["taken"], 40);
    EXPECT_EQ(read["events"]["late"], 4);
    EXPECT_EQ(read["events"]["dropped"], 1);
    EXPECT_EQ(read["events"]["waiting"], 2);
    EXPECT_EQ(read["backends"][0]["state"], "hung");
    EXPECT_EQ(read["reloads"]["message"], example().message);
    EXPECT_EQ(read["reloads"]["caches_kept"], 3);
    EXPECT_EQ(read["process"]["descriptors"], 17);
    Status silent = example();
    silent.has_sound = silent.has_windows = false;
    silent.time = std::numeric_limits<double>::quiet_NaN();
    const Json other = Json::parse(status_line(silent, use, 0));
    EXPECT_FALSE(other.contains("sound"));
    EXPECT_FALSE(other.contains("windows"));
    EXPECT_EQ(other["time"], 0);
}

TEST_F(StatusTest, WhatTheProcessHolds) {
    const ProcessUse before = process_use();
    EXPECT_GT(before.resident, 1u << 20);
    EXPECT_GE(before.threads, 1u);
    const int more = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    EXPECT_EQ(process_use().descriptors, before.descriptors + 1);
    ::close(more);
}

TEST_F(StatusTest, OncePerSecondAndNotMadeUpFor) {
    auto writer = StatusWriter::open(path("status"));
    ASSERT_TRUE(writer.ok()) << writer.error().message;
    StatusWriter& status = **writer;
    EXPECT_TRUE(status.due(100));
    EXPECT_FALSE(status.due(100.5));
    EXPECT_TRUE(status.due(101.02));
    EXPECT_FALSE(status.due(101.9));
    EXPECT_TRUE(status.due(102.0));  // on the second, not a second after the last
    EXPECT_TRUE(status.due(110));
    EXPECT_FALSE(status.due(110.5));
}

TEST_F(StatusTest, AFileIsAppendedTo) {
    std::ofstream(path("status")) << "before\n";
    for (int i = 0; i < 2; ++i) {
        auto writer = StatusWriter::open(path("status"));
        ASSERT_TRUE(writer.ok());
        (*writer)->write(example());
    }
    std::ifstream file(path("status"));
    std::string line;
    std::getline(file, line);
    EXPECT_EQ(line, "before");
    for (int i = 0; i < 2; ++i) {
        std::getline(file, line);
        EXPECT_EQ(Json::parse(line)["program"], "show.weft");
    }
    EXPECT_FALSE(StatusWriter::open(path("no/where")).ok());
}

TEST_F(StatusTest, ReadersComeAndGo) {
    // What a show that crashed left behind is taken over.
    for (int round = 0; round < 2; ++round) {
        auto writer = StatusWriter::open("unix:" + path("socket"));
        ASSERT_TRUE(writer.ok()) << writer.error().message;
        EXPECT_FALSE(StatusWriter::open("unix:" + path("socket")).ok());  // somebody listens
        (*writer)->write(example());                                      // nobody reads
        const int one = connect_to(path("socket"));
        const int other = connect_to(path("socket"));
        (*writer)->write(example());
        EXPECT_EQ(Json::parse(read_from(one))["time"], 12.5);
        EXPECT_EQ(Json::parse(read_from(other))["time"], 12.5);
        ::close(one);
        (*writer)->write(example());
        (*writer)->write(example());
        const std::string two = read_from(other);
        EXPECT_EQ(std::count(two.begin(), two.end(), '\n'), 2);
        // A reader who sleeps loses lines, and only whole ones.
        for (int i = 0; i < 2000; ++i) (*writer)->write(example());
        expect_whole_lines(**writer, other);
        ::close(other);
    }
}

// Lines that are longer than what a pipe takes at once, as a message of many errors makes them.
TEST_F(StatusTest, APipeThatIsFullHoldsNobodyUp) {
    int ends[2] = {};
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const int before = ::dup(STDOUT_FILENO);
    ::dup2(ends[1], STDOUT_FILENO);
    auto writer = StatusWriter::open("-");
    ::dup2(before, STDOUT_FILENO);
    ::close(before);
    ASSERT_TRUE(writer.ok()) << writer.error().message;
    EXPECT_EQ(::fcntl(ends[1], F_GETFL) & O_NONBLOCK, 0) << "others write there as well";
    Status status = example();
    status.message.assign(10'000, 'x');
    for (int i = 0; i < 100; ++i) (*writer)->write(status);
    expect_whole_lines(**writer, ends[0]);
    // Nobody reads any more.
    ::close(ends[0]);
    std::signal(SIGPIPE, SIG_IGN);
    for (int i = 0; i < 3; ++i) (*writer)->write(status);
    std::signal(SIGPIPE, SIG_DFL);
    ::close(ends[1]);
}

}  // namespace
}  // namespace weft::driver
