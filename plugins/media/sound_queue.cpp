#include "sound_queue.h"

#include <algorithm>
#include <cmath>

namespace weft::media {

namespace {

constexpr size_t kBlock = 1024;

// What a 24-bit encoder keeps, rounded here: it would cut off.
void round_to_24_bits(std::vector<float>& samples) {
    constexpr float kFull = 8388608.0f;  // 2^23
    for (float& v : samples) {
        const float scaled = std::isnan(v) ? 0.0f : std::nearbyint(v * kFull);
        v = std::clamp(scaled, -kFull, kFull - 1.0f) / kFull;
    }
}

}  // namespace

Result<SoundQueue> SoundQueue::create(const AVCodecContext& codec, int rate) {
    SoundQueue self;
    self.codec_ = &codec;
    const int channels = codec.ch_layout.nb_channels;
    self.pending_.resize(static_cast<size_t>(channels));
    AVChannelLayout layout = codec.ch_layout;  // the call only reads it, but is not const
    SwrContext* resampler = nullptr;
    const int code = swr_alloc_set_opts2(&resampler, &layout, codec.sample_fmt, codec.sample_rate,
                                         &layout, AV_SAMPLE_FMT_FLTP, rate, 0, nullptr);
    self.resampler_.reset(resampler);
    if (code < 0 || swr_init(resampler) < 0)
        return Failure{WEFT_UNSUPPORTED, "sound at " + std::to_string(rate) +
                                             " Hz cannot be brought to " +
                                             std::to_string(codec.sample_rate) + " Hz"};
    self.fifo_.reset(av_audio_fifo_alloc(codec.sample_fmt, channels, static_cast<int>(kBlock)));
    self.converted_.reset(av_frame_alloc());
    return self;
}

Status SoundQueue::put(const SoundBlock& block) {
    for (uint64_t done = 0; done < block.count;) {
        const uint64_t room = kBlock - pending_[0].size();
        const uint64_t count = std::min(room, block.count - done);
        for (size_t c = 0; c < pending_.size(); ++c) {
            const float* from = block.samples + c * block.channel_stride + done;
            pending_[c].insert(pending_[c].end(), from, from + count);
        }
        done += count;
        if (pending_[0].size() < kBlock) break;
        std::vector<const float*> channels;
        for (std::vector<float>& channel : pending_) {
            if (codec_->bits_per_raw_sample == 24) round_to_24_bits(channel);
            channels.push_back(channel.data());
        }
        if (Status status = convert(channels.data(), static_cast<int>(kBlock)); !status.ok())
            return status;
        for (std::vector<float>& channel : pending_) channel.clear();
    }
    return {};
}

Status SoundQueue::end() {
    ended_ = true;
    std::vector<const float*> channels;
    for (std::vector<float>& channel : pending_) {
        if (codec_->bits_per_raw_sample == 24) round_to_24_bits(channel);
        channels.push_back(channel.data());
    }
    const auto rest = static_cast<int>(pending_[0].size());
    if (rest > 0) {
        if (Status status = convert(channels.data(), rest); !status.ok()) return status;
    }
    return convert(nullptr, 0);  // what the resampler held back
}

Status SoundQueue::convert(const float* const* channels, int count) {
    AVFrame& out = *converted_;
    av_frame_unref(&out);
    out.nb_samples = swr_get_out_samples(resampler_.get(), count);
    if (out.nb_samples <= 0) return {};
    out.format = codec_->sample_fmt;
    av_channel_layout_copy(&out.ch_layout, &codec_->ch_layout);
    int code = av_frame_get_buffer(&out, 0);
    if (code >= 0) {
        // FFmpeg reads bytes, whatever the sample format.
        std::vector<const uint8_t*> bytes;
        for (size_t c = 0; channels && c < pending_.size(); ++c)
            bytes.push_back(reinterpret_cast<const uint8_t*>(channels[c]));
        code = swr_convert(resampler_.get(), out.extended_data, out.nb_samples,
                           channels ? bytes.data() : nullptr, count);
    }
    if (code > 0)
        code = av_audio_fifo_write(fifo_.get(), reinterpret_cast<void**>(out.extended_data), code);
    if (code < 0)
        return Failure{WEFT_UNAVAILABLE, "sound cannot be converted: " + error_text(code)};
    return {};
}

Result<bool> SoundQueue::take(AVFrame& frame) {
    const int available = av_audio_fifo_size(fifo_.get());
    const int size = codec_->frame_size > 0 ? codec_->frame_size : static_cast<int>(kBlock);
    if (available == 0 || (available < size && !ended_)) return false;
    av_frame_unref(&frame);
    const bool pad = available < size && codec_->frame_size > 0 &&
                     !(codec_->codec->capabilities & AV_CODEC_CAP_SMALL_LAST_FRAME);
    const int count = std::min(available, size);
    frame.nb_samples = pad ? size : count;
    frame.format = codec_->sample_fmt;
    frame.sample_rate = codec_->sample_rate;
    av_channel_layout_copy(&frame.ch_layout, &codec_->ch_layout);
    if (const int code = av_frame_get_buffer(&frame, 0); code < 0)
        return Failure{WEFT_UNAVAILABLE, error_text(code)};
    av_audio_fifo_read(fifo_.get(), reinterpret_cast<void**>(frame.extended_data), count);
    if (pad)
        av_samples_set_silence(frame.extended_data, count, size - count,
                               frame.ch_layout.nb_channels, codec_->sample_fmt);
    frame.pts = position_;
    position_ += count;
    return true;
}

}  // namespace weft::media
