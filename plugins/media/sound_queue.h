// Sound on its way into an encoder: planar f32 of any block size in, frames of the encoder's size,
// sample format and rate out. Blocks are cut to one length first, so that the way the host hands
// sound over cannot change a bit of the file.
#pragma once

#include "ffmpeg.h"
#include "output.h"

extern "C" {
#include <libavutil/audio_fifo.h>
}

#include <vector>

namespace weft::media {

class SoundQueue {
public:
    // `rate`: samples a second of what is put in.
    [[nodiscard]] static Result<SoundQueue> create(const AVCodecContext& codec, int rate);

    [[nodiscard]] Status put(const SoundBlock& block);
    // No more will be put in.
    [[nodiscard]] Status end();
    // Fills the next frame, with its time stamp; false when there is not enough yet, or no more.
    [[nodiscard]] Result<bool> take(AVFrame& frame);

private:
    struct FreeFifo {
        void operator()(AVAudioFifo* fifo) const { av_audio_fifo_free(fifo); }
    };

    [[nodiscard]] Status convert(const float* const* channels, int count);

    const AVCodecContext* codec_ = nullptr;
    Owned<SwrContext> resampler_;
    std::unique_ptr<AVAudioFifo, FreeFifo> fifo_;
    Owned<AVFrame> converted_;
    std::vector<std::vector<float>> pending_;  // a channel each, less than a block
    bool ended_ = false;
    int64_t position_ = 0;  // in samples of the encoder
};

}  // namespace weft::media
