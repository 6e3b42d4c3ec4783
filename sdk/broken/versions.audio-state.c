/* Takes for granted that every host knows of slow blocks. Its device never comes. */
#define NAME "versions.audio-state"
#include "memory.h"

#include <weft/audio.h>

struct weft_audio_stream {
    double rate;
};

static uint32_t devices(weft_backend* backend, weft_audio_device* devices, uint32_t capacity) {
    (void)backend;
    (void)devices;
    (void)capacity;
    return 0;
}

static weft_status open_stream(weft_backend* backend, const weft_audio_wish* wish,
                               weft_audio_process process, void* user, weft_audio_stream** stream,
                               weft_error* error) {
    (void)backend;
    (void)process;
    (void)user;
    if (wish->output.size > 0)
        return fail(error, WEFT_INVALID, "no device is called so; there is none");
    if (!WEFT_HAS(wish, weft_audio_wish, flags) || !(wish->flags & WEFT_AUDIO_LATER))
        return fail(error, WEFT_UNAVAILABLE, "there is no device");
    *stream = calloc(1, sizeof **stream);
    if (!*stream) return fail(error, WEFT_INTERNAL, "out of memory");
    (*stream)->rate = wish->rate;
    return WEFT_OK;
}

static void state(weft_audio_stream* stream, weft_audio_state* state) {
    state->state = WEFT_AUDIO_AWAY;
    state->rate = stream->rate;
    state->slow_blocks = 0;
}

static void close_stream(weft_audio_stream* stream) {
    free(stream);
}

static const void* extension(weft_str id) {
    static const weft_audio_api table = {
        sizeof(weft_audio_api), 0, devices, open_stream, state, close_stream};
    return is_id(id, WEFT_AUDIO_EXTENSION) ? &table : NULL;
}

#define EXTENSION extension
#include "table.h"
