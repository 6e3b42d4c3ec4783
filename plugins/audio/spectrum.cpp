#include "spectrum.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace weft::audio {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kMostBins = 1 << 20;
constexpr double kMostSlots = 1 << 20;
constexpr std::int64_t kNone = INT64_MIN;

double number(const weft_source& source, std::string_view name, double otherwise) {
    for (const weft_arg& arg : cpp::list(source.args, source.arg_count))
        if (arg.kind == WEFT_ARG_NUMBER && cpp::view(arg.name) == name) return arg.number;
    return otherwise;
}

std::uint64_t whole(const weft_source& source, std::string_view name, double otherwise, double low,
                    double high) {
    const double value = number(source, name, otherwise);
    if (!(value >= low && value <= high))
        throw cpp::Failure(WEFT_INVALID, "a spectrum cannot have " + std::to_string(value) + " " +
                                             (name.empty() ? "bins" : std::string(name)));
    return static_cast<std::uint64_t>(value);
}

std::int64_t quotient(std::int64_t a, std::int64_t b) {
    return a / b - (a % b < 0 ? 1 : 0);
}

std::int64_t modulo(std::int64_t a, std::int64_t b) {
    return a - quotient(a, b) * b;
}

// The samples of a strand, where their owner keeps them.
class Samples {
public:
    Samples(const cpp::Host& host, const weft_batch& batch, std::uint64_t input) {
        if (input >= batch.input_count)
            throw cpp::Failure(WEFT_INVALID, "a spectrum of something that is not given");
        const weft_binding binding = host.lookup(batch.inputs[input].id);
        grid_ = binding.handle.grid;
        view_ = binding.handle.view;
        const bool fits = binding.kind == WEFT_HANDLE_HOST && grid_.axis_count == 1 &&
                          grid_.axes[0].wrap == WEFT_WRAP_RING &&
                          grid_.axes[0].tick == WEFT_TICK_SAMPLE &&
                          (grid_.format == WEFT_FORMAT_F32 || grid_.format == WEFT_FORMAT_F64);
        if (!fits)
            throw cpp::Failure(WEFT_UNSUPPORTED, "a spectrum is made of samples in host memory",
                               std::string(cpp::view(batch.inputs[input].node)));
        offset_ = grid_.channel_stride * batch.inputs[input].channel;
    }

    // `count` samples up to `newest`, oldest first; 0 for what is not finite.
    void copy(std::int64_t newest, std::uint64_t count, double* to) const {
        const weft_axis& ring = grid_.axes[0];
        const auto capacity = static_cast<std::int64_t>(ring.capacity);
        std::int64_t slot = modulo(newest - static_cast<std::int64_t>(count) + 1, capacity);
        const auto* data = static_cast<const char*>(view_->data) + offset_;
        for (std::uint64_t i = 0; i < count; ++i) {
            const char* at = data + slot * ring.stride;
            const double value = grid_.format == WEFT_FORMAT_F64
                                     ? *reinterpret_cast<const double*>(at)
                                     : static_cast<double>(*reinterpret_cast<const float*>(at));
            to[i] = std::isfinite(value) ? value : 0;
            slot = slot + 1 == capacity ? 0 : slot + 1;
        }
    }

private:
    weft_grid grid_{};
    const weft_view* view_ = nullptr;
    std::int64_t offset_ = 0;
};

