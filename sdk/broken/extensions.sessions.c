/* A session keeps the wish that it was opened with, and looks it up again when it sends. */
#define NAME "extensions.sessions"
#include "session.h"

static weft_status send_values(weft_control_session* session, uint32_t sink, const double* values,
                               weft_error* error) {
    (void)values;
    return sink < session->wish->sink_count ? WEFT_OK
                                            : fail(error, WEFT_INVALID, "there is no such sink");
}

static weft_status flush(weft_control_session* session, double time, weft_error* error) {
    (void)time;
    return session->wish->sink_count < 100 ? WEFT_OK
                                           : fail(error, WEFT_INVALID, "there are too many sinks");
}

#define SEND send_values
#define FLUSH flush
#include "session_table.h"
