#include "driver/live/sound_beside.h"

namespace weft::driver {

std::unique_ptr<SoundBeside> SoundBeside::open(Session& session, const SoundWish& wish,
                                               double rate) {
    std::unique_ptr<SoundBeside> beside(new SoundBeside);
    beside->device_ = SoundDevice::open(session, wish);
    if (beside->device_ == nullptr) {
        return nullptr;
    }
    const double own = beside->device_->rate();
    if (wish.output_channels != 0) {
        beside->bridge_.emplace(rate, own, wish.output_channels);
    } else {
        beside->bridge_.emplace(own, rate, wish.input_channels);
        beside->clock_.emplace(own);
    }
    return beside;
}

void SoundBeside::block(const weft_audio_block& block) noexcept {
    if (!clock_) {
        bridge_->read(block.output_time, block.count, block.output);
        return;
    }
    if (!clock_->started()) {
        clock_->start(block.input_time, 0);
    }
    const std::int64_t first =
        clock_->block(block.input_time, block.count, (block.flags & WEFT_AUDIO_RESUMED) != 0);
    bridge_->write(clock_->line(), first, block.input, block.count);
}

}  // namespace weft::driver
