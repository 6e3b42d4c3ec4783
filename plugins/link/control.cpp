// Sessions: weft_control_api over the ensemble. Without the option "tempo.link" a session is empty.

#include <weft/cpp/text.hpp>

#include <charconv>
#include <cmath>
#include <string>

#include "ensemble.h"
#include "link.h"

struct weft_control_session {
    weft_control_host host;
    std::shared_ptr<weft::link::Ensemble> ensemble;  // null: not asked for
};

namespace weft::link {

namespace {

constexpr double kQuantum = 4;  // beats

double number_of(const weft_arg& arg) {
    double number = arg.number;
    if (arg.kind == WEFT_ARG_TEXT) {
        const std::string_view text = cpp::view(arg.text);
        const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
        if (read.ec != std::errc() || read.ptr != text.data() + text.size()) number = -1;
    }
    return number;
}

struct Options {
    bool on = false;            // "tempo.link": anything but "off" and 0
    double quantum = kQuantum;  // "tempo.quantum": beats of a bar
};

Options read_options(const weft_control_wish& wish) {
    Options options;
    for (const weft_arg& arg : cpp::list(wish.options, wish.option_count)) {
        const std::string_view name = cpp::view(arg.name);
        if (name == "tempo.link") {
            const std::string_view text = cpp::view(arg.text);
            options.on = arg.kind == WEFT_ARG_TEXT ? text != "off" && text != "0" : arg.number != 0;
        } else if (name == "tempo.quantum") {
            options.quantum = number_of(arg);
            if (!(options.quantum >= 1 && options.quantum <= 64))
                throw cpp::Failure(WEFT_INVALID, "option tempo.quantum is a number from 1 to 64");
        }
    }
    return options;
}

weft_status open(weft_backend* backend, const weft_control_wish* wish,
                 const weft_control_host* host, weft_control_session** session,
                 weft_error* error) noexcept {
    *session = nullptr;
    return cpp::guarded(error, [&] {
        if (wish->input_count > 0)
            throw cpp::Failure(WEFT_UNSUPPORTED, "it has no builtins",
                               std::string(cpp::view(wish->inputs->node)), wish->inputs->span);
        if (wish->sink_count > 0)
            throw cpp::Failure(WEFT_UNSUPPORTED, "it has no sinks", {}, wish->sinks->span);
        const Options options = read_options(*wish);
        auto made = std::make_unique<weft_control_session>();
        made->host = *host;
        if (options.on) {
            auto& link = static_cast<Link&>(*reinterpret_cast<cpp::Backend*>(backend));
            made->ensemble = link.ensemble(options.quantum);
            made->ensemble->join(made->host);
        }
        *session = made.release();
    });
}

weft_status send(weft_control_session*, uint32_t, const double*, weft_error* error) noexcept {
    return cpp::fill(error, WEFT_INVALID, "there are no sinks");
}

weft_status flush(weft_control_session*, double, weft_error*) noexcept {
    return WEFT_OK;
}

void tempo(weft_control_session* session, const weft_control_tempo* tempo) noexcept {
    if (session->ensemble) session->ensemble->lead(*tempo);
}

void counters(weft_control_session* session, weft_control_counters* counters) noexcept {
    const uint32_t size = counters->struct_size;
    *counters = {};
    counters->struct_size = size;
    if (!session->ensemble) return;
    counters->received = session->ensemble->told();
    cpp::copy_text(counters->reason, "peers: " + std::to_string(session->ensemble->peers()));
}

void close(weft_control_session* session) noexcept {
    if (session != nullptr && session->ensemble) session->ensemble->leave(session->host);
    delete session;
}

constexpr weft_control_api kApi = {
    sizeof(weft_control_api), 0, open, send, flush, tempo, counters, close,
};

}  // namespace

const weft_control_api* control_api() {
    return &kApi;
}

}  // namespace weft::link
