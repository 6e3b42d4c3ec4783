#include "driver/live/supervisor.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <deque>

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <weft/host.h>

#include "driver/live/log_file.h"

namespace weft::driver {
namespace {

using Clock = std::chrono::steady_clock;

// What is broken is not started over and over at full speed.
constexpr timespec kPause = {2, 0};

constexpr std::array kHandedOn = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};

// A program that is wrong, or an option that there is not, does not get better by trying again.
constexpr int kWrong = 1;
constexpr int kUsage = 2;

sigset_t waited_for() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    for (const int signal : kHandedOn) sigaddset(&set, signal);
    return set;
}

bool ends(int signal) {
    return signal == SIGINT || signal == SIGTERM;
}

class Supervisor {
public:
    Supervisor(const RestartPolicy& policy, std::string log)
        : policy_(policy), log_(std::move(log)) {}

    std::optional<int> run() {
        sigset_t before;
        const sigset_t signals = waited_for();
        sigprocmask(SIG_BLOCK, &signals, &before);
        const std::optional<int> code = watch();
        sigprocmask(SIG_SETMASK, &before, nullptr);
        return code;
    }

private:
    // Nothing: this is the child.
    std::optional<int> watch() {
        const pid_t ours = ::getpid();
        while (true) {
            child_ = ::fork();
            if (child_ == 0) {
                // It does not outlive us.
                ::prctl(PR_SET_PDEATHSIG, SIGTERM);
                if (::getppid() != ours) ::_exit(0);
                return std::nullopt;
            }
            if (child_ < 0) {
                say(fmt::format("no process for the show: {}", std::strerror(errno)));
                return 3;
            }
            const int status = wait_for_child();
            if (!is_to_start_again(status) || !pause()) {
                return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
            }
        }
    }

    int wait_for_child() {
        const sigset_t signals = waited_for();
        while (true) {
            siginfo_t info{};
            const int signal = ::sigwaitinfo(&signals, &info);
            int status = 0;
            if (signal == SIGCHLD && ::waitpid(child_, &status, WNOHANG) == child_) return status;
            if (signal <= 0 || signal == SIGCHLD) continue;
            asked_to_end_ |= ends(signal);
            // What a terminal sends, it sends to all of its processes.
            if (info.si_code != SI_KERNEL) ::kill(child_, signal);
        }
    }

    bool is_to_start_again(int status) {
        const bool exited = WIFEXITED(status);
        const int code = exited ? WEXITSTATUS(status) : 0;
        const bool hopeless = exited && (code == kWrong || code == kUsage);
        const bool well = exited && code == 0;
        if (asked_to_end_ || hopeless || (well && !policy_.always)) return false;
        const std::string how = exited ? fmt::format("with exit code {}", code)
                                       : fmt::format("by signal {} ({})", WTERMSIG(status),
                                                     ::strsignal(WTERMSIG(status)));
        const Clock::time_point now = Clock::now();
        ended_.push_back(now);
        while (now - ended_.front() > std::chrono::duration<double>(policy_.within))
            ended_.pop_front();
        if (ended_.size() > policy_.times) {
            say(fmt::format("the show ended {}, {} times within {} s: it is not started again", how,
                            ended_.size(), policy_.within));
            return false;
        }
        say(fmt::format("the show ended {}: it is started again", how));
        return true;
    }

    // False: nobody wants it started again any more.
    [[nodiscard]] static bool pause() {
        const sigset_t signals = waited_for();
        const auto until = Clock::now() + std::chrono::seconds(kPause.tv_sec);
        while (Clock::now() < until) {
            if (ends(::sigtimedwait(&signals, nullptr, &kPause))) return false;
        }
        return true;
    }

    // Nobody else writes the log while the show does not run.
    void say(const std::string& text) {
        std::fprintf(stderr, "warning: %s\n", text.c_str());
        if (log_.empty()) return;
        LogSettings settings;
        settings.path = log_;
        settings.size_limit = UINT64_MAX;
        if (auto log = LogFile::open(std::move(settings))) (*log)->write(WEFT_LOG_WARNING, text);
    }

    const RestartPolicy policy_;
    const std::string log_;
    pid_t child_ = -1;
    bool asked_to_end_ = false;
    std::deque<Clock::time_point> ended_;
};

}  // namespace

Result<RestartPolicy> parse_restart(std::string_view text) {
    const Error wrong{WEFT_INVALID,
                      "expected no, on-failure or always, the latter two with how "
                      "often within which time if need be, as in on-failure:10/300s"};
    RestartPolicy policy;
    const std::size_t colon = text.find(':');
    const std::string_view when = text.substr(0, colon);
    policy.always = when == "always";
    policy.restarts = policy.always || when == "on-failure";
    if (!policy.restarts && text != "no") return wrong;
    if (colon == std::string_view::npos) return policy;
    std::string_view rest = text.substr(colon + 1);
    const auto times = std::from_chars(rest.data(), rest.data() + rest.size(), policy.times);
    const char* const end = rest.data() + rest.size();
    if (times.ec != std::errc() || times.ptr == end || *times.ptr != '/') return wrong;
    const auto within = std::from_chars(times.ptr + 1, end, policy.within);
    const std::string_view unit(within.ptr, static_cast<std::size_t>(end - within.ptr));
    if (within.ec != std::errc() || !(policy.within > 0 && policy.within <= 1e9) ||
        (unit != "s" && !unit.empty()))
        return wrong;
    return policy;
}

std::optional<int> supervise(const RestartPolicy& policy, const std::string& log) {
    return policy.restarts ? Supervisor(policy, log).run() : std::nullopt;
}

}  // namespace weft::driver
