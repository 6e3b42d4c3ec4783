#include "stream.h"

#include <algorithm>
#include <utility>

#include "packet.h"

namespace weft::osc {
namespace {

// RFC 1055.
constexpr uint8_t kEnd = 0xc0;
constexpr uint8_t kEscape = 0xdb;
constexpr uint8_t kEscapedEnd = 0xdc;
constexpr uint8_t kEscapedEscape = 0xdd;

}  // namespace

bool Deframer::feed(std::span<const uint8_t> bytes, const Take& take) {
    if (bytes.empty()) return true;
    if (framing_ == Framing::unknown) {
        const uint8_t first = bytes.front();
        const bool slip = first == kEnd || first == '/' || first == '#';
        framing_ = slip ? Framing::slip : Framing::counted;
    }
    if (framing_ == Framing::counted) return feed_counted(bytes, take);
    feed_slip(bytes, take);
    return true;
}

uint64_t Deframer::take_broken() {
    return std::exchange(broken_, 0);
}

bool Deframer::feed_counted(std::span<const uint8_t> bytes, const Take& take) {
    constexpr size_t kHead = 4;
    while (!bytes.empty()) {
        size_t wanted = kHead;
        if (packet_.size() >= kHead) {
            const size_t size = size_t{packet_[0]} << 24 | size_t{packet_[1]} << 16 |
                                size_t{packet_[2]} << 8 | size_t{packet_[3]};
            if (size == 0 || size > kMaxPacket) {
                ++broken_;
                return false;
            }
            wanted = kHead + size;
        }
        const size_t part = std::min(wanted - packet_.size(), bytes.size());
        packet_.insert(packet_.end(), bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(part));
        bytes = bytes.subspan(part);
        if (wanted > kHead && packet_.size() == wanted) {
            take(std::span<const uint8_t>(packet_).subspan(kHead));
            packet_.clear();
        }
    }
    return true;
}

void Deframer::feed_slip(std::span<const uint8_t> bytes, const Take& take) {
    for (uint8_t byte : bytes) {
        if (byte == kEnd) {
            if (escaped_) ++broken_;
            if (!skipping_ && !escaped_ && !packet_.empty()) take(packet_);
            packet_.clear();
            skipping_ = escaped_ = false;
            continue;
        }
        if (skipping_) continue;
        if (escaped_) {
            escaped_ = false;
            skipping_ = byte != kEscapedEnd && byte != kEscapedEscape;
            byte = byte == kEscapedEnd ? kEnd : kEscape;
        } else if (byte == kEscape) {
            escaped_ = true;
            continue;
        }
        skipping_ = skipping_ || packet_.size() == kMaxPacket;
        if (skipping_)
            ++broken_;
        else
            packet_.push_back(byte);
    }
}

std::vector<uint8_t> framed(std::span<const uint8_t> packet, bool slip) {
    std::vector<uint8_t> bytes;
    bytes.reserve(packet.size() + 8);
    if (!slip) {
        for (int shift = 24; shift >= 0; shift -= 8)
            bytes.push_back(static_cast<uint8_t>(packet.size() >> shift));
        bytes.insert(bytes.end(), packet.begin(), packet.end());
        return bytes;
    }
    bytes.push_back(kEnd);
    for (const uint8_t byte : packet) {
        if (byte == kEnd || byte == kEscape) {
            bytes.push_back(kEscape);
            bytes.push_back(byte == kEnd ? kEscapedEnd : kEscapedEscape);
        } else {
            bytes.push_back(byte);
        }
    }
    bytes.push_back(kEnd);
    return bytes;
}

}  // namespace weft::osc
