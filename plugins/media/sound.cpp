#include "sound.h"

#include "grid_store.h"
#include "samples.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>

namespace weft::media {

namespace {

// A file may promise a little more than it holds (encoder padding) without being broken.
constexpr double kShortfall = 0.1;  // seconds

class SoundSource : public Source {
public:
    explicit SoundSource(uint32_t planes, uint32_t outputs) : planes_(planes), outputs_(outputs) {}

    // A mono file serves every output from its one plane.
    weft_handle handle(uint32_t output) const override {
        return store.handle(std::min(output, planes_ - 1));
    }
    Status values(uint32_t output, const weft_points& points, double* values) override {
        if (output >= outputs_) return Failure{WEFT_INVALID, "no such output"};
        store.read(std::min(output, planes_ - 1), points, values);
        return {};
    }
    Status execute(const weft_frame&) override { return {}; }

    GridStore store;

private:
    uint32_t planes_;
    uint32_t outputs_;
};

struct DecodedSound {
    std::vector<std::vector<float>> channels;
    int rate = 0;
    double start = 0;  // seconds after the file's first picture, 0 without pictures
};

// Seconds from the first picture of the film to `pts` of the sound, in whole samples.
double start_in_film(const Container& container, const AVStream& sound, int64_t pts, int rate) {
    if (container.kind() != Kind::kFilm || pts == AV_NOPTS_VALUE) return 0;
    const AVStream& film = container.stream(container.picture_stream());
    if (film.start_time == AV_NOPTS_VALUE) return 0;
    const double seconds = static_cast<double>(pts) * av_q2d(sound.time_base) -
                           static_cast<double>(film.start_time) * av_q2d(film.time_base);
    return std::round(seconds * rate) / rate;
}

// The last position of Ogg Vorbis says how much of its last block counts.
void trim_ogg_vorbis(const Container& container, DecodedSound& sound) {
    const AVStream& stream = container.stream(container.sound_stream());
    if (!is_ogg_vorbis(container, container.sound_stream())) return;
    if (stream.duration == AV_NOPTS_VALUE || stream.start_time == AV_NOPTS_VALUE) return;
    constexpr int64_t kLongestBlock = 8192;
    const bool from_beginning = stream.start_time >= 0 && stream.start_time < kLongestBlock;
    const int64_t last = stream.duration + (from_beginning ? stream.start_time : 0);
    for (std::vector<float>& channel : sound.channels)
        channel.resize(
            std::min<size_t>(channel.size(), static_cast<size_t>(std::max(last, int64_t{0}))));
}

Result<DecodedSound> decode(Container& container, uint32_t outputs) {
    const AVStream& stream = container.stream(container.sound_stream());
    Result<Decoder> decoder = Decoder::open(container, container.sound_stream(), 1, false);
    if (!decoder.ok()) return decoder.failure();
    DecodedSound sound;
    const Owned<AVFrame> frame(av_frame_alloc());
    for (;;) {
        Result<bool> got = decoder->next(*frame);
        if (!got.ok()) return got.failure();
        if (!*got) break;
        const auto channels = static_cast<uint32_t>(frame->ch_layout.nb_channels);
        if (sound.channels.empty()) {
            if (channels == 0 || frame->sample_rate <= 0)
                return container.failure(WEFT_INVALID, "has sound without channels or rate");
            if (outputs > channels && channels > 1)
                return container.failure(WEFT_INVALID, "has " + std::to_string(channels) +
                                                           " channels; " + std::to_string(outputs) +
                                                           " outputs are asked for");
            sound.channels.resize(std::min(outputs, channels));
            sound.rate = frame->sample_rate;
            sound.start = start_in_film(container, stream, frame->pts, sound.rate);
        }
        if (frame->sample_rate != sound.rate || channels < sound.channels.size())
            return container.failure(WEFT_UNSUPPORTED,
                                     "changes its rate or number of channels on the way");
        if (Status status = append_samples(*frame, sound.channels); !status.ok())
            return container.failure(status.failure().code, "has " + status.failure().message);
        const uint64_t bytes = sound.channels[0].size() * sound.channels.size() * sizeof(float);
        if (bytes > container.limits().plane_bytes)
            return container.failure(WEFT_INVALID,
                                     "is too long: more than " +
                                         std::to_string(container.limits().plane_bytes >> 20) +
                                         " MiB of samples");
        av_frame_unref(frame.get());
    }
    if (!sound.channels.empty()) trim_ogg_vorbis(container, sound);
    if (sound.channels.empty() || sound.channels[0].empty())
        return container.failure(WEFT_INVALID, "holds no sound that can be decoded");
    return sound;
}

void warn_if_short(const Container& container, const DecodedSound& sound,
                   const Services& services) {
    const AVStream& stream = container.stream(container.sound_stream());
    if (stream.duration == AV_NOPTS_VALUE) return;
    const double promised = static_cast<double>(stream.duration) * av_q2d(stream.time_base);
    const double found = static_cast<double>(sound.channels[0].size()) / sound.rate;
    if (found + kShortfall >= promised) return;
    char numbers[96];
    std::snprintf(numbers, sizeof numbers, "%.3f of %.3f s could be read", found, promised);
    services.warn("'" + container.name() + "' is damaged or truncated: " + numbers);
}

weft_axis time_axis(const DecodedSound& sound, uint32_t wrap) {
    weft_axis axis = {};
    axis.field = WEFT_FIELD_TIME;
    axis.filter = WEFT_FILTER_LINEAR;
    axis.wrap = wrap;
    axis.count = sound.channels[0].size();
    axis.origin = sound.start;
    axis.step = 1.0 / sound.rate;
    axis.stride = sizeof(float);
    return axis;
}

}  // namespace

OpenedSource open_sound(Container& container, const Services& services, uint32_t outputs,
                        uint32_t wrap) {
    Result<DecodedSound> sound = decode(container, outputs);
    if (!sound.ok()) return sound.failure();
    warn_if_short(container, *sound, services);

    const auto planes = static_cast<uint32_t>(sound->channels.size());
    auto source = std::make_unique<SoundSource>(planes, outputs);
    weft_grid grid = {};
    grid.format = WEFT_FORMAT_F32;
    grid.axis_count = 1;
    grid.axes[0] = time_axis(*sound, wrap);
    GridStore& store = source->store;
    if (Status status = store.allocate(services, grid, planes); !status.ok())
        return status.failure();
    for (uint32_t c = 0; c < planes; ++c)
        std::memcpy(store.floats() + c * store.plane_floats(), sound->channels[c].data(),
                    sound->channels[c].size() * sizeof(float));
    return std::unique_ptr<Source>(std::move(source));
}

}  // namespace weft::media
