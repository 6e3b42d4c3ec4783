/* A back end with weft.tempo/1, in one file: its sessions are opened and closed, and send nowhere.
 * Who includes it replaces what it breaks (#define OPEN open_session), and includes
 * session_table.h. */
#include "memory.h"

#include <weft/control.h>

struct weft_control_session {
    const weft_control_wish* wish; /* as it was opened with */
    uint32_t sinks;
};

UNUSED static weft_status good_open(weft_backend* backend, const weft_control_wish* wish,
                                    const weft_control_host* host, weft_control_session** session,
                                    weft_error* error) {
    (void)backend;
    (void)host;
    *session = calloc(1, sizeof **session);
    if (!*session) return fail(error, WEFT_INTERNAL, "out of memory");
    (*session)->wish = wish;
    (*session)->sinks = wish->sink_count;
    return WEFT_OK;
}

UNUSED static weft_status good_send(weft_control_session* session, uint32_t sink,
                                    const double* values, weft_error* error) {
    (void)values;
    return sink < session->sinks ? WEFT_OK : fail(error, WEFT_INVALID, "there is no such sink");
}

UNUSED static weft_status good_flush(weft_control_session* session, double time,
                                     weft_error* error) {
    (void)session;
    (void)time;
    (void)error;
    return WEFT_OK;
}

static void session_counters(weft_control_session* session, weft_control_counters* counters) {
    (void)session;
    const uint32_t size = counters->struct_size;
    memset(counters, 0, size);
    counters->struct_size = size;
}

static void close_session(weft_control_session* session) {
    free(session);
}
