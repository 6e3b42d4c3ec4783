#include "driver/live/live_sound.h"

#include <algorithm>

#include <fmt/format.h>

#include "runtime/time.h"

namespace weft::driver {
namespace {

// How long a device may take until its first block; then the show begins without it.
constexpr double kPatience = 2;

constexpr double kLook = 0.1;  // seconds

}  // namespace

std::unique_ptr<LiveSound> LiveSound::open(Session& session, const RunOptions& options,
                                           const sema::Program& program) {
    std::unique_ptr<LiveSound> sound(new LiveSound);
    const std::uint32_t played = channels_played(program);
    const std::uint32_t heard = channels_heard(program);
    auto ports = sound_ports(options, played, heard);
    if (!ports) {
        session.diagnostics().add(Code::command_failed, {}, {ports.error().message});
        return nullptr;
    }
    sound->ports_ = std::move(*ports);
    SoundPort& leader = sound->ports_.outputs.front();
    if (options.simulated) {
        leader.device = "none";
    }
    sound->wanted_ = played + heard != 0 && leader.device != "none";
    SoundWish wish;
    wish.block = options.block;
    wish.rate = program.is_set[WEFT_FIELD_RATE] ? program.settings[WEFT_FIELD_RATE] : 0;
    wish.rate_without = program.settings[WEFT_FIELD_RATE];
    // A program that is silent may be edited so that it sounds.
    wish.is_needed = sound->wanted_ || !options.audio_device.empty();
    if (!sound->open_leader(session, std::move(wish)) || !sound->open_others(session)) {
        return nullptr;
    }
    // A group without a list of cores has all there are.
    const std::vector<unsigned>& cores = session.group(WEFT_CONTEXT_AUDIO).cores();
    if (cores != runtime::usable_cores()) {
        sound->cores_ = cores;
    }
    return sound;
}

// The first output, and the first input where both are one device.
bool LiveSound::open_leader(Session& session, SoundWish wish) {
    const SoundPort& output = ports_.outputs.front();
    const SoundPort& input = ports_.inputs.front();
    wish.output = output.device;
    wish.output_map = output.map;
    wish.output_channels = output.channels;
    SoundWish both = wish;
    both.input = input.device;
    both.input_map = input.map;
    both.input_channels = input.device == "none" ? 0 : input.channels;
    device_ = SoundDevice::open(session, both);
    if (device_ != nullptr && device_->apart()) {
        device_ = SoundDevice::open(session, wish);
    }
    if (device_ != nullptr && has_device()) {
        session.set(WEFT_FIELD_RATE, device_->rate());
    }
    return device_ != nullptr;
}

// All others, each by itself. They go at their own rates.
bool LiveSound::open_others(Session& session) {
    if (!has_device()) {
        return true;
    }
    const auto open = [&](const SoundWish& wish) {
        beside_.push_back(SoundBeside::open(session, wish, device_->rate()));
        return beside_.back() != nullptr;
    };
    SoundWish wish;
    wish.block = device_->wish().block;
    for (std::size_t i = 1; i < ports_.outputs.size(); ++i) {
        wish.output = ports_.outputs[i].device;
        wish.output_map = ports_.outputs[i].map;
        wish.output_channels = ports_.outputs[i].channels;
        if (!open(wish)) {
            return false;
        }
    }
    wish.output.clear();
    wish.output_map.clear();
    wish.output_channels = 0;
    const std::size_t led = device_->wish().input_channels != 0 ? 1 : 0;
    for (std::size_t i = led; i < ports_.inputs.size() && ports_.heard != 0; ++i) {
        wish.input = ports_.inputs[i].device;
        wish.input_map = ports_.inputs[i].map;
        wish.input_channels = ports_.inputs[i].channels;
        if (wish.input != "none" && !open(wish)) {
            return false;
        }
    }
    return true;
}

SoundLayout LiveSound::layout() {
    SoundLayout layout;
    layout.channels = channels();
    layout.led = ports_.outputs.front().channels;
    layout.heard = ports_.heard;
    layout.led_heard = has_device() ? device_->wish().input_channels : 0;
    layout.inputs.resize(ports_.inputs.size());
    std::size_t input = layout.led_heard != 0 ? 1 : 0;
    for (const std::unique_ptr<SoundBeside>& one : beside_) {
        if (one->plays()) {
            layout.outputs.push_back(&one->bridge());
        } else {
            layout.inputs[input++] = &one->bridge();
        }
    }
    return layout;
}

// Devices are closed before what they call goes.
LiveSound::~LiveSound() {
    device_.reset();
    beside_.clear();
}

std::string LiveSound::silence() const {
    return wanted_ ? device_->reason() : "";
}

std::string LiveSound::lacking(const sema::Program& program) const {
    const std::uint32_t played = channels_played(program);
    const std::uint32_t heard = channels_heard(program);
    if (played > ports_.played) {
        return fmt::format(
            "{} channels are played, and there is room for {}: the others are "
            "not heard",
            played, ports_.played);
    }
    if (heard > ports_.heard) {
        return fmt::format(
            "{} channels of a microphone are wanted, and {} are heard: what is "
            "heard is settled when a show begins",
            heard, ports_.heard);
    }
    const std::uint32_t microphones = microphones_heard(program);
    if (microphones > ports_.inputs.size()) {
        return fmt::format("mic({}) is silent: it hears what the {}. --input-device names",
                           microphones, microphones);
    }
    return "";
}

std::uint32_t LiveSound::channels() const {
    return ports_.played;
}

void LiveSound::begin(LiveVersion& version, runtime::ShowLog* log,
                      plugin::Whereabouts& whereabouts) {
    const double rate = version.program().settings[WEFT_FIELD_RATE];
    clock_.emplace(rate);
    player_.emplace(*clock_, rate, layout());
    player_->pin(cores_);
    player_->record(log);
    player_->watch(whereabouts);
    player_->hear(&version.show().sound_inputs);
    change(version);
    if (has_device()) {
        device_->begin(*player_);
        for (const std::unique_ptr<SoundBeside>& one : beside_) {
            one->begin();
        }
        const double patience = runtime::monotonic() + kPatience;
        while (!clock_->started() && runs() && runtime::monotonic() < patience) {
            runtime::wait_until(runtime::monotonic() + 0.001);
        }
    }
    if (!clock_->started()) {
        clock_->start(runtime::monotonic(), 0);
    }
}

void LiveSound::change(LiveVersion& version) {
    player_->hear(&version.show().sound_inputs);
    blocks_ = player_->blocks();
    voice_ = version.voice();
    leaves_ = heard_;
    heard_ = voice_ != nullptr;
    offers_ = heard_ || leaves_;
    (void)settle();
}

bool LiveSound::settle() {
    if (offers_ && player_->sound().offer(voice_)) {
        offers_ = false;
    }
    if (!offers_ && leaves_ && player_->sound().take_done() != nullptr) {
        leaves_ = false;
    }
    // The device's thread may still be where the version before was.
    const bool seen = player_->blocks() >= blocks_ + 2 || !runs();
    return !offers_ && !leaves_ && seen;
}

bool LiveSound::runs() {
    return has_device() && state().state == WEFT_AUDIO_RUNNING;
}

void LiveSound::catch_up(double moment) {
    if (!runs()) {
        player_->catch_up(moment);
    }
}

const weft_audio_state& LiveSound::state() {
    const double now = runtime::monotonic();
    if (looked_ < 0 || now - looked_ > kLook) {
        state_ = device_->state();
        looked_ = now;
    }
    return state_;
}

StatusSound LiveSound::status() {
    const weft_audio_state& state = this->state();
    StatusSound status;
    status.device = state.device;
    status.rate = state.rate;
    status.block = state.block;
    status.running = runs();
    status.underruns = state.underruns;
    status.overruns = state.overruns;
    status.slow = state.slow_blocks;
    status.reconnects = state.losses;
    status.load = state.load;
    status.latency = state.output_latency;
    status.skipped = clock_->skipped();
    for (const std::unique_ptr<SoundBeside>& one : beside_) {
        const weft_audio_state other = one->device().state();
        status.beside.push_back({other.device, other.state == WEFT_AUDIO_RUNNING, other.underruns,
                                 other.overruns, other.losses, one->bridge().gaps(),
                                 one->bridge().delay()});
    }
    return status;
}

}  // namespace weft::driver
