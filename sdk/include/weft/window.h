/* "weft.window/1": pictures on a screen, and what mouse and keyboard do there. A back end that has
 * a window shows pictures of any other: they come as memory. */
#ifndef WEFT_WINDOW_H
#define WEFT_WINDOW_H

#include "backend.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WEFT_WINDOW_EXTENSION "weft.window/1" /* draft */

#define WEFT_WINDOW_FULL_SCREEN 1u
#define WEFT_WINDOW_VSYNC 2u /* present waits for the screen; else the newest picture wins */
#define WEFT_WINDOW_NO_CURSOR 4u

typedef struct weft_window_wish {
    uint32_t struct_size;
    uint32_t flags;
    weft_str title;
    weft_str monitor; /* part of its name, or its number from 0; empty: where the system likes */
    uint32_t width;   /* of the picture, in pixels: the window begins with as many */
    uint32_t height;
} weft_window_wish;

typedef struct weft_monitor {
    uint32_t struct_size;
    uint32_t primary; /* 0 or 1 */
    uint32_t width;   /* pixels */
    uint32_t height;
    double refresh; /* pictures a second */
    double scale;   /* pixels a point */
    char name[128];
} weft_monitor;

#define WEFT_WINDOW_EVENT_CLOSE 0u
#define WEFT_WINDOW_EVENT_RESIZE 1u /* x, y: pixels of the content */
#define WEFT_WINDOW_EVENT_MOVE 2u   /* x, y: the mouse, 0..1 over the picture */
#define WEFT_WINDOW_EVENT_BUTTON 3u /* pressed; key: 0 left, 1 right, 2 middle; x, y as MOVE */
#define WEFT_WINDOW_EVENT_KEY 4u    /* pressed; name: "a", "space", "left", "f1" */
#define WEFT_WINDOW_EVENT_SCROLL 5u /* x, y: steps */
typedef struct weft_window_event {
    uint32_t kind;
    uint32_t window;    /* index in the order of opening, never used again */
    uint32_t pressed;   /* 0 or 1 */
    uint32_t key;       /* of BUTTON; of KEY: the plugin's */
    uint32_t modifiers; /* bits: 1 shift, 2 control, 4 alt, 8 super */
    uint32_t reserved;
    double x;
    double y;
    double time; /* CLOCK_MONOTONIC seconds */
    char name[32];
} weft_window_event;

/* A picture in host memory, rows from the top, straight alpha. Valid until present returns. */
typedef struct weft_window_picture {
    uint32_t struct_size;
    uint32_t format; /* WEFT_FORMAT_RGBA8 or WEFT_FORMAT_RGBA16 */
    uint32_t width;
    uint32_t height;
    const void* pixels;
    uint64_t row_stride;
    int32_t memory_fd; /* memfd behind the pixels, -1 if none; its mapping is page aligned and the
                          same from call to call as long as `memory` is the same */
    uint32_t reserved;
    const void* memory; /* first byte of that mapping */
    uint64_t memory_size;
} weft_window_picture;

typedef struct weft_window_counters {
    uint32_t struct_size;
    uint32_t shared; /* 1: pictures are read where they are */
    uint64_t presented;
    uint64_t missed; /* pictures that were not shown: nothing was to be seen of the window */
    uint64_t copied; /* bytes of pictures copied on the way, beyond the one pass to the screen */
    double refresh;  /* pictures a second of the screen, 0: not known */
} weft_window_counters;

typedef struct weft_window weft_window; /* opaque, the plugin's */

typedef struct weft_window_api {
    uint32_t struct_size;
    uint32_t reserved;

    /* [main-thread & created] Fills up to `capacity`, returns how many there are. */
    uint32_t (*monitors)(weft_backend* backend, weft_monitor* monitors, uint32_t capacity);

    /* [main-thread & created] WEFT_UNAVAILABLE: there is no screen; WEFT_INVALID: no such monitor;
     * the message says which there are. */
    weft_status (*open)(weft_backend* backend, const weft_window_wish* wish, weft_window** window,
                        weft_error* error);

    /* [main-thread & open] Shows a picture, scaled to the content with its proportions kept, black
     * around it. WEFT_DEVICE_LOST: the window stays, what it draws with was made anew; present
     * again. WEFT_UNAVAILABLE: the screen is gone, and all windows with it: when the last of them
     * is closed they may be opened again, once there is a screen. */
    weft_status (*present)(weft_window* window, const weft_window_picture* picture,
                           weft_error* error);

    /* [main-thread & open] Text over the picture, at the top left, from the next present on; UTF-8
     * in lines, drawn in a fixed pitch on a dark ground. Empty: none. */
    weft_status (*overlay)(weft_window* window, weft_str text, weft_error* error);

    /* [main-thread & created] The next events of all windows, without waiting; returns how many. */
    uint32_t (*poll)(weft_backend* backend, weft_window_event* events, uint32_t capacity);

    /* [main-thread & open] Flags, title and monitor anew. */
    weft_status (*change)(weft_window* window, const weft_window_wish* wish, weft_error* error);

    /* [any-thread & open] */
    void (*counters)(weft_window* window, weft_window_counters* counters);

    /* [main-thread & open] What the window shows now, with the overlay, as it was given to the
     * screen: width * height * 4 bytes of RGBA8. *width and *height are set; pixels NULL: only
     * these. It is drawn once more from the memory of the last picture: what was written there
     * since is seen. */
    weft_status (*read)(weft_window* window, void* pixels, uint64_t size, uint32_t* width,
                        uint32_t* height, weft_error* error);

    /* [main-thread & open] NULL is allowed. */
    void (*close)(weft_window* window);
} weft_window_api;

#ifdef __cplusplus
}
#endif
#endif
