#include "atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

namespace weft::media {

namespace {

Failure cannot_write(const std::string& path, const std::string& why) {
    return {WEFT_UNAVAILABLE, "cannot write '" + path + "': " + why};
}

// Writes all of it, or returns errno.
int write_all(int descriptor, const void* data, uint64_t size) {
    const auto* from = static_cast<const char*>(data);
    while (size > 0) {
        const ssize_t wrote = ::write(descriptor, from, size);
        if (wrote < 0) {
            if (errno == EINTR) continue;
            return errno;
        }
        from += wrote;
        size -= static_cast<uint64_t>(wrote);
    }
    return 0;
}

}  // namespace

Result<std::unique_ptr<AtomicFile>> AtomicFile::create(const std::string& path) {
    namespace fs = std::filesystem;
    std::error_code trouble;
    // Through a link, the file it points to is replaced, not the link.
    fs::path target = path;
    if (fs::is_symlink(target, trouble)) {
        const fs::path resolved = fs::canonical(target, trouble);
        if (!trouble) target = resolved;
    }
    const fs::file_status status = fs::status(target, trouble);
    if (fs::is_directory(status)) return cannot_write(path, "it is a directory");
    if (fs::exists(status) && !fs::is_regular_file(status))
        return cannot_write(path, "it is not an ordinary file");
    fs::path directory = target.parent_path();
    if (directory.empty()) directory = ".";
    if (!fs::is_directory(directory, trouble))
        return cannot_write(path, "there is no directory '" + directory.string() + "'");

    const std::string temporary =
        (directory / ("." + target.filename().string() + ".part-" + std::to_string(::getpid())))
            .string();
    constexpr mode_t kEveryone = 0666;  // less the umask
    const int descriptor =
        ::open(temporary.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, kEveryone);
    if (descriptor < 0) return cannot_write(path, std::strerror(errno));
    return std::unique_ptr<AtomicFile>(new AtomicFile(target.string(), temporary, descriptor));
}

AtomicFile::AtomicFile(std::string path, std::string temporary, int descriptor)
    : path_(std::move(path)), temporary_(std::move(temporary)), descriptor_(descriptor) {}

AtomicFile::~AtomicFile() {
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Failure AtomicFile::failure(int error) const {
    return cannot_write(path_, std::strerror(error));
}

Status AtomicFile::write(const void* data, uint64_t size) {
    if (const int error = write_all(descriptor_, data, size)) return failure(error);
    return {};
}

Status AtomicFile::commit() {
    if (io_) avio_flush(io_.get());
    if (io_error_) return failure(io_error_);
    if (::fsync(descriptor_) != 0 && errno != EINVAL && errno != ENOTSUP) return failure(errno);
    const int closed = ::close(descriptor_);
    descriptor_ = -1;
    if (closed != 0) return failure(errno);
    if (std::rename(temporary_.c_str(), path_.c_str()) != 0) return failure(errno);
    temporary_.clear();
    return {};
}

AVIOContext* AtomicFile::io() {
    if (!io_) {
        constexpr int kBuffer = 64 * 1024;
        auto* buffer = static_cast<uint8_t*>(av_malloc(kBuffer));
        io_.reset(avio_alloc_context(buffer, kBuffer, 1, this, nullptr, &write_packet, &seek));
    }
    return io_.get();
}

int AtomicFile::write_packet(void* self, uint8_t* data, int size) {
    auto* file = static_cast<AtomicFile*>(self);
    if (!file->io_error_)
        file->io_error_ = write_all(file->descriptor_, data, static_cast<uint64_t>(size));
    return file->io_error_ ? AVERROR(file->io_error_) : size;
}

int64_t AtomicFile::seek(void* self, int64_t offset, int whence) {
    auto* file = static_cast<AtomicFile*>(self);
    if (whence & AVSEEK_SIZE) return AVERROR(ENOSYS);
    const off_t at = ::lseek(file->descriptor_, offset, whence & ~AVSEEK_FORCE);
    return at < 0 ? AVERROR(errno) : at;
}

}  // namespace weft::media
