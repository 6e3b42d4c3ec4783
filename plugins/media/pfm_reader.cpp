#include "pfm_reader.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstring>
#include <string_view>

namespace weft::media {

namespace {

struct Head {
    bool grey = false;
    bool little = false;
    uint64_t width = 0;
    uint64_t height = 0;
    uint64_t size = 0;  // bytes
};

// "PF" or "Pf", width, height and scale, separated by blanks; one blank ends it.
bool parse_head(std::string_view text, Head& head) {
    size_t at = 2;
    const auto blank = [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; };
    const auto word = [&] {
        while (at < text.size() && blank(text[at])) ++at;
        const size_t first = at;
        while (at < text.size() && !blank(text[at])) ++at;
        return text.substr(first, at - first);
    };
    const auto whole = [&](uint64_t& value) {
        const std::string_view digits = word();
        const char* const end = digits.data() + digits.size();
        return std::from_chars(digits.data(), end, value).ptr == end && !digits.empty();
    };
    head.grey = text[1] == 'f';
    if (!whole(head.width) || !whole(head.height)) return false;
    const std::string_view scale = word();
    head.little = scale.starts_with('-');
    head.size = at + 1;
    return !scale.empty() && at < text.size();
}

void read_row(const uint8_t* from, bool swapped, float* const to[3], uint64_t width,
              uint64_t channels) {
    for (uint64_t x = 0; x < width; ++x) {
        for (uint64_t c = 0; c < channels; ++c) {
            uint32_t bits;
            std::memcpy(&bits, from, sizeof bits);
            from += sizeof bits;
            to[c][x] = std::bit_cast<float>(swapped ? __builtin_bswap32(bits) : bits);
        }
    }
}

}  // namespace

bool is_pfm(const Container& container) {
    return container.picture_stream() >= 0 &&
           container.stream(container.picture_stream()).codecpar->codec_id == AV_CODEC_ID_PFM;
}

Result<DecodedPicture> decode_pfm(Container& container) {
    constexpr size_t kMaxHead = 256;
    uint8_t start[kMaxHead];
    Bytes& bytes = container.bytes();
    const int64_t got = bytes.read(0, start, kMaxHead);
    Head head;
    if (got < 3 || !parse_head({reinterpret_cast<char*>(start), static_cast<size_t>(got)}, head) ||
        head.width == 0 || head.height == 0)
        return container.failure(WEFT_INVALID, "is damaged: no PFM begins like this");
    const uint64_t channels = head.grey ? 1 : 3;
    if (Status size = container.check_size(head.width, head.height, channels); !size.ok())
        return size.failure();
    const uint64_t row_bytes = head.width * channels * sizeof(float);
    const uint64_t rows = (bytes.size() - head.size) / row_bytes;
    if (rows < head.height)
        return container.failure(WEFT_INVALID, "is truncated: " + std::to_string(rows) + " of " +
                                                   std::to_string(head.height) + " rows");

    DecodedPicture picture;
    picture.width = head.width;
    picture.height = head.height;
    picture.frame.reset(av_frame_alloc());
    AVFrame& frame = *picture.frame;
    frame.format = head.grey ? AV_PIX_FMT_GRAYF32 : AV_PIX_FMT_GBRPF32;
    frame.width = static_cast<int>(head.width);
    frame.height = static_cast<int>(head.height);
    if (const int code = av_frame_get_buffer(&frame, 0); code < 0)
        return container.failure(WEFT_UNAVAILABLE, "finds no memory: " + error_text(code));
    // R, G and B lie in planes 2, 0 and 1 of that format.
    const int planes[3] = {head.grey ? 0 : 2, 0, 1};
    const bool swapped = head.little != (std::endian::native == std::endian::little);
    std::vector<uint8_t> row(row_bytes);
    for (uint64_t i = 0; i < head.height; ++i) {
        if (bytes.read(head.size + i * row_bytes, row.data(), row_bytes) !=
            static_cast<int64_t>(row_bytes))
            return container.failure(WEFT_UNAVAILABLE, "cannot be read");
        const auto y = static_cast<ptrdiff_t>(head.height - 1 - i);
        float* to[3] = {};
        for (uint64_t c = 0; c < channels; ++c)
            to[c] = reinterpret_cast<float*>(frame.data[planes[c]] + y * frame.linesize[planes[c]]);
        read_row(row.data(), swapped, to, head.width, channels);
    }
    return picture;
}

}  // namespace weft::media
