// A file that appears under its name only when it is whole: written beside it as `.NAME.part-PID`,
// then renamed.
#pragma once

#include "ffmpeg.h"
#include "result.h"

#include <cstdint>
#include <memory>
#include <string>

namespace weft::media {

class AtomicFile {
public:
    [[nodiscard]] static Result<std::unique_ptr<AtomicFile>> create(const std::string& path);
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;
    ~AtomicFile();  // removes what was not committed

    [[nodiscard]] int descriptor() const { return descriptor_; }
    [[nodiscard]] const std::string& path() const { return path_; }
    // Appends at the current position.
    [[nodiscard]] Status write(const void* data, uint64_t size);
    // Puts it on the disk and gives it its name. Once.
    [[nodiscard]] Status commit();
    // "cannot write 'NAME': why", by errno.
    [[nodiscard]] Failure failure(int error) const;

    // An FFmpeg writer into this file. It remembers the errno of the first failure.
    [[nodiscard]] AVIOContext* io();
    [[nodiscard]] int io_error() const { return io_error_; }

private:
    AtomicFile(std::string path, std::string temporary, int descriptor);
    static int write_packet(void* self, uint8_t* data, int size);
    static int64_t seek(void* self, int64_t offset, int whence);

    std::string path_;
    std::string temporary_;
    int descriptor_ = -1;
    int io_error_ = 0;
    Owned<AVIOContext> io_;
};

}  // namespace weft::media
