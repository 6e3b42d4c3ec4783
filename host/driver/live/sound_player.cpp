#include "driver/live/sound_player.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace weft::driver {

SoundPlayer::SoundPlayer(runtime::Clock& clock, double rate, SoundLayout layout)
    : clock_(clock),
      rate_(rate),
      layout_(std::move(layout)),
      outputs_(layout_.channels),
      sound_(rate, layout_.channels),
      tap_(layout_.channels),
      unplayed_(layout_.channels * kBlock),
      bridged_(layout_.inputs.size() * layout_.heard * kBlock),
      bridged_channels_(layout_.inputs.size() * layout_.heard),
      silence_(kBlock),
      inputs_(bridged_channels_.size()) {
    for (std::size_t c = 0; c < bridged_channels_.size(); ++c) {
        bridged_channels_[c] = bridged_.data() + c * kBlock;
    }
}

SoundPlayer::~SoundPlayer() = default;

void SoundPlayer::pin(const std::vector<unsigned>& cores) {
    CPU_ZERO(&cores_);
    for (const unsigned core : cores) {
        CPU_SET(core, &cores_);
    }
    pins_ = !cores.empty();
}

void SoundPlayer::record(runtime::ShowLog* log) {
    log_ = log;
    sound_.record(log);
}

// Without a device there is silence, so that what was heard does not come back when the ring has
// gone round. All devices' channels come one behind the other.
void SoundPlayer::write_heard(const Piece& piece, const float* const* input,
                              std::uint64_t at) noexcept {
    const auto* heard = heard_.load(std::memory_order_acquire);
    if (heard == nullptr) [[likely]] {
        return;
    }
    const trace::Span span(trace::What::sound, "hear");
    for (std::size_t device = 0; device < layout_.inputs.size(); ++device) {
        const std::size_t begin = device * layout_.heard;
        runtime::SoundBridge* const bridge = layout_.inputs[device];
        std::uint32_t there = 0;
        if (bridge != nullptr) {
            there = bridge->channels();
            bridge->read(piece.input_moment, piece.count, bridged_channels_.data() + begin);
        } else if (device == 0 && input != nullptr) {
            there = layout_.led_heard;
        }
        for (std::uint32_t c = 0; c < layout_.heard; ++c) {
            inputs_[begin + c] = c >= there          ? silence_.data()
                                 : bridge != nullptr ? bridged_channels_[begin + c]
                                                     : input[c] + at;
        }
    }
    if (log_ != nullptr) {
        log_->heard(piece.first, inputs_.data(), layout_.heard,
                    static_cast<std::uint32_t>(layout_.inputs.size()), piece.count);
    }
    runtime::hear(*heard, inputs_.data(), layout_.heard, layout_.inputs.size(), piece.first,
                  piece.count);
}

// Samples `at` and on of a block's memory; null: nobody hears or plays them.
void SoundPlayer::piece(const Piece& piece, const float* const* input, float* const* output,
                        std::uint64_t at) noexcept {
    write_heard(piece, input, at);
    for (std::uint32_t c = 0; c < layout_.channels; ++c) {
        outputs_[c] =
            output != nullptr && c < layout_.led ? output[c] + at : unplayed_.data() + c * kBlock;
    }
    sound_.block({piece.moment, static_cast<double>(piece.first) / rate_, piece.first, piece.count},
                 outputs_.data());
    std::uint32_t next = layout_.led;
    for (runtime::SoundBridge* bridge : layout_.outputs) {
        bridge->write(clock_.line(), piece.first, outputs_.data() + next, piece.count);
        next += bridge->channels();
    }
    tap_.put(piece.first, outputs_.data(), piece.count);
}

void SoundPlayer::block(const weft_audio_block& block) noexcept {
    blocks_.store(blocks() + 1, std::memory_order_relaxed);
    // The thread of a device that was given up may be inside; it cannot come again.
    if (!door_.is_empty()) [[unlikely]] {
        return;
    }
    if (!door_.enter()) [[unlikely]] {
        door_.leave();
        return;
    }
    const trace::On traced(lane_);
    std::optional<plugin::Working> working;
    if (whereabouts_ != nullptr) {
        working.emplace(*whereabouts_);
    }
    // Once for each thread that a device comes with.
    static thread_local const SoundPlayer* t_pinned_for = nullptr;
    if (pins_ && t_pinned_for != this) [[unlikely]] {
        t_pinned_for = this;
        (void)sched_setaffinity(0, sizeof cores_, &cores_);
    }
    if (!clock_.started()) [[unlikely]] {
        clock_.start(block.output_time, 0);
    }
    const std::int64_t first =
        clock_.block(block.output_time, block.count, (block.flags & WEFT_AUDIO_RESUMED) != 0);
    const trace::Span span(trace::What::block, nullptr, first);
    for (std::uint64_t at = 0; at < block.count; at += kBlock) {
        const double passed = static_cast<double>(at) / rate_;
        piece({first + static_cast<std::int64_t>(at), std::min(kBlock, block.count - at),
               block.output_time + passed, block.input_time + passed},
              layout_.led_heard != 0 ? block.input : nullptr, block.output, at);
    }
    door_.leave();
}

void SoundPlayer::catch_up(double moment) noexcept {
    door_.close();
    if (door_.is_empty()) {
        compute_until(moment);
    }
    door_.open();
}

void SoundPlayer::compute_until(double moment) noexcept {
    const runtime::Clock::Due due = clock_.follow(moment);
    const trace::Span span(trace::What::block, nullptr, due.first);
    for (std::uint64_t done = 0; done < due.count; done += kBlock) {
        const std::int64_t first = due.first + static_cast<std::int64_t>(done);
        const double at = clock_.moment_of(static_cast<double>(first));
        piece({first, std::min(kBlock, due.count - done), at, at}, nullptr, nullptr, 0);
    }
}

}  // namespace weft::driver
