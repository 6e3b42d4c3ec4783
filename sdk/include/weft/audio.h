/* "weft.audio/1": sound devices. The host computes the sound; a plugin carries it to a device and
 * brings what a device hears. It opens devices and keeps time, and knows nothing of programs. */
#ifndef WEFT_AUDIO_H
#define WEFT_AUDIO_H

#include "backend.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WEFT_AUDIO_EXTENSION "weft.audio/1" /* draft */

#define WEFT_AUDIO_DEFAULT_OUTPUT 1u
#define WEFT_AUDIO_DEFAULT_INPUT 2u
typedef struct weft_audio_device {
    uint32_t struct_size;
    uint32_t flags;
    uint32_t inputs; /* channels */
    uint32_t outputs;
    double rate;    /* its own, samples a second */
    double latency; /* seconds, the lowest it offers for output */
    char api[64];   /* "JACK", "ALSA" */
    char name[256];
} weft_audio_device;

#define WEFT_AUDIO_LATER                                                      \
    1u /* where there is no device at all: open nevertheless, WEFT_AUDIO_AWAY \
          until there is one, at `rate`, which is not 0 */

/* What is wanted. Devices are chosen by "API: name", or a part of either that one device matches;
 * empty is the default device. Several matches are an error that lists them. */
typedef struct weft_audio_wish {
    uint32_t struct_size;
    uint32_t block; /* samples a block; 0: the device's choice */
    double rate;    /* samples a second; 0: the device's own */
    weft_str output;
    weft_str input;
    uint32_t output_channels; /* 0: nothing is played; more than the device has: those are dropped,
                                 which the log says */
    uint32_t input_channels;
    const uint32_t* output_map; /* by channel, the device's channel from 0; NULL: as they come */
    const uint32_t* input_map;
    weft_str client; /* name under which a sound server shows us; empty: "weft" */
    uint32_t flags;  /* WEFT_AUDIO_LATER */
    uint32_t reserved;
} weft_audio_wish;

/* What happened since the block before. */
#define WEFT_AUDIO_UNDERRUN 1u /* samples of ours came too late */
#define WEFT_AUDIO_OVERRUN 2u  /* samples of the device were lost */
#define WEFT_AUDIO_RESUMED 4u  /* the device was away, or is another: time has passed */

typedef struct weft_audio_block {
    uint32_t struct_size;
    uint32_t flags;
    uint64_t count;            /* samples */
    const float* const* input; /* by channel; zeros for channels that the device lacks */
    float* const* output;      /* by channel; zeroed before the call */
    double output_time;        /* CLOCK_MONOTONIC seconds at which the first sample is heard */
    double input_time;         /* ... at which the first sample was heard by the device */
} weft_audio_block;

/* [audio-thread & open] Must not allocate, lock, nor call the system. */
typedef void (*weft_audio_process)(void* user, const weft_audio_block* block);

#define WEFT_AUDIO_RUNNING 0u
#define WEFT_AUDIO_AWAY \
    1u /* the device went, or did not come yet; the plugin looks for it by itself */

typedef struct weft_audio_state {
    uint32_t struct_size;
    uint32_t state;
    double rate;
    double input_latency; /* seconds */
    double output_latency;
    double load;    /* of the time there is for a block, 0..1 and above */
    uint64_t block; /* samples of a block, the largest so far */
    uint64_t blocks;
    uint64_t underruns;
    uint64_t overruns;
    uint64_t losses;      /* times the device went */
    double last_xrun;     /* CLOCK_MONOTONIC seconds; 0: none */
    char device[256];     /* "API: name" */
    char reason[256];     /* AWAY: why, one line */
    uint64_t slow_blocks; /* whose `process` took longer than they last: underruns of our making */
} weft_audio_state;

typedef struct weft_audio_stream weft_audio_stream; /* opaque, the plugin's */

typedef struct weft_audio_api {
    uint32_t struct_size;
    uint32_t reserved;

    /* [main-thread & created] The devices there are now: fills up to `capacity`, returns how many
     * there are.
     */
    uint32_t (*devices)(weft_backend* backend, weft_audio_device* devices, uint32_t capacity);

    /* [main-thread & created] Opens and starts. `process` is called from then on until close
     * returns, by one thread at a time; not while the device is away. WEFT_INVALID: no such device,
     * or several, or it does not offer that rate: the message lists what there is.
     * WEFT_UNAVAILABLE: there is no device at all, and none is waited for. WEFT_UNSUPPORTED: output
     * and input are not one device's, and are to be opened as two streams, each of which goes by
     * its own clock. */
    weft_status (*open)(weft_backend* backend, const weft_audio_wish* wish,
                        weft_audio_process process, void* user, weft_audio_stream** stream,
                        weft_error* error);

    /* [any-thread & open] */
    void (*state)(weft_audio_stream* stream, weft_audio_state* state);

    /* [main-thread & open] NULL is allowed. */
    void (*close)(weft_audio_stream* stream);
} weft_audio_api;

#ifdef __cplusplus
}
#endif
#endif
