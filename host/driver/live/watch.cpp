#include "driver/live/watch.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <system_error>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

namespace weft::driver {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::uint32_t kComes = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE;
constexpr std::uint32_t kGoes = IN_DELETE | IN_MOVED_FROM;
// Directories that are not there, and files that nobody tells of, are looked at so often.
constexpr std::chrono::milliseconds kLookAgain{250};
// Who writes on and on does not keep us waiting for longer.
constexpr std::chrono::milliseconds kLongestSettling{100};

// What tells one state of a file from another.
struct State {
    std::int64_t size = -1;  // -1: it is not there
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;
    std::uint64_t node = 0;
    bool operator==(const State&) const = default;
};

State state_of(const std::string& file) {
    struct stat found {};
    if (::stat(file.c_str(), &found) != 0) {
        return {};
    }
    return {found.st_size, found.st_mtim.tv_sec, found.st_mtim.tv_nsec, found.st_ino};
}

}  // namespace

class Watch::Impl {
public:
    Impl(int notify, int event) : notify_(notify), event_(event) {}
    ~Impl() {
        if (notify_ >= 0) {
            ::close(notify_);
        }
        ::close(event_);
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    void set_files(const std::vector<std::string>& files) {
        std::map<std::string, std::set<std::string>> wanted;
        states_.clear();
        for (const std::string& file : files) {
            std::error_code none;
            const fs::path path = fs::absolute(file, none);
            wanted[path.parent_path().string()].insert(path.filename().string());
            states_[path.string()] = state_of(path.string());
            // What a link points to is changed elsewhere.
            const fs::path real = fs::canonical(path, none);
            if (!none && real != path) {
                wanted[real.parent_path().string()].insert(real.filename().string());
            }
        }
        for (auto it = watches_.begin(); it != watches_.end();) {
            if (wanted.contains(it->second)) {
                ++it;
                continue;
            }
            ::inotify_rm_watch(notify_, it->first);
            it = watches_.erase(it);
        }
        names_ = std::move(wanted);
        away_.clear();
        changed_.reset();
        add_directories();
    }

    bool wait() {
        while (true) {
            const Clock::time_point now = Clock::now();
            if (is_over(now)) {
                changed_.reset();
                return true;
            }
            std::array<pollfd, 2> fds = {{{notify_, POLLIN, 0}, {event_, POLLIN, 0}}};
            if (::poll(fds.data(), fds.size(), timeout(now)) < 0 && errno != EINTR) {
                return false;
            }
            look();
            if ((fds[1].revents & POLLIN) != 0) {
                std::uint64_t count = 0;
                (void)!::read(event_, &count, sizeof count);
                return std::exchange(changed_, std::nullopt).has_value();
            }
        }
    }

    bool has_changed() {
        look();
        return changed_.has_value();
    }

    void wake() const {
        const std::uint64_t one = 1;
        (void)!::write(event_, &one, sizeof one);
    }

private:
    // A change has come to rest, or a file has been away for too long.
    bool is_over(Clock::time_point now) {
        for (auto it = away_.begin(); it != away_.end(); ++it) {
            if (now - it->second >= kAway) {
                away_.erase(it);
                return true;
            }
        }
        return changed_ && (now - last_ >= kSettle || now - *changed_ >= kLongestSettling);
    }

    // Milliseconds until something is due without an event; -1: never.
    [[nodiscard]] int timeout(Clock::time_point now) const {
        Clock::duration left = Clock::duration::max();
        if (changed_) {
            left = last_ + kSettle - now;
        }
        for (const auto& [file, since] : away_) {
            left = std::min(left, since + kAway - now);
        }
        if (missing_ || blind_) {
            left = std::min<Clock::duration>(left, kLookAgain);
        }
        if (left == Clock::duration::max()) {
            return -1;
        }
        return static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(left).count());
    }

