/* Every name is a sound device to it. */
#define NAME "extensions.audio"
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
    *stream = calloc(1, sizeof **stream);
    if (!*stream) return fail(error, WEFT_INTERNAL, "out of memory");
    (*stream)->rate = wish->rate;
    return WEFT_OK;
}

static void state(weft_audio_stream* stream, weft_audio_state* state) {
    state->rate = stream->rate;
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
