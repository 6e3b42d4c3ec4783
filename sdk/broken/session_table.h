/* The end of those with sessions: the table of weft.tempo/1, then that of the back end. */
#ifndef OPEN
#define OPEN good_open
#endif
#ifndef SEND
#define SEND good_send
#endif
#ifndef FLUSH
#define FLUSH good_flush
#endif

static const void* extension(weft_str id) {
    static const weft_control_api table = {
        sizeof(weft_control_api), 0, OPEN, SEND, FLUSH, NULL, session_counters, close_session};
    return is_id(id, WEFT_TEMPO_EXTENSION) ? &table : NULL;
}

#define EXTENSION extension
#include "table.h"
