/* Knows no input, and does not say which one it was asked for. */
#define NAME "extensions.place"
#include "memory.h"

#include <weft/control.h>

struct weft_control_session {
    uint32_t sinks;
};

static weft_status open_session(weft_backend* backend, const weft_control_wish* wish,
                                const weft_control_host* host, weft_control_session** session,
                                weft_error* error) {
    (void)backend;
    (void)host;
    if (wish->input_count > 0) return fail(error, WEFT_UNSUPPORTED, "there is no such input");
    *session = calloc(1, sizeof **session);
    if (!*session) return fail(error, WEFT_INTERNAL, "out of memory");
    (*session)->sinks = wish->sink_count;
    return WEFT_OK;
}

static weft_status send_values(weft_control_session* session, uint32_t sink, const double* values,
                               weft_error* error) {
    (void)values;
    return sink < session->sinks ? WEFT_OK : fail(error, WEFT_INVALID, "there is no such sink");
}

static weft_status flush(weft_control_session* session, double time, weft_error* error) {
    (void)session;
    (void)time;
    (void)error;
    return WEFT_OK;
}

static void counters(weft_control_session* session, weft_control_counters* counters) {
    (void)session;
    const uint32_t size = counters->struct_size;
    memset(counters, 0, size);
    counters->struct_size = size;
}

static void close_session(weft_control_session* session) {
    free(session);
}

static const void* extension(weft_str id) {
    static const weft_control_api table = {sizeof(weft_control_api),
                                           0,
                                           open_session,
                                           send_values,
                                           flush,
                                           NULL,
                                           counters,
                                           close_session};
    return is_id(id, WEFT_TEMPO_EXTENSION) ? &table : NULL;
}

#define EXTENSION extension
#include "table.h"
