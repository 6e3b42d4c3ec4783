// Which encoders a film or compressed sound file uses, opened and set so that the same input gives
// the same bytes, on any machine and with any number of cores.
#pragma once

#include "ffmpeg.h"
#include "output.h"

namespace weft::media {

// FFmpeg's name of the container.
[[nodiscard]] const char* muxer_name(const OutputSettings& settings);

struct EncoderChoice {
    Owned<AVCodecContext> codec;
    Owned<AVBSFContext> filter;  // may be null; its output is what the file holds
};

// `global_header`: the container keeps the codec's head itself.
[[nodiscard]] Result<EncoderChoice> open_picture_encoder(const OutputSettings& settings,
                                                         bool global_header);
[[nodiscard]] Result<EncoderChoice> open_sound_encoder(const OutputSettings& settings,
                                                       bool global_header);

}  // namespace weft::media
