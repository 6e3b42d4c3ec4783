/* Without a screen it fails, and says that the wish was wrong. */
#define NAME "extensions.windows"
#include "memory.h"

#include <weft/window.h>

static uint32_t monitors(weft_backend* backend, weft_monitor* monitors, uint32_t capacity) {
    (void)backend;
    (void)monitors;
    (void)capacity;
    return 0;
}

static weft_status open_window(weft_backend* backend, const weft_window_wish* wish,
                               weft_window** window, weft_error* error) {
    (void)backend;
    (void)wish;
    *window = NULL;
    return fail(error, WEFT_INVALID, "no such monitor");
}

static weft_status present(weft_window* window, const weft_window_picture* picture,
                           weft_error* error) {
    (void)window;
    (void)picture;
    return fail(error, WEFT_UNAVAILABLE, "there is no screen");
}

static weft_status overlay(weft_window* window, weft_str text, weft_error* error) {
    (void)window;
    (void)text;
    return fail(error, WEFT_UNAVAILABLE, "there is no screen");
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
    return fail(error, WEFT_UNAVAILABLE, "there is no screen");
}

static void counters(weft_window* window, weft_window_counters* counters) {
    (void)window;
    (void)counters;
}

static weft_status read_pixels(weft_window* window, void* pixels, uint64_t size, uint32_t* width,
                               uint32_t* height, weft_error* error) {
    (void)window;
    (void)pixels;
    (void)size;
    (void)width;
    (void)height;
    return fail(error, WEFT_UNAVAILABLE, "there is no screen");
}

static void close_window(weft_window* window) {
    (void)window;
}

static const void* extension(weft_str id) {
    static const weft_window_api table = {sizeof(weft_window_api),
                                          0,
                                          monitors,
                                          open_window,
                                          present,
                                          overlay,
                                          poll_events,
                                          change,
                                          counters,
                                          read_pixels,
                                          close_window};
    return is_id(id, WEFT_WINDOW_EXTENSION) ? &table : NULL;
}

#define EXTENSION extension
#include "table.h"
