/* "weft.control/1": numbers from and to the outside as they come: OSC, MIDI. What comes in is
 * posted to the host, which keeps the newest value of everything; what goes out is handed over once
 * a frame. Whoever announces builtins or sinks of context CONTROL offers this extension. */
#ifndef WEFT_CONTROL_H
#define WEFT_CONTROL_H

#include "backend.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WEFT_CONTROL_EXTENSION "weft.control/1" /* stable */
/* The same table, of a plugin that shares tempo and beat with other programs: it is opened, with
 * the option "tempo.link", when the user asks for that (weft run --link). */
#define WEFT_TEMPO_EXTENSION "weft.tempo/1" /* draft */

/* A number that came in, for output `output` of input `input` (its index in weft_control_wish). */
typedef struct weft_control_event {
    uint32_t input;
    uint32_t output;
    double value;
    double time; /* CLOCK_MONOTONIC seconds at which it shall hold; 0: at once */
} weft_control_event;

/* Tempo from outside: at CLOCK_MONOTONIC second `time` the beat is `beat`. */
typedef struct weft_control_tempo {
    uint32_t struct_size;
    uint32_t playing; /* 0: stopped, `beat` stands */
    double time;
    double beat;
    double bpm;
} weft_control_tempo;

/* Where a session's news go. Lives as long as the session. */
typedef struct weft_control_host {
    uint32_t struct_size;
    uint32_t reserved;
    void* context;
    /* [any-thread & open] What is posted in one call appears at once. Does not wait. */
    void (*post)(void* context, const weft_control_event* events, uint32_t count);
    /* [any-thread & open] Whatever was heard, asked for or not: the builtin with the arguments that
     * would receive it, so that knobs can learn it. Valid during the call. */
    void (*heard)(void* context, const weft_source* source, uint32_t output, double value);
    /* [any-thread & open] */
    void (*tempo)(void* context, const weft_control_tempo* tempo);
} weft_control_host;

/* A sink statement: osc("/path", e..., to: "host:port", rate: 60); midi(cc: 7, channel: 1, value:
 * e). Constant arguments by name ("" positional); those with a value that changes are named in
 * `labels`, in the order in which send hands their values over. */
typedef struct weft_control_sink {
    weft_str sink; /* "osc" */
    const weft_arg* args;
    const weft_str* labels;
    uint32_t arg_count;
    uint32_t value_count;
    weft_span span;
} weft_control_sink;

typedef struct weft_control_wish {
    uint32_t struct_size;
    uint32_t input_count;
    const weft_source* inputs;
    const weft_control_sink* sinks;
    uint32_t sink_count;
    uint32_t option_count;
    const weft_arg* options; /* from the command line, by name: "osc.listen",
                                "midi.in", "tempo.link" */
} weft_control_wish;

typedef struct weft_control_counters {
    uint32_t struct_size;
    uint32_t reserved;
    uint64_t received;  /* messages */
    uint64_t unmatched; /* of those, for nobody */
    uint64_t malformed; /* thrown away */
    uint64_t late;      /* came after the time they were due */
    uint64_t sent;
    uint64_t unsent; /* lost on the way out: the last reason is in `reason` */
    uint64_t reconnects;
    char reason[256];
} weft_control_counters;

typedef struct weft_control_session weft_control_session; /* opaque, the plugin's */

typedef struct weft_control_api {
    uint32_t struct_size;
    uint32_t reserved;

    /* [compile-thread & created] Opens whatever a program listens and sends to, all or nothing: on
     * failure the error names node and span. Sessions of two programs may be open at once (a reload
     * opens the new one before the old one closes): they share ports. Arguments are copied. */
    weft_status (*open)(weft_backend* backend, const weft_control_wish* wish,
                        const weft_control_host* host, weft_control_session** session,
                        weft_error* error);

    /* [frame-thread & open] The values of sink `sink` for a frame; goes out with the next flush. No
     * waiting for the network or a port. */
    weft_status (*send)(weft_control_session* session, uint32_t sink, const double* values,
                        weft_error* error);

    /* [frame-thread & open] The frame is complete: at CLOCK_MONOTONIC second `time` it shows. */
    weft_status (*flush)(weft_control_session* session, double time, weft_error* error);

    /* [frame-thread & open] The program's own tempo, for those that send a clock. May be NULL. */
    void (*tempo)(weft_control_session* session, const weft_control_tempo* tempo);

    /* [any-thread & open] */
    void (*counters)(weft_control_session* session, weft_control_counters* counters);

    /* [compile-thread & open] When it returns, the host's functions are not called any more. NULL
     * is allowed. */
    void (*close)(weft_control_session* session);
} weft_control_api;

#ifdef __cplusplus
}
#endif
#endif
