// The border of sessions: weft_control_api over Session.

#include <weft/cpp/text.hpp>

#include <memory>

#include "midi.h"
#include "session.h"

struct weft_control_session {
    weft_control_session(weft::midi::Midi& midi, const weft_control_wish& wish,
                         const weft_control_host& host)
        : session(midi.hub(), wish, host) {}
    weft::midi::Session session;
};

namespace weft::midi {

namespace {

weft_status open(weft_backend* backend, const weft_control_wish* wish,
                 const weft_control_host* host, weft_control_session** session,
                 weft_error* error) noexcept {
    *session = nullptr;
    return cpp::guarded(error, [&] {
        auto& midi = static_cast<Midi&>(*reinterpret_cast<cpp::Backend*>(backend));
        *session = std::make_unique<weft_control_session>(midi, *wish, *host).release();
    });
}

weft_status send(weft_control_session* session, uint32_t sink, const double* values,
                 weft_error* error) noexcept {
    return cpp::guarded(error, [&] { session->session.send(sink, values); });
}

weft_status flush(weft_control_session* session, double time, weft_error* error) noexcept {
    return cpp::guarded(error, [&] { session->session.flush(time); });
}

void tempo(weft_control_session* session, const weft_control_tempo* tempo) noexcept {
    session->session.tempo(*tempo);
}

void counters(weft_control_session* session, weft_control_counters* counters) noexcept {
    session->session.counters(*counters);
}

void close(weft_control_session* session) noexcept {
    delete session;
}

constexpr weft_control_api kApi = {
    sizeof(weft_control_api), 0, open, send, flush, tempo, counters, close,
};

}  // namespace

const weft_control_api* control_api() {
    return &kApi;
}

}  // namespace weft::midi
