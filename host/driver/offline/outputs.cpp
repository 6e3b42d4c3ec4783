#include "driver/offline/outputs.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include <unistd.h>

#include <weft/cpp/text.hpp>

namespace weft::driver {
namespace {

// The one conversion of a pattern: "%d" or "%0Nd".
struct Conversion {
    std::size_t begin = std::string::npos;
    std::size_t size = 0;
    int width = 0;
    bool wrong = false;
};

Conversion find_conversion(const std::string& path) {
    Conversion found;
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (path[i] != '%') {
            continue;
        }
        if (i + 1 < path.size() && path[i + 1] == '%') {
            ++i;
            continue;
        }
        std::size_t end = i + 1;
        int width = 0;
        while (end < path.size() && path[end] >= '0' && path[end] <= '9' && end - i < 4) {
            width = width * 10 + (path[end] - '0');
            ++end;
        }
        if (end >= path.size() || path[end] != 'd' || found.begin != std::string::npos) {
            found.wrong = true;
            return found;
        }
        found.begin = i;
        found.size = end + 1 - i;
        found.width = width;
        i = end;
    }
    return found;
}

std::string unescape(std::string text) {
    for (std::size_t i = 0; (i = text.find("%%", i)) != std::string::npos; ++i) {
        text.erase(i, 1);
    }
    return text;
}

// One file being written; removed again if it is not finished.
class File {
public:
    File(const weft_writer_api* api, std::string path) : api_(api), path_(std::move(path)) {}
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File() { api_->abort(writer_); }

    Result<void> open(const weft_writer_options& options) {
        return check(api_->open(cpp::to_str(path_), &options, &writer_, fresh_error()));
    }
    Result<void> picture(const weft_target& target, const runtime::TargetLayout& layout) {
        const std::uint64_t pixel = layout.format == WEFT_FORMAT_RGBA8    ? 4
                                    : layout.format == WEFT_FORMAT_RGBA16 ? 8
                                                                          : sizeof(float);
        return check(api_->picture(writer_, target.data, layout.width * pixel, layout.plane_bytes,
                                   fresh_error()));
    }
    Result<void> sound(const weft_target& target, const runtime::TargetLayout& layout,
                       std::uint64_t count) {
        return check(api_->sound(writer_, static_cast<const float*>(target.data), count,
                                 layout.plane_bytes / sizeof(float), fresh_error()));
    }
    Result<void> row(const double* values) {
        return check(api_->row(writer_, values, fresh_error()));
    }
    Result<void> finish() {
        weft_writer* writer = writer_;
        writer_ = nullptr;
        return check(api_->finish(writer, fresh_error()));
    }
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    weft_error* fresh_error() {
        error_ = {};
        error_.struct_size = sizeof error_;
        return &error_;
    }
    Result<void> check(weft_status status) const {
        if (status == WEFT_OK) {
            return {};
        }
        const std::string text = error_.message;
        return Error{status, text.find(path_) == std::string::npos ? path_ + ": " + text : text};
    }

    const weft_writer_api* api_;
    std::string path_;
    weft_writer* writer_ = nullptr;
    weft_error error_{};
};

weft_writer_options options_for(const OutputSpec& spec, const runtime::Show& show,
                                OutputTargets targets, std::vector<weft_str>& columns) {
    weft_writer_options options{};
    options.struct_size = sizeof options;
    options.fps = show.settings[WEFT_FIELD_FPS];
    options.rate = show.settings[WEFT_FIELD_RATE];
    options.quality = spec.quality;
    if (targets.picture != kNoSink) {
        const runtime::TargetLayout& layout = show.targets[targets.picture];
        options.picture_format = layout.format;
        options.width = layout.width;
        options.height = layout.height;
        options.has_alpha = spec.has_alpha ? 1 : 0;
    }
    if (targets.sound != kNoSink) {
        options.channels = show.targets[targets.sound].channels;
    }
    for (const std::string& column : spec.columns) {
        columns.push_back(cpp::to_str(column));
    }
    options.columns = columns.data();
    options.column_count = static_cast<std::uint32_t>(columns.size());
    return options;
}

// Pictures in files of their own. Frames are independent, so they may be encoded in parallel.
class Stills final : public Output {
public:
    Stills(OutputSpec spec, const runtime::Show& show, OutputTargets targets)
        : spec_(std::move(spec)),
          layout_(show.targets[targets.picture]),
          target_(targets.picture),
          options_(options_for(spec_, show, targets, columns_)),
          numbered_(is_pattern(spec_.path)) {}

    Result<void> frame(const FrameResult& frame) override {
        File file(spec_.writer,
                  numbered_ ? expand_pattern(spec_.path, frame.absframe) : unescape(spec_.path));
        if (auto opened = file.open(options_); !opened) {
            return opened;
        }
        if (auto written = file.picture(frame.targets[target_], layout_); !written) {
            return written;
        }
        return file.finish();
    }
    [[nodiscard]] bool ordered() const override { return !numbered_; }
    Result<std::string> finish(bool) override { return std::string(); }

private:
    OutputSpec spec_;
    runtime::TargetLayout layout_;
    std::uint32_t target_;
    std::vector<weft_str> columns_;
    weft_writer_options options_;
    bool numbered_;
};

// Film, sound or table: one file that is complete only at the end. Until then it bears a name of
// its own, so that an interrupted render never leaves a short file under the wanted one.
class Stream final : public Output {
public:
    Stream(OutputSpec spec, const runtime::Show& show, OutputTargets targets)
        : spec_(std::move(spec)),
          show_(show),
          targets_(targets),
          file_(spec_.writer, partial_name(unescape(spec_.path))) {}

