#include "driver/validate/harness.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <new>
#include <optional>

#include "driver/validate/child.h"
#include "driver/validate/trace.h"
#include "plugin/call.h"

namespace weft::validate {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostOutput = 4000;

double seconds_since(Clock::time_point begin) {
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

Error system_error(std::string_view what) {
    return {WEFT_UNAVAILABLE, fmt::format("{}: {}", what, std::strerror(errno))};
}

class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int get() const { return fd_; }

private:
    int fd_;
};

// Who interrupts a run ends it between two lines, with its processes and files: while this exists,
// such a signal waits to be read.
class Interrupts {
public:
    Interrupts() : file_(make(before_)) {}
    ~Interrupts() { restore(); }
    Interrupts(const Interrupts&) = delete;
    Interrupts& operator=(const Interrupts&) = delete;
    [[nodiscard]] int file() const { return file_.get(); }
    // So that it does not come after all.
    void take() const {
        signalfd_siginfo told{};
        (void)!::read(file(), &told, sizeof told);
    }
    // As it was: what is started must not inherit it.
    void restore() const { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

private:
    static int make(sigset_t& before) {
        sigset_t signals;
        sigemptyset(&signals);
        for (const int number : {SIGINT, SIGTERM, SIGHUP}) sigaddset(&signals, number);
        ::sigprocmask(SIG_BLOCK, &signals, &before);
        return ::signalfd(-1, &signals, SFD_CLOEXEC);
    }
    sigset_t before_{};
    Descriptor file_;
};

// Removes a directory when this process has ended, however it does: in a debugger's process a crash
// is a crash, and nothing is left to clear up. A process of its own waits for that.
class Undertaker {
public:
    explicit Undertaker(const std::string& directory) {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) return;
        child_ = ::fork();
        if (child_ == 0) {
            // What ends this process from the terminal must not end that one first.
            ::setsid();
            ::close(ends[1]);
            char nothing = 0;
            while (::read(ends[0], &nothing, 1) < 0 && errno == EINTR) {
            }
            std::error_code ignored;
            fs::remove_all(directory, ignored);
            ::_exit(0);
        }
        ::close(ends[0]);
        alive_ = ends[1];
    }
    ~Undertaker() {
        if (alive_ >= 0) ::close(alive_);
        if (child_ > 0) ::waitpid(child_, nullptr, 0);
    }
    Undertaker(const Undertaker&) = delete;
    Undertaker& operator=(const Undertaker&) = delete;

private:
    int alive_ = -1;  // open as long as this process lives
    pid_t child_ = -1;
};

// What all checks of a run share on this side: the page, and a directory for theirs.
class Run {
public:
    explicit Run(const RunOptions& options)
        : options_(options), page_file_(::memfd_create("weft-validate", MFD_CLOEXEC)) {
        if (!options.in_process) interrupts_.emplace();
    }
    ~Run() {
        std::error_code ignored;
        if (!directory_.empty()) fs::remove_all(directory_, ignored);
        if (page_) ::munmap(page_, sizeof *page_);
    }
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    Result<void> prepare() {
        void* mapped = MAP_FAILED;
        if (page_file_.get() >= 0 && ::ftruncate(page_file_.get(), sizeof *page_) == 0)
            mapped = ::mmap(nullptr, sizeof *page_, PROT_READ | PROT_WRITE, MAP_SHARED,
                            page_file_.get(), 0);
        if (mapped == MAP_FAILED) return system_error("no memory to share with a check");
        page_ = static_cast<TracePage*>(mapped);
        std::error_code failed;
        std::string pattern = (fs::temp_directory_path(failed) / "weft-validate-XXXXXX").string();
        if (failed || !::mkdtemp(pattern.data())) return system_error("no directory for checks");
        directory_ = pattern;
        if (options_.in_process) undertaker_.emplace(directory_);
        return {};
    }

    Result<CheckResult> one(const Check& check) {
        forget();
        const std::string directory = fmt::format("{}/{}", directory_, check.id);
        std::error_code failed;
        if (!fs::create_directory(directory, failed)) return system_error(directory);
        CheckResult result;
        result.check = &check;
        const auto begin = Clock::now();
        if (options_.in_process) {
            set_trace(page_);
            run_here(options_.subject, check, options_.seed, options_.level, directory);
            take_outcome(result);
        } else if (auto done = in_child(check, directory, result); !done) {
            return done.error();
        }
        result.seconds = seconds_since(begin);
        fs::remove_all(directory, failed);
        return result;
    }

private:
    // A page as it was, but for what the next checks need not find out again.
    void forget() {
        const KnownWorks known = page_->known;
        new (page_) TracePage{};
        page_->known = known;
    }

