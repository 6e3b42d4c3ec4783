// `mic`: a source without a program. Its memory is the host's, a ring for every device; who runs
// the program live writes there what the device hears, and otherwise it is silent.
#include <algorithm>
#include <cmath>

#include "driver/compile/source_set.h"

namespace weft::driver {
namespace {

// How far back can be asked, unless `seconds:` says so.
constexpr double kSeconds = 10;

// How long a frame may take that reads sound while it goes on, what a device hears and plays ahead
// of it included.
constexpr double kLongestFrame = 2;

// Between two samples two are read, of which the second is one more than was asked for.
std::uint64_t samples_of(const sema::Instance& instance, double rate) {
    double seconds = kSeconds;
    for (const sema::SourceArgument& argument : instance.arguments) {
        if (argument.name == "seconds") {
            seconds = argument.number;
        }
    }
    return static_cast<std::uint64_t>(std::ceil(std::max(seconds, 0.0) * rate)) + 2;
}

}  // namespace

bool is_heard(std::string_view builtin) {
    return builtin == "mic";
}

bool is_heard(const sema::Instance& instance) {
    return instance.kind == sema::InstanceKind::source && is_heard(instance.builtin);
}

std::uint32_t device_of(const sema::Instance& instance) {
    for (const sema::SourceArgument& argument : instance.arguments) {
        if (argument.name.empty() && argument.number > 0) {
            return static_cast<std::uint32_t>(argument.number);
        }
    }
    return 0;
}

std::uint64_t sound_room(const CommonOptions& options, const sema::Program& program) {
    const double rate = program.settings[WEFT_FIELD_RATE];
    const double frame = rate / program.settings[WEFT_FIELD_FPS] + 2;
    return static_cast<std::uint64_t>(options.live ? frame + kLongestFrame * rate : frame);
}

// All that hear a device share a ring that is enough for each of them.
Result<std::shared_ptr<runtime::Ring>> SourceSet::ring_of(std::uint32_t device) {
    for (const runtime::SoundInput& input : heard_) {
        if (input.device == device) {
            return input.ring;
        }
    }
    const double rate = program_.settings[WEFT_FIELD_RATE];
    std::uint32_t channels = 1;
    std::uint64_t samples = 0;
    for (const sema::Instance& instance : program_.instances) {
        if (is_heard(instance) && device_of(instance) == device) {
            channels = std::max(channels, static_cast<std::uint32_t>(instance.strands.size()));
            samples = std::max(samples, samples_of(instance, rate));
        }
    }
    const std::uint64_t room = sound_room(session_.options(), program_);
    std::shared_ptr<runtime::Ring> ring;
    if (heard_before_ != nullptr) {
        for (const runtime::SoundInput& before : *heard_before_) {
            if (before.device == device && before.ring->channels() >= channels &&
                before.ring->samples() == samples && before.ring->slack() == room) {
                ring = before.ring;
            }
        }
    }
    if (ring == nullptr) {
        auto made = runtime::Ring::make(session_.pool(), channels, samples, room);
        if (!made) {
            return std::move(made).error();
        }
        ring = std::move(*made);
    }
    heard_.push_back({device, ring});
    return ring;
}

SourceSet::Opened SourceSet::hear(const sema::Instance& instance) {
    const auto ring = ring_of(device_of(instance));
    if (!ring) {
        session_.diagnostics().add(Code::device_failed, instance.span, {ring.error().message});
        return {};
    }
    Opened opened;
    for (std::uint32_t output = 0; output < instance.strands.size(); ++output) {
        OpenStrand strand;
        strand.source = sema::kNone;
        strand.output = output;
        strand.has_handle = true;
        strand.handle = (*ring)->handle(output);
        opened.strands.push_back(strand);
    }
    return opened;
}

}  // namespace weft::driver
