// A compiled program that can be run frame by frame. Everything is settled when a Show exists:
// running a frame asks nobody anything, looks nothing up and allocates nothing.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <weft/backend.h>

#include "base/result.h"
#include "plugin/extensions.h"
#include "runtime/host_stage.h"
#include "runtime/join.h"
#include "runtime/memory_pool.h"
#include "runtime/picture_ring.h"
#include "runtime/resource_group.h"
#include "runtime/ring.h"
#include "runtime/stretch.h"

namespace weft::runtime {

// A back end as the runtime sees it: an instance and the threads it works on. Borrowed from
// whoever loaded the plugin, who outlives every Show.
struct BackendRef {
    plugin::Backend* backend = nullptr;
    ResourceGroup* group = nullptr;
};

// A film that must show another moment than the frame's own, for one kernel of a step.
struct FilmTime {
    std::uint32_t source = 0;  // index into Show::sources
    std::uint32_t stage = 0;   // index into Step::stages
    std::uint32_t output = 0;  // index into HostProgram::outputs: the time in seconds
};

// What an execution needs that may outlive the frame which gave it up.
struct Execution {
    std::function<Result<void>(const weft_frame&)> task;
    weft_frame frame{};
    std::array<double, WEFT_FIELD_COUNT> fields{};
    Result<void> outcome;
    std::optional<ResourceGroup::Errand> errand;
    bool hangs = false;  // it was given up, and has not come back

    void operator()() { outcome = task(frame); }
};

struct Source {
    BackendRef backend;
    // Shared with a newer version of the program: what is open stays open.
    std::shared_ptr<plugin::Program> program;
    std::string name;
    const char* label = "";     // in a trace
    bool follows_time = false;  // a film at me@time: executed at the beginning of every frame
    bool disabled = false;      // it failed: nobody asks it for another moment
    std::string key;            // what was opened, and how; equal ones are the same
    std::vector<std::optional<weft_handle>> handles;  // by output
    // By output, null where sound does not scan it. Shared as the program is, which goes after
    // them.
    std::vector<std::shared_ptr<PictureRing>> kept;
    std::unique_ptr<Execution> execution;  // as a step's
};

struct Step {
    BackendRef backend;
    std::unique_ptr<plugin::Program> program;
    std::string name;
    const char* label = "";  // in a trace
    std::vector<HostStage> stages;
    std::vector<FilmTime> films;
    std::vector<double> uniforms;
    bool captures = false;  // has caches
    bool delivers = false;  // has targets
    // Of a live show: computes samples, block by block on a sound device's thread (live.h); it is
    // no step of a frame.
    bool of_sound = false;

    // Batches of one layer read nothing of each other but what one back end completes in order, or
    // semaphores do. Those that run beside the host come first.
    std::uint32_t layer = 0;
    // Steps that must be complete before the host's part reads them, and before this one starts.
    // What the same back end completes in order is not among the latter, nor what it is joined to.
    std::vector<std::uint32_t> before_host;
    std::vector<std::uint32_t> before_run;
    plugin::Timeline timeline;  // none: complete when execute returns
    bool asks_points = false;   // its kernels call get_values of others
    plugin::Semaphores semaphores;
    std::vector<weft_semaphore*> waits;    // of this frame
    std::vector<weft_semaphore*> signals;  // the same
    std::uint64_t value = 0;               // of the timeline, where this frame's work is complete
    bool runs = false;                     // in this frame
    bool pending = false;
    // It failed, and is no part of frames until somebody says so (Show::enable_step).
    bool disabled = false;
    // Where it is executed within a time; none: however long it takes.
    std::unique_ptr<Execution> execution;
    Result<void> outcome;  // of the execution beside others
};

enum class TargetKind : std::uint8_t { picture, sound, numbers };

// What one sink wants a frame to leave in memory.
struct TargetLayout {
    TargetKind kind = TargetKind::picture;
    std::uint32_t format = WEFT_FORMAT_RGBA8;
    std::uint64_t width = 1;
    std::uint64_t height = 1;
    std::uint32_t channels = 4;        // planes of pictures in F32; channels of sound; numbers
    std::uint64_t bytes = 0;           // a frame's worth; sound: of the longest frame
    std::uint64_t plane_bytes = 0;     // from one plane or channel to the next
    std::vector<std::uint32_t> sinks;  // sema::Program::sinks
};

struct FrameRequest {
    std::int64_t absframe = 0;
    const weft_target* targets = nullptr;  // one per TargetLayout; all must be there
    const double* params = nullptr;        // one per sema::Program::params
    bool capture = true;
    bool skip_targets = false;  // run-up: only caches matter
    bool sound = true;
    std::int64_t left_out = 0;  // frames before this one, so far (weft_frame)
    // Samples before this one are written: what frames read of sound is read before it.
    std::int64_t samples_done = INT64_MAX;
};

class Show {
public:
    Show() = default;
    ~Show() { clear_steps(); }
    Show(const Show&) = delete;
    Show& operator=(const Show&) = delete;

    std::vector<Source> sources;
    std::vector<SoundInput> sound_inputs;  // what is heard, one ring a device; the host writes them
    // Samples by which sound may be ahead of the newest sample that a frame reads; 0: offline,
    // where they take turns.
    std::uint64_t sound_slack = 0;
    bool sound_reads_frames = false;  // in place: what frames go on to write meanwhile
    std::vector<std::shared_ptr<plugin::SharedMemory::Trial>> lent;  // that caches live in
    std::vector<std::unique_ptr<plugin::Program::Getter>> getters;   // that bindings point to
    std::vector<Step> steps;                   // in order of execution, layer by layer
    std::vector<std::unique_ptr<Join>> joins;  // every signal before its wait
    std::vector<TargetLayout> targets;
    std::array<double, WEFT_FIELD_COUNT> settings{};
    std::vector<double> initial_params;
    std::optional<std::uint64_t> run_up_frames = 0;  // nullopt: all frames before
    // Where the strands asked for at points are: step and outputs, in order.
    std::uint32_t values_step = 0;
    std::vector<std::uint32_t> values_outputs;
    std::uint64_t max_samples = 0;           // of one frame
    std::uint64_t deadline_ns = UINT64_MAX;  // how long work that runs beside the host may take

