#include "tests/support/jack_server.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <weft_paths.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include <nlohmann/json.hpp>

namespace weft::test {
namespace {

using namespace std::chrono_literals;

constexpr int kAnswer = 10'000;  // milliseconds in which a server answers that does not hang

// Ends with us, whatever ends us. `in` and `out` become its streams; -1: nothing.
pid_t spawn(std::vector<std::string> command, int in = -1, int out = -1) {
    command.insert(command.begin(), {"setpriv", "--pdeathsig", "TERM"});
    std::vector<char*> words;
    for (std::string& word : command) words.push_back(word.data());
    words.push_back(nullptr);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    const int streams[] = {in, out, -1};
    for (int stream = 0; stream < 3; ++stream) {
        if (streams[stream] < 0)
            posix_spawn_file_actions_addopen(&files, stream, "/dev/null", O_RDWR, 0);
        else
            posix_spawn_file_actions_adddup2(&files, streams[stream], stream);
    }
    pid_t process = -1;
    const int failed = posix_spawnp(&process, words[0], &files, nullptr, words.data(), environ);
    posix_spawn_file_actions_destroy(&files);
    return failed == 0 ? process : -1;
}

}  // namespace

bool eventually(const std::function<bool()>& what) {
    const auto end = std::chrono::steady_clock::now() + 60s;
    while (!what()) {
        if (std::chrono::steady_clock::now() > end) return false;
        std::this_thread::sleep_for(10ms);
    }
    return true;
}

bool JackServer::available() {
    return std::system("command -v jackd >/dev/null && command -v python3 >/dev/null") == 0;
}

JackServer::JackServer(const Options& options) : options_(options) {
    static int count = 0;
    name_ = "weft-unit-" + std::to_string(getpid()) + "-" + std::to_string(count++);
    setenv("JACK_NO_AUDIO_RESERVATION", "1", 1);
    setenv("JACK_NO_START_SERVER", "1", 1);
    setenv("JACK_DEFAULT_SERVER", name_.c_str(), 1);
    if (options_.starts) start();
}

JackServer::~JackServer() {
    // A machine has places for eight servers; one that died keeps its own until a server of its
    // name ends well.
    try {
        if (process_ < 0) start();
    } catch (const std::exception& failure) {
        ADD_FAILURE() << failure.what();
    }
    end(SIGTERM);
    setenv("JACK_DEFAULT_SERVER", "weft-nowhere", 1);
}

void JackServer::start() {
    setenv("JACK_DEFAULT_SERVER", name_.c_str(), 1);
    // A port is 32 KiB of shared memory, and there are two thousand unless told otherwise.
    std::vector<std::string> command = {"jackd", "-n",         name_, "-r", "-t",   "20000",
                                        "-s",    "--port-max", "128", "-d", "dummy"};
    if (options_.waits) command.insert(command.begin() + 3, "-S");
    command.insert(command.end(),
                   {"-r", std::to_string(options_.rate), "-p", std::to_string(options_.period)});
    process_ = spawn(command);
    if (process_ < 0) throw std::runtime_error("jackd does not start");
    if (!eventually([&] { return !ask({"ports"}).empty(); }))
        throw std::runtime_error("jackd does not answer");
}

void JackServer::end(int signal) {
    look_away();
    if (process_ < 0) return;
    ::kill(process_, SIGCONT);
    ::kill(process_, signal);
    int status = 0;
    const auto until = std::chrono::steady_clock::now() + 10s;
    while (waitpid(process_, &status, WNOHANG) == 0) {
        if (std::chrono::steady_clock::now() > until) ::kill(process_, SIGKILL);
        std::this_thread::sleep_for(5ms);
    }
    process_ = -1;
    // What it leaves in shared memory when it is killed.
    std::error_code ignored;
    for (const auto& file : std::filesystem::directory_iterator("/dev/shm", ignored)) {
        const std::string left = file.path().filename().string();
        if (left.find("_" + name_ + "_") != std::string::npos ||
            left.find("." + name_ + "_") != std::string::npos)
            std::filesystem::remove(file.path(), ignored);
    }
}

void JackServer::kill() {
    end(SIGKILL);
}

void JackServer::pause(bool on) const {
    ::kill(process_, on ? SIGSTOP : SIGCONT);
}

bool JackServer::look() {
    if (look_.process > 0) return true;
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return false;
    look_.process = spawn({"python3", in_source("/tests/support/jack_look.py")}, ends[1], ends[1]);
    close(ends[1]);
    look_.socket = ends[0];
    std::string here;
    if (look_.process > 0 && hear(here)) return true;
    look_away();
    return false;
}

void JackServer::look_away() {
    if (look_.socket >= 0) close(look_.socket);
    if (look_.process > 0) {
        int status = 0;
        for (int waited = 0; waited < 200 && waitpid(look_.process, &status, WNOHANG) == 0;
             ++waited)
            std::this_thread::sleep_for(5ms);
        ::kill(look_.process, SIGKILL);
        waitpid(look_.process, &status, 0);
    }
    look_ = {};
}

// A line ends the answer, the end of the stream, or patience.
bool JackServer::hear(std::string& line) const {
    line.clear();
    char c = 0;
    for (pollfd wait{look_.socket, POLLIN, 0}; poll(&wait, 1, kAnswer) == 1;) {
        if (read(look_.socket, &c, 1) != 1) return false;
        if (c == '\n') return true;
        line += c;
    }
    return false;
}

JackServer::Names JackServer::ask(const Names& question) {
    if (!look()) return {};
    const std::string asked = nlohmann::json(question).dump() + "\n";
    std::string line;
    if (send(look_.socket, asked.data(), asked.size(), MSG_NOSIGNAL) < 0 || !hear(line)) {
        look_away();
        return {};
    }
    const auto answer = nlohmann::json::parse(line, nullptr, false);
    return answer.is_array() ? answer.get<Names>() : Names{};
}

bool JackServer::connect(const std::string& from, const std::string& to) {
    return eventually([&] {
        (void)ask({"connect", from, to});
        const Names connected = ask({"connections", from});
        return std::find(connected.begin(), connected.end(), to) != connected.end();
    });
}

bool JackServer::is_heard(const std::string& port) {
    return eventually([&] { return !ask({"connections", port}).empty(); });
}

}  // namespace weft::test
