#include "packet.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <optional>

#include "clocks.h"

namespace weft::osc {
namespace {

constexpr std::string_view kBundle("#bundle\0", 8);

uint32_t big32(const uint8_t* at) {
    return uint32_t{at[0]} << 24 | uint32_t{at[1]} << 16 | uint32_t{at[2]} << 8 | uint32_t{at[3]};
}

uint64_t big64(const uint8_t* at) {
    return uint64_t{big32(at)} << 32 | big32(at + 4);
}

// Bytes taken from the front; every size is checked here and nowhere else.
class Reader {
public:
    explicit Reader(std::span<const uint8_t> bytes) : rest_(bytes) {}

    [[nodiscard]] bool at_end() const { return rest_.empty(); }

    // `size` bytes and what pads them to a multiple of 4; NULL: not there. What it is padded
    // with does not matter here (SuperCollider leaves behind a blob what stood there before).
    [[nodiscard]] const uint8_t* take(size_t size) {
        const size_t whole = (size + 3) & ~size_t{3};
        if (whole < size || whole > rest_.size()) return nullptr;
        const uint8_t* const begin = rest_.data();
        rest_ = rest_.subspan(whole);
        return begin;
    }

    // A text, its terminator and padding, which must be zero.
    [[nodiscard]] std::optional<std::string_view> take_text() {
        const void* const end =
            rest_.empty() ? nullptr : std::memchr(rest_.data(), 0, rest_.size());
        if (!end) return std::nullopt;
        const auto size = static_cast<size_t>(static_cast<const uint8_t*>(end) - rest_.data());
        const uint8_t* const begin = take(size + 1);
        if (!begin) return std::nullopt;
        for (size_t i = size + 1; i % 4 != 0; ++i)
            if (begin[i] != 0) return std::nullopt;
        return std::string_view(reinterpret_cast<const char*>(begin), size);
    }

private:
    std::span<const uint8_t> rest_;
};

bool is_address(std::string_view text) {
    return !text.empty() && text.size() <= kMaxAddress && text.front() == '/' &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

// The arguments of one message.
bool read_arguments(Reader& reader, std::string_view types, std::vector<Number>& numbers) {
    uint32_t position = 0;
    int open_lists = 0;
    for (const char type : types) {
        std::optional<double> value;
        const uint8_t* at = nullptr;
        switch (type) {
            case 'i':
            case 'c':
                if (!(at = reader.take(4))) return false;
                value = static_cast<double>(static_cast<int32_t>(big32(at)));
                break;
            case 'f':
                if (!(at = reader.take(4))) return false;
                value = static_cast<double>(std::bit_cast<float>(big32(at)));
                break;
            case 'h':
                if (!(at = reader.take(8))) return false;
                value = static_cast<double>(static_cast<int64_t>(big64(at)));
                break;
            case 'd':
                if (!(at = reader.take(8))) return false;
                value = std::bit_cast<double>(big64(at));
                break;
            case 'T':
            case 'I': value = 1; break;
            case 'F': value = 0; break;
            case 'N': break;
            case 's':
            case 'S':
                if (!reader.take_text()) return false;
                break;
            case 'b':
                if (!(at = reader.take(4)) || !reader.take(big32(at))) return false;
                break;
            case 'r':
            case 'm':
                if (!reader.take(4)) return false;
                break;
            case 't':
                if (!reader.take(8)) return false;
                break;
            // A list has no position of its own, only what is in it.
            case '[': ++open_lists; continue;
            case ']':
                if (--open_lists < 0) return false;
                continue;
            default: return false;
        }
        if (value) {
            if (!std::isfinite(*value)) return false;
            numbers.push_back({position, *value});
        }
        ++position;
    }
    return open_lists == 0 && reader.at_end();
}

bool read_message(std::span<const uint8_t> bytes, uint64_t tag, Packet& packet) {
    Reader reader(bytes);
    const auto address = reader.take_text();
    if (!address || !is_address(*address)) return false;
    const auto first = static_cast<uint32_t>(packet.numbers.size());
    // Without types there are no arguments whose meaning is known.
    if (!reader.at_end()) {
        const auto types = reader.take_text();
        if (!types || types->empty() || types->front() != ',') return false;
        if (!read_arguments(reader, types->substr(1), packet.numbers)) return false;
    }
    packet.messages.push_back(
        {*address, tag, first, static_cast<uint32_t>(packet.numbers.size()) - first});
    return true;
}

bool read_element(std::span<const uint8_t> bytes, uint64_t tag, unsigned depth, Packet& packet) {
    if (bytes.empty() || bytes.size() % 4 != 0) return false;
    if (bytes[0] == '/') return read_message(bytes, tag, packet);
    if (depth == kMaxDepth || bytes.size() < 16) return false;
    if (std::memcmp(bytes.data(), kBundle.data(), kBundle.size()) != 0) return false;
    const uint64_t own = big64(bytes.data() + 8);
    // "At once" within a bundle that waits: with it.
    if (own != kImmediately) tag = own;
    bytes = bytes.subspan(16);
    while (!bytes.empty()) {
        if (bytes.size() < 4) return false;
        const size_t size = big32(bytes.data());
        bytes = bytes.subspan(4);
        if (size > bytes.size() || !read_element(bytes.first(size), tag, depth + 1, packet))
            return false;
        bytes = bytes.subspan(size);
    }
    return true;
}

}  // namespace

bool Packet::parse(std::span<const uint8_t> bytes) {
    messages.clear();
    numbers.clear();
    return bytes.size() <= kMaxPacket && read_element(bytes, kImmediately, 0, *this);
}

}  // namespace weft::osc
