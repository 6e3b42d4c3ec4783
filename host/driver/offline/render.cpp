#include "driver/offline/render.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <limits>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/trace.h"
#include "driver/compile/build_show.h"
#include "driver/compile/device_memory.h"
#include "driver/compile/explain.h"
#include "driver/offline/frames.h"
#include "driver/offline/interrupt.h"
#include "driver/offline/outputs.h"
#include "driver/offline/progress.h"
#include "driver/offline/render_plan.h"

namespace weft::driver {
namespace {

// Frames that are computed or encoded at once. More would only cost memory: one frame is computed
// while those before it are being written.
constexpr std::size_t kFramesInFlight = 3;

// The memory of one frame in flight: a lifetime guard from its computation to its last file.
struct Slot {
    std::vector<runtime::Buffer> buffers;
    std::vector<weft_target> targets;
    FrameResult result;
};

class Renderer {
public:
    // `rebuild` makes the same show again, after a device was lost.
    Renderer(Session& session, BuiltShow& built, const std::vector<OutputSpec>& specs,
             FrameRange range, std::function<std::optional<BuiltShow>()> rebuild)
        : session_(session),
          show_(*built.show),
          specs_(specs),
          range_(range),
          sequence_(show_, std::move(rebuild), watch()) {}
    ~Renderer() {
        for (Slot& slot : slots_) {
            for (const runtime::Buffer& buffer : slot.buffers) {
                session_.pool().free(buffer);
            }
        }
    }
    Renderer(const Renderer&) = delete;
    Renderer& operator=(const Renderer&) = delete;

    Result<void> open() {
        for (const OutputSpec& spec : specs_) {
            auto output = open_output(spec, show_,
                                      {target_of(spec.picture_sink), target_of(spec.sound_sink),
                                       target_of(spec.table_sink)});
            if (!output) {
                return std::move(output).error();
            }
            outputs_.push_back(std::move(*output));
        }
        const auto frames = static_cast<std::uint64_t>(range_.end - range_.first);
        slots_.resize(std::min<std::uint64_t>(kFramesInFlight, std::max<std::uint64_t>(1, frames)));
        for (Slot& slot : slots_) {
            for (const runtime::TargetLayout& layout : show_.targets) {
                auto buffer = session_.pool().allocate(layout.bytes, true, false);
                if (!buffer) {
                    Error error = std::move(buffer).error();
                    if (layout.kind == runtime::TargetKind::picture) {
                        error.message = fmt::format(
                            "pictures of {}x{}, {} in flight: {}; a smaller --size "
                            "or a larger --memory helps",
                            layout.width, layout.height, slots_.size(), error.message);
                    }
                    return error;
                }
                slot.buffers.push_back(*buffer);
                slot.targets.push_back({buffer->data, layout.bytes});
            }
            free_.push_back(&slot);
        }
        return {};
    }

    Result<void> run() {
        interrupt_.emplace([this] { show_.cancel(); });
        progress_.emplace(static_cast<std::uint64_t>(range_.end - range_.first));
        Result<void> outcome = sequence_.run_up(request_for(range_.first, slots_[0]));
        const std::uint64_t host_before = session_.counters().allocations.load();
        for (std::int64_t f = range_.first; outcome && f < range_.end; ++f) {
            if (Interrupt::asked()) {
                break;
            }
            outcome = frame(f);
            if (outcome) {
                progress_->step();
            }
        }
        if (!outcome && interrupted() && outcome.error().status == WEFT_CANCELLED) {
            outcome = {};  // the frame that was under way was not done
        }
        drain();
        host_queries_ = session_.counters().allocations.load() - host_before;
        progress_->end();
        if (outcome && !failure_.ok()) {
            outcome = failure_;
        }
        const bool complete = outcome.ok() && frames_ == range_.end - range_.first;
        std::vector<std::string> kept;
        for (auto& output : outputs_) {
            auto finished = output->finish(complete);
            if (!finished) {
                if (outcome) {
                    outcome = std::move(finished).error();
                }
            } else if (!finished->empty()) {
                kept.push_back(*finished);
            }
        }
        outputs_.clear();
        if (!complete) {
            say_how_to_resume(kept);
        }
        interrupt_.reset();
        return outcome;
    }

    // Whether it was a file that failed, not a back end.
    [[nodiscard]] bool file_failed() const { return !failure_.ok(); }
    [[nodiscard]] bool interrupted() const { return Interrupt::asked(); }
    [[nodiscard]] std::uint64_t frames() const { return static_cast<std::uint64_t>(frames_); }
    [[nodiscard]] std::uint64_t host_queries() const { return host_queries_; }
    // The numbers that a compute statement gave for the last frame.
    [[nodiscard]] const std::vector<double>& numbers(std::uint32_t target) const {
        return numbers_[target];
    }

private:
    [[nodiscard]] std::uint32_t target_of(std::uint32_t sink) const {
        for (std::uint32_t t = 0; t < show_.targets.size(); ++t) {
            const auto& sinks = show_.targets[t].sinks;
            if (sink != kNoSink && std::find(sinks.begin(), sinks.end(), sink) != sinks.end()) {
                return t;
            }
        }
        return kNoSink;
    }

