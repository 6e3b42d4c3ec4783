#include "truncation.h"

#include <algorithm>
#include <cstring>
#include <vector>

namespace weft::media {

namespace {

uint32_t big_endian32(const uint8_t* p) {
    return static_cast<uint32_t>(p[0]) << 24 | static_cast<uint32_t>(p[1]) << 16 |
           static_cast<uint32_t>(p[2]) << 8 | p[3];
}

// Walks the chunks of a PNG to its IEND.
bool png_is_whole(Bytes& bytes) {
    constexpr uint64_t kSignature = 8;
    constexpr uint64_t kAroundData = 12;  // length, type, checksum
    uint64_t at = kSignature;
    uint8_t head[8];
    while (bytes.read(at, head, sizeof head) == sizeof head) {
        const uint64_t end = at + kAroundData + big_endian32(head);
        if (end > bytes.size()) return false;
        if (std::memcmp(head + 4, "IEND", 4) == 0) return true;
        at = end;
    }
    return false;
}

// Walks the segments of a JPEG to its scan (a thumbnail inside a segment has an end mark of its
// own), then looks for the end mark behind it; anything may follow that.
bool jpeg_is_whole(Bytes& bytes) {
    constexpr uint8_t kStartOfScan = 0xda;
    uint64_t at = 2;
    uint8_t head[4];
    for (;;) {
        if (bytes.read(at, head, sizeof head) != sizeof head || head[0] != 0xff) return false;
        if (head[1] == 0xff) {
            ++at;
            continue;
        }
        if (head[1] == kStartOfScan) break;
        at += 2u + (static_cast<uint64_t>(head[2]) << 8 | head[3]);
    }
    std::vector<uint8_t> buffer(64 * 1024);
    bool after_mark = false;
    for (;;) {
        const int64_t got = bytes.read(at, buffer.data(), buffer.size());
        if (got <= 0) return false;
        for (int64_t i = 0; i < got; ++i) {
            const uint8_t byte = buffer[static_cast<size_t>(i)];
            if (after_mark && byte == 0xd9) return true;
            after_mark = byte == 0xff;
        }
        at += static_cast<uint64_t>(got);
    }
}

}  // namespace

Status check_whole(Container& container) {
    uint8_t head[8] = {};
    Bytes& bytes = container.bytes();
    if (bytes.read(0, head, sizeof head) != sizeof head) return {};
    const uint8_t png[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    const bool is_png = std::equal(std::begin(png), std::end(png), head);
    const bool is_jpeg = head[0] == 0xff && head[1] == 0xd8;
    if ((is_png && !png_is_whole(bytes)) || (is_jpeg && !jpeg_is_whole(bytes)))
        return container.failure(WEFT_INVALID, "is truncated: the picture breaks off after " +
                                                   std::to_string(bytes.size()) + " bytes");
    return {};
}

}  // namespace weft::media
