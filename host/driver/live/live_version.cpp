#include "driver/live/live_version.h"

#include <algorithm>
#include <limits>

#include "driver/compile/explain.h"
#include "driver/compile/source_set.h"
#include "driver/live/live_files.h"
#include "driver/live/media_print.h"
#include "driver/live/params.h"
#include "runtime/time.h"

namespace weft::driver {

LiveVersion::LiveVersion(Session& session, std::uint64_t number, const sema::Program& program,
                         BuiltShow& built)
    : session_(session),
      number_(static_cast<std::uint32_t>(number)),
      program_(program),
      built_(built),
      show_(*built.show),
      inputs_(program, built.live, runtime::monotonic),
      live_(show_) {}

LiveVersion::~LiveVersion() {
    for (const runtime::Buffer& buffer : buffers_) {
        session_.pool().free(buffer);
    }
}

Result<void> LiveVersion::prepare(Session& session, const RunOptions& options, Knobs* knobs,
                                  Version& version) {
    std::unique_ptr<LiveVersion> made(
        new LiveVersion(session, version.number, *version.program, version.built));
    if (options.assert_zero_copy && !assert_zero_copy(session, version.built)) {
        return Error{WEFT_INVALID, ""};
    }
    made->show_.limit_executions();
    made->files_ = files_of(session, *version.program);
    if (!options.record.empty()) {
        made->media_ = media_prints(*version.program);
    }
    if (auto done = made->make_buffers(); !done) {
        return done;
    }
    if (!made->open_control(options, knobs)) {
        return Error{WEFT_UNAVAILABLE, ""};
    }
    version.prepared = std::move(made);
    return {};
}

Result<void> LiveVersion::make_buffers() {
    for (const runtime::TargetLayout& layout : show_.targets) {
        auto buffer = session_.pool().allocate(layout.bytes, true, true);
        if (!buffer) {
            return std::move(buffer).error();
        }
        buffers_.push_back(*buffer);
        targets_.push_back({buffer->data, layout.bytes});
    }
    return {};
}

bool LiveVersion::open_control(const RunOptions& options, Knobs* knobs) {
    ControlRequest request;
    request.program = &program_;
    request.show = &show_;
    request.inputs = &inputs_;
    const auto give = [&](const char* name, const std::vector<std::string>& texts) {
        for (const std::string& text : texts) {
            request.options.emplace_back(name, text);
        }
    };
    give("osc.listen", options.listen);
    give("midi.in", options.midi_in);
    give("midi.out", options.midi_out);
    give("midi.clock", options.midi_clock);
    if (!options.midi_api.empty()) {
        request.options.emplace_back("midi.api", options.midi_api);
    }
    if (options.link) {
        request.options.emplace_back("tempo.link", "on");
    }
    request.shared_tempo = options.link;
    request.all = options.learn;
    if (knobs != nullptr) {
        request.builtins = knobs->builtins();
        request.heard = [knobs](const weft_source& source, std::uint32_t output, double value) {
            knobs->heard(source, output, value);
        };
    }
    if (!options.listen.empty()) {
        request.builtins.emplace_back("osc_in");
    }
    if (!options.midi_in.empty() || !options.midi_clock.empty()) {
        request.builtins.emplace_back("midi_cc");
    }
    control_ = Control::open(session_, std::move(request));
    return control_ != nullptr;
}

void LiveVersion::follow(LiveVersion& before) {
    inputs_.adopt(before.inputs_);
    control_->follow(*before.control_);
    live_.follow(before.live_);
}

weft_control_tempo LiveVersion::tempo(const double* params, double abstime, double moment) const {
    const double usual = show_.settings[WEFT_FIELD_BPM];
    weft_control_tempo tempo{sizeof tempo, 1, moment, abstime * usual / 60, usual};
    if (built_.live.tempo != sema::kNone) {
        const double* const outside = params + built_.live.tempo;
        tempo.beat = outside[0] + (abstime - outside[1]) * outside[2] / 60;
        tempo.playing = outside[2] > 0 ? 1 : 0;
        tempo.bpm = tempo.playing != 0 ? outside[2] : usual;
    }
    return tempo;
}

std::unique_ptr<runtime::Voice> LiveVersion::voice() {
    auto voice = voice_of(live_, program_, built_);
    if (voice != nullptr) {
        voice->inputs = &inputs_;
        voice->params.resize(inputs_.count());
        voice->version = number_;
        voice->logged.assign(inputs_.count(), std::numeric_limits<double>::quiet_NaN());
    }
    return voice;
}

std::unique_ptr<runtime::Voice> voice_of(runtime::Live& live, const sema::Program& program,
                                         const BuiltShow& built) {
    const runtime::Show& show = *built.show;
    if (!live.has_sound()) {
        return nullptr;
    }
    auto voice = std::make_unique<runtime::Voice>();
    voice->live = &live;
    voice->same = built.same_sound;
    for (std::uint32_t t = 0; t < show.targets.size(); ++t) {
        const sema::Sink& sink = program.sinks[show.targets[t].sinks.front()];
        if (sink.kind == sema::SinkKind::play) {
            voice->target = t;
            voice->channels = show.targets[t].channels;
            voice->plane = live.plane(t);
        }
    }
    return voice;
}

BuildRequest live_request(const sema::Program& program, const RunOptions& options) {
    BuildRequest request;
    request.program = &program;
    request.live = true;
    // Whatever could hear a tempo may lead the beat.
    request.tempo = options.link || !options.midi_in.empty() || !program.inputs.empty();
    request.wanted = [&program](std::uint32_t s) {
        const sema::SinkKind kind = program.sinks[s].kind;
        return kind != sema::SinkKind::render && kind != sema::SinkKind::compute;
    };
    return request;
}

std::uint32_t channels_played(const sema::Program& program) {
    std::size_t channels = 0;
    for (const sema::Sink& sink : program.sinks) {
        if (sink.kind == sema::SinkKind::play) {
            // What is played to all channels is heard in two.
            channels = std::max({channels, sink.values.size(), std::size_t{2}});
        }
    }
    return static_cast<std::uint32_t>(channels);
}

std::uint32_t channels_heard(const sema::Program& program) {
    std::size_t channels = 0;
    for (const sema::Instance& instance : program.instances) {
        if (is_heard(instance)) {
            channels = std::max(channels, instance.strands.size());
        }
    }
    return static_cast<std::uint32_t>(channels);
}

std::uint32_t microphones_heard(const sema::Program& program) {
    std::uint32_t count = 0;
    for (const sema::Instance& instance : program.instances) {
        if (is_heard(instance)) {
            count = std::max({count, device_of(instance), 1U});
        }
    }
    return count;
}

}  // namespace weft::driver
