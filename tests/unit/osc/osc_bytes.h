// Packets put together byte by byte, well-formed or not.
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace weft::osc::test {

class Bytes {
public:
    Bytes& raw(std::string_view bytes) {
        bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
        return *this;
    }
    // A text with its terminator, padded.
    Bytes& text(std::string_view text) {
        raw(text);
        return pad(4 - bytes_.size() % 4);
    }
    Bytes& big32(uint32_t value) {
        for (int shift = 24; shift >= 0; shift -= 8)
            bytes_.push_back(static_cast<uint8_t>(value >> shift));
        return *this;
    }
    Bytes& big64(uint64_t value) {
        return big32(static_cast<uint32_t>(value >> 32)).big32(static_cast<uint32_t>(value));
    }
    Bytes& f32(float value) { return big32(std::bit_cast<uint32_t>(value)); }
    Bytes& f64(double value) { return big64(std::bit_cast<uint64_t>(value)); }
    Bytes& blob(std::string_view bytes) {
        big32(static_cast<uint32_t>(bytes.size())).raw(bytes);
        return pad((4 - bytes_.size() % 4) % 4);
    }
    Bytes& bundle(uint64_t tag) { return raw(std::string_view("#bundle\0", 8)).big64(tag); }
    Bytes& element(const Bytes& inner) {
        big32(static_cast<uint32_t>(inner.bytes_.size()));
        bytes_.insert(bytes_.end(), inner.bytes_.begin(), inner.bytes_.end());
        return *this;
    }
    Bytes& cut(size_t size) {
        bytes_.resize(size);
        return *this;
    }
    [[nodiscard]] std::span<const uint8_t> get() const { return bytes_; }

private:
    Bytes& pad(size_t count) {
        bytes_.insert(bytes_.end(), count, 0);
        return *this;
    }
    std::vector<uint8_t> bytes_;
};

}  // namespace weft::osc::test
