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

// A reader of little-endian numbers and names, one after the other.
class Cursor {
public:
    Cursor(Bytes& bytes, uint64_t at) : bytes_(bytes), at_(at) {}

    [[nodiscard]] uint64_t number(size_t size) {
        uint8_t raw[8] = {};
        good_ = good_ && bytes_.read(at_, raw, size) == static_cast<int64_t>(size);
        at_ += size;
        uint64_t value = 0;
        for (size_t i = size; i-- > 0;) value = value << 8 | raw[i];
        return good_ ? value : 0;
    }
    [[nodiscard]] std::string name() {
        constexpr size_t kLongest = 255;
        std::string text;
        while (text.size() <= kLongest) {
            const auto c = static_cast<char>(number(1));
            if (c == '\0') return text;
            text += c;
        }
        good_ = false;
        return text;
    }
    void skip(uint64_t count) { at_ += count; }
    [[nodiscard]] uint64_t position() const { return at_; }
    [[nodiscard]] bool good() const { return good_; }

private:
    Bytes& bytes_;
    uint64_t at_;
    bool good_ = true;
};

// Rows of the blocks of an OpenEXR that are all in the file, of how many. Only for the plain kind,
// one part of scan lines; of others nothing is missing as far as this can tell.
struct Rows {
    uint64_t there = 0;
    uint64_t all = 0;
};

Rows exr_rows(Bytes& bytes) {
    constexpr uint64_t kOtherKinds = 0x200 | 0x800 | 0x1000;  // tiles, deep data, several parts
    Cursor head(bytes, 4);
    if (head.number(4) & kOtherKinds) return {};
    uint64_t compression = 0;
    int64_t top = 0;
    int64_t bottom = -1;
    for (;;) {
        const std::string attribute = head.name();
        if (attribute.empty()) break;
        (void)head.name();  // its type
        const uint64_t size = head.number(4);
        const uint64_t value = head.position();
        if (attribute == "compression") compression = head.number(1);
        if (attribute == "dataWindow") {
            head.skip(4);
            top = static_cast<int32_t>(head.number(4));
            head.skip(4);
            bottom = static_cast<int32_t>(head.number(4));
        }
        head.skip(value + size - head.position());
        if (!head.good()) return {0, 1};
    }
    constexpr uint64_t kRowsOfBlock[] = {1, 1, 1, 16, 32, 16, 32, 32, 32, 256};
    if (compression >= std::size(kRowsOfBlock) || bottom < top || !head.good()) return {};
    Rows rows;
    rows.all = static_cast<uint64_t>(bottom - top + 1);
    const uint64_t step = kRowsOfBlock[compression];
    for (uint64_t y = 0; y < rows.all; y += step) {
        const uint64_t block = head.number(8);
        if (!head.good()) break;
        Cursor at(bytes, block + 4);
        const uint64_t end = block + 8 + at.number(4);
        if (at.good() && end <= bytes.size()) rows.there += std::min(step, rows.all - y);
    }
    return rows;
}

Status truncated(const Container& container, const std::string& how) {
    return container.failure(WEFT_INVALID, "is truncated: " + how);
}

}  // namespace

Status check_whole(Container& container) {
    uint8_t head[24] = {};
    Bytes& bytes = container.bytes();
    if (bytes.read(0, head, sizeof head) != sizeof head) return {};
    const std::string breaks_off =
        "the picture breaks off after " + std::to_string(bytes.size()) + " bytes";
    const uint8_t png[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    const uint8_t exr[] = {0x76, 0x2f, 0x31, 0x01};
    if (std::equal(std::begin(png), std::end(png), head)) {
        Status size = container.check_size(big_endian32(head + 16), big_endian32(head + 20), 1);
        if (!size.ok()) return size;
        return png_is_whole(bytes) ? Status() : truncated(container, breaks_off);
    }
    if (head[0] == 0xff && head[1] == 0xd8)
        return jpeg_is_whole(bytes) ? Status() : truncated(container, breaks_off);
    if (std::equal(std::begin(exr), std::end(exr), head)) {
        const Rows rows = exr_rows(bytes);
        if (rows.there < rows.all)
            return truncated(container, std::to_string(rows.there) + " of " +
                                            std::to_string(rows.all) + " rows");
    }
    return {};
}

}  // namespace weft::media