    Frames::Watch watch() {
        Frames::Watch watch;
        watch.begin_run_up = [this](std::uint64_t frames) { progress_->begin_run_up(frames); };
        watch.step_run_up = [this] {
            progress_->step_run_up();
            return !Interrupt::asked();
        };
        watch.hold = [this] { return interrupt_->hold(); };
        return watch;
    }

    runtime::FrameRequest request_for(std::int64_t absframe, const Slot& slot) const {
        runtime::FrameRequest request;
        request.absframe = absframe;
        request.targets = slot.targets.data();
        request.params = show_.initial_params.data();
        return request;
    }

    Result<void> frame(std::int64_t absframe) {
        if (Result<void> failed = failure(); !failed) {
            return failed;
        }
        Slot* slot = nullptr;
        {
            const trace::Span waits(trace::What::wait, "wait for a writer");
            slot = take_slot();
        }
        if (auto done = sequence_.run(request_for(absframe, *slot)); !done) {
            give_back(slot);
            return done;
        }
        slot->result.absframe = absframe;
        slot->result.position = static_cast<std::uint64_t>(frames_);
        slot->result.sample_count = static_cast<std::uint64_t>(show_.first_sample(absframe + 1) -
                                                               show_.first_sample(absframe));
        slot->result.time = static_cast<double>(absframe) / show_.settings[WEFT_FIELD_FPS];
        slot->result.targets = slot->targets.data();
        ++frames_;
        keep_numbers(*slot);
        if (outputs_.empty()) {
            give_back(slot);
            return {};
        }
        session_.io_group().submit([this, slot] { present(slot); });
        return {};
    }

    void keep_numbers(const Slot& slot) {
        numbers_.resize(show_.targets.size());
        for (std::size_t t = 0; t < show_.targets.size(); ++t) {
            if (show_.targets[t].kind == runtime::TargetKind::numbers) {
                const auto* values = static_cast<const double*>(slot.targets[t].data);
                numbers_[t].assign(values, values + show_.targets[t].channels);
            }
        }
    }

    // Writes a frame into all files. Runs on the io group: stills beside each other, everything
    // that has an order one frame after the other.
    void present(Slot* slot) {
        const trace::Span span(trace::What::file, "write", slot->result.absframe);
        Result<void> outcome;
        for (auto& output : outputs_) {
            if (outcome && !output->ordered()) {
                outcome = output->frame(slot->result);
            }
        }
        {
            const trace::Span waits(trace::What::wait, "wait for the frame before");
            turnstile_.wait_for(slot->result.position);
        }
        for (auto& output : outputs_) {
            if (outcome && output->ordered()) {
                outcome = output->frame(slot->result);
            }
        }
        turnstile_.leave();
        if (!outcome) {
            const std::lock_guard lock(mutex_);
            if (failure_.ok()) {
                failure_ = outcome;
            }
            whole_ = std::min(whole_, static_cast<std::int64_t>(slot->result.position));
        }
        give_back(slot);
    }

    // What a file's writer reported so far.
    [[nodiscard]] Result<void> failure() {
        const std::lock_guard lock(mutex_);
        return failure_;
    }

    Slot* take_slot() {
        std::unique_lock lock(mutex_);
        returned_.wait(lock, [&] { return !free_.empty(); });
        Slot* slot = free_.back();
        free_.pop_back();
        return slot;
    }

    void give_back(Slot* slot) {
        // Under the lock to the end: the last slot's return ends the render and this object.
        const std::lock_guard lock(mutex_);
        free_.push_back(slot);
        returned_.notify_all();
    }

    void drain() {
        std::unique_lock lock(mutex_);
        returned_.wait(lock, [&] { return free_.size() == slots_.size(); });
    }

    void say_how_to_resume(const std::vector<std::string>& kept) const {
        const std::int64_t whole = std::min(frames_, whole_);
        const std::int64_t next = range_.first + whole;
        if (whole == 0) {
            return;
        }
        std::string text = "stopped after " + std::to_string(whole) + " of " +
                           std::to_string(range_.end - range_.first) + " frames";
        for (const std::string& path : kept) {
            text += "; what is done is in " + path;
        }
        std::fprintf(stderr, "%s\nto go on: --frames %lld:%lld\n", text.c_str(),
                     static_cast<long long>(next), static_cast<long long>(range_.end));
    }

