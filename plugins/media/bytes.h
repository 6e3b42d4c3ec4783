// Where file contents come from: a file on disk, or memory (fuzzers). FFmpeg sees nothing else, so
// no name inside a file can make it open another one.
#pragma once

#include "ffmpeg.h"
#include "result.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace weft::media {

class Bytes {
public:
    virtual ~Bytes() = default;
    [[nodiscard]] virtual uint64_t size() const = 0;
    // Reads up to `count` bytes at `offset`; 0 at the end, -1 on failure.
    [[nodiscard]] virtual int64_t read(uint64_t offset, uint8_t* to, uint64_t count) = 0;
};

// Explains what is wrong with a name that cannot be opened, and which names nearby look like it.
[[nodiscard]] Result<std::unique_ptr<Bytes>> open_file(const std::string& path);

// Borrows `contents`.
[[nodiscard]] std::unique_ptr<Bytes> borrow_memory(std::span<const uint8_t> contents);

// The whole contents as text; more than `limit` bytes are refused.
[[nodiscard]] Result<std::string> read_all(Bytes& bytes, uint64_t limit);

// An FFmpeg reader over `Bytes`, which must outlive it.
class ByteReader {
public:
    explicit ByteReader(Bytes& bytes);
    [[nodiscard]] AVIOContext* io() const { return io_.get(); }
    void rewind();

private:
    static int read(void* self, uint8_t* buffer, int size);
    static int64_t seek(void* self, int64_t offset, int whence);

    Bytes& bytes_;
    uint64_t position_ = 0;
    Owned<AVIOContext> io_;
};

}  // namespace weft::media
