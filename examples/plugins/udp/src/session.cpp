#include "session.h"

#include <weft/cpp/text.hpp>

#include <cmath>
#include <string>
#include <string_view>

#include "backend.h"

namespace udp {
namespace {

namespace cpp = weft::cpp;

[[noreturn]] void refuse(const weft_source& input, const std::string& why) {
    throw cpp::Failure(WEFT_INVALID, why, std::string(cpp::view(input.node)), input.span);
}

// udp("name", default, port: 9124, interface: "127.0.0.1"): the default is the host's, and not
// here. What the manifest says of arguments the host has checked: a text, then options of these
// names.
Place place_of(const weft_source& input, std::string& name) {
    Place place;
    for (const weft_arg& arg : cpp::list(input.args, input.arg_count)) {
        const std::string_view label = cpp::view(arg.name);
        if (label.empty()) {
            name = cpp::view(arg.text);
        } else if (label == "port") {
            if (arg.kind != WEFT_ARG_NUMBER || !(arg.number >= 1 && arg.number <= 65535) ||
                arg.number != std::floor(arg.number))
                refuse(input, "port: is a whole number from 1 to 65535");
            place.port = static_cast<std::uint16_t>(arg.number);
        } else if (label == "interface") {
            if (arg.kind != WEFT_ARG_TEXT) refuse(input, "interface: is an address in quotes");
            place.interface = cpp::view(arg.text);
        }
    }
    if (!is_name(name))
        refuse(input, "the name '" + name.substr(0, kMostName) +
                          "' can never come: names are up to 64 letters, digits and _ . - /");
    return place;
}

weft_status open(weft_backend* backend, const weft_control_wish* wish,
                 const weft_control_host* host, weft_control_session** session,
                 weft_error* error) noexcept {
    *session = nullptr;
    return cpp::guarded(error, [&] {
        if (wish->sink_count != 0)
            throw cpp::Failure(WEFT_UNSUPPORTED, "it sends nothing", {}, wish->sinks[0].span);
        auto made = std::make_unique<weft_control_session>();
        std::vector<Place> places;
        for (std::uint32_t i = 0; i < wish->input_count; ++i) {
            const weft_source& input = wish->inputs[i];
            Subscriber::Input taken{{}, i, input.output_count};
            const Place place = place_of(input, taken.name);
            std::size_t at = 0;
            while (at < places.size() && !(places[at] == place)) ++at;
            if (at == places.size()) {
                places.push_back(place);
                made->subscribers.push_back({*host, {}, &made->counters});
                try {
                    made->listeners.push_back(Backend::of(backend).listeners().at(place));
                } catch (const cpp::Failure& failure) {
                    throw cpp::Failure(failure.code(), failure.what(),
                                       std::string(cpp::view(input.node)), input.span);
                }
            }
            made->subscribers[at].inputs.push_back(std::move(taken));
        }
        // All or nothing: only now is anything heard.
        for (std::size_t at = 0; at < places.size(); ++at)
            made->listeners[at]->add(&made->subscribers[at]);
        *session = made.release();
    });
}

weft_status send(weft_control_session*, std::uint32_t, const double*, weft_error* error) noexcept {
    return cpp::fill(error, WEFT_INVALID, "there are no sinks");
}

weft_status flush(weft_control_session*, double, weft_error*) noexcept {
    return WEFT_OK;
}

// The host's struct may be that of an older host: what it has is filled, its size stays.
void counters(weft_control_session* session, weft_control_counters* counters) noexcept {
    counters->received = session->counters.received;
    counters->unmatched = session->counters.unmatched;
    counters->malformed = session->counters.malformed;
}

void close(weft_control_session* session) noexcept {
    if (session == nullptr) return;
    for (std::size_t at = 0; at < session->listeners.size(); ++at)
        session->listeners[at]->remove(&session->subscribers[at]);
    delete session;
}

constexpr weft_control_api kApi = {
    sizeof(weft_control_api), 0, open, send, flush, nullptr, counters, close,
};

}  // namespace

const weft_control_api* control_api() {
    return &kApi;
}

}  // namespace udp
