// Memory for the datagrams that one recvmmsg brings.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstdint>
#include <memory>
#include <span>

#include "packet.h"

namespace weft::osc {

class DatagramRoom {
public:
    static constexpr unsigned kCount = 32;

    DatagramRoom()
        : bytes_(std::make_unique_for_overwrite<uint8_t[]>(size_t{kCount} * kMaxPacket)) {
        for (unsigned i = 0; i < kCount; ++i) {
            parts_[i] = {bytes_.get() + size_t{i} * kMaxPacket, kMaxPacket};
            headers_[i].msg_hdr.msg_iov = &parts_[i];
            headers_[i].msg_hdr.msg_iovlen = 1;
        }
    }

    // How many came; 0: none for now.
    [[nodiscard]] unsigned receive(int fd) {
        const int count = recvmmsg(fd, headers_.data(), kCount, MSG_DONTWAIT, nullptr);
        return count > 0 ? static_cast<unsigned>(count) : 0;
    }
    [[nodiscard]] std::span<const uint8_t> operator[](unsigned i) const {
        return {bytes_.get() + size_t{i} * kMaxPacket, headers_[i].msg_len};
    }
    // The whole of it, for streams.
    [[nodiscard]] std::span<uint8_t> whole() { return {bytes_.get(), kMaxPacket}; }

private:
    std::unique_ptr<uint8_t[]> bytes_;
    std::array<iovec, kCount> parts_ = {};
    std::array<mmsghdr, kCount> headers_ = {};
};

}  // namespace weft::osc
