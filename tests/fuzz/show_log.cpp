// Any bytes as the log of a show: records, or a message. Checksums stand between a fuzzer and what
// lies behind them, so that it makes the payloads, and this the chunks around them.
#include <cstdint>
#include <string>
#include <string_view>

#include "runtime/log_format.h"
#include "runtime/show_log.h"

namespace {

using namespace weft::runtime;

struct Text {
    std::string bytes;
    bool put(const void* data, std::size_t size) {
        bytes.append(static_cast<const char*>(data), size);
        return true;
    }
};

// A byte that says the kind, two the length, then as many.
std::string chunks(std::string_view data) {
    Text text;
    text.bytes = std::string(log::kMagic) + static_cast<char>(log::kVersion);
    log::Writer out(text);
    while (data.size() > 3) {
        const auto kind = static_cast<std::uint8_t>(1 + static_cast<std::uint8_t>(data[0]) % 3);
        const auto length = static_cast<std::uint32_t>(static_cast<std::uint8_t>(data[1]) |
                                                       static_cast<std::uint8_t>(data[2]) << 8);
        const std::string_view payload = data.substr(3, length);
        const auto size = static_cast<std::uint32_t>(payload.size());
        out.byte(kind);
        out.raw(&size, sizeof size);
        out.fixed(log_checksum(0, payload.data(), payload.size()));
        out.raw(payload.data(), payload.size());
        data.remove_prefix(3 + payload.size());
    }
    return std::move(text.bytes);
}

void read_all(std::string bytes) {
    auto reader = ShowLogReader::read(std::move(bytes));
    if (!reader) return;
    for (;;) {
        auto record = (*reader)->next();
        if (!record || !*record) return;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    read_all(std::string(bytes));
    read_all(chunks(bytes));
    return 0;
}
