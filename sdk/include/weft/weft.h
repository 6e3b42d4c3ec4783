/* libweft: Weft inside another program. A program of the language is loaded, its pictures and its
 * sound are rendered into memory of yours, its parameters are set, its strands are asked for
 * values, and what is wrong with it is told with the place. What is rendered is, byte for byte,
 * what `weft render` makes of the same program.
 *
 *   engine   plugins, threads, memory; a process may have several
 *   show     one program at a time; loading another replaces it
 *
 * Threads: [any-thread] any, at any time. [engine-thread] any thread, but one at a time for an
 * engine and all its shows; engines know nothing of each other. The work itself runs on threads
 * that the engine starts. Nothing is printed, no signal is caught (but see weft_main).
 *
 * Arguments: a pointer must not be NULL unless it says so. A caller sets `struct_size` of every
 * struct, of those that are filled as well, and clears what it does not know: 0 is the default.
 * Texts and lists that are given are copied; texts that are handed out live until the next call
 * for the same show, unless stated otherwise.
 *
 * Errors: whatever returns a weft_status fills `error`, which may be NULL, when it is not WEFT_OK.
 * WEFT_INVALID: an argument is not what is asked for here, or there is no program yet; nothing was
 * done. WEFT_INTERNAL: out of memory, or a defect of ours. Others are named where they occur. */
#ifndef WEFT_WEFT_H
#define WEFT_WEFT_H

#include "abi.h"
#include "fields.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct weft_engine weft_engine;
typedef struct weft_show weft_show;

/* [any-thread] "0.1.0"; lives for ever. */
WEFT_EXPORT const char* weft_version(void);

/* [any-thread] Borrows a terminated text, NULL being the empty one. */
static inline weft_str weft_text(const char* text) {
    weft_str result = {text, 0};
    while (text && text[result.size]) {
        ++result.size;
    }
    return result;
}

/* ---- Engines ----------------------------------------------------------------------------------
 */

#define WEFT_ENGINE_NO_CACHE 1u       /* neither read nor write what is kept on disk between runs */
#define WEFT_ENGINE_NO_ENVIRONMENT 2u /* plugins are not looked for in WEFT_PLUGIN_PATH */

/* [any-thread] A line that a plugin has to say, level WEFT_LOG_ERROR or _WARNING of host.h; the
 * text lives during the call. */
typedef void (*weft_engine_log)(void* user, uint32_t level, weft_str line);

typedef struct weft_engine_options {
    uint32_t struct_size;
    uint32_t flags;
    const weft_str* plugin_directories; /* searched first; then WEFT_PLUGIN_PATH, then the directory
                                           `weft` beside libweft */
    const weft_str* include_directories; /* where `use` looks besides the program's directory */
    uint32_t plugin_directory_count;
    uint32_t include_directory_count;
    weft_str backend; /* computes everything: "cpu", "reference"; empty: the best for each task */
    uint32_t threads; /* that compute, 1 to 1024; 0: one for each core */
    uint32_t reserved;
    uint64_t memory; /* bytes that pictures and caches may take; 0: three quarters of all */
    uint64_t
        deadline_ns; /* that an accelerator may take for a frame; 0: a minute; UINT64_MAX: any */
    weft_engine_log log; /* NULL: nobody hears it */
    void* user;
} weft_engine_options;

/* [any-thread] Starts threads and reads the manifests of plugins, of which none is opened yet.
 * `options` NULL: all defaults. On failure *engine is NULL. WEFT_UNAVAILABLE: threads cannot be
 * started. */
WEFT_EXPORT weft_status weft_engine_create(const weft_engine_options* options, weft_engine** engine,
                                           weft_error* error);

/* [engine-thread] After all its shows. NULL is allowed. */
WEFT_EXPORT void weft_engine_destroy(weft_engine* engine);

/* ---- Programs ---------------------------------------------------------------------------------
 */

/* [engine-thread] A show without a program. On failure *show is NULL. */
WEFT_EXPORT weft_status weft_show_create(weft_engine* engine, weft_show** show, weft_error* error);

/* [engine-thread] NULL is allowed. */
WEFT_EXPORT void weft_show_destroy(weft_show* show);

/* What loading does beyond reading and checking the program. Whatever fails of it fails the load;
 * what is left out is done when it is first asked for, and fails there. */
#define WEFT_LOAD_PICTURES 1u /* compile its pictures, for weft_load.pixels */
#define WEFT_LOAD_SOUND 2u    /* compile its sound */
#define WEFT_LOAD_COSTS 4u    /* look for strands that are too much to compute, without compiling */

/* Four numbers a pixel, r g b a, top row first, alpha not multiplied in. */
#define WEFT_PIXELS_RGBA8 0u   /* bytes */
#define WEFT_PIXELS_RGBA16 1u  /* uint16_t */
#define WEFT_PIXELS_RGBA32F 2u /* float */

