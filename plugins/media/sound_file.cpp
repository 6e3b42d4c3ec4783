// WAV (f32, RF64 when it outgrows 4 GiB) and FLAC (24 bits) through libsndfile: exact, and without
// any date or version in the file that would make two renders differ.

#include "output.h"

#include <sndfile.h>

#include <algorithm>
#include <cerrno>
#include <cmath>

namespace weft::media {

namespace {

struct CloseSound {
    void operator()(SNDFILE* file) const { sf_close(file); }
};

// libsndfile takes 32-bit numbers and keeps the upper 24.
int to_24_bits(float sample) {
    constexpr double kFull = 8388608.0;  // 2^23
    const double scaled = std::isnan(sample) ? 0.0 : std::nearbyint(sample * kFull);
    return static_cast<int>(std::clamp(scaled, -kFull, kFull - 1.0)) * 256;
}

class SoundFile : public Output {
public:
    SoundFile(const OutputSettings& settings, std::unique_ptr<AtomicFile> file, SNDFILE* sound)
        : channels_(settings.channels),
          flac_(settings.extension == "flac"),
          file_(std::move(file)),
          sound_(sound) {}

    Status sound(const SoundBlock& block) override {
        constexpr uint64_t kFrames = 4096;
        for (uint64_t done = 0; done < block.count; done += kFrames) {
            const uint64_t count = std::min(kFrames, block.count - done);
            const bool whole = flac_ ? put<int>(block, done, count, integers_, to_24_bits)
                                     : put<float>(block, done, count, floats_,
                                                  [](float sample) { return sample; });
            if (!whole) return failure();
        }
        return {};
    }

    Status finish() override {
        errno = 0;
        if (sf_close(sound_.release()) != 0) return file_->failure(errno ? errno : EIO);
        return file_->commit();
    }

private:
    static sf_count_t write(SNDFILE* sound, const int* samples, sf_count_t count) {
        return sf_writef_int(sound, samples, count);
    }
    static sf_count_t write(SNDFILE* sound, const float* samples, sf_count_t count) {
        return sf_writef_float(sound, samples, count);
    }

    template <class T, class Convert>
    bool put(const SoundBlock& block, uint64_t first, uint64_t count, std::vector<T>& mixed,
             Convert convert) {
        mixed.resize(count * channels_);
        for (uint32_t c = 0; c < channels_; ++c) {
            const float* from = block.samples + c * block.channel_stride + first;
            for (uint64_t i = 0; i < count; ++i) mixed[i * channels_ + c] = convert(from[i]);
        }
        const auto wanted = static_cast<sf_count_t>(count);
        return write(sound_.get(), mixed.data(), wanted) == wanted;
    }

    Failure failure() const {
        const int error = errno;
        if (sf_error(sound_.get()) == SF_ERR_SYSTEM && error) return file_->failure(error);
        return {WEFT_UNAVAILABLE,
                "cannot write '" + file_->path() + "': " +
                    (error == ENOSPC ? "No space left on device" : sf_strerror(sound_.get()))};
    }

    uint32_t channels_;
    bool flac_;
    std::unique_ptr<AtomicFile> file_;
    std::unique_ptr<SNDFILE, CloseSound> sound_;  // before file_ goes
    std::vector<float> floats_;
    std::vector<int> integers_;
};

}  // namespace

OpenedOutput open_sound_file(const OutputSettings& settings) {
    if (settings.channels == 0) return Failure{WEFT_INVALID, "a sound file needs a channel"};
    const bool flac = settings.extension == "flac";
    const double rate = settings.rate;
    if (rate < 1 || rate > 1e9 || rate != std::floor(rate))
        return Failure{WEFT_INVALID, "a sound file needs a whole number of samples a second"};

    SF_INFO info = {};
    info.samplerate = static_cast<int>(rate);
    info.channels = static_cast<int>(settings.channels);
    info.format = flac ? SF_FORMAT_FLAC | SF_FORMAT_PCM_24 : SF_FORMAT_RF64 | SF_FORMAT_FLOAT;
    if (!sf_format_check(&info))
        return Failure{WEFT_UNSUPPORTED, settings.extension + " cannot hold " +
                                             std::to_string(settings.channels) + " channels at " +
                                             std::to_string(info.samplerate) + " Hz"};
    Result<std::unique_ptr<AtomicFile>> file = AtomicFile::create(settings.path);
    if (!file.ok()) return file.failure();
    SNDFILE* sound = sf_open_fd((*file)->descriptor(), SFM_WRITE, &info, SF_FALSE);
    if (!sound)
        return Failure{WEFT_UNSUPPORTED,
                       "cannot write '" + settings.path + "': " + sf_strerror(nullptr)};
    // Before the first sample: an RF64 that stays small becomes a plain WAV. Neither holds a PEAK
    // chunk, which is dated, unless one touches that setting of libsndfile.
    sf_command(sound, SFC_RF64_AUTO_DOWNGRADE, nullptr, SF_TRUE);
    return std::unique_ptr<Output>(std::make_unique<SoundFile>(settings, std::move(*file), sound));
}

}  // namespace weft::media
