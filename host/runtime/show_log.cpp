#include "runtime/show_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <xxhash.h>

#include <bit>
#include <cerrno>
#include <condition_variable>
#include <limits>
#include <mutex>
#include <thread>

#include "runtime/byte_ring.h"
#include "runtime/log_format.h"

namespace weft::runtime {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kFrameBytes = std::size_t{1} << 20;
constexpr std::size_t kSoundBytes = std::size_t{8} << 20;  // 20 s of two channels that are heard
constexpr auto kTurn = 25ms;    // between two looks of the writing thread
constexpr auto kSync = 2000ms;  // what the machine may lose when it loses power

// A text that grows, to be written to.
struct Text {
    std::string bytes;
    bool put(const void* data, std::size_t size) {
        bytes.append(static_cast<const char*>(data), size);
        return true;
    }
};

// Only what changed: how many, then each with the distance from the one before.
template <class Sink>
void write_changes(log::Writer<Sink>& out, std::span<const double> params, const double* seen) {
    const auto changed = [&](std::size_t i) {
        return std::bit_cast<std::uint64_t>(params[i]) != std::bit_cast<std::uint64_t>(seen[i]);
    };
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < params.size(); ++i) count += changed(i) ? 1 : 0;
    out.whole(count);
    std::size_t next = 0;
    for (std::size_t i = 0; i < params.size() && count > 0; ++i) {
        if (!changed(i)) continue;
        out.whole(i - next);
        out.number(params[i]);
        next = i + 1;
        --count;
    }
}

std::string program_bytes(const LoggedProgram& program) {
    Text text;
    log::Writer out(text);
    out.whole(program.version);
    out.whole(program.files.size());
    for (const LoggedProgram::File& file : program.files) {
        out.text(file.path);
        out.text(file.text);
    }
    out.whole(program.settings.size());
    for (const auto& [field, value] : program.settings) {
        out.whole(field);
        out.number(value);
    }
    out.whole(program.params.size());
    for (const std::string& param : program.params) out.text(param);
    out.whole(program.param_count);
    out.whole(program.channels);
    out.byte(program.tempo ? 1 : 0);
    out.whole(program.media.size());
    for (const LoggedMedia& media : program.media) {
        out.text(media.path);
        out.fixed(media.size);
        out.fixed(media.hash);
    }
    return std::move(text.bytes);
}

}  // namespace

