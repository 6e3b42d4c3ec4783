/* Knows no input, and does not say which one it was asked for. */
#define NAME "extensions.place"
#include "session.h"

static weft_status open_session(weft_backend* backend, const weft_control_wish* wish,
                                const weft_control_host* host, weft_control_session** session,
                                weft_error* error) {
    if (wish->input_count > 0) return fail(error, WEFT_UNSUPPORTED, "there is no such input");
    return good_open(backend, wish, host, session, error);
}

#define OPEN open_session
#include "session_table.h"
