#include "driver/live/replay.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <set>

#include <nlohmann/json.hpp>

#include "base/read_file.h"
#include "base/trace.h"
#include "driver/compile/build_show.h"
#include "driver/live/live_version.h"
#include "driver/live/media_print.h"
#include "driver/live/replay_outputs.h"
#include "driver/live/show_record.h"
#include "driver/offline/interrupt.h"
#include "runtime/show_log.h"
#include "sema/analyze.h"

namespace weft::driver {
namespace {

namespace fs = std::filesystem;

// A version of the program, as it ran.
struct Replayed {
    std::uint32_t number = 0;
    std::shared_ptr<Messages> messages;
    std::unique_ptr<sema::Program> program;
    BuiltShow built;
    std::unique_ptr<runtime::Live> live;
    std::vector<runtime::Buffer> buffers;
    std::vector<weft_target> targets;
    std::uint32_t params = 0;
    runtime::Voice* voice = nullptr;  // once it is offered; the sound's
};

class Replay {
public:
    Replay(Session& session, const RenderOptions& options)
        : session_(session), options_(options), outputs_(session, options) {}
    ~Replay() {
        sound_.reset();
        while (!versions_.empty()) {
            release(versions_.begin());
        }
    }
    Replay(const Replay&) = delete;
    Replay& operator=(const Replay&) = delete;

    [[nodiscard]] int run();

private:
    using Versions = std::map<std::uint32_t, std::unique_ptr<Replayed>>;

    [[nodiscard]] Result<void> run_log();
    [[nodiscard]] Result<void> take(runtime::LoggedProgram& logged);
    [[nodiscard]] Result<void> take(const runtime::LoggedFrame& logged);
    [[nodiscard]] Result<void> take(const runtime::LoggedBlock& logged);
    [[nodiscard]] Result<void> take(runtime::LoggedSound& logged);
    [[nodiscard]] Result<void> take(const runtime::LoggedGap& logged);

    [[nodiscard]] Result<std::unique_ptr<Replayed>> build(const runtime::LoggedProgram& logged);
    [[nodiscard]] Result<void> begin(Replayed& first, std::uint32_t channels);
    [[nodiscard]] Result<void> change_voice(std::uint32_t number);
    [[nodiscard]] Result<void> set_params(const runtime::LoggedVoice& logged);
    void write_heard(std::uint32_t number);
    [[nodiscard]] bool is_past(const Replayed& version) const;
    void retire();
    void release(Versions::iterator version);
    void compare_text(const runtime::LoggedProgram& logged);
    void compare_media(const runtime::LoggedProgram& logged, const sema::Program& program);
    void say_how_it_went();

    [[nodiscard]] static Error wrong(std::string message) {
        return {WEFT_INVALID, std::move(message)};
    }

    Session& session_;
    const RenderOptions& options_;
    std::unique_ptr<runtime::ShowLogReader> log_;
    ReplayOutputs outputs_;
    std::optional<runtime::LoggedSound> brought_;  // for the next block
    Versions versions_;
    Replayed* shown_ = nullptr;  // whose frames run
    std::unique_ptr<runtime::Sound> sound_;
    std::uint32_t heard_ = 0;
    std::uint32_t newest_heard_ = 0;
    std::vector<std::vector<float>> block_;
    std::vector<float*> block_channels_;