    Session& session_;
    runtime::Show& show_;
    const std::vector<OutputSpec>& specs_;
    FrameRange range_;
    Frames sequence_;
    std::optional<Interrupt> interrupt_;  // while it runs
    std::optional<Progress> progress_;
    std::vector<std::unique_ptr<Output>> outputs_;
    std::vector<Slot> slots_;
    std::vector<Slot*> free_;
    std::mutex mutex_;
    std::condition_variable returned_;
    Turnstile turnstile_;
    Result<void> failure_;
    std::int64_t frames_ = 0;
    std::int64_t whole_ = std::numeric_limits<std::int64_t>::max();  // frames before a failed file
    std::uint64_t host_queries_ = 0;
    std::vector<std::vector<double>> numbers_;
};

// What compute statements found, one line a value.
void print_computed(const sema::Program& program, const BuiltShow& built, const Renderer& renderer,
                    const SourceMap& sources) {
    for (std::uint32_t t = 0; t < built.show->targets.size(); ++t) {
        const sema::Sink& sink = program.sinks[built.show->targets[t].sinks.front()];
        if (sink.kind != sema::SinkKind::compute) {
            continue;
        }
        const std::vector<double>& numbers = renderer.numbers(t);
        for (std::size_t v = 0; v < numbers.size(); ++v) {
            const LineColumn place = sources.locate(sink.span.file, sink.span.begin);
            const std::string label = v < sink.labels.size() ? sink.labels[v] : "";
            std::fprintf(stderr, "%s:%u: %s = %.17g\n", sources.file(sink.span.file).path.c_str(),
                         place.line, label.c_str(), numbers[v]);
        }
    }
}

void print_stats(Session& session, const runtime::Show& show, const Renderer& renderer,
                 double seconds) {
    const runtime::MemoryStats memory = session.pool().stats();
    nlohmann::json stats;
    stats["frames"] = renderer.frames();
    stats["seconds"] = seconds;
    stats["host_queries_while_running"] = renderer.host_queries();
    stats["memory"] = {{"allocations", memory.allocations},
                       {"reuses", memory.reuses},
                       {"peak_bytes", memory.peak_bytes}};
    weft_counters copied{};
    for (const runtime::Step& step : show.steps) {
        const weft_counters counters = plugin::counters_of(*step.program);
        copied.uploaded += counters.uploaded;
        copied.mirrored += counters.mirrored;
        copied.delivered += counters.delivered;
        copied.gathered += counters.gathered;
    }
    stats["copied"] = {{"uploaded", copied.uploaded},
                       {"mirrored", copied.mirrored},
                       {"delivered", copied.delivered},
                       {"gathered", copied.gathered}};
    stats["device_memory"] = device_memory_json(show);
    std::fprintf(stderr, "%s\n", stats.dump().c_str());
}

}  // namespace

int render(Session& session, const RenderOptions& options) {
    Diagnostics& diagnostics = session.diagnostics();
    const sema::Program program =
        sema::analyze(options.file, session.sources(), session.environment(), diagnostics);
    if (diagnostics.has_errors()) {
        return 1;
    }
    const std::vector<OutputSpec> outputs = plan_outputs(session, options, program);
    if (diagnostics.has_errors()) {
        return 1;
    }
    const std::optional<FrameRange> range = plan_frames(session, options, program, outputs);
    if (!range) {
        return 1;
    }
    session.print_diagnostics();  // warnings come before the work, not after it

    BuildRequest request;
    request.program = &program;
    request.wanted = [&](std::uint32_t s) {
        const sema::Sink& sink = program.sinks[s];
        if (sink.kind == sema::SinkKind::compute) {
            return true;
        }
        return std::any_of(outputs.begin(), outputs.end(), [&](const OutputSpec& spec) {
            const bool sound = spec.sound_sink != kNoSink && sink.kind == sema::SinkKind::play &&
                               program.sinks[spec.sound_sink].kind == sema::SinkKind::play;
            return s == spec.picture_sink || s == spec.sound_sink || s == spec.table_sink || sound;
        });
    };
    request.picture_format = [&](const sema::Sink& sink) {
        for (const OutputSpec& spec : outputs) {
            if (spec.picture_sink != kNoSink && &program.sinks[spec.picture_sink] == &sink) {
                return spec.picture_format;
            }
        }
        return WEFT_FORMAT_RGBA8;
    };
    std::optional<BuiltShow> built = build_show(session, request);
    if (!built) {
        return 1;
    }
    if (options.assert_zero_copy && !assert_zero_copy(session, *built)) {
        return 1;
    }
    const auto begin = std::chrono::steady_clock::now();
    Renderer renderer(session, *built, outputs, *range,
                      [&] { return build_show(session, request); });
    Result<void> outcome = renderer.open();
    const bool opened = outcome.ok();
    if (opened) {
        // The frame loop lives on the main group, so that its threads are the only ones that work.
        session.main_group().run([&] { outcome = renderer.run(); });
    }
    if (!outcome) {
        auto& said = diagnostics.add(Code::command_failed, {}, {outcome.error().message});
        if (outcome.error().status == WEFT_TIMEOUT) {
            said.suggest("--deadline SECONDS gives a frame more time, 0 any time");
        }
        return opened && !renderer.file_failed() ? 3 : 1;
    }
    print_computed(program, *built, renderer, session.sources());
    if (options.stats) {
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
        print_stats(session, *built->show, renderer, took.count());
    }
    return renderer.interrupted() ? 130 : 0;
}

}  // namespace weft::driver
