// The bytes of a show's log. Chunks: kind (1 byte), length (4), checksum of the payload (8); the
// payload of sound and frames is records one behind the other, a record begins with its kind.
// Numbers are little endian; whole ones are of variable length, seven bits a byte, and signed ones
// are folded so that small ones are short. Internal to the log.
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

namespace weft::runtime::log {

static_assert(std::endian::native == std::endian::little);

inline constexpr std::string_view kMagic = "WEFTLOG";
inline constexpr std::uint8_t kVersion = 2;

enum class Chunk : std::uint8_t { program = 1, frames = 2, sound = 3 };
inline constexpr std::size_t kChunkHeader = 13;
inline constexpr std::size_t kMostChunk = std::size_t{1} << 27;

enum class Kind : std::uint8_t { frame = 1, block = 2, heard = 3, silence = 4, gap = 5 };

inline std::uint64_t fold(std::int64_t value) {
    return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
inline std::int64_t unfold(std::uint64_t value) {
    return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

// `Sink` has put(data, size) -> bool. False once something did not fit.
template <class Sink>
class Writer {
public:
    explicit Writer(Sink& sink) : sink_(sink) {}

    void byte(std::uint8_t value) { raw(&value, 1); }
    void whole(std::uint64_t value) {
        std::uint8_t bytes[10];
        std::size_t size = 0;
        for (; value >= 0x80; value >>= 7) bytes[size++] = static_cast<std::uint8_t>(value | 0x80);
        bytes[size++] = static_cast<std::uint8_t>(value);
        raw(bytes, size);
    }
    void signed_whole(std::int64_t value) { whole(fold(value)); }
    void fixed(std::uint64_t value) { raw(&value, sizeof value); }
    void number(double value) { raw(&value, sizeof value); }
    void text(std::string_view value) {
        whole(value.size());
        raw(value.data(), value.size());
    }
    void raw(const void* data, std::size_t size) { ok_ = ok_ && sink_.put(data, size); }

    [[nodiscard]] bool ok() const { return ok_; }

private:
    Sink& sink_;
    bool ok_ = true;
};

// Reads what was written; not ok() once the bytes end or make no sense, and 0 from then on.
class Reader {
public:
    explicit Reader(std::string_view bytes) : rest_(bytes) {}

    std::uint8_t byte() {
        std::uint8_t value = 0;
        raw(&value, 1);
        return value;
    }
    std::uint64_t whole() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const std::uint8_t next = byte();
            value |= static_cast<std::uint64_t>(next & 0x7f) << shift;
            if ((next & 0x80) == 0) return ok_ ? value : 0;
        }
        ok_ = false;
        return 0;
    }
    // At most `most`.
    std::uint64_t whole(std::uint64_t most) {
        const std::uint64_t value = whole();
        if (value <= most) return value;
        ok_ = false;
        return 0;
    }
    std::int64_t signed_whole() { return unfold(whole()); }
    std::uint64_t fixed() {
        std::uint64_t value = 0;
        raw(&value, sizeof value);
        return value;
    }
    double number() {
        double value = 0;
        raw(&value, sizeof value);
        return value;
    }
    std::string_view text() {
        const std::uint64_t size = whole(rest_.size());
        const std::string_view value = rest_.substr(0, ok_ ? size : 0);
        rest_.remove_prefix(value.size());
        return value;
    }
    void raw(void* data, std::size_t size) {
        ok_ = ok_ && size <= rest_.size();
        if (!ok_) return;
        rest_.copy(static_cast<char*>(data), size);
        rest_.remove_prefix(size);
    }

    void fail() { ok_ = false; }

    [[nodiscard]] bool ok() const { return ok_; }
    [[nodiscard]] std::size_t rest() const { return rest_.size(); }

private:
    std::string_view rest_;
    bool ok_ = true;
};

}  // namespace weft::runtime::log
