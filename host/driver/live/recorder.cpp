#include "driver/live/recorder.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <ctime>
#include <filesystem>

#include <fmt/format.h>

#include "base/trace.h"

namespace weft::driver {
namespace {

// Pictures that wait for the encoder, at most.
constexpr std::uint32_t kMostWaiting = 8;

std::uint64_t row_bytes(const runtime::TargetLayout& layout) {
    return layout.width * (layout.format == WEFT_FORMAT_RGBA8 ? 4u : 8u);
}

Error failed(const std::string& path, weft_status status, const weft_error& error) {
    return {status, path + ": " + error.message};
}

weft_writer_options options_of(const Recorder::Shape& shape) {
    weft_writer_options options{};
    options.struct_size = sizeof options;
    options.picture_format = shape.picture.format;
    options.width = shape.picture.width;
    options.height = shape.picture.height;
    options.fps = shape.fps;
    options.rate = shape.rate;
    options.channels = shape.channels;
    return options;
}

}  // namespace

// One file with pictures, and its sound up to where the pictures are.
class Film {
public:
    Film(const weft_writer_api* api, std::string path, Recorder::Shape shape)
        : api_(api), path_(std::move(path)), shape_(std::move(shape)), sound_(shape_.channels) {}
    Film(const Film&) = delete;
    Film& operator=(const Film&) = delete;
    ~Film() { api_->abort(writer_); }

    Result<void> open() {
        const weft_writer_options options = options_of(shape_);
        return call([&] {
            return api_->open({path_.data(), path_.size()}, &options, &writer_, error());
        });
    }

    // The picture of this frame; those before it that are missing are as the last one was.
    Result<void> frame(std::int64_t absframe, const std::vector<unsigned char>& pixels) {
        if (absframe < next()) return {};
        const std::vector<unsigned char>& before = last_.empty() ? pixels : last_;
        while (next() < absframe)
            if (auto done = write(before); !done) return done;
        if (auto done = write(pixels); !done) return done;
        last_ = pixels;
        return {};
    }

    void sound(std::int64_t first, const float* samples, std::uint64_t count) {
        const std::int64_t here =
            shape_.first_sample + static_cast<std::int64_t>(written_ + waiting());
        const std::int64_t skip =
            std::clamp<std::int64_t>(here - first, 0, static_cast<std::int64_t>(count));
        const std::int64_t gap = std::max<std::int64_t>(0, first - here);
        for (std::uint32_t c = 0; c < shape_.channels; ++c) {
            std::vector<float>& channel = sound_[c];
            channel.resize(channel.size() + static_cast<std::size_t>(gap));
            const float* const from = samples + c * count;
            channel.insert(channel.end(), from + skip, from + count);
        }
    }

    // Completes the file. Nothing was recorded: none appears.
    Result<void> finish(std::int64_t absframe) {
        while (!last_.empty() && next() < absframe)
            if (auto done = write(last_); !done) return done;
        if (last_.empty()) return Error{WEFT_CANCELLED, path_ + ": no picture came"};
        for (std::vector<float>& channel : sound_)
            channel.resize(static_cast<std::size_t>(std::max(due(), written_) - written_));
        if (auto done = write_sound(); !done) return done;
        weft_writer* const writer = std::exchange(writer_, nullptr);
        return call([&] { return api_->finish(writer, error()); });
    }

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::uint64_t frames() const { return frames_; }

private:
    [[nodiscard]] std::int64_t next() const {
        return shape_.first_frame + static_cast<std::int64_t>(frames_);
    }
    [[nodiscard]] std::uint64_t waiting() const { return sound_.empty() ? 0 : sound_[0].size(); }
    // Samples up to the end of the last picture.
    [[nodiscard]] std::uint64_t due() const {
        return static_cast<std::uint64_t>(
            std::llround(static_cast<double>(frames_) * shape_.rate / shape_.fps));
    }
    Result<void> write(const std::vector<unsigned char>& pixels) {
        ++frames_;
        auto done = call([&] {
            return api_->picture(writer_, pixels.data(), row_bytes(shape_.picture), 0, error());
        });
        if (!done) return done;
        return write_sound();
    }
    Result<void> write_sound() {
        const std::uint64_t room = due() > written_ ? due() - written_ : 0;
        const std::uint64_t count = std::min(waiting(), room);
        if (count == 0) return {};
        planar_.clear();
        for (std::vector<float>& channel : sound_) {
            const auto end = channel.begin() + static_cast<std::ptrdiff_t>(count);
            planar_.insert(planar_.end(), channel.begin(), end);
            channel.erase(channel.begin(), end);
        }
        written_ += count;
        return call([&] { return api_->sound(writer_, planar_.data(), count, count, error()); });
    }
    weft_error* error() { return &error_; }
    template <class Call>
    Result<void> call(Call&& function) {
        error_ = {};
        error_.struct_size = sizeof error_;
        const weft_status status = function();
        if (status == WEFT_OK) return {};
        return failed(path_, status, error_);
    }

