#include "driver/live/status.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <nlohmann/json.hpp>
#include <utility>

namespace weft::driver {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kPeriod = 1;  // seconds between two lines
constexpr std::size_t kMaxReaders = 8;
constexpr std::string_view kUnix = "unix:";

std::uint64_t entries_of(const char* directory) {
    DIR* const opened = ::opendir(directory);
    if (opened == nullptr) return 0;
    std::uint64_t count = 0;
    while (const dirent* entry = ::readdir(opened)) count += entry->d_name[0] != '.' ? 1 : 0;
    ::closedir(opened);
    return count;
}

std::uint64_t resident_bytes() {
    unsigned long long whole = 0;
    unsigned long long resident = 0;
    std::FILE* const file = std::fopen("/proc/self/statm", "re");
    if (file == nullptr) return 0;
    const int read = std::fscanf(file, "%llu %llu", &whole, &resident);
    std::fclose(file);
    return read == 2 ? resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) : 0;
}

double seconds(const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

// Figures that a person reads as well: microseconds are enough.
double rounded(double value) {
    return std::isfinite(value) ? std::round(value * 1e6) / 1e6 : 0;
}

std::string utc(double now) {
    const double whole = std::floor(now);
    const auto second = static_cast<std::time_t>(whole);
    std::tm parts = {};
    gmtime_r(&second, &parts);
    char text[40];
    const std::size_t size = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    std::snprintf(text + size, sizeof text - size, ".%03dZ",
                  static_cast<int>((now - whole) * 1000));
    return text;
}

Json beside_json(const StatusBeside& beside) {
    return {{"device", beside.device},         {"running", beside.running},
            {"underruns", beside.underruns},   {"overruns", beside.overruns},
            {"reconnects", beside.reconnects}, {"gaps", beside.gaps},
            {"delay", rounded(beside.delay)}};
}

Json sound_json(const StatusSound& sound) {
    Json json = {{"device", sound.device},       {"running", sound.running},
                 {"rate", rounded(sound.rate)},  {"block", sound.block},
                 {"underruns", sound.underruns}, {"overruns", sound.overruns},
                 {"slow", sound.slow},           {"reconnects", sound.reconnects},
                 {"load", rounded(sound.load)},  {"latency", rounded(sound.latency)},
                 {"skipped", sound.skipped}};
    for (const StatusBeside& one : sound.beside) json["beside"].push_back(beside_json(one));
    return json;
}

Json windows_json(const StatusWindows& windows) {
    return {{"displays", windows.displays}, {"open", windows.open},     {"lost", windows.lost},
            {"shown", windows.shown},       {"missed", windows.missed}, {"copied", windows.copied}};
}

Json input_json(const StatusInput& input) {
    return {{"name", input.name},           {"received", input.received},
            {"unmatched", input.unmatched}, {"malformed", input.malformed},
            {"late", input.late},           {"sent", input.sent},
            {"unsent", input.unsent},       {"reconnects", input.reconnects},
            {"reason", input.reason}};
}

// Somebody who reads lines. One that does not keep up misses whole ones.
class Reader {
public:
    explicit Reader(int fd, bool is_socket) : fd_(fd), is_socket_(is_socket) {}
    [[nodiscard]] int fd() const { return fd_; }

    // False: it is gone.
    [[nodiscard]] bool offer(const std::string& line) {
        if (rest_.empty()) rest_ = line;
        // What was begun is told to its end before another line is.
        while (!rest_.empty()) {
            const ssize_t size =
                is_socket_ ? ::send(fd_, rest_.data(), rest_.size(), MSG_NOSIGNAL | MSG_DONTWAIT)
                           : ::write(fd_, rest_.data(), rest_.size());
            if (size < 0 && errno == EINTR) continue;
            if (size < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
            rest_.erase(0, static_cast<std::size_t>(size));
        }
        return true;
    }

private:
    int fd_;
    bool is_socket_;
    std::string rest_;  // of a line
};

// Standard output or a file.
class DescriptorWriter : public StatusWriter {
public:
    DescriptorWriter(int fd, bool is_socket) : reader_(fd, is_socket) {}
    ~DescriptorWriter() override { ::close(reader_.fd()); }

private:
    // It may come back: a disk that was full.
    void put(const std::string& line) override { (void)reader_.offer(line); }

    Reader reader_;
};

// A socket at which readers come and go.
class SocketWriter : public StatusWriter {
public:
    SocketWriter(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
    ~SocketWriter() override {
        for (const Reader& reader : readers_) ::close(reader.fd());
        ::close(fd_);
        ::unlink(path_.c_str());
    }

private:
    void put(const std::string& line) override {
        // Anyone who came within the last second gets this line first.
        for (int reader = 0; (reader = ::accept4(fd_, nullptr, nullptr, kFlags)) >= 0;) {
            if (readers_.size() < kMaxReaders)
                readers_.emplace_back(reader, true);
            else
                ::close(reader);
        }
        std::erase_if(readers_, [&](Reader& reader) {
            const bool gone = !reader.offer(line);
            if (gone) ::close(reader.fd());
            return gone;
        });
    }

    static constexpr int kFlags = SOCK_NONBLOCK | SOCK_CLOEXEC;
    int fd_;
    std::string path_;
    std::vector<Reader> readers_;
};

Error cannot(std::string_view what, std::string_view where) {
    return {WEFT_UNAVAILABLE,
            std::string(what) + " '" + std::string(where) + "': " + std::strerror(errno)};
}

// Standard output is shared with others, so its flags are not ours to change. A pipe or a terminal
// is opened once more; to a socket a line can be sent without waiting; a file keeps nobody waiting.
Result<std::unique_ptr<StatusWriter>> open_output() {
    struct stat found = {};
    const mode_t mode = ::fstat(STDOUT_FILENO, &found) == 0 ? found.st_mode : 0;
    int fd = -1;
    if (S_ISFIFO(mode) || S_ISCHR(mode))
        fd = ::open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (fd < 0) fd = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    if (fd < 0) return cannot("cannot write the status to", "standard output");
    return std::unique_ptr<StatusWriter>(std::make_unique<DescriptorWriter>(fd, S_ISSOCK(mode)));
}

Result<std::unique_ptr<StatusWriter>> open_socket(const std::string& path) {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path)
        return Error{WEFT_INVALID, "the path of a socket has 1 to 107 bytes, not '" + path + "'"};
    std::memcpy(address.sun_path, path.data(), path.size());
    const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return cannot("no socket for", path);
    struct stat found = {};
    if (::lstat(path.c_str(), &found) == 0 && S_ISSOCK(found.st_mode)) {
        // What a program that crashed left behind goes; what somebody listens at stays.
        const int probe = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const bool left = ::connect(probe, generic, sizeof address) != 0 && errno == ECONNREFUSED;
        ::close(probe);
        if (left) ::unlink(path.c_str());
    }
    if (::bind(fd, generic, sizeof address) != 0 || ::listen(fd, 4) != 0) {
        const Error error = cannot("cannot listen at", path);
        ::close(fd);
        return error;
    }
    return std::unique_ptr<StatusWriter>(std::make_unique<SocketWriter>(fd, path));
}

}  // namespace

ProcessUse process_use() {
    ProcessUse use;
    use.resident = resident_bytes();
    const std::uint64_t descriptors = entries_of("/proc/self/fd");
    use.descriptors = descriptors > 0 ? descriptors - 1 : 0;  // less the one that counts
    use.threads = entries_of("/proc/self/task");
    rusage spent = {};
    if (::getrusage(RUSAGE_SELF, &spent) == 0)
        use.processor = seconds(spent.ru_utime) + seconds(spent.ru_stime);
    return use;
}

std::string status_line(const Status& status, const ProcessUse& use, double now) {
    Json line = {
        {"at", utc(now)},
        {"program", status.program},
        {"time", rounded(status.time)},
        {"drift_ppm", rounded(status.drift)},
        {"frames",
         {{"shown", status.frames_shown},
          {"left_out", status.frames_left_out},
          {"fps", rounded(status.fps)},
          {"time", rounded(status.frame_time)},
          {"time_worst", rounded(status.frame_time_worst)}}},
    };
    if (status.has_sound) line["sound"] = sound_json(status.sound);
    if (status.has_windows) line["windows"] = windows_json(status.windows);
    line["inputs"] = Json::array();
    for (const StatusInput& input : status.inputs) line["inputs"].push_back(input_json(input));
    line["events"] = {{"taken", status.events.taken},
                      {"late", status.events.late},
                      {"dropped", status.events.dropped},
                      {"waiting", status.events.waiting}};
    line["backends"] = Json::array();
    for (const StatusBackend& one : status.backends)
        line["backends"].push_back(
            {{"name", one.name}, {"state", one.state}, {"reason", one.reason}});
    line["reloads"] = {{"taken", status.reloads},
                       {"refused", status.reloads_refused},
                       {"seconds", rounded(status.reload_seconds)},
                       {"caches_kept", status.caches_kept},
                       {"caches_begun", status.caches_begun},
                       {"message", status.message}};
    line["process"] = {{"resident", use.resident},
                       {"descriptors", use.descriptors},
                       {"threads", use.threads},
                       {"processor", rounded(use.processor)}};
    // A device's name or a driver's reason may be anything; a line is always UTF-8.
    return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<std::unique_ptr<StatusWriter>> StatusWriter::open(std::string_view where) {
    if (where.empty() || where == "-") return open_output();
    if (where.starts_with(kUnix)) return open_socket(std::string(where.substr(kUnix.size())));
    const int fd = ::open(std::string(where).c_str(),
                          O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0644);
    if (fd < 0) return cannot("cannot write the status to", where);
    return std::unique_ptr<StatusWriter>(std::make_unique<DescriptorWriter>(fd, false));
}

bool StatusWriter::due(double monotonic) {
    if (monotonic < next_) return false;
    // On the second; after a pause from now on.
    next_ = monotonic - next_ < kPeriod ? next_ + kPeriod : monotonic + kPeriod;
    return true;
}

void StatusWriter::write(const Status& status) {
    timespec now = {};
    ::clock_gettime(CLOCK_REALTIME, &now);
    put(status_line(status, process_use(),
                    static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9) +
        "\n");
}

}  // namespace weft::driver