typedef struct weft_load {
    uint32_t struct_size;
    uint32_t flags;
    weft_str file; /* the program; "-" is standard input. Files that it uses and loads are looked
                      for beside it */
    weft_str text; /* unless data is NULL, the program itself: `file` is then only its name, with
                      the directory that it would be in, and need not exist */
    uint32_t pixels;
    uint32_t reserved;
    double width; /* these win over me<width> and the like; 0: what the program says */
    double height;
    double fps;
    double rate; /* samples a second */
} weft_load;

/* [engine-thread] Loads a program, in place of the one before. Parameters that were set keep their
 * values, as far as the new program has them. Where all that it remembers (cache) means what it
 * meant before, what is compiled here goes on from there; else its past is computed anew. On
 * failure nothing has changed: the program before goes on. Either way weft_show_diagnostic tells
 * what there is to say. WEFT_INVALID: the program is wrong, or a file of its is. WEFT_UNAVAILABLE:
 * a back end or a device that it needs is. */
WEFT_EXPORT weft_status weft_show_load(weft_show* show, const weft_load* load, weft_error* error);

typedef struct weft_show_info {
    uint32_t struct_size;
    uint32_t display_count; /* of its statements `display` and `render`, in their order */
    uint32_t param_count;
    uint32_t channel_count; /* of its sound; 0: it plays nothing */
    uint32_t spreads;       /* 1: its one channel is meant for however many there are */
    uint32_t width;         /* of its pictures */
    uint32_t height;
    uint32_t setting_count; /* WEFT_FIELD_COUNT */
    double fps;
    double rate;
    const double* settings; /* by WEFT_FIELD_*, those of class SETTING; until the next load */
} weft_show_info;

/* [engine-thread] */
WEFT_EXPORT weft_status weft_show_describe(weft_show* show, weft_show_info* info,
                                           weft_error* error);

typedef struct weft_display_info {
    uint32_t struct_size;
    uint32_t has_alpha; /* 0: its pictures are opaque */
    weft_str target;    /* display(..., target: "left"); "" if it has none */
} weft_display_info;

/* [engine-thread] `display` below weft_show_info.display_count. */
WEFT_EXPORT weft_status weft_show_display(weft_show* show, uint32_t display,
                                          weft_display_info* info, weft_error* error);

/* ---- Parameters -------------------------------------------------------------------------------
 */

typedef struct weft_param_info {
    uint32_t struct_size;
    uint32_t reserved;
    weft_str name;  /* "knob@s"; of the one strand of an instance also "knob" */
    weft_str kind;  /* "slider", "xy", "color", "toggle"; "input": what comes from outside in a live
                       show, as mouse@x, key@a, osc_in */
    weft_str label; /* for people; may be empty */
    double low;
    double high;
    double initial;
    double value; /* now */
} weft_param_info;

/* [engine-thread] `param` below weft_show_info.param_count, in the order of the program. */
WEFT_EXPORT weft_status weft_show_param(weft_show* show, uint32_t param, weft_param_info* info,
                                        weft_error* error);

/* [engine-thread] Counts from the next frame that is computed on: frames of the past are what they
 * were, unless they are asked for again. What is outside of low..high becomes the nearer of the
 * two; of an "input" any number is taken. WEFT_INVALID: there is no such parameter (the message
 * says which one was meant), or the value is not finite. */
WEFT_EXPORT weft_status weft_show_set_param(weft_show* show, weft_str name, double value,
                                            weft_error* error);

/* ---- Pictures, sound, values ------------------------------------------------------------------ *
 *
 * Frame k stands at k / fps seconds, sample n at n / rate. Any order is allowed. A program that
 * remembers (cache) needs the frames before: those that were not computed yet are, and going back
 * begins anew, so that only going forwards is quick. Pictures of each kind of pixel, sound and
 * values have a past of their own; they agree where parameters were not set in between. What a
 * program writes to files and sends out is left to `weft render` and `weft run`.
 *
 * Besides WEFT_INVALID these may return, where something had to be compiled, what weft_show_load
 * does, with diagnostics; else WEFT_TIMEOUT, WEFT_CANCELLED and what a back end reports. After a
 * failure contents of the memory given are undefined; the next call begins where it has to. A
 * device that was lost is opened once more within the call. */

typedef struct weft_picture {
    uint32_t struct_size;
    uint32_t display; /* below weft_show_info.display_count */
    int64_t frame;    /* 0 to 2^50 */
    uint32_t pixels;  /* WEFT_PIXELS_* */
    uint32_t reserved;
    void* data;          /* aligned for its numbers */
    uint64_t size;       /* bytes from `data` on: no fewer than the rows take */
    uint64_t row_stride; /* bytes from a row to the next; 0: without gaps */
} weft_picture;

