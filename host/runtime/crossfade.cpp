#include "runtime/crossfade.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include <weft/cpp/samples.hpp>

namespace weft::runtime {
namespace {

// Longer blocks are computed in parts.
constexpr std::uint64_t kMostSamples = 1024;

// Stands for a voice that plays nothing, as null stands for none offered.
Voice* silence() {
    static Voice voice;
    return &voice;
}

}  // namespace

// --- Crossfade -----------------------------------------------------------------------------------

Crossfade::Crossfade(double rate)
    : length_(std::max<std::int64_t>(1, std::llround(rate * kSeconds))) {
    weights_.resize(static_cast<std::size_t>(length_));
    for (std::size_t n = 0; n < weights_.size(); ++n) {
        const double part = (static_cast<double>(n) + 0.5) / static_cast<double>(length_);
        weights_[n] = static_cast<float>(0.5 - 0.5 * std::cos(std::numbers::pi * part));
    }
}

void Crossfade::mix(std::int64_t first, std::uint64_t count, const float* from, float* to) const {
    const auto all = static_cast<std::int64_t>(count);
    const std::int64_t begin = std::clamp<std::int64_t>(first_ - first, 0, all);
    const std::int64_t end = std::clamp<std::int64_t>(first_ + length_ - first, 0, all);
    std::copy_n(from, begin, to);
    for (std::int64_t n = begin; n < end; ++n) {
        to[n] =
            from[n] + (to[n] - from[n]) * weights_[static_cast<std::size_t>(first + n - first_)];
    }
}

// --- Sound ---------------------------------------------------------------------------------------

Sound::Sound(double rate, std::uint32_t channels)
    : channels_(channels), part_(channels), fade_(rate), other_(kMostSamples * channels) {
    for (std::uint32_t c = 0; c < channels; ++c) {
        other_channels_.push_back(other_.data() + c * kMostSamples);
    }
}

Sound::~Sound() {
    for (Voice* voice : {next_.load(), done_.load(), heard_, falling_}) {
        if (voice != silence()) {
            delete voice;
        }
    }
}

bool Sound::offer(std::unique_ptr<Voice>& voice) {
    if (busy_.load(std::memory_order_acquire)) {
        return false;
    }
    busy_.store(true, std::memory_order_relaxed);
    next_.store(voice != nullptr ? voice.release() : silence(), std::memory_order_release);
    return true;
}

std::unique_ptr<Voice> Sound::take_done() {
    Voice* done = done_.exchange(nullptr, std::memory_order_acquire);
    if (done == nullptr) {
        return nullptr;
    }
    busy_.store(false, std::memory_order_release);
    return std::unique_ptr<Voice>(done);
}

void Sound::compute(Voice* voice, std::int64_t first, std::uint64_t count,
                    float* const* output) const noexcept {
    if (voice == nullptr) [[unlikely]] {
        for (std::uint32_t c = 0; c < channels_; ++c) {
            cpp::silence_samples(output[c], count);
        }
        return;
    }
    for (std::uint64_t at = 0; at < count;) {
        const std::uint64_t done = voice->live->piece(first + static_cast<std::int64_t>(at),
                                                      count - at, voice->params.data());
        const float* samples = voice->live->samples(voice->target);
        for (std::uint32_t c = 0; c < channels_; ++c) {
            const std::uint32_t from = voice->channels == 1 ? 0 : c;
            if (from < voice->channels) {
                cpp::copy_samples(samples + from * voice->plane, done, output[c] + at);
            } else {
                cpp::silence_samples(output[c] + at, done);
            }
        }
        at += done;
    }
}

void Sound::change(std::int64_t first) noexcept {
    if (next_.load(std::memory_order_relaxed) == nullptr) [[likely]] {
        return;
    }
    Voice* next = next_.exchange(nullptr, std::memory_order_acquire);
    falling_ = heard_;
    heard_ = next == silence() ? nullptr : next;
    if (falling_ != nullptr) {
        falling_->live->keep_nothing();
    }
    const bool goes_on = heard_ != nullptr && falling_ != nullptr && heard_->same;
    if (goes_on && heard_->inputs != nullptr) {
        heard_->inputs->follow(*falling_->inputs);
    }
    if (goes_on) {
        heard_->live->go_on(*falling_->live);
    }
    // What begins a show begins with its first sample.
    if (fading_ = began_ && !goes_on; !fading_) {
        end_change();
    }
    began_ = true;
    fade_.begin(first);
}

void Sound::end_change() noexcept {
    fading_ = false;
    if (falling_ == nullptr) {
        busy_.store(false, std::memory_order_release);
    } else {
        done_.store(std::exchange(falling_, nullptr), std::memory_order_release);
    }
}

void Sound::log(const BlockTime& time, const float* const* output) const noexcept {
    const auto seen = [](Voice* voice) {
        return voice == nullptr
                   ? VoiceSeen{}
                   : VoiceSeen{voice->version, voice->frame, voice->params, voice->logged.data()};
    };
    std::uint64_t checksum = 0;
    for (std::uint32_t c = 0; c < channels_; ++c) {
        checksum = log_checksum(checksum, output[c], time.count * sizeof(float));
    }
    log_->block(time.first, time.count, seen(heard_), seen(fading_ ? falling_ : nullptr), checksum);
}

void Sound::block(const BlockTime& time, float* const* output) noexcept {
    change(time.first);
    for (Voice* voice : {heard_, falling_}) {
        if (voice != nullptr) {
            voice->frame = voice->live->take(time.count);
            // In a replay they come from the log. Most programs have none.
            if (voice->inputs != nullptr && !voice->params.empty()) {
                voice->inputs->block(time, voice->params);
            }
        }
    }
    for (std::uint64_t at = 0; at < time.count; at += kMostSamples) {
        const std::int64_t first = time.first + static_cast<std::int64_t>(at);
        const std::uint64_t count = std::min(kMostSamples, time.count - at);
        for (std::uint32_t c = 0; c < channels_; ++c) {
            part_[c] = output[c] + at;
        }
        compute(heard_, first, count, part_.data());
        if (fading_) [[unlikely]] {
            compute(falling_, first, count, other_channels_.data());
            for (std::uint32_t c = 0; c < channels_; ++c) {
                fade_.mix(first, count, other_channels_[c], part_[c]);
            }
        }
    }
    for (const Voice* voice : {heard_, falling_}) {
        if (voice != nullptr) {
            voice->live->leave();
        }
    }
    if (log_ != nullptr) [[unlikely]] {
        log(time, output);
    }
    if (fading_ && fade_.is_over(time.first + static_cast<std::int64_t>(time.count))) {
        end_change();
    }
}

}  // namespace weft::runtime
