/* Weft inside a C program: a picture and a second of sound of a program, with parameters set.
 *
 * usage: picture_and_sound PROGRAM.weft PICTURE.ppm SOUND.wav [PARAMETER=NUMBER...]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <weft/weft.h>

static weft_error error = {sizeof error, WEFT_OK, "", "", {WEFT_NO_FILE, 0, 0}};

static int failed(const char* what) {
    fprintf(stderr, "%s: %s\n", what, error.message);
    return 1;
}

/* Whatever there is to say of the program, with its place and the line it stands on. */
static void tell(weft_show* show) {
    weft_diagnostic said = {0};
    uint32_t i;
    said.struct_size = sizeof said;
    for (i = 0; i < weft_show_diagnostic_count(show); ++i) {
        if (weft_show_diagnostic(show, i, &said, NULL) == WEFT_OK) {
            printf("line %u, column %u: %.*s\n", (unsigned)said.line, (unsigned)said.column,
                   (int)said.message.size, said.message.data);
            fwrite(said.text.data, 1, said.text.size, stderr);
        }
    }
}

/* "rings@count=3" */
static int set_parameter(weft_show* show, const char* text) {
    const char* equals = strchr(text, '=');
    weft_str name = {text, 0};
    if (equals == NULL) {
        fprintf(stderr, "%s: expected PARAMETER=NUMBER\n", text);
        return 1;
    }
    name.size = (uint64_t)(equals - text);
    return weft_show_set_param(show, name, atof(equals + 1), &error) == WEFT_OK ? 0 : failed(text);
}

static void list_parameters(weft_show* show, uint32_t count) {
    weft_param_info param = {0};
    uint32_t i;
    param.struct_size = sizeof param;
    for (i = 0; i < count; ++i) {
        if (weft_show_param(show, i, &param, NULL) == WEFT_OK) {
            printf("%.*s = %g, of %g to %g\n", (int)param.name.size, param.name.data, param.value,
                   param.low, param.high);
        }
    }
}

/* The first picture. A .ppm has no alpha. */
static int write_picture(weft_show* show, const weft_show_info* info, const char* path) {
    weft_picture picture = {0};
    const uint64_t pixels = (uint64_t)info->width * info->height;
    unsigned char* memory = malloc(pixels * 4);
    FILE* file = fopen(path, "wb");
    weft_status status = WEFT_INTERNAL;
    uint64_t i;
    picture.struct_size = sizeof picture;
    picture.pixels = WEFT_PIXELS_RGBA8;
    picture.data = memory;
    picture.size = pixels * 4;
    if (memory != NULL && file != NULL) {
        status = weft_show_picture(show, &picture, &error);
    }
    if (status == WEFT_OK) {
        fprintf(file, "P6\n%u %u\n255\n", (unsigned)info->width, (unsigned)info->height);
        for (i = 0; i < pixels; ++i) {
            fwrite(memory + i * 4, 1, 3, file);
        }
    }
    free(memory);
    if (file != NULL && fclose(file) != 0) {
        status = WEFT_INTERNAL;
    }
    return status == WEFT_OK ? 0 : failed(path);
}

static void write_number(FILE* file, uint32_t number, int bytes) {
    for (; bytes > 0; --bytes, number >>= 8) {
        fputc((int)(number & 255), file);
    }
}

/* A .wav of 32 bit floats (on a machine that stores the lowest byte first). */
static void write_header(FILE* file, uint32_t rate, uint32_t channels, uint32_t samples) {
    const uint32_t bytes = samples * channels * 4;
    fputs("RIFF", file);
    write_number(file, 36 + bytes, 4);
    fputs("WAVEfmt ", file);
    write_number(file, 16, 4);
    write_number(file, 3, 2);
    write_number(file, channels, 2);
    write_number(file, rate, 4);
    write_number(file, rate * channels * 4, 4);
    write_number(file, channels * 4, 2);
    write_number(file, 32, 2);
    fputs("data", file);
    write_number(file, bytes, 4);
}

/* One second, stereo, in blocks as a sound device would ask for them. */
#define BLOCK 256
static int write_sound(weft_show* show, const weft_show_info* info, const char* path) {
    static float block[BLOCK * 2];
    float* const channels[2] = {block, block + 1};
    const uint32_t samples = (uint32_t)info->rate;
    weft_sound sound = {0};
    weft_status status = WEFT_OK;
    uint32_t done = 0;
    FILE* file = fopen(path, "wb");
    if (file == NULL) {
        return failed(path);
    }
    write_header(file, (uint32_t)info->rate, 2, samples);
    sound.struct_size = sizeof sound;
    sound.channel_count = 2;
    sound.channels = channels;
    sound.stride = 2;
    sound.first = WEFT_SOUND_NEXT;
    while (status == WEFT_OK && done < samples) {
        sound.count = samples - done < BLOCK ? samples - done : BLOCK;
        status = weft_show_sound(show, &sound, &error);
        fwrite(block, 2 * sizeof(float), sound.count, file);
        done += (uint32_t)sound.count;
    }
    if (fclose(file) != 0) {
        status = WEFT_INTERNAL;
    }
    return status == WEFT_OK ? 0 : failed(path);
}

static int run(weft_show* show, int argc, char** argv) {
    weft_load load = {0};
    weft_show_info info = {0};
    weft_status status;
    int i;
    load.struct_size = sizeof load;
    load.file = weft_text(argv[1]);
    load.flags = WEFT_LOAD_PICTURES | WEFT_LOAD_SOUND;
    status = weft_show_load(show, &load, &error);
    tell(show);
    if (status != WEFT_OK) {
        return 1;
    }
    info.struct_size = sizeof info;
    if (weft_show_describe(show, &info, &error) != WEFT_OK) {
        return failed(argv[1]);
    }
    for (i = 4; i < argc; ++i) {
        if (set_parameter(show, argv[i]) != 0) {
            return 1;
        }
    }
    list_parameters(show, info.param_count);
    return write_picture(show, &info, argv[2]) != 0 || write_sound(show, &info, argv[3]) != 0;
}

int main(int argc, char** argv) {
    weft_engine* engine = NULL;
    weft_show* show = NULL;
    int code = 1;
    if (argc < 4) {
        fprintf(stderr, "usage: %s PROGRAM.weft PICTURE.ppm SOUND.wav [PARAMETER=NUMBER...]\n",
                argv[0]);
        return 2;
    }
    if (weft_engine_create(NULL, &engine, &error) != WEFT_OK ||
        weft_show_create(engine, &show, &error) != WEFT_OK) {
        failed("weft");
    } else {
        code = run(show, argc, argv);
    }
    weft_show_destroy(show);
    weft_engine_destroy(engine);
    return code;
}
