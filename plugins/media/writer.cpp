#include "writer.h"

#include "guarded.h"
#include "output.h"

#include <weft/grid.h>

#include <algorithm>
#include <cmath>

struct weft_writer {
    weft::media::OutputSettings settings;
    std::unique_ptr<weft::media::Output> output;
};

namespace weft::media {

namespace {

constexpr weft_str literal(std::string_view view) {
    return {view.data(), view.size()};
}

struct Format {
    weft_writer_format described;
    OpenedOutput (*open)(const OutputSettings&);
};

constexpr Format make(std::string_view extension, uint32_t writes, uint32_t picture_format,
                      std::string_view summary, OpenedOutput (*open)(const OutputSettings&)) {
    return {{literal(extension), writes, picture_format, literal(summary)}, open};
}

constexpr uint32_t kFilm = WEFT_WRITES_PICTURES | WEFT_WRITES_SOUND;
constexpr uint32_t k8 = WEFT_FORMAT_RGBA8;
constexpr uint32_t k16 = WEFT_FORMAT_RGBA16;
constexpr uint32_t kFloat = WEFT_FORMAT_F32;

// The manifest repeats these.
constexpr Format kFormats[] = {
    make("png", WEFT_WRITES_PICTURE, k8, "PNG, 8 or 16 bits", open_png),
    make("jpg", WEFT_WRITES_PICTURE, k8, "JPEG", open_coded_picture),
    make("jpeg", WEFT_WRITES_PICTURE, k8, "JPEG", open_coded_picture),
    make("exr", WEFT_WRITES_PICTURE, kFloat, "OpenEXR, 32-bit float", open_coded_picture),
    make("pfm", WEFT_WRITES_PICTURE, kFloat, "portable float map, no alpha", open_pfm),
    make("tif", WEFT_WRITES_PICTURE, k16, "TIFF, 16 bits", open_coded_picture),
    make("tiff", WEFT_WRITES_PICTURE, k16, "TIFF, 16 bits", open_coded_picture),
    make("bmp", WEFT_WRITES_PICTURE, k8, "BMP", open_coded_picture),
    make("wav", WEFT_WRITES_SOUND, k8, "WAV, 32-bit float", open_sound_file),
    make("flac", WEFT_WRITES_SOUND, k8, "FLAC, 24 bits", open_sound_file),
    make("ogg", WEFT_WRITES_SOUND, k8, "Ogg Vorbis", open_stream_file),
    make("mp3", WEFT_WRITES_SOUND, k8, "MP3", open_stream_file),
    make("mp4", kFilm, k8, "H.264 and AAC", open_stream_file),
    make("mov", kFilm, k8, "H.264 and AAC", open_stream_file),
    make("mkv", kFilm, k8, "H.264 and FLAC", open_stream_file),
    make("webm", kFilm, k8, "VP9 and Opus", open_stream_file),
    make("apng", WEFT_WRITES_PICTURES, k8, "animated PNG", open_stream_file),
    make("csv", WEFT_WRITES_TABLE, k8, "comma-separated values", open_table),
    make("json", WEFT_WRITES_TABLE, k8, "an array of objects", open_table),
};

struct FormatTable {
    weft_writer_format formats[std::size(kFormats)];
};

constexpr FormatTable describe_all() {
    FormatTable table = {};
    for (size_t i = 0; i < std::size(kFormats); ++i) table.formats[i] = kFormats[i].described;
    return table;
}

constexpr FormatTable kTable = describe_all();

// "png" of "a/b.PNG".
std::string extension_of(std::string_view path) {
    const size_t slash = path.find_last_of('/');
    const std::string_view name = slash == std::string_view::npos ? path : path.substr(slash + 1);
    const size_t dot = name.find_last_of('.');
    if (dot == std::string_view::npos) return "";
    std::string extension(name.substr(dot + 1));
    for (char& c : extension)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return extension;
}

Status check(const OutputSettings& settings, uint32_t writes) {
    constexpr uint64_t kMaxSide = 1u << 20;  // far beyond what memory holds, well within an int
    const bool has_picture = settings.width && settings.height;
    const bool sound_will_do = writes & WEFT_WRITES_SOUND && settings.channels > 0;
    const bool pictures = writes & (WEFT_WRITES_PICTURE | WEFT_WRITES_PICTURES) && !sound_will_do;
    if (settings.width > kMaxSide || settings.height > kMaxSide)
        return Failure{WEFT_INVALID, "a picture of " + std::to_string(settings.width) + "x" +
                                         std::to_string(settings.height) + " is too large"};
    if (pictures && !has_picture)
        return Failure{WEFT_INVALID, "'" + settings.path + "' needs pictures; there are none"};
    if (writes & WEFT_WRITES_PICTURES && has_picture &&
        !(settings.fps > 0 && std::isfinite(settings.fps)))
        return Failure{WEFT_INVALID, "a film needs frames a second above 0"};
    if (settings.channels && !(settings.rate > 0 && std::isfinite(settings.rate)))
        return Failure{WEFT_INVALID, "sound needs samples a second above 0"};
    if (settings.picture_format != WEFT_FORMAT_RGBA8 &&
        settings.picture_format != WEFT_FORMAT_RGBA16 && settings.picture_format != WEFT_FORMAT_F32)
        return Failure{WEFT_UNSUPPORTED, "pictures are written from RGBA8, RGBA16 or F32"};
    return {};
}

OpenedOutput open_output(const OutputSettings& settings) {
    for (const Format& format : kFormats) {
        if (view(format.described.extension) != settings.extension) continue;
        if (Status status = check(settings, format.described.writes); !status.ok())
            return status.failure();
        return format.open(settings);
    }
    return Failure{WEFT_UNSUPPORTED, "no file format '." + settings.extension + "' of '" +
                                         settings.path + "' is known"};
}

weft_status open(weft_str path, const weft_writer_options* options, weft_writer** writer,
                 weft_error* error) {
    *writer = nullptr;
    return guarded(error, [&]() -> Status {
        auto made = std::make_unique<weft_writer>();
        OutputSettings& settings = made->settings;
        settings.path = view(path);
        settings.extension = extension_of(settings.path);
        settings.picture_format = options->picture_format;
        settings.width = options->width;
        settings.height = options->height;
        settings.fps = options->fps;
        settings.rate = options->rate;
        settings.channels = options->channels;
        settings.has_alpha = options->has_alpha != 0;
        settings.quality = options->quality;
        for (uint32_t i = 0; i < options->column_count; ++i)
            settings.columns.emplace_back(view(options->columns[i]));
        OpenedOutput output = open_output(settings);
        if (!output.ok()) return output.failure();
        made->output = std::move(*output);
        *writer = made.release();
        return {};
    });
}

weft_status picture(weft_writer* writer, const void* pixels, uint64_t row_stride,
                    uint64_t plane_stride, weft_error* error) {
    return guarded(error, [&] {
        const OutputSettings& settings = writer->settings;
        return writer->output->picture({pixels, settings.picture_format, settings.width,
                                        settings.height, row_stride, plane_stride});
    });
}

weft_status sound(weft_writer* writer, const float* samples, uint64_t count,
                  uint64_t channel_stride, weft_error* error) {
    return guarded(error, [&] { return writer->output->sound({samples, count, channel_stride}); });
}

weft_status row(weft_writer* writer, const double* values, weft_error* error) {
    return guarded(error, [&] { return writer->output->row(values); });
}

weft_status finish(weft_writer* writer, weft_error* error) {
    const std::unique_ptr<weft_writer> owner(writer);
    return guarded(error, [&] { return writer->output->finish(); });
}

void abort_writer(weft_writer* writer) {
    delete writer;
}

constexpr weft_writer_api kApi = {
    sizeof(weft_writer_api),
    std::size(kFormats),
    kTable.formats,
    open,
    picture,
    sound,
    row,
    finish,
    abort_writer,
};

}  // namespace

const weft_writer_api* writer_api() {
    return &kApi;
}

}  // namespace weft::media