    std::set<std::string> told_;  // files that are not what they were
    std::uint64_t frames_ = 0;
    std::uint64_t blocks_ = 0;
    std::uint64_t other_frames_ = 0;
    std::uint64_t other_blocks_ = 0;
    std::uint64_t lost_ = 0;
};

int Replay::run() {
    auto log = runtime::ShowLogReader::open(options_.replay);
    Result<void> outcome;
    if (log) {
        log_ = std::move(*log);
        session_.main_group().run([&] { outcome = run_log(); });
    } else {
        outcome = std::move(log).error();
    }
    auto finished = outputs_.finish(outcome.ok() && !Interrupt::asked());
    if (outcome) {
        outcome = std::move(finished);
    }
    if (!outcome) {
        // What is wrong with a program stands in the diagnostics already.
        if (!outcome.error().message.empty()) {
            session_.diagnostics().add(Code::replay_failed, {},
                                       {options_.replay, outcome.error().message});
        }
        return outcome.error().status == WEFT_INVALID ? 1 : 3;
    }
    say_how_it_went();
    return Interrupt::asked() ? 130 : 0;
}

Result<void> Replay::run_log() {
    const Interrupt interrupt([] {});
    while (!Interrupt::asked() && !outputs_.is_complete()) {
        auto record = log_->next();
        if (!record) {
            return std::move(record).error();
        }
        if (!*record) {
            return shown_ != nullptr ? Result<void>() : wrong("it holds no program");
        }
        if (auto done = std::visit([this](auto& one) { return take(one); }, **record); !done) {
            return done;
        }
    }
    return {};
}

// --- programs ------------------------------------------------------------------------------------

Result<void> Replay::take(runtime::LoggedProgram& logged) {
    if (versions_.count(logged.version) != 0) {
        return wrong("it names two programs by one number");
    }
    if (shown_ == nullptr) {
        compare_text(logged);
    } else {
        session_.renew_messages();
    }
    auto built = build(logged);
    if (!built) {
        return std::move(built).error();
    }
    session_.print_diagnostics();
    Replayed& version = **built;
    versions_.emplace(logged.version, std::move(*built));
    if (shown_ == nullptr) {
        if (auto done = begin(version, std::max(logged.channels, 1U)); !done) {
            return done;
        }
    } else {
        version.live->follow(*shown_->live);
    }
    shown_ = &version;
    return {};
}

void Replay::compare_text(const runtime::LoggedProgram& logged) {
    const auto text = read_file(options_.file);
    if (!text || *text != logged.files.front().text) {
        session_.diagnostics().add(Code::replay_text, {}, {options_.file});
    }
}

// Files that are read stand where the program reads them now.
void Replay::compare_media(const runtime::LoggedProgram& logged, const sema::Program& program) {
    const std::vector<runtime::LoggedMedia> now = media_prints(program);
    for (std::size_t m = 0; m < std::min(now.size(), logged.media.size()); ++m) {
        const bool same =
            now[m].size == logged.media[m].size && now[m].hash == logged.media[m].hash;
        if (!same && told_.insert(now[m].path).second) {
            session_.diagnostics().add(Code::replay_media, {}, {now[m].path});
        }
    }
}

// The texts of the log stand where the files stood, seen from the program.
Result<std::unique_ptr<Replayed>> Replay::build(const runtime::LoggedProgram& logged) {
    for (const auto& [field, value] : logged.settings) {
        session_.set(field, value);
    }
    const fs::path here = fs::path(options_.file).parent_path();
    const fs::path there = fs::path(logged.files.front().path).parent_path();
    std::map<std::string, std::string> texts;
    for (const runtime::LoggedProgram::File& one : logged.files) {
        const fs::path relative = fs::path(one.path).lexically_relative(there);
        texts[(here / relative).lexically_normal().string()] = one.text;
    }
    sema::Environment environment = session_.environment();
    environment.text = [&](const std::string& path) -> std::optional<std::string> {
        const auto found = texts.find(fs::path(path).lexically_normal().string());
        return found == texts.end() ? std::nullopt : std::optional(found->second);
    };
    auto version = std::make_unique<Replayed>();
    version->number = logged.version;
    version->messages = session_.messages();
    version->program = std::make_unique<sema::Program>(
        sema::analyze_text(options_.file, logged.files.front().text, session_.sources(),
                           environment, session_.diagnostics()));
    const sema::Program& program = *version->program;
    const Error said{WEFT_INVALID, ""};
    if (session_.diagnostics().has_errors() || (shown_ == nullptr && !outputs_.plan(program))) {
        return said;
    }
    compare_media(logged, program);
    BuildRequest request = live_request(program, {});
    request.tempo = logged.tempo;
    if (shown_ != nullptr) {
        request.before = &shown_->built;
        request.heard = &shown_->built.show->sound_inputs;
    }
    request.picture_format = [&](const sema::Sink& sink) { return outputs_.format_of(sink); };
    std::optional<BuiltShow> built = build_show(session_, request);
    if (!built) {
        return said;
    }
    version->built = std::move(*built);
    version->params = std::max<std::uint32_t>(version->built.live.count,
                                              static_cast<std::uint32_t>(program.params.size()));
    if (version->params != logged.param_count) {
        return wrong("the program has other parameters than it had then");
    }
    version->live = std::make_unique<runtime::Live>(*version->built.show);
    for (const runtime::TargetLayout& layout : version->built.show->targets) {
        auto buffer = session_.pool().allocate(layout.bytes, true, true);
        if (!buffer) {
            return std::move(buffer).error();
        }
        version->buffers.push_back(*buffer);
        version->targets.push_back({buffer->data, layout.bytes});
    }
    return version;
}

Result<void> Replay::begin(Replayed& first, std::uint32_t channels) {
    sound_ = std::make_unique<runtime::Sound>(first.program->settings[WEFT_FIELD_RATE], channels);
    block_.resize(channels);
    block_channels_.resize(channels);
    if (auto done = outputs_.begin(*first.program, *first.built.show, channels); !done) {
        return done;
    }
    return change_voice(first.number);
}

// --- frames --------------------------------------------------------------------------------------

Result<void> Replay::take(const runtime::LoggedFrame& logged) {
    const trace::Span span(trace::What::frame, nullptr, logged.frame);
    if (shown_ == nullptr || logged.version != shown_->number) {
        return wrong("a frame is of a program that does not run");
    }
    runtime::FrameRequest request;
    request.absframe = logged.frame;
    request.left_out = logged.left_out;
    request.samples_done = logged.samples_done;
    request.targets = shown_->targets.data();
    request.params = logged.params.data();
    if (auto done = shown_->live->frame(request); !done) {
        return done;
    }
    ++frames_;
    if (outputs_.is_comparable() &&
        frame_checksum(*shown_->built.show, shown_->targets.data()) != logged.checksum) {
        ++other_frames_;
    }
    retire();
    return outputs_.frame(logged.frame, *shown_->program, *shown_->built.show,
                          shown_->targets.data());
}

// --- sound ---------------------------------------------------------------------------------------

Result<void> Replay::take(const runtime::LoggedBlock& logged) {
    const trace::Span span(trace::What::block, nullptr, logged.first);
    if (shown_ == nullptr) {
        return wrong("there is sound before any program");
    }
    write_heard(logged.heard.version != 0 ? logged.heard.version : shown_->number);
    if (logged.heard.version != heard_) {
        if (auto done = change_voice(logged.heard.version); !done) {
            return done;
        }
    }
    for (const runtime::LoggedVoice* voice : {&logged.heard, &logged.falling}) {
        if (auto done = set_params(*voice); !done) {
            return done;
        }
    }
    std::uint64_t checksum = 0;
    for (std::size_t c = 0; c < block_.size(); ++c) {
        block_[c].resize(std::max<std::size_t>(block_[c].size(), logged.count));
        block_channels_[c] = block_[c].data();
    }
    sound_->block({0, 0, logged.first, logged.count}, block_channels_.data());
    for (const std::vector<float>& channel : block_) {
        checksum = runtime::log_checksum(checksum, channel.data(), logged.count * sizeof(float));
    }
    ++blocks_;
    other_blocks_ += checksum != logged.checksum ? 1 : 0;
    retire();
    return outputs_.sound(logged.first, block_channels_.data(), logged.count);
}

// The block that comes begins with the sound of this version; 0: with silence.
Result<void> Replay::change_voice(std::uint32_t number) {
    retire();
    std::unique_ptr<runtime::Voice> voice;
    const bool was_heard = heard_ != 0;
    if (number != 0) {
        const auto found = versions_.find(number);
        if (found == versions_.end()) {
            return wrong("a program is heard that does not run");
        }
        Replayed& version = *found->second;
        voice = voice_of(*version.live, *version.program, version.built);
        if (voice != nullptr) {
            voice->params.resize(version.params);
            voice->version = number;
        }
        version.voice = voice.get();
    }
    heard_ = voice != nullptr ? number : 0;
    newest_heard_ = std::max(newest_heard_, heard_);
    if (heard_ == 0 && !was_heard) {
        return {};
    }
    if (!sound_->offer(voice)) {
        return wrong("a program is heard while another one still comes");
    }
    return {};
}

Result<void> Replay::set_params(const runtime::LoggedVoice& logged) {
    if (logged.version == 0) {
        return {};
    }
    const auto version = versions_.find(logged.version);
    runtime::Voice* voice = version == versions_.end() ? nullptr : version->second->voice;
    if (voice == nullptr || voice->params.size() != logged.params.size()) {
        return wrong("a program is heard that makes no sound");
    }
    voice->params = logged.params;
    return {};
}

Result<void> Replay::take(runtime::LoggedSound& logged) {
    brought_ = std::move(logged);
    return {};
}

void Replay::write_heard(std::uint32_t number) {
    const auto version = versions_.find(number);
    if (!brought_ || version == versions_.end()) {
        return;
    }
    std::vector<const float*> data;
    for (std::size_t at = 0; at < brought_->samples.size(); at += brought_->count) {
        data.push_back(brought_->samples.data() + at);
    }
    const std::size_t devices = brought_->width != 0 ? data.size() / brought_->width : 0;
    runtime::hear(version->second->built.show->sound_inputs, data.data(), brought_->width, devices,
                  brought_->first, brought_->count);
    brought_.reset();
}

Result<void> Replay::take(const runtime::LoggedGap& logged) {
    lost_ += logged.records;
    return {};
}

// --- what has run its course ---------------------------------------------------------------------

// It is neither shown nor heard nor fades, nor will it be: sound may come to a version only after
// frames have left it, when silence was before.
bool Replay::is_past(const Replayed& version) const {
    return &version != shown_ && version.voice == nullptr && version.number != heard_ &&
           (!version.live->has_sound() || version.number <= newest_heard_);
}

void Replay::retire() {
    if (sound_ == nullptr) {
        return;
    }
    if (const std::unique_ptr<runtime::Voice> done = sound_->take_done()) {
        const auto version = versions_.find(done->version);
        if (version != versions_.end() && version->second->voice == done.get()) {
            version->second->voice = nullptr;
        }
    }
    while (versions_.size() > 1 && is_past(*versions_.begin()->second)) {
        release(versions_.begin());
    }
}

void Replay::release(Versions::iterator version) {
    for (const runtime::Buffer& buffer : version->second->buffers) {
        session_.pool().free(buffer);
    }
    versions_.erase(version);
}

void Replay::say_how_it_went() {
    Diagnostics& diagnostics = session_.diagnostics();
    if (lost_ != 0) {
        diagnostics.add(Code::replay_incomplete, {}, {std::to_string(lost_)});
    }
    const auto compare = [&](std::uint64_t others, std::uint64_t all, std::string_view what) {
        if (others != 0) {
            diagnostics.add(Code::replay_differs, {},
                            {std::to_string(others), std::to_string(all), what});
        }
    };
    compare(other_frames_, frames_, "frames");
    compare(other_blocks_, blocks_, "blocks of sound");
    if (options_.stats) {
        const nlohmann::json stats = {{"frames", frames_},
                                      {"blocks", blocks_},
                                      {"other_frames", other_frames_},
                                      {"other_blocks", other_blocks_},
                                      {"compared_frames", outputs_.is_comparable()},
                                      {"lost", lost_}};
        std::fprintf(stderr, "%s\n", stats.dump().c_str());
    }
}

}  // namespace

int replay(Session& session, const RenderOptions& options) {
    return Replay(session, options).run();
}

}  // namespace weft::driver