class Spectrum final : public Source {
public:
    Spectrum(const cpp::Host& host, const weft_batch& batch, const weft_source& source)
        : transform_(whole(source, "", 0, 1, kMostBins)),
          samples_(host, batch, whole(source, "weft.input", 0, 0, 1e9)),
          slots_(whole(source, "weft.slots", 1, 1, kMostSlots)),
          held_(slots_, kNone),
          memory_(host.allocate(slots_ * transform_.bins() * sizeof(float),
                                WEFT_MEMORY_SHARED | WEFT_MEMORY_ZEROED)) {
        view_.data = memory_.data();
        view_.tick = -1;
        const auto bins = static_cast<double>(transform_.bins());
        grid_.format = WEFT_FORMAT_F32;
        grid_.channels = 1;
        grid_.channel_stride = static_cast<std::int64_t>(memory_.size());
        grid_.axis_count = 2;
        weft_axis& freq = grid_.axes[0];
        freq.field = WEFT_FIELD_OWN;
        freq.count = transform_.bins();
        freq.step = batch.settings[WEFT_FIELD_RATE] / (2 * bins);
        freq.stride = sizeof(float);
        weft_axis& sample = grid_.axes[1];
        sample.field = WEFT_FIELD_ABSSAMPLE;
        sample.filter = WEFT_FILTER_FLOOR;
        sample.count = slots_;
        sample.step = bins;
        sample.stride = static_cast<std::int64_t>(transform_.bins() * sizeof(float));
    }

    [[nodiscard]] weft_handle handle(std::uint32_t) const override {
        weft_handle handle{};
        handle.struct_size = sizeof handle;
        handle.kind = WEFT_HANDLE_HOST;
        handle.grid = grid_;
        handle.view = &view_;
        handle.memory_fd = memory_.fd();
        handle.memory_size = memory_.size();
        return handle;
    }

    void values(std::uint32_t, const weft_points&, double*) override {
        throw cpp::Failure(WEFT_UNSUPPORTED, "a spectrum is read where it lies");
    }

    void execute(const weft_frame& frame) override {
        if (slots_ == 1) {
            update(0, frame.first_sample, frame.first_sample);
            return;
        }
        const auto hop = static_cast<std::int64_t>(transform_.bins());
        const std::int64_t last =
            frame.first_sample + static_cast<std::int64_t>(frame.sample_count) - 1;
        for (std::int64_t n = quotient(frame.first_sample, hop); n * hop <= last; ++n)
            update(static_cast<std::uint64_t>(modulo(n, static_cast<std::int64_t>(slots_))), n,
                   n * hop);
    }

private:
    // `number` tells what is in a place.
    void update(std::uint64_t slot, std::int64_t number, std::int64_t newest) {
        if (held_[slot] == number) return;
        held_[slot] = number;
        samples_.copy(newest, 2 * transform_.bins(), transform_.samples());
        transform_.run(static_cast<float*>(memory_.data()) + slot * transform_.bins());
        view_.tick = newest;
        ++view_.generation;
    }

    Transform transform_;
    Samples samples_;
    std::uint64_t slots_;
    std::vector<std::int64_t> held_;  // by slot
    cpp::Memory memory_;
    weft_grid grid_{};
    weft_view view_{};
};

}  // namespace

Transform::Transform(std::size_t bins)
    : bins_(bins), fourier_(bins), window_(2 * bins), samples_(2 * bins), waves_(bins) {
    const auto length = static_cast<double>(2 * bins);
    for (std::size_t i = 0; i < window_.size(); ++i)
        window_[i] = 0.5 - 0.5 * std::cos(2 * kPi * static_cast<double>(i) / length);
}

void Transform::run(float* magnitudes) {
    for (std::size_t i = 0; i < samples_.size(); ++i) samples_[i] *= window_[i];
    fourier_.run(samples_.data(), waves_.data());
    // The window's mean is a half, and a sine shares its amplitude with its negative frequency.
    const double scale = 2 / static_cast<double>(bins_);
    magnitudes[0] = static_cast<float>(std::fabs(waves_[0].real()) * scale / 2);
    for (std::size_t i = 1; i < bins_; ++i)
        magnitudes[i] = static_cast<float>(std::abs(waves_[i]) * scale);
}

std::unique_ptr<Source> open_spectrum(const cpp::Host& host, const weft_batch& batch,
                                      const weft_source& source) {
    return std::make_unique<Spectrum>(host, batch, source);
}

}  // namespace weft::audio
