#include "driver/live/log_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <weft/host.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <utility>

namespace weft::driver {
namespace {

constexpr std::size_t kMaxWaiting = 4096;  // lines
constexpr std::array<const char*, 4> kLevels = {"error", "warning", "info", "debug"};
static_assert(WEFT_LOG_ERROR == 0 && WEFT_LOG_WARNING == 1 && WEFT_LOG_INFO == 2 &&
              WEFT_LOG_DEBUG == 3);

std::atomic<bool> g_reopen{false};

void on_reopen_signal(int) {
    g_reopen.store(true, std::memory_order_relaxed);
}

std::string stamped(std::uint32_t level, std::string_view text) {
    timespec now = {};
    ::clock_gettime(CLOCK_REALTIME, &now);
    std::tm parts = {};
    gmtime_r(&now.tv_sec, &parts);
    char stamp[48];
    const std::size_t size = std::strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &parts);
    std::snprintf(stamp + size, sizeof stamp - size, ".%03dZ %s ",
                  static_cast<int>(now.tv_nsec / 1'000'000),
                  kLevels[std::min<std::size_t>(level, kLevels.size() - 1)]);
    std::string line = stamp;
    line += text;
    std::replace_if(
        line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    line += '\n';
    return line;
}

}  // namespace

LogFile::LogFile(LogSettings settings) : settings_(std::move(settings)) {}

Result<std::unique_ptr<LogFile>> LogFile::open(LogSettings settings) {
    std::unique_ptr<LogFile> log(new LogFile(std::move(settings)));
    if (Result<void> opened = log->open_file(); !opened) return std::move(opened).error();
    log->writer_ = std::thread([&self = *log] { self.run(); });
    return log;
}

LogFile::~LogFile() {
    {
        const std::lock_guard lock(mutex_);
        ends_ = true;
    }
    wake_.notify_one();
    if (writer_.joinable()) writer_.join();
    if (fd_ >= 0) ::close(fd_);
}

void LogFile::write(std::uint32_t level, std::string_view text) {
    std::string line = stamped(level, text);
    {
        const std::lock_guard lock(mutex_);
        if (lines_.size() == kMaxWaiting) {
            ++dropped_;
            return;
        }
        lines_.push_back(std::move(line));
    }
    wake_.notify_one();
}

void LogFile::flush(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    (void)idle_.wait_for(lock, patience, [this] { return lines_.empty() && !writing_; });
}

void LogFile::reopen() {
    {
        const std::lock_guard lock(mutex_);
        reopen_ = true;
    }
    wake_.notify_one();
}

void LogFile::catch_reopen_signal() {
    struct sigaction action = {};
    action.sa_handler = on_reopen_signal;
    action.sa_flags = SA_RESTART;
    ::sigaction(SIGUSR1, &action, nullptr);
}

bool LogFile::reopen_asked() {
    return g_reopen.exchange(false, std::memory_order_relaxed);
}

void LogFile::run() {
    std::unique_lock lock(mutex_);
    while (true) {
        wake_.wait(lock, [this] { return ends_ || reopen_ || !lines_.empty(); });
        const bool reopen = std::exchange(reopen_, false);
        const bool ends = ends_;
        const std::uint64_t dropped = std::exchange(dropped_, 0);
        std::deque<std::string> lines = std::exchange(lines_, {});
        writing_ = true;
        lock.unlock();
        // Nobody to tell when the disk refuses: the next line tries again.
        if (reopen) (void)open_file();
        for (const std::string& line : lines) put(line);
        if (dropped > 0)
            put(stamped(WEFT_LOG_WARNING, std::to_string(dropped) +
                                              " lines are missing here: the disk was too slow"));
        lock.lock();
        writing_ = false;
        idle_.notify_all();
        if (ends && lines_.empty()) return;
    }
}

Result<void> LogFile::open_file() {
    const int fd = ::open(settings_.path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0)
        return Error{WEFT_UNAVAILABLE,
                     "cannot write the log to '" + settings_.path + "': " + std::strerror(errno)};
    struct stat found = {};
    size_ = ::fstat(fd, &found) == 0 ? static_cast<std::uint64_t>(found.st_size) : 0;
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
    return {};
}

void LogFile::put(const std::string& line) {
    if (size_ > 0 && size_ + line.size() > settings_.size_limit) make_room();
    for (std::size_t done = 0; done < line.size();) {
        const ssize_t part = ::write(fd_, line.data() + done, line.size() - done);
        if (part < 0 && errno == EINTR) continue;
        if (part <= 0) return;
        done += static_cast<std::size_t>(part);
    }
    size_ += line.size();
}

// Somebody else may have emptied the file.
void LogFile::make_room() {
    struct stat found = {};
    if (::fstat(fd_, &found) == 0 && static_cast<std::uint64_t>(found.st_size) < size_) {
        size_ = static_cast<std::uint64_t>(found.st_size);
    } else {
        rotate();
    }
}

void LogFile::rotate() {
    const auto name = [this](unsigned number) {
        return number == 0 ? settings_.path : settings_.path + "." + std::to_string(number);
    };
    for (unsigned number = settings_.kept; number > 0; --number)
        ::rename(name(number - 1).c_str(), name(number).c_str());
    if (settings_.kept == 0 && ::ftruncate(fd_, 0) == 0) size_ = 0;
    // Where no new one can be had the old one goes on, under its new name, for as long again.
    if (settings_.kept > 0 && !open_file()) size_ = 0;
}

}  // namespace weft::driver
