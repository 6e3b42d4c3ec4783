#include "bytes.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <vector>

namespace weft::media {

namespace {

constexpr size_t kMaxSuggestions = 3;
constexpr size_t kMaxDirectoryEntries = 10000;

class FileBytes : public Bytes {
public:
    FileBytes(int descriptor, uint64_t size) : descriptor_(descriptor), size_(size) {}
    FileBytes(const FileBytes&) = delete;
    FileBytes& operator=(const FileBytes&) = delete;
    ~FileBytes() override { ::close(descriptor_); }

    uint64_t size() const override { return size_; }
    int64_t read(uint64_t offset, uint8_t* to, uint64_t count) override {
        ssize_t got;
        do {
            got = ::pread(descriptor_, to, count, static_cast<off_t>(offset));
        } while (got < 0 && errno == EINTR);
        return got;
    }

private:
    int descriptor_;
    uint64_t size_;
};

class MemoryBytes : public Bytes {
public:
    explicit MemoryBytes(std::span<const uint8_t> contents) : contents_(contents) {}

    uint64_t size() const override { return contents_.size(); }
    int64_t read(uint64_t offset, uint8_t* to, uint64_t count) override {
        if (offset >= contents_.size()) return 0;
        const uint64_t got = std::min<uint64_t>(count, contents_.size() - offset);
        std::memcpy(to, contents_.data() + offset, got);
        return static_cast<int64_t>(got);
    }

private:
    std::span<const uint8_t> contents_;
};

std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

// Levenshtein's distance.
size_t distance(const std::string& a, const std::string& b) {
    std::vector<size_t> row(b.size() + 1);
    for (size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (size_t i = 1; i <= a.size(); ++i) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.size(); ++j) {
            const size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
        }
    }
    return row[b.size()];
}

// "; did you mean 'a.png'?", or nothing.
std::string suggest_names(const std::filesystem::path& path) {
    namespace fs = std::filesystem;
    std::error_code trouble;
    const fs::path directory = path.has_parent_path() ? path.parent_path() : fs::path(".");
    if (!fs::is_directory(directory, trouble))
        return "; there is no directory '" + directory.string() + "'";

    const std::string wanted = lower(path.filename().string());
    std::vector<std::pair<size_t, std::string>> near;
    fs::directory_iterator entry(directory, trouble);
    for (size_t n = 0; !trouble && entry != fs::end(entry) && n < kMaxDirectoryEntries; ++n) {
        const std::string name = entry->path().filename().string();
        const bool same_stem = lower(entry->path().stem().string()) == lower(path.stem().string());
        const size_t far = same_stem ? 1 : distance(lower(name), wanted);
        if (far <= std::max<size_t>(2, wanted.size() / 4)) near.emplace_back(far, name);
        entry.increment(trouble);
    }
    if (near.empty()) return "";
    std::sort(near.begin(), near.end());
    std::string hint = "; did you mean ";
    for (size_t i = 0; i < std::min(near.size(), kMaxSuggestions); ++i)
        hint += (i ? " or '" : "'") + near[i].second + "'";
    return hint + "?";
}

}  // namespace

Result<std::unique_ptr<Bytes>> open_file(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return Failure{WEFT_UNAVAILABLE,
                           "there is no file '" + path + "'" + suggest_names(path)};
        return Failure{WEFT_UNAVAILABLE, "cannot open '" + path + "': " + std::strerror(errno)};
    }
    struct stat status = {};
    const bool known = ::fstat(descriptor, &status) == 0;
    auto bytes = std::make_unique<FileBytes>(descriptor, static_cast<uint64_t>(status.st_size));
    if (!known || !S_ISREG(status.st_mode))
        return Failure{WEFT_INVALID, "'" + path + "' is " +
                                         (S_ISDIR(status.st_mode) ? "a directory, not a file"
                                                                  : "not an ordinary file")};
    if (status.st_size == 0) return Failure{WEFT_INVALID, "'" + path + "' is empty"};
    return std::unique_ptr<Bytes>(std::move(bytes));
}

std::unique_ptr<Bytes> borrow_memory(std::span<const uint8_t> contents) {
    return std::make_unique<MemoryBytes>(contents);
}

Result<std::string> read_all(Bytes& bytes, uint64_t limit) {
    if (bytes.size() > limit)
        return Failure{WEFT_INVALID, "the file has " + std::to_string(bytes.size()) +
                                         " bytes, the limit is " + std::to_string(limit)};
    std::string contents(bytes.size(), '\0');
    uint64_t done = 0;
    while (done < contents.size()) {
        auto* to = reinterpret_cast<uint8_t*>(contents.data()) + done;
        const int64_t got = bytes.read(done, to, contents.size() - done);
        if (got < 0) return Failure{WEFT_UNAVAILABLE, std::string("read: ") + std::strerror(errno)};
        if (got == 0) break;
        done += static_cast<uint64_t>(got);
    }
    contents.resize(done);
    return contents;
}

ByteReader::ByteReader(Bytes& bytes) : bytes_(bytes) {
    constexpr int kBuffer = 64 * 1024;
    auto* buffer = static_cast<uint8_t*>(av_malloc(kBuffer));
    io_.reset(avio_alloc_context(buffer, kBuffer, 0, this, &read, nullptr, &seek));
}

void ByteReader::rewind() {
    // Ends the state "at the end of the file" as well, and drops what was read ahead.
    avio_seek(io_.get(), 0, SEEK_SET);
    io_->eof_reached = 0;
    io_->error = 0;
}

int ByteReader::read(void* self, uint8_t* buffer, int size) {
    auto* reader = static_cast<ByteReader*>(self);
    const int64_t got =
        reader->bytes_.read(reader->position_, buffer, static_cast<uint64_t>(std::max(size, 0)));
    if (got < 0) return AVERROR(EIO);
    if (got == 0) return AVERROR_EOF;
    reader->position_ += static_cast<uint64_t>(got);
    return static_cast<int>(got);
}

int64_t ByteReader::seek(void* self, int64_t offset, int whence) {
    auto* reader = static_cast<ByteReader*>(self);
    const auto size = static_cast<int64_t>(reader->bytes_.size());
    int64_t target = 0;
    switch (whence & ~AVSEEK_FORCE) {
        case AVSEEK_SIZE: return size;
        case SEEK_SET: target = offset; break;
        case SEEK_CUR: target = static_cast<int64_t>(reader->position_) + offset; break;
        case SEEK_END: target = size + offset; break;
        default: return AVERROR(EINVAL);
    }
    if (target < 0) return AVERROR(EINVAL);
    reader->position_ = static_cast<uint64_t>(target);
    return target;
}

}  // namespace weft::media
