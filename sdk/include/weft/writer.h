/* Extension "weft.writer/1": media files as outputs. The host makes the pictures and the sound,
 * the writer encodes them. Files appear under their final name only when they are whole. */
#ifndef WEFT_WRITER_H
#define WEFT_WRITER_H

#include "abi.h"

#ifdef __cplusplus
extern "C" {
#endif

#define WEFT_WRITER_EXTENSION "weft.writer/1" /* stable */

#define WEFT_WRITES_PICTURE 1u  /* one picture a file */
#define WEFT_WRITES_PICTURES 2u /* film */
#define WEFT_WRITES_SOUND 4u
#define WEFT_WRITES_TABLE 8u

typedef struct weft_writer_format {
    weft_str extension; /* "png", lower case, no dot */
    uint32_t writes;
    uint32_t picture_format; /* WEFT_FORMAT_RGBA8, _RGBA16 or _F32 (planar r g b a) wanted */
    weft_str summary;
} weft_writer_format;

typedef struct weft_writer_options {
    uint32_t struct_size;
    uint32_t picture_format; /* layout of the memory given to write_picture */
    uint64_t width;          /* 0: no pictures */
    uint64_t height;
    double fps;
    double rate;           /* samples a second */
    uint32_t channels;     /* 0: no sound */
    uint32_t has_alpha;    /* 0: alpha is 1 everywhere and may be left out */
    uint32_t quality;      /* 0: the format's default; else 1..100 */
    uint32_t column_count; /* tables */
    const weft_str* columns;
} weft_writer_options;

typedef struct weft_writer weft_writer; /* opaque */

/* One file is written from one thread at a time; several files at once are allowed. */
typedef struct weft_writer_api {
    uint32_t struct_size;
    uint32_t format_count;
    const weft_writer_format* formats; /* static */

    /* [worker] Creates a temporary file beside `path`. */
    weft_status (*open)(weft_str path, const weft_writer_options* options, weft_writer** writer,
                        weft_error* error);
    /* [worker & open] RGBA8/RGBA16: row_stride bytes a row; F32: four planes, plane_stride bytes
     * apart. */
    weft_status (*picture)(weft_writer* writer, const void* pixels, uint64_t row_stride,
                           uint64_t plane_stride, weft_error* error);
    /* [worker & open] Planar f32: channel c at samples + c * channel_stride (in samples). */
    weft_status (*sound)(weft_writer* writer, const float* samples, uint64_t count,
                         uint64_t channel_stride, weft_error* error);
    /* [worker & open] One row of a table: column_count numbers. */
    weft_status (*row)(weft_writer* writer, const double* values, weft_error* error);
    /* [worker & open] Completes the file and gives it its name (rename). Frees the writer, also on
     * failure. */
    weft_status (*finish)(weft_writer* writer, weft_error* error);
    /* [worker & open] Removes the temporary file. Frees the writer. NULL is allowed. */
    void (*abort)(weft_writer* writer);
} weft_writer_api;

#ifdef __cplusplus
}
#endif
#endif