class ShowLog::Impl {
public:
    explicit Impl(int file) : file_(file) {
        std::string begin(log::kMagic);
        begin += static_cast<char>(log::kVersion);
        write(begin);
        thread_ = std::thread([this] { work(); });
    }
    ~Impl() {
        {
            const std::lock_guard lock(mutex_);
            end_ = true;
        }
        wake_.notify_one();
        thread_.join();
        (void)::fdatasync(file_);
        (void)::close(file_);
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    void program(const LoggedProgram& program) {
        seen_.assign(program.param_count, std::numeric_limits<double>::quiet_NaN());
        std::string bytes = program_bytes(program);
        const std::lock_guard lock(mutex_);
        programs_.push_back(std::move(bytes));
    }

    void frame(const FrameSeen& frame) {
        log::Writer out(frames_);
        tell_gap(out, frames_lost_);
        out.byte(static_cast<std::uint8_t>(log::Kind::frame));
        out.whole(frame.version);
        out.signed_whole(frame.frame - frame_);
        out.signed_whole(frame.samples_done - samples_done_);
        out.signed_whole(frame.left_out - left_out_);
        const std::span<const double> params =
            frame.params.first(std::min(frame.params.size(), seen_.size()));
        write_changes(out, params, seen_.data());
        out.fixed(frame.checksum);
        if (!finish(out, frames_, frames_lost_)) return;
        frame_ = frame.frame;
        samples_done_ = frame.samples_done;
        left_out_ = frame.left_out;
        std::copy(params.begin(), params.end(), seen_.begin());
    }

    void heard(std::int64_t first, const float* const* channels, std::uint32_t width,
               std::uint32_t devices, std::uint64_t count) noexcept {
        log::Writer out(sound_);
        tell_gap(out, sound_lost_);
        const bool silence = channels == nullptr || width * devices == 0;
        out.byte(static_cast<std::uint8_t>(silence ? log::Kind::silence : log::Kind::heard));
        out.signed_whole(first - sample_);
        out.whole(count);
        if (!silence) {
            out.whole(width);
            out.whole(devices);
            for (std::uint32_t c = 0; c < width * devices; ++c)
                out.raw(channels[c], count * sizeof(float));
        }
        (void)finish(out, sound_, sound_lost_);
    }

    void block(std::int64_t first, std::uint64_t count, const VoiceSeen& heard,
               const VoiceSeen& falling, std::uint64_t checksum) noexcept {
        log::Writer out(sound_);
        tell_gap(out, sound_lost_);
        out.byte(static_cast<std::uint8_t>(log::Kind::block));
        out.signed_whole(first - sample_);
        out.whole(count);
        for (const VoiceSeen* voice : {&heard, &falling}) {
            out.whole(voice->version);
            if (voice->version == 0) continue;
            out.signed_whole(voice->frame);
            write_changes(out, voice->params, voice->seen);
        }
        out.fixed(checksum);
        if (!finish(out, sound_, sound_lost_)) return;
        sample_ = first + static_cast<std::int64_t>(count);
        for (const VoiceSeen* voice : {&heard, &falling})
            if (voice->version != 0)
                std::copy(voice->params.begin(), voice->params.end(), voice->seen);
    }

    LogCounters counters() const {
        return {written_.load(std::memory_order_relaxed), lost_.load(std::memory_order_relaxed)};
    }

    std::optional<std::string> take_failure() {
        const int why = failure_.load(std::memory_order_acquire);
        if (why == 0 || told_) return std::nullopt;
        told_ = true;
        return std::string(std::strerror(why));
    }

private:
    // Records that found no room are counted; the next one that does tells how many there were.
    static void tell_gap(log::Writer<ByteRing>& out, std::uint64_t lost) {
        if (lost == 0) return;
        out.byte(static_cast<std::uint8_t>(log::Kind::gap));
        out.whole(lost);
    }
    bool finish(const log::Writer<ByteRing>& out, ByteRing& ring, std::uint64_t& lost) noexcept {
        if (out.ok()) {
            ring.commit();
            lost = 0;
            return true;
        }
        ring.drop();
        ++lost;
        lost_.fetch_add(1, std::memory_order_relaxed);
        return false;
    }

    // Programs are taken last: what names one was logged behind it.
    void turn(std::vector<std::string>& programs) {
        frame_text_.clear();
        sound_text_.clear();
        sound_.take(sound_text_);
        frames_.take(frame_text_);
        programs.clear();
        {
            const std::lock_guard lock(mutex_);
            programs.swap(programs_);
        }
        for (const std::string& program : programs) chunk(log::Chunk::program, program);
        chunk(log::Chunk::frames, frame_text_);
        chunk(log::Chunk::sound, sound_text_);
    }

    void work() {
        std::vector<std::string> programs;
        auto synced = std::chrono::steady_clock::now();
        for (bool end = false; !end;) {
            {
                std::unique_lock lock(mutex_);
                end = wake_.wait_for(lock, kTurn, [this] { return end_; });
            }
            turn(programs);
            if (std::chrono::steady_clock::now() - synced < kSync) continue;
            (void)::fdatasync(file_);
            synced = std::chrono::steady_clock::now();
        }
    }

    void chunk(log::Chunk kind, std::string_view payload) {
        if (payload.empty()) return;
        Text header;
        log::Writer out(header);
        const auto size = static_cast<std::uint32_t>(payload.size());
        out.byte(static_cast<std::uint8_t>(kind));
        out.raw(&size, sizeof size);
        out.fixed(XXH3_64bits(payload.data(), payload.size()));
        write(header.bytes);
        write(payload);
    }

    void write(std::string_view bytes) {
        while (!bytes.empty() && failure_.load(std::memory_order_relaxed) == 0) {
            const ssize_t done = ::write(file_, bytes.data(), bytes.size());
            if (done < 0) {
                if (errno == EINTR) continue;
                failure_.store(errno, std::memory_order_release);
                return;
            }
            bytes.remove_prefix(static_cast<std::size_t>(done));
            written_.fetch_add(static_cast<std::uint64_t>(done), std::memory_order_relaxed);
        }
    }

    int file_;
    ByteRing frames_{kFrameBytes};
    ByteRing sound_{kSoundBytes};

    // frame thread
    std::int64_t frame_ = 0;
    std::int64_t samples_done_ = 0;
    std::int64_t left_out_ = 0;
    std::vector<double> seen_;
    std::uint64_t frames_lost_ = 0;
    // the thread that computes sound
    std::int64_t sample_ = 0;
    std::uint64_t sound_lost_ = 0;

    std::mutex mutex_;
    std::condition_variable wake_;
    bool end_ = false;
    std::vector<std::string> programs_;

    std::string frame_text_;
    std::string sound_text_;
    std::atomic<std::uint64_t> written_{0};
    std::atomic<std::uint64_t> lost_{0};
    std::atomic<int> failure_{0};
    bool told_ = false;
    std::thread thread_;
};

ShowLog::ShowLog(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ShowLog::~ShowLog() = default;

Result<std::unique_ptr<ShowLog>> ShowLog::create(const std::string& path) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (file < 0)
        return Error{WEFT_INVALID,
                     fmt::format("the log '{}' cannot be made: {}", path, std::strerror(errno))};
    return std::unique_ptr<ShowLog>(new ShowLog(std::make_unique<Impl>(file)));
}

void ShowLog::program(const LoggedProgram& program) {
    impl_->program(program);
}

void ShowLog::frame(const FrameSeen& frame) {
    impl_->frame(frame);
}

void ShowLog::heard(std::int64_t first, const float* const* channels, std::uint32_t width,
                    std::uint32_t devices, std::uint64_t count) noexcept {
    impl_->heard(first, channels, width, devices, count);
}

void ShowLog::block(std::int64_t first, std::uint64_t count, const VoiceSeen& heard,
                    const VoiceSeen& falling, std::uint64_t checksum) noexcept {
    impl_->block(first, count, heard, falling, checksum);
}

LogCounters ShowLog::counters() const {
    return impl_->counters();
}

std::optional<std::string> ShowLog::take_failure() {
    return impl_->take_failure();
}

std::uint64_t log_checksum(std::uint64_t so_far, const void* data, std::uint64_t bytes) noexcept {
    return XXH3_64bits_withSeed(data, bytes, so_far);
}

}  // namespace weft::runtime
