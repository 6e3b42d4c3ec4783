#include "layout.h"

#include <lo/lo.h>

#include <algorithm>
#include <memory>

#include "packet.h"

namespace weft::osc {

Result<Layout> lay_out(const std::string& address, uint32_t count) {
    const bool plain = std::all_of(address.begin(), address.end(),
                                   [](char c) { return c > ' ' && c < '\x7f' && c != '#'; });
    if (address.empty() || address.front() != '/' || !plain || address.size() > kMaxAddress)
        return Failure{
            WEFT_INVALID,
            "'" + address +
                "' is no OSC address: it begins with '/' and has neither spaces, '#' nor "
                "letters beyond ASCII"};
    const std::unique_ptr<std::remove_pointer_t<lo_message>, void (*)(lo_message)> message(
        lo_message_new(), lo_message_free);
    for (uint32_t i = 0; i < count; ++i)
        if (!message || lo_message_add_float(message.get(), 0) != 0)
            return Failure{WEFT_UNAVAILABLE, "out of memory"};
    Layout layout;
    layout.bytes.resize(lo_message_length(message.get(), address.c_str()));
    if (layout.bytes.size() > kMaxPacket - 64)
        return Failure{WEFT_INVALID, "more values than a packet holds"};
    size_t size = layout.bytes.size();
    lo_message_serialise(message.get(), address.c_str(), layout.bytes.data(), &size);
    layout.numbers = size - size_t{count} * 4;
    return layout;
}

}  // namespace weft::osc