    // Waits for what still runs, then releases readers before what they read.
    void clear_steps();

    // Gives up all programs, to make room for `again`, the same show built anew; then takes its.
    void release_programs();
    void adopt_programs(Show& again);

    // Samples of a frame: [first, first + count).
    [[nodiscard]] std::int64_t first_sample(std::int64_t absframe) const;

    // The frame that holds a sample.
    [[nodiscard]] std::int64_t frame_of(std::int64_t sample) const;

    // Runs one frame; returns when everything is in memory. On failure caches keep what they had
    // before or after the frame, and nothing runs on unless a back end hangs. [frame thread]
    [[nodiscard]] Result<void> run(const FrameRequest& request);

    // Moves a film to `time` for whoever reads it after the frame that was run. [frame thread]
    [[nodiscard]] Result<void> set_film(const FilmTime& film, double time,
                                        const FrameRequest& request);

    // What films and cameras show now is what sound scans at tick `tick`. [frame thread]
    void keep_pictures(std::int64_t tick) noexcept;

    // The strands asked for, at points, in the state after the last run. [frame thread]
    [[nodiscard]] Result<void> values(std::uint32_t which, const weft_points& points,
                                      double* values) const;

    // Asks a running frame to stop early. [any thread]
    void cancel();

    // From now on an execution that takes longer than the deadline is given up. Before the first
    // frame.
    void limit_executions();
    // A step that is not enabled is no part of frames; what it left stays. [frame thread]
    void enable_step(std::uint32_t step, bool enabled);
    // What the last frame failed by; nothing: no part of it, or none that is known.
    struct Culprit {
        bool is_source = false;
        std::uint32_t index = 0;
    };
    [[nodiscard]] std::optional<Culprit> culprit() const { return culprit_; }
    // Is there work of the show that was given up and goes on? Then it must not be destroyed.
    [[nodiscard]] bool hangs() const;

private:
    // What steps do in every frame, settled when they change: whole layers [begin, end), called in
    // one go, or one after the other where there is no stretch.
    struct Section {
        std::size_t begin = 0;
        std::size_t end = 0;
        ResourceGroup* group = nullptr;  // of the stretch; null: none
        Stretch stretch;
    };
    struct Plan {
        bool settled = false;
        std::vector<Section> sections;
    };

    void forget_plans();
    [[nodiscard]] bool runs(const Step& step, bool skip_targets) const;
    [[nodiscard]] bool is_plain(const Step& step) const;
    [[nodiscard]] ResourceGroup* plain_group(std::size_t begin, std::size_t end) const;
    const Plan& plan(const FrameRequest& request);
    [[nodiscard]] Result<void> run_section(const Section& section, const FrameRequest& request);
    [[nodiscard]] weft_frame frame_for(const FrameRequest& request) const;
    [[nodiscard]] Result<void> run_steps(const FrameRequest& request);
    [[nodiscard]] Result<void> run_layer(std::size_t begin, std::size_t end,
                                         const FrameRequest& request);
    [[nodiscard]] Result<void> run_beside(std::size_t begin, std::size_t end);
    [[nodiscard]] Result<void> renew_joins();
    void list_semaphores(Step& step);
    void unblock_waiters(const Step& step);
    [[nodiscard]] Result<void> complete(Step& step, std::uint64_t timeout_ns);
    [[nodiscard]] Result<void> complete(const std::vector<std::uint32_t>& which);
    [[nodiscard]] Result<void> complete_all(std::uint64_t timeout_ns);
    [[nodiscard]] Result<void> prepare(Step& step, const FrameRequest& request);
    [[nodiscard]] Result<void> evaluate_stages(Step& step, const FrameRequest& request);
    [[nodiscard]] Result<void> set_films(const Step& step, const FrameRequest& request);
    [[nodiscard]] static bool follows(const Step& step, const Step& next);
    [[nodiscard]] Result<void> execute_within(plugin::Program& program, Execution& execution,
                                              ResourceGroup& group, const std::string& name);
    [[nodiscard]] Result<void> blame(const Step& step, Result<void> done);
    // `more`: another step is submitted to its device at once.
    void execute_here(Step& step, bool more = false);
    [[nodiscard]] Result<void> execute_source(Source& source, const double* fields,
                                              const FrameRequest& request);

    std::array<double, WEFT_FIELD_COUNT> fields_{};  // the clock of the frame that runs
    std::int64_t sample_ = 0;
    // The frame after the last one that was run, and its first sample.
    std::int64_t next_frame_ = -1;
    std::int64_t next_sample_ = 0;
    weft_frame frame_{};                // that runs, as every step of it gets it
    std::array<Plan, 2> plans_;         // of whole frames, and of those without targets
    const Plan* planned_ = nullptr;     // what `runs` of each step says
    std::vector<std::uint32_t> timed_;  // steps with a timeline: what may be pending
    bool outcomes_failed_ = false;
    std::atomic<std::uint32_t> cancel_{0};
    std::optional<Culprit> culprit_;
    bool joins_in_doubt_ = false;  // a frame failed: nobody knows what was signalled
};

}  // namespace weft::runtime
