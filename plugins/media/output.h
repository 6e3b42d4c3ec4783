// A file being written, whatever its format. Destroying one that was not finished removes it.
#pragma once

#include "atomic_file.h"
#include "raster.h"
#include "result.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace weft::media {

// What the host says of the file before it begins.
struct OutputSettings {
    std::string path;
    std::string extension;  // lower case
    uint32_t picture_format = 0;
    uint64_t width = 0;
    uint64_t height = 0;
    double fps = 0;
    double rate = 0;
    uint32_t channels = 0;
    bool has_alpha = true;
    uint32_t quality = 0;  // 0: the format's default; else 1..100
    std::vector<std::string> columns;
};

// Samples of all channels, planar.
struct SoundBlock {
    const float* samples = nullptr;
    uint64_t count = 0;
    uint64_t channel_stride = 0;  // in samples
};

class Output {
public:
    virtual ~Output() = default;
    [[nodiscard]] virtual Status picture(const Raster&) { return unexpected("pictures"); }
    [[nodiscard]] virtual Status sound(const SoundBlock&) { return unexpected("sound"); }
    [[nodiscard]] virtual Status row(const double*) { return unexpected("tables"); }
    [[nodiscard]] virtual Status finish() = 0;

private:
    static Failure unexpected(const char* what) {
        return {WEFT_INVALID, std::string("this file format holds no ") + what};
    }
};

using OpenedOutput = Result<std::unique_ptr<Output>>;

[[nodiscard]] OpenedOutput open_png(const OutputSettings& settings);
[[nodiscard]] OpenedOutput open_pfm(const OutputSettings& settings);
[[nodiscard]] OpenedOutput open_coded_picture(const OutputSettings& settings);  // jpg exr tif bmp
[[nodiscard]] OpenedOutput open_sound_file(const OutputSettings& settings);     // wav flac
[[nodiscard]] OpenedOutput open_stream_file(const OutputSettings& settings);    // films, ogg, mp3
[[nodiscard]] OpenedOutput open_table(const OutputSettings& settings);          // csv json

}  // namespace weft::media
