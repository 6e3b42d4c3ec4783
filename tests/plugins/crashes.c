/* A screen that nobody sees and a sound device that nobody hears. The variable WEFT_TEST_CRASHES
 * says where it writes to NULL:
 *
 *   present=N   in the Nth picture          block=N   in the Nth block, on the device's thread
 *   red=N       in the first picture whose first pixel has N of 255 of red
 *
 * Else it behaves. */
#define NAME "crashes"
#define _POSIX_C_SOURCE 200809L
#include "common.h"

#include <weft/audio.h>
#include <weft/window.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

static void crash_at(const char* name, int count) {
    const char* words = getenv("WEFT_TEST_CRASHES");
    const char* word = words ? strstr(words, name) : NULL;
    if (word && count == atoi(word + strlen(name))) *(volatile int*)0 = 1;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* --- The screen ------------------------------------------------------------------------------- */

struct weft_window {
    int presented;
    uint32_t width;
    uint32_t height;
};

static uint32_t monitors(weft_backend* backend, weft_monitor* monitors, uint32_t capacity) {
    (void)backend;
    if (capacity == 0) return 1;
    monitors[0].primary = 1;
    monitors[0].width = 640;
    monitors[0].height = 480;
    monitors[0].refresh = 60;
    monitors[0].scale = 1;
    strcpy(monitors[0].name, "nowhere");
    return 1;
}

static weft_status open_window(weft_backend* backend, const weft_window_wish* wish,
                               weft_window** window, weft_error* error) {
    (void)backend;
    *window = calloc(1, sizeof **window);
    if (!*window) return fail(error, WEFT_INTERNAL, "out of memory");
    (*window)->width = wish->width;
    (*window)->height = wish->height;
    return WEFT_OK;
}

static weft_status present(weft_window* window, const weft_window_picture* picture,
                           weft_error* error) {
    (void)error;
    crash_at("present=", ++window->presented);
    crash_at("red=", *(const unsigned char*)picture->pixels);
    return WEFT_OK;
}

static weft_status overlay(weft_window* window, weft_str text, weft_error* error) {
    (void)window;
    (void)text;
    (void)error;
    return WEFT_OK;
}

static uint32_t poll_events(weft_backend* backend, weft_window_event* events, uint32_t capacity) {
    (void)backend;
    (void)events;
    (void)capacity;
    return 0;
}

static weft_status change(weft_window* window, const weft_window_wish* wish, weft_error* error) {
    (void)window;
    (void)wish;
    (void)error;
    return WEFT_OK;
}

static void window_counters(weft_window* window, weft_window_counters* counters) {
    counters->presented = (uint64_t)window->presented;
}

static weft_status read_pixels(weft_window* window, void* pixels, uint64_t size, uint32_t* width,
                               uint32_t* height, weft_error* error) {
    *width = window->width;
    *height = window->height;
    if (!pixels) return WEFT_OK;
    if (size < (uint64_t)window->width * window->height * 4)
        return fail(error, WEFT_INVALID, "there is no room for it");
    memset(pixels, 0, size);
    return WEFT_OK;
}

static void close_window(weft_window* window) {
    free(window);
}

/* --- The sound device ------------------------------------------------------------------------- */

#define RATE 48000.0
#define BLOCK 256
#define CHANNELS 2

struct weft_audio_stream {
    pthread_t thread;
    weft_audio_process process;
    void* user;
    uint32_t outputs;
    uint32_t inputs;
    atomic_int ends;
    atomic_int blocks;
};

static void* run(void* of) {
    weft_audio_stream* stream = of;
    static const float silence[BLOCK];
    float memory[CHANNELS][BLOCK];
    const float* input[CHANNELS] = {silence, silence};
    float* output[CHANNELS] = {memory[0], memory[1]};
    const struct timespec pause = {0, (long)(BLOCK / RATE * 1e9)};
    while (!atomic_load(&stream->ends)) {
        memset(memory, 0, sizeof memory);
        const weft_audio_block block = {
            sizeof block, 0, BLOCK, input, output, now() + BLOCK / RATE, now() - BLOCK / RATE};
        stream->process(stream->user, &block);
        crash_at("block=", atomic_fetch_add(&stream->blocks, 1) + 1);
        nanosleep(&pause, NULL);
    }
    return NULL;
}

static uint32_t devices(weft_backend* backend, weft_audio_device* devices, uint32_t capacity) {
    (void)backend;
    if (capacity == 0) return 1;
    devices[0].flags = WEFT_AUDIO_DEFAULT_OUTPUT | WEFT_AUDIO_DEFAULT_INPUT;
    devices[0].inputs = devices[0].outputs = CHANNELS;
    devices[0].rate = RATE;
    devices[0].latency = BLOCK / RATE;
    strcpy(devices[0].api, "NONE");
    strcpy(devices[0].name, "nobody");
    return 1;
}

static weft_status open_stream(weft_backend* backend, const weft_audio_wish* wish,
                               weft_audio_process process, void* user, weft_audio_stream** made,
                               weft_error* error) {
    (void)backend;
    if (wish->output_channels > CHANNELS || wish->input_channels > CHANNELS)
        return fail(error, WEFT_INVALID, "it has two channels");
    weft_audio_stream* stream = calloc(1, sizeof *stream);
    if (!stream) return fail(error, WEFT_INTERNAL, "out of memory");
    stream->process = process;
    stream->user = user;
    stream->outputs = wish->output_channels;
    stream->inputs = wish->input_channels;
    if (pthread_create(&stream->thread, NULL, run, stream) != 0) {
        free(stream);
        return fail(error, WEFT_UNAVAILABLE, "there is no thread");
    }
    *made = stream;
    return WEFT_OK;
}

static void state(weft_audio_stream* stream, weft_audio_state* state) {
    state->rate = RATE;
    state->block = BLOCK;
    state->blocks = (uint64_t)atomic_load(&stream->blocks);
    strcpy(state->device, "NONE: nobody");
}

static void close_stream(weft_audio_stream* stream) {
    if (!stream) return;
    atomic_store(&stream->ends, 1);
    pthread_join(stream->thread, NULL);
    free(stream);
}

/* ---------------------------------------------------------------------------------------------- */

static weft_status probe(weft_probe* result, weft_error* error) {
    const weft_status status = good_probe(result, error);
    result->score = 1e6; /* before those that could be seen and heard */
    return status;
}

static weft_status compile(weft_backend* backend, const weft_batch* batch, weft_program** program,
                           weft_error* error) {
    (void)backend;
    (void)batch;
    (void)program;
    return fail(error, WEFT_UNSUPPORTED, "it computes nothing");
}

static const void* extension(weft_str id) {
    static const weft_window_api windows = {sizeof windows,  0,           monitors,    open_window,
                                            present,         overlay,     poll_events, change,
                                            window_counters, read_pixels, close_window};
    static const weft_audio_api audio = {sizeof audio, 0,     devices,
                                         open_stream,  state, close_stream};
    const int is_window = id.size == strlen(WEFT_WINDOW_EXTENSION) &&
                          memcmp(id.data, WEFT_WINDOW_EXTENSION, id.size) == 0;
    const int is_audio = id.size == strlen(WEFT_AUDIO_EXTENSION) &&
                         memcmp(id.data, WEFT_AUDIO_EXTENSION, id.size) == 0;
    return is_window ? (const void*)&windows : is_audio ? (const void*)&audio : NULL;
}

static const weft_backend_info* describe(void) {
    static const weft_backend_info info = {sizeof(weft_backend_info),
                                           0,
                                           STR(NAME),
                                           STR("1.0"),
                                           STR("a fixture"),
                                           0,
                                           0,
                                           NULL,
                                           0,
                                           0,
                                           NULL};
    return &info;
}

static const weft_backend_api api = {
    sizeof(weft_backend_api),
    0,
    describe,
    probe,
    good_create,
    compile,
    good_get_handle,
    good_get_values,
    good_execute,
    NULL,
    good_release,
    good_cleanup,
    extension,
};
static const weft_plugin plugin = GOOD_PLUGIN(&api);
ENTRY(&plugin)