/* [engine-thread] Renders a picture; bytes between rows are not touched. All displays of a frame
 * are computed together, when the first of them is asked for. */
WEFT_EXPORT weft_status weft_show_picture(weft_show* show, const weft_picture* picture,
                                          weft_error* error);

/* [engine-thread] The frame that shows at `time`, in seconds from 0 on. */
WEFT_EXPORT weft_status weft_show_frame_at(weft_show* show, double time, int64_t* frame,
                                           weft_error* error);

#define WEFT_SOUND_NEXT \
    (-1) /* goes on behind the last call that succeeded; at first, with sample 0 */

typedef struct weft_sound {
    uint32_t struct_size;
    uint32_t channel_count;
    float* const* channels; /* each NULL (not wanted) or the place of its first sample. Those that
                               the program lacks are silent, or play what it spreads */
    uint64_t stride;        /* floats from a sample to the next; 0: 1. Interleaved: channel_count */
    int64_t first;          /* sample, 0 to 2^50, or WEFT_SOUND_NEXT */
    uint64_t count;         /* samples */
} weft_sound;

/* [engine-thread] Renders sound, -1 to 1. A program that plays nothing gives silence. */
WEFT_EXPORT weft_status weft_show_sound(weft_show* show, const weft_sound* sound,
                                        weft_error* error);

typedef struct weft_values {
    uint32_t struct_size;
    uint32_t field_count;        /* of `fields`, up to WEFT_FIELD_COUNT */
    weft_str expression;         /* "img@r"; "img", all its strands; "<img@r, sin(me@x)>" */
    const double* const* fields; /* by WEFT_FIELD_*: `count` coordinates, or NULL: x and y are 0.5,
                                    settings the program's, clocks follow from time, where that is
                                    not given from abstime, at last 0. NULL: so do all */
    uint64_t count;              /* points; 0: only `strands` is wanted */
    double* values;              /* point by point; NULL if count is 0 */
    uint64_t capacity;           /* numbers that fit: WEFT_INVALID if fewer than count * strands */
    uint32_t strands;            /* filled, also if capacity is too small: values of a point */
    uint32_t reserved;
} weft_values;

/* [engine-thread] Values at points, as `weft eval`. What was asked for last stays compiled. */
WEFT_EXPORT weft_status weft_show_values(weft_show* show, weft_values* values, weft_error* error);

/* [any-thread] Lets a picture, a sound or values that are being computed end soon, with
 * WEFT_CANCELLED. The show must not be destroyed meanwhile. NULL is allowed. */
WEFT_EXPORT void weft_show_cancel(weft_show* show);

/* ---- What is wrong, or looks so ---------------------------------------------------------------
 */

#define WEFT_SEVERITY_ERROR 0u
#define WEFT_SEVERITY_WARNING 1u
#define WEFT_SEVERITY_LINT 2u

typedef struct weft_diagnostic {
    uint32_t struct_size;
    uint32_t severity;
    uint32_t code;   /* 200 stands for W0200; it never changes its meaning */
    uint32_t line;   /* from 1 on; 0: it concerns no place, and `file` is empty */
    uint32_t column; /* from 1 on, in characters */
    uint32_t end_line;
    uint32_t end_column; /* of the first character behind it */
    uint32_t reserved;
    weft_str file;
    weft_str message; /* one line */
    weft_str help;    /* what to do about it; may be empty */
    weft_str text;    /* all of it for people: place, message, the line with carets, notes, help;
                         several lines, each ended */
} weft_diagnostic;

/* [engine-thread] How many there are of the last load, or of a later call if that had to compile
 * something. NULL has none. */
WEFT_EXPORT uint32_t weft_show_diagnostic_count(const weft_show* show);

/* [engine-thread] `index` below that, in the order found. */
WEFT_EXPORT weft_status weft_show_diagnostic(weft_show* show, uint32_t index,
                                             weft_diagnostic* diagnostic, weft_error* error);

#define WEFT_MESSAGES_TEXT 0u
#define WEFT_MESSAGES_COLOR 1u /* for terminals */
#define WEFT_MESSAGES_JSON 2u  /* an array, as `weft check --json` */

/* [engine-thread] All of them in one text. */
WEFT_EXPORT weft_status weft_show_messages(weft_show* show, uint32_t format, weft_str* text,
                                           weft_error* error);

/* ---- The command line -------------------------------------------------------------------------
 */

/* [main-thread] The program `weft`, all of it: prints, catches signals while it works, and returns
 * the exit code. */
WEFT_EXPORT int weft_main(int argc, char** argv);

#ifdef __cplusplus
}
#endif
#endif