    Result<void> open() { return file_.open(options_for(spec_, show_, targets_, columns_)); }
    Result<void> frame(const FrameResult& frame) override {
        if (targets_.picture != kNoSink) {
            auto done =
                file_.picture(frame.targets[targets_.picture], show_.targets[targets_.picture]);
            if (!done) {
                return done;
            }
        }
        if (targets_.sound != kNoSink && frame.sample_count != 0) {
            auto done = file_.sound(frame.targets[targets_.sound], show_.targets[targets_.sound],
                                    frame.sample_count);
            if (!done) {
                return done;
            }
        }
        if (targets_.table != kNoSink) {
            const auto* values = static_cast<const double*>(frame.targets[targets_.table].data);
            row_.assign(1, frame.time);
            row_.insert(row_.end(), values, values + show_.targets[targets_.table].channels);
            if (auto done = file_.row(row_.data()); !done) {
                return done;
            }
        }
        ++frames_;
        return {};
    }
    [[nodiscard]] bool ordered() const override { return true; }
    Result<std::string> finish(bool complete) override {
        if (frames_ == 0) {
            return std::string();  // the destructor removes what there is
        }
        if (auto done = file_.finish(); !done) {
            return std::move(done).error();
        }
        if (!complete) {
            return file_.path();
        }
        const std::string path = unescape(spec_.path);
        std::error_code error;
        std::filesystem::rename(file_.path(), path, error);
        if (error) {
            return Error{WEFT_UNAVAILABLE, path + ": " + error.message()};
        }
        return std::string();
    }

private:
    // "film.mp4" -> "film.partial.mp4": the extension stays, because it chooses the format.
    static std::string partial_name(const std::string& path) {
        const std::size_t dot = path.rfind('.');
        return path.substr(0, dot) + ".partial" + path.substr(dot);
    }

    OutputSpec spec_;
    const runtime::Show& show_;
    OutputTargets targets_;
    std::vector<weft_str> columns_;
    std::vector<double> row_;
    std::uint64_t frames_ = 0;
    File file_;
};

// "-": rgba bytes, one frame after the other.
class Raw final : public Output {
public:
    explicit Raw(std::uint32_t target) : target_(target) {}

    Result<void> frame(const FrameResult& frame) override {
        const auto* bytes = static_cast<const char*>(frame.targets[target_].data);
        std::uint64_t left = frame.targets[target_].size;
        while (left != 0) {
            const ssize_t written = ::write(STDOUT_FILENO, bytes, left);
            if (written < 0 && errno == EINTR) {
                continue;
            }
            if (written <= 0) {
                return Error{WEFT_UNAVAILABLE,
                             std::string("standard output: ") + std::strerror(errno)};
            }
            bytes += written;
            left -= static_cast<std::uint64_t>(written);
        }
        return {};
    }
    [[nodiscard]] bool ordered() const override { return true; }
    Result<std::string> finish(bool) override { return std::string(); }

private:
    std::uint32_t target_;
};

}  // namespace

bool is_pattern(const std::string& path) {
    const Conversion found = find_conversion(path);
    return !found.wrong && found.begin != std::string::npos;
}

bool is_bad_pattern(const std::string& path) {
    return find_conversion(path).wrong;
}

std::string expand_pattern(const std::string& path, std::int64_t number) {
    const Conversion found = find_conversion(path);
    std::string digits = std::to_string(number);
    if (digits.size() < static_cast<std::size_t>(found.width)) {
        digits.insert(0, static_cast<std::size_t>(found.width) - digits.size(), '0');
    }
    return unescape(path.substr(0, found.begin)) + digits +
           unescape(path.substr(found.begin + found.size));
}

void Turnstile::wait_for(std::uint64_t position) {
    std::unique_lock lock(mutex_);
    moved_.wait(lock, [&] { return next_ == position; });
}

void Turnstile::leave() {
    {
        const std::lock_guard lock(mutex_);
        ++next_;
    }
    moved_.notify_all();
}

Result<std::unique_ptr<Output>> open_output(const OutputSpec& spec, const runtime::Show& show,
                                            OutputTargets targets) {
    if (spec.writer == nullptr) {
        return std::unique_ptr<Output>(new Raw(targets.picture));
    }
    if ((spec.writes & WEFT_WRITES_PICTURE) != 0 && targets.picture != kNoSink) {
        return std::unique_ptr<Output>(new Stills(spec, show, targets));
    }
    auto stream = std::make_unique<Stream>(spec, show, targets);
    if (auto opened = stream->open(); !opened) {
        return std::move(opened).error();
    }
    return std::unique_ptr<Output>(std::move(stream));
}

}  // namespace weft::driver
