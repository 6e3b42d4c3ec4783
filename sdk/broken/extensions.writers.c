/* It gives a file its name at once, and leaves it there when it is given up. */
#define NAME "extensions.writers"
#include "memory.h"

#include <weft/writer.h>

struct weft_writer {
    FILE* file;
    uint32_t columns;
};

static weft_status open_file(weft_str path, const weft_writer_options* options,
                             weft_writer** writer, weft_error* error) {
    char name[4096];
    *writer = NULL;
    if (path.size >= sizeof name) return fail(error, WEFT_INVALID, "the path is too long");
    memcpy(name, path.data, path.size);
    name[path.size] = '\0';
    weft_writer* w = calloc(1, sizeof *w);
    if (!w) return fail(error, WEFT_INTERNAL, "out of memory");
    w->file = fopen(name, "w");
    w->columns = options->column_count;
    if (!w->file) {
        free(w);
        return fail(error, WEFT_UNAVAILABLE, "cannot write it");
    }
    *writer = w;
    return WEFT_OK;
}

static weft_status picture(weft_writer* writer, const void* pixels, uint64_t row_stride,
                           uint64_t plane_stride, weft_error* error) {
    (void)writer;
    (void)pixels;
    (void)row_stride;
    (void)plane_stride;
    return fail(error, WEFT_UNSUPPORTED, "tables have no pictures");
}

static weft_status sound(weft_writer* writer, const float* samples, uint64_t count,
                         uint64_t channel_stride, weft_error* error) {
    (void)writer;
    (void)samples;
    (void)count;
    (void)channel_stride;
    return fail(error, WEFT_UNSUPPORTED, "tables have no sound");
}

static weft_status row(weft_writer* writer, const double* values, weft_error* error) {
    (void)error;
    for (uint32_t c = 0; c < writer->columns; ++c)
        fprintf(writer->file, "%s%.17g", c ? "," : "", values[c]);
    fputc('\n', writer->file);
    return WEFT_OK;
}

static void give_up(weft_writer* writer) {
    if (writer) fclose(writer->file);
    free(writer);
}

static weft_status finish(weft_writer* writer, weft_error* error) {
    (void)error;
    give_up(writer);
    return WEFT_OK;
}

static const void* extension(weft_str id) {
    static const weft_writer_format formats[] = {
        {STR("csv"), WEFT_WRITES_TABLE, 0, STR("a table")}};
    static const weft_writer_api table = {
        sizeof(weft_writer_api), 1, formats, open_file, picture, sound, row, finish, give_up};
    return is_id(id, WEFT_WRITER_EXTENSION) ? &table : NULL;
}

#define EXTENSION extension
#include "table.h"