    const weft_writer_api* api_;
    std::string path_;
    Recorder::Shape shape_;
    weft_writer* writer_ = nullptr;
    weft_error error_{};
    std::vector<unsigned char> last_;
    std::vector<std::vector<float>> sound_;  // by channel: what waits for its picture
    std::vector<float> planar_;
    std::uint64_t frames_ = 0;
    std::uint64_t written_ = 0;  // samples
};

bool Recorder::Shape::goes_with(const Shape& other) const {
    return picture.width == other.picture.width && picture.height == other.picture.height &&
           picture.format == other.picture.format && fps == other.fps && rate == other.rate &&
           channels == other.channels;
}

Recorder::Recorder(Writers writers, std::string program)
    : writers_(std::move(writers)), program_(std::move(program)) {
    thread_ = std::thread([this] { work(); });
}

Recorder::~Recorder() {
    complete();
}

void Recorder::complete() {
    if (!thread_.joinable()) return;
    put({});
    thread_.join();
}

// "show.weft" on the second of January makes "show-20260102-001.png".
std::string Recorder::new_name(const std::string& extension) {
    const std::time_t now = std::time(nullptr);
    std::tm local{};
    ::localtime_r(&now, &local);
    char date[16];
    std::strftime(date, sizeof date, "%Y%m%d", &local);
    const std::string stem = std::filesystem::path(program_).replace_extension().string();
    for (int number = 1;; ++number) {
        std::string name = fmt::format("{}-{}-{:03}.{}", stem, date, number, extension);
        std::error_code ignored;
        if (std::filesystem::exists(name, ignored)) continue;
        if (names_.insert(name).second) return name;
    }
}

std::vector<unsigned char> Recorder::copy(const void* data, std::uint64_t bytes) {
    std::vector<unsigned char> memory;
    {
        const std::lock_guard lock(mutex_);
        if (!free_.empty()) {
            memory = std::move(free_.back());
            free_.pop_back();
        }
    }
    const auto* const from = static_cast<const unsigned char*>(data);
    memory.assign(from, from + bytes);
    return memory;
}

void Recorder::put(Job job) {
    {
        const std::lock_guard lock(mutex_);
        if (job.what == What::frame) ++frames_waiting_;
        jobs_.push_back(std::move(job));
    }
    changed_.notify_one();
}

Result<std::string> Recorder::still(const runtime::TargetLayout& layout, const void* pixels) {
    if (writers_.still == nullptr) return Error{WEFT_UNAVAILABLE, "no plugin here writes PNG"};
    Job job;
    job.what = What::still;
    job.path = new_name("png");
    job.shape.picture = layout;
    job.bytes = copy(pixels, row_bytes(layout) * layout.height);
    std::string path = job.path;
    put(std::move(job));
    return path;
}

Result<std::string> Recorder::begin(const Shape& shape) {
    if (writers_.film == nullptr) return Error{WEFT_UNAVAILABLE, "no plugin here writes films"};
    Job job;
    job.what = What::begin;
    job.path = new_name(writers_.film_extension);
    job.shape = shape;
    job.film = ++films_;
    film_ = shape;
    std::string path = job.path;
    put(std::move(job));
    return path;
}

void Recorder::frame(std::int64_t absframe, const void* pixels) {
    {
        const std::lock_guard lock(mutex_);
        if (frames_waiting_ >= kMostWaiting) return;
    }
    Job job;
    job.what = What::frame;
    job.number = absframe;
    job.bytes = copy(pixels, row_bytes(film_->picture) * film_->picture.height);
    put(std::move(job));
}

void Recorder::sound(std::int64_t first, const float* samples, std::uint32_t channels,
                     std::uint64_t count, std::uint64_t stride) {
    Job job;
    job.what = What::sound;
    job.number = first;
    job.count = count;
    job.bytes.resize(count * film_->channels * sizeof(float));
    const std::uint32_t both = std::min(channels, film_->channels);
    std::fill(job.bytes.begin(), job.bytes.end(), static_cast<unsigned char>(0));
    for (std::uint32_t c = 0; c < both && count != 0; ++c)
        std::memcpy(job.bytes.data() + c * count * sizeof(float), samples + c * stride,
                    count * sizeof(float));
    put(std::move(job));
}

void Recorder::end(std::int64_t absframe) {
    if (!film_) return;
    film_.reset();
    Job job;
    job.what = What::end;
    job.number = absframe;
    put(std::move(job));
}

std::vector<Recorder::News> Recorder::take_news() {
    const std::lock_guard lock(mutex_);
    return std::exchange(news_, {});
}

void Recorder::tell(bool bad, std::string line) {
    const std::lock_guard lock(mutex_);
    news_.push_back({bad, std::move(line)});
}

void Recorder::work() {
    const trace::Thread traced("recorder");
    for (;;) {
        Job job;
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [&] { return !jobs_.empty(); });
            job = std::move(jobs_.front());
            jobs_.pop_front();
        }
        if (job.what == What::stop) break;
        do_job(job);
        const std::lock_guard lock(mutex_);
        if (job.what == What::frame) --frames_waiting_;
        if (free_.size() < kMostWaiting) free_.push_back(std::move(job.bytes));
    }
    writing_.reset();  // what was not ended is not kept
}

