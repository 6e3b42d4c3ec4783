// The border of the plugin: the exported symbol and the tables of functions. Everything that fails
// behind it comes back as a value; what a library throws is caught here.

#include <weft/control.h>
#include <weft/plugin.h>

#include <cstdio>
#include <memory>
#include <new>
#include <utility>

#include "hub.h"
#include "session.h"

struct weft_backend {
    const weft_host* host;
    std::shared_ptr<weft::osc::Hub> hub;
};

struct weft_control_session {
    std::unique_ptr<weft::osc::Session> session;
};

namespace weft::osc {

namespace {

constexpr weft_str literal(std::string_view view) {
    return {view.data(), view.size()};
}

constexpr weft_str kBuiltins[] = {literal("osc_in")};
constexpr weft_str kSinks[] = {literal("osc")};
constexpr weft_backend_info kInfo = {
    sizeof(weft_backend_info),
    0,
    literal("osc"),
    literal("0.1.0"),
    literal("Open Sound Control in and out, over UDP, TCP and Unix sockets"),
    0,  // compiles no kernels
    std::size(kBuiltins),
    kBuiltins,
    std::size(kSinks),
    0,
    kSinks,
};

weft_status report(const Failure& failure, weft_error* error) {
    if (error) {
        error->code = failure.code;
        std::snprintf(error->message, sizeof error->message, "%s", failure.message.c_str());
        std::snprintf(error->node, sizeof error->node, "%s", failure.node.c_str());
        error->span = failure.span;
    }
    return failure.code;
}

// Runs `call`, which returns a weft_status; an exception becomes a failure.
template <class Call>
weft_status guarded(weft_error* error, Call&& call) noexcept {
    try {
        return call();
    } catch (const std::bad_alloc&) {
        return report({WEFT_UNAVAILABLE, "out of memory"}, error);
    } catch (const std::exception& thrown) {
        return report({WEFT_INTERNAL, thrown.what()}, error);
    } catch (...) {
        return report({WEFT_INTERNAL, "an unknown exception"}, error);
    }
}

const weft_backend_info* describe() {
    return &kInfo;
}

weft_status probe(weft_probe* result, weft_error*) {
    result->available = 1;
    result->score = 100;
    std::snprintf(result->device, sizeof result->device, "sockets of this machine");
    result->reason[0] = '\0';
    return WEFT_OK;
}

weft_status create(const weft_host* host, weft_backend** backend, weft_error* error) {
    *backend = nullptr;
    return guarded(error, [&] {
        *backend = new weft_backend{host, Hub::shared()};
        return WEFT_OK;
    });
}

weft_status compile(weft_backend*, const weft_batch*, weft_program** program, weft_error* error) {
    *program = nullptr;
    return report({WEFT_UNSUPPORTED, "osc compiles nothing: what it hears are parameters"}, error);
}

weft_status no_handle(weft_program*, uint32_t, weft_handle*, weft_error* error) {
    return report({WEFT_UNSUPPORTED, "osc compiles nothing"}, error);
}

weft_status no_values(weft_program*, uint32_t, const weft_points*, double*, weft_error* error) {
    return report({WEFT_UNSUPPORTED, "osc compiles nothing"}, error);
}

weft_status no_frame(weft_program*, const weft_frame*, weft_error* error) {
    return report({WEFT_UNSUPPORTED, "osc compiles nothing"}, error);
}

void release(weft_program*) {}

void cleanup(weft_backend* backend) {
    delete backend;
}

weft_status open(weft_backend* backend, const weft_control_wish* wish,
                 const weft_control_host* host, weft_control_session** session, weft_error* error) {
    *session = nullptr;
    return guarded(error, [&] {
        auto opened = Session::open(backend->hub, *wish, *host, *backend->host);
        if (!opened.ok()) return report(opened.failure(), error);
        *session = new weft_control_session{std::move(*opened)};
        return WEFT_OK;
    });
}

weft_status send(weft_control_session* session, uint32_t sink, const double* values,
                 weft_error* error) {
    Outbox& outbox = session->session->outbox();
    if (sink >= outbox.sink_count()) return report({WEFT_INVALID, "there is no such sink"}, error);
    outbox.put(sink, values);
    return WEFT_OK;
}

weft_status flush(weft_control_session* session, double time, weft_error* error) {
    return guarded(error, [&] {
        session->session->flush(time);
        return WEFT_OK;
    });
}

void counters(weft_control_session* session, weft_control_counters* counters) {
    session->session->read_counters(*counters);
}

void close(weft_control_session* session) {
    delete session;
}

constexpr weft_control_api kControl = {
    sizeof(weft_control_api),
    0,
    open,
    send,
    flush,
    nullptr,  // tempo: OSC has no clock
    counters,
    close,
};

const void* extension(weft_str id) {
    return view(id) == WEFT_CONTROL_EXTENSION ? &kControl : nullptr;
}

constexpr weft_backend_api kApi = {
    sizeof(weft_backend_api),
    0,
    describe,
    probe,
    create,
    compile,
    no_handle,
    no_values,
    no_frame,
    nullptr,  // cancel: there are no frames
    release,
    cleanup,
    extension,
};

constexpr weft_plugin kPlugin = {
    sizeof(weft_plugin), 1, WEFT_ABI_VERSION, 0, literal("0.1.0"), &kApi,
};

}  // namespace

}  // namespace weft::osc

const weft_plugin* weft_plugin_entry(uint32_t) {
    return &weft::osc::kPlugin;
}
