#include "runtime/trace_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstring>
#include <iterator>
#include <mutex>
#include <thread>

#include "base/trace.h"

namespace weft::runtime {
namespace {

using namespace std::chrono_literals;
using trace::Kind;
using trace::Record;
using trace::What;

constexpr auto kTurn = 10ms;                              // between two looks of the writing thread
constexpr std::uint64_t kHead = std::uint64_t{64} << 10;  // bytes: what is traced, threads' names
constexpr std::size_t kMostText = std::size_t{48} << 10;  // bytes that are written at once
constexpr std::string_view kTail = "]}\n";
constexpr int kNiceness = 5;  // what is traced comes first

// What a number of a record is called.
const char* number_name(What what) {
    switch (what) {
        case What::block: return "sample";
        case What::work: return "parts";
        case What::control: return "count";
        case What::event: return "version";
        default: return "frame";
    }
}

}  // namespace

class TraceFile::Impl {
public:
    Impl(int file, std::uint64_t size, const std::string& about)
        : file_(file), size_(size), begin_(trace::now()) {
        trace::start();
        about_ = trace::keep(about);
        write_head();
        put(kTail, kHead);
        thread_ = std::thread([this] { work(); });
    }
    ~Impl() {
        end();
        (void)::close(file_);
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    void end() {
        if (!thread_.joinable()) return;
        trace::stop();
        {
            const std::lock_guard lock(mutex_);
            ends_ = true;
        }
        wake_.notify_one();
        thread_.join();
    }

    // After end().
    std::string news() const {
        if (failure_ != 0) return fmt::format("the trace ends early: {}", std::strerror(failure_));
        if (const std::uint64_t count = lost(); count != 0)
            return fmt::format(
                "{} events are not in the trace: they came faster than they could be written",
                count);
        if (wrapped_)
            return fmt::format(
                "the trace holds the newest {} MB of what happened: --trace-size gives it more "
                "room",
                size_ >> 20);
        return "";
    }

private:
    void work() {
        (void)::setpriority(PRIO_PROCESS, 0, kNiceness);  // of this thread; a wish
        for (bool ends = false; !ends;) {
            {
                std::unique_lock lock(mutex_);
                ends = wake_.wait_for(lock, kTurn, [this] { return ends_; });
            }
            turn();
        }
        write_head();  // with what was lost
    }

    void turn() {
        const std::vector<trace::Lane*> lanes = trace::lanes();
        if (lanes.size() != named_) write_head();
        for (trace::Lane* lane : lanes)
            lane->drain([&](const Record& record) {
                format(record, lane->number());
                if (text_.size() >= kMostText) write_events();
            });
        write_events();
    }

    [[nodiscard]] static std::uint64_t lost() {
        std::uint64_t sum = 0;
        for (const trace::Lane* lane : trace::lanes()) sum += lane->lost();
        return sum;
    }

    void format(const Record& record, std::uint32_t lane) {
        // What was under way when the trace began is older than it.
        const std::uint64_t at = record.begin > begin_ ? record.begin - begin_ : 0;
        const char* const name = record.name != nullptr ? record.name : trace::name_of(record.what);
        const auto out = std::back_inserter(text_);
        fmt::format_to(out, ",{{\"pid\":1,\"tid\":{},\"ts\":{}.{:03},\"name\":\"{}\"", lane,
                       at / 1000, at % 1000, name);
        if (record.kind == Kind::counter) {
            const double value = std::isfinite(record.value) ? record.value : 0;
            fmt::format_to(out, ",\"ph\":\"C\",\"args\":{{\"{}\":{}}}}}\n", name, value);
            return;
        }
        fmt::format_to(out, ",\"cat\":\"{}\"", trace::name_of(record.what));
        if (record.kind == Kind::span) {
            fmt::format_to(out, ",\"ph\":\"X\",\"dur\":{}.{:03}", record.length / 1000,
                           record.length % 1000);
        } else {
            fmt::format_to(out, ",\"ph\":\"i\",\"s\":\"{}\"",
                           record.what == What::event ? 'p' : 't');
        }
        if (record.number != trace::kNoNumber)
            fmt::format_to(out, ",\"args\":{{\"{}\":{}}}", number_name(record.what), record.number);
        text_ += "}\n";
    }

    // Always of the same size. There are a few dozen threads; what finds no room has its number.
    void write_head() {
        const std::vector<trace::Lane*> lanes = trace::lanes();
        std::string head = fmt::format(
            "{{\"displayTimeUnit\":\"ns\",\"otherData\":{{\"about\":\"{}\",\"lost\":{},"
            "\"begins\":{}.{:09}}},\n\"traceEvents\":[\n"
            "{{\"ph\":\"M\",\"pid\":1,\"name\":\"process_name\",\"args\":{{\"name\":\"weft\"}}}}\n",
            about_, lost(), begin_ / 1'000'000'000, begin_ % 1'000'000'000);
        for (const trace::Lane* lane : lanes) {
            const std::string line = fmt::format(
                ",{{\"ph\":\"M\",\"pid\":1,\"tid\":{},\"name\":\"thread_name\",\"args\":{{\"name\":"
                "\"{}\"}}}}\n",
                lane->number(), lane->name());
            if (head.size() + line.size() < kHead) head += line;
        }
        named_ = lanes.size();
        head.resize(kHead - 1, ' ');
        head += '\n';
        put(head, 0);
    }

    // Behind the last ones, or over the oldest.
    void write_events() {
        if (text_.empty()) return;
        if (at_ + text_.size() + kTail.size() > size_) begin_anew();
        const std::uint64_t next = next_line(at_ + text_.size());
        if (next >= end_) {
            append();
        } else {
            blank(text_, next - at_);
            put(text_, at_);
            at_ = next;
        }
        text_.clear();
    }

    // What is at the end is older than what comes at the beginning.
    void begin_anew() {
        std::string rest;
        blank(rest, end_ - at_);
        put(rest, at_);
        at_ = kHead;
        wrapped_ = true;
    }

    // Spaces up to a size, as one line.
    static void blank(std::string& text, std::uint64_t size) {
        if (text.size() >= size) return;
        text.resize(size, ' ');
        text.back() = '\n';
    }

    // Whole events go: where the first one begins that does so at or behind a place. end_: none.
    [[nodiscard]] std::uint64_t next_line(std::uint64_t place) const {
        char bytes[512];
        for (std::uint64_t at = place - 1; at < end_;) {
            const ssize_t count = ::pread(file_, bytes, sizeof bytes, static_cast<off_t>(at));
            if (count <= 0) break;
            const auto size = static_cast<std::size_t>(count);
            if (const void* line = std::memchr(bytes, '\n', size)) {
                const auto found = static_cast<const char*>(line) - bytes;
                return std::min(at + static_cast<std::uint64_t>(found) + 1, end_);
            }
            at += size;
        }
        return end_;
    }

    void append() {
        const std::uint64_t end = end_;
        if (at_ < end_) blank(text_, end_ - at_);
        end_ = at_ + text_.size();
        text_ += kTail;
        put(text_, at_);
        if (failure_ != 0) {
            // What was not written whole is cut off: the disk is full.
            (void)!::ftruncate(file_, static_cast<off_t>(end));
            (void)!::pwrite(file_, kTail.data(), kTail.size(), static_cast<off_t>(end));
        }
        at_ = end_;
    }

    void put(std::string_view bytes, std::uint64_t at) {
        while (!bytes.empty() && failure_ == 0) {
            const ssize_t done =
                ::pwrite(file_, bytes.data(), bytes.size(), static_cast<off_t>(at));
            if (done < 0) {
                failure_ = errno == EINTR ? 0 : errno;
                continue;
            }
            bytes.remove_prefix(static_cast<std::size_t>(done));
            at += static_cast<std::uint64_t>(done);
        }
    }

    const int file_;
    const std::uint64_t size_;
    const std::uint64_t begin_;  // nanoseconds
    std::string about_;

    std::mutex mutex_;
    std::condition_variable wake_;
    bool ends_ = false;

    // Of the thread that writes.
    std::string text_;
    std::size_t named_ = 0;      // lanes that the head tells of
    std::uint64_t at_ = kHead;   // where the next events go
    std::uint64_t end_ = kHead;  // of all events
    bool wrapped_ = false;
    int failure_ = 0;
    std::thread thread_;
};

TraceFile::TraceFile(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
TraceFile::~TraceFile() = default;

Result<std::unique_ptr<TraceFile>> TraceFile::create(const std::string& path, std::uint64_t size,
                                                     const std::string& about) {
    const auto fail = [&](const std::string& why) {
        return Error{WEFT_INVALID, fmt::format("the trace '{}' cannot be made: {}", path, why)};
    };
    if (size < kLeastSize) return fail("it needs room, 1M at least");
    // Nobody waits for who would read a pipe: what is written is written over later.
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666);
    if (file < 0) return fail(std::strerror(errno));
    struct stat status {};
    const bool is_file = ::fstat(file, &status) == 0 && S_ISREG(status.st_mode);
    if (!is_file || ::ftruncate(file, 0) != 0) {
        const std::string why = is_file ? std::strerror(errno) : "that is not a file";
        (void)::close(file);
        return fail(why);
    }
    return std::unique_ptr<TraceFile>(new TraceFile(std::make_unique<Impl>(file, size, about)));
}

std::string TraceFile::end() {
    impl_->end();
    return impl_->news();
}

}  // namespace weft::runtime