void Recorder::do_job(const Job& job) {
    const trace::Span span(trace::What::file, "record", job.number);
    Result<void> done;
    switch (job.what) {
        case What::still: {
            Shape shape;
            shape.picture = job.shape.picture;
            Film picture(writers_.still, job.path, shape);
            done = picture.open();
            if (done) done = picture.frame(0, job.bytes);
            if (done) done = picture.finish(1);
            if (done) tell(false, "still: " + job.path);
            break;
        }
        case What::begin:
            writing_ = std::make_unique<Film>(writers_.film, job.path, job.shape);
            writing_film_ = job.film;
            done = writing_->open();
            break;
        case What::frame: {
            if (writing_ == nullptr) break;
            const bool first = writing_->frames() == 0;
            done = writing_->frame(job.number, job.bytes);
            if (done && first && writing_->frames() != 0)
                tell(false, "recording: " + writing_->path());
            break;
        }
        case What::sound:
            if (writing_ != nullptr)
                writing_->sound(job.number, reinterpret_cast<const float*>(job.bytes.data()),
                                job.count);
            break;
        case What::end:
            if (writing_ == nullptr) break;
            done = writing_->finish(job.number);
            if (done)
                tell(false,
                     fmt::format("recorded: {} ({} frames)", writing_->path(), writing_->frames()));
            writing_.reset();
            break;
        case What::stop: break;
    }
    if (done) return;
    tell(true, "not written: " + done.error().message);
    if (job.what == What::still) return;
    broken_ = writing_film_;
    writing_.reset();
}

}  // namespace weft::driver