    Result<void> in_child(const Check& check, const std::string& directory, CheckResult& result) {
        const Descriptor output(::memfd_create("weft-validate-output", MFD_CLOEXEC));
        if (output.get() < 0) return system_error("no place for what a check prints");
        const pid_t ours = ::getpid();
        const pid_t child = ::fork();
        if (child < 0) return system_error("no process for a check");
        if (child == 0) become(check, directory, output.get(), ours);
        const Descriptor death(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
        if (death.get() < 0) {
            const Error error = system_error("a process cannot be watched");
            end(child);
            return error;
        }
        pollfd ended[] = {{death.get(), POLLIN, 0}, {interrupts_->file(), POLLIN, 0}};
        const double limit = check.seconds * options_.patience;
        int count = 0;
        const auto begin = Clock::now();
        do {
            const double left = limit - seconds_since(begin);
            count = ::poll(ended, 2, left > 0 ? static_cast<int>(left * 1000) : 0);
        } while (count < 0 && errno == EINTR);
        const int status = end(child);
        if (ended[1].revents != 0) {
            interrupts_->take();
            return Error{WEFT_CANCELLED, "interrupted"};
        }
        result.output = end_of(output.get());
        if (page_->begun == 0)
            return Error{WEFT_UNAVAILABLE,
                         fmt::format("this program cannot be started for a check: {}",
                                     plugin::one_line(result.output))};
        judge(status, count == 0, limit, result);
        return {};
    }

    // In the new process, alone with one thread: this program again, in a group of its own.
    [[noreturn]] void become(const Check& check, const std::string& directory, int output,
                             pid_t parent) {
        interrupts_->restore();
        ::setpgid(0, 0);
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (::getppid() != parent) ::_exit(1);
        ::dup2(output, STDOUT_FILENO);
        ::dup2(output, STDERR_FILENO);
        const int page = ::dup(page_file_.get());  // without close-on-exec
        const std::string order =
            child_order(page, check, options_.seed, options_.level, directory);
        const char* const arguments[] = {"weft",
                                         "validate",
                                         "--child",
                                         order.c_str(),
                                         "--beside",
                                         options_.subject.beside.c_str(),
                                         "--",
                                         options_.subject.library.empty()
                                             ? options_.subject.name.c_str()
                                             : options_.subject.library.c_str(),
                                         nullptr};
        ::execv("/proc/self/exe", const_cast<char* const*>(arguments));
        ::_exit(127);
    }

    // Ends it and all that it may have started; its status.
    static int end(pid_t child) {
        ::kill(-child, SIGKILL);
        ::kill(child, SIGKILL);
        int status = 0;
        while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
        }
        return status;
    }

    static std::string end_of(int file) {
        const off_t size = ::lseek(file, 0, SEEK_END);
        const off_t most = kMostOutput;
        std::string text(static_cast<std::size_t>(size < 0 ? 0 : std::min(size, most)), '\0');
        const ssize_t got =
            ::pread(file, text.data(), text.size(), size - static_cast<off_t>(text.size()));
        text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
        return text;
    }

    void take_outcome(CheckResult& result) const {
        result.outcome = static_cast<Outcome>(page_->outcome);
        result.message.assign(page_->message, strnlen(page_->message, sizeof page_->message));
    }

    void judge(int status, bool late, double limit, CheckResult& result) const {
        const bool over = page_->ending != 0;
        if (over && !late && WIFEXITED(status) && WEXITSTATUS(status) == 0)
            return take_outcome(result);
        result.outcome = Outcome::failed;
        const std::string where =
            over ? "when the process ended, after the check" : last_call(*page_);
        if (late) {
            result.message =
                fmt::format("the plugin hangs: nothing for {:.3g} s, {}", limit, where);
        } else if (WIFSIGNALED(status)) {
            const std::string_view touched(page_->touched,
                                           strnlen(page_->touched, sizeof page_->touched));
            result.message =
                fmt::format("the plugin crashed (SIG{}) {}{}", ::sigabbrev_np(WTERMSIG(status)),
                            where, touched.empty() ? "" : fmt::format("; it touched {}", touched));
        } else {
            result.message = fmt::format("the plugin ended the process with exit code {}, {}",
                                         WEXITSTATUS(status), where);
        }
    }

    const RunOptions& options_;
    std::optional<Interrupts> interrupts_;  // none in a process that a debugger has
    Descriptor page_file_;
    TracePage* page_ = nullptr;
    std::string directory_;
    std::optional<Undertaker> undertaker_;  // where nobody else survives a crash
};

}  // namespace

Result<std::vector<CheckResult>> run_checks(const RunOptions& options, const Told& told) {
    Run run(options);
    if (auto ready = run.prepare(); !ready) return ready.error();
    std::vector<CheckResult> results;
    for (const Check* const check : options.checks) {
        auto result = run.one(*check);
        if (!result) return result.error();
        told(*result);
        results.push_back(std::move(result).value());
    }
    return results;
}

}  // namespace weft::validate