    // Takes notice of all that has happened.
    void look() {
        bool changed = read_events();
        if (missing_) {
            const std::size_t before = watches_.size();
            add_directories();
            changed |= watches_.size() > before;
        }
        if (blind_) {
            changed |= compare_states();
        }
        if (changed) {
            last_ = Clock::now();
            changed_ = changed_.value_or(last_);
        }
    }

    void add_directories() {
        missing_ = blind_ = false;
        for (const auto& [directory, files] : names_) {
            const int watch =
                notify_ < 0 ? -1
                            : ::inotify_add_watch(notify_, directory.c_str(),
                                                  kComes | kGoes | IN_DELETE_SELF | IN_MOVE_SELF);
            if (watch >= 0) {
                watches_[watch] = directory;
            } else if (notify_ >= 0 && (errno == ENOENT || errno == ENOTDIR)) {
                missing_ = true;
            } else {
                blind_ = true;
            }
        }
    }

    bool compare_states() {
        bool changed = false;
        for (auto& [file, before] : states_) {
            const State now = state_of(file);
            changed |= now != before;
            before = now;
        }
        return changed;
    }

    // True if one of the files has changed.
    bool read_events() {
        alignas(inotify_event) std::array<char, 8192> buffer;
        bool changed = false;
        while (notify_ >= 0) {
            const ssize_t size = ::read(notify_, buffer.data(), buffer.size());
            if (size <= 0) {
                break;
            }
            for (ssize_t at = 0; at < size;) {
                inotify_event event;
                std::memcpy(&event, buffer.data() + at, sizeof event);
                const char* name = event.len != 0 ? buffer.data() + at + sizeof event : "";
                at += static_cast<ssize_t>(sizeof event + event.len);
                changed |= take(event, name);
            }
        }
        return changed;
    }

    bool take(const inotify_event& event, const std::string& name) {
        if ((event.mask & IN_Q_OVERFLOW) != 0) {
            return true;  // nobody knows what was missed
        }
        const auto watch = watches_.find(event.wd);
        if (watch == watches_.end()) {
            return false;
        }
        if ((event.mask & (IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF)) != 0) {
            if ((event.mask & IN_MOVE_SELF) != 0) {
                ::inotify_rm_watch(notify_, event.wd);
            }
            watches_.erase(watch);
            missing_ = true;
            return false;
        }
        if (!names_[watch->second].contains(name)) {
            return false;
        }
        const std::string file = watch->second + "/" + name;
        if ((event.mask & kGoes) != 0) {
            away_.emplace(file, Clock::now());
            return false;
        }
        away_.erase(file);
        // Of a new file its writer will tell when it is done; a link is done at once.
        std::error_code none;
        return (event.mask & IN_CREATE) == 0 || fs::is_symlink(file, none);
    }

    int notify_;  // -1: the system gives none
    int event_;
    std::map<std::string, std::set<std::string>> names_;  // files by directory
    std::map<int, std::string> watches_;                  // directory by watch
    std::map<std::string, Clock::time_point> away_;       // since when
    std::map<std::string, State> states_;                 // by file, for those nobody tells of
    bool missing_ = false;                                // some directory is
    bool blind_ = false;                                  // some directory cannot be watched
    std::optional<Clock::time_point> changed_;            // the first change that was not told
    Clock::time_point last_;                              // the last one
};

Watch::Watch(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Watch::~Watch() = default;

Result<std::unique_ptr<Watch>> Watch::create() {
    const int event = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (event < 0) {
        return Error{WEFT_UNAVAILABLE,
                     std::string("changes of files are not noticed: ") + std::strerror(errno)};
    }
    const int notify = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    return std::unique_ptr<Watch>(new Watch(std::make_unique<Impl>(notify, event)));
}

void Watch::set_files(const std::vector<std::string>& files) {
    impl_->set_files(files);
}
bool Watch::wait() {
    return impl_->wait();
}
bool Watch::has_changed() {
    return impl_->has_changed();
}
void Watch::wake() {
    impl_->wake();
}

}  // namespace weft::driver
