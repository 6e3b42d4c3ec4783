// A compiled program that can be run frame by frame. Everything is settled when a Show exists:
// running a frame asks nobody anything, looks nothing up and allocates nothing.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <weft/backend.h>

#include "base/result.h"
#include "ir/lower.h"
#include "plugin/extensions.h"
#include "runtime/memory_pool.h"
#include "runtime/resource_group.h"

namespace weft::runtime {

// A back end as the runtime sees it: an instance and the threads it works on. Borrowed from
// whoever loaded the plugin, who outlives every Show.
struct BackendRef {
    plugin::Backend* backend = nullptr;
    ResourceGroup* group = nullptr;
};

// How the host itself reads a materialised strand, to hoist what depends on it.
struct HostInput {
    weft_binding binding{};
    std::uint32_t channel = 0;
    std::vector<ir::InputShape::Axis> axes;
};

// Numbers that a producer leaves in host memory whenever it has run.
struct Gather {
    const double* values = nullptr;
    std::uint32_t count = 0;
    std::uint32_t first = 0;  // where in HostStage::gathered
};

// The f64 part of a kernel: evaluated once a frame, before its batch runs.
struct HostStage {
    ir::HostProgram program;
    std::vector<HostInput> inputs;  // by SAMPLE aux
    std::vector<Gather> gathers;
    std::vector<double> gathered;     // UNIFORM i of the program is gathered[i]
    std::uint32_t uniform_count = 0;  // outputs [0, uniform_count) become uniforms
    std::uint32_t first_uniform = 0;  // where in Step::uniforms
    std::vector<double> scratch;      // weft_eval_scratch numbers
};

// A film that must show another moment than the frame's own, for one kernel of a step.
struct FilmTime {
    std::uint32_t source = 0;  // index into Show::sources
    std::uint32_t stage = 0;   // index into Step::stages
    std::uint32_t output = 0;  // index into HostProgram::outputs: the time in seconds
};

struct Source {
    BackendRef backend;
    std::unique_ptr<plugin::Program> program;
    std::string name;
    bool follows_time = false;  // a film at me@time: executed at the beginning of every frame
};

struct Step {
    BackendRef backend;
    std::unique_ptr<plugin::Program> program;
    std::string name;
    std::vector<HostStage> stages;
    std::vector<FilmTime> films;
    std::vector<double> uniforms;
    bool captures = false;  // has caches
    bool delivers = false;  // has targets

    // Batches of one layer read nothing of each other but what one back end completes in order.
    // Those that run beside the host come first.
    std::uint32_t layer = 0;
    // Steps that must be complete before the host's part reads them, and before this one starts.
    // What the same back end completes in order is not among the latter.
    std::vector<std::uint32_t> before_host;
    std::vector<std::uint32_t> before_run;
    plugin::Timeline timeline;  // none: complete when execute returns
    bool asks_points = false;   // its kernels call get_values of others
    std::uint64_t value = 0;    // of the timeline, where this frame's work is complete
    bool runs = false;          // in this frame
    bool pending = false;
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
};

class Show {
public:
    Show() = default;
    ~Show() { clear_steps(); }
    Show(const Show&) = delete;
    Show& operator=(const Show&) = delete;

    std::vector<Source> sources;
    std::vector<std::shared_ptr<plugin::SharedMemory::Trial>> lent;  // that caches live in
    std::vector<std::unique_ptr<plugin::Program::Getter>> getters;   // that bindings point to
    std::vector<Step> steps;  // in order of execution, layer by layer
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

    // Runs one frame; returns when everything is in memory. On failure caches keep what they had
    // before or after the frame, and nothing runs on unless a back end hangs. [frame thread]
    [[nodiscard]] Result<void> run(const FrameRequest& request);

    // The strands asked for, at points, in the state after the last run. [frame thread]
    [[nodiscard]] Result<void> values(std::uint32_t which, const weft_points& points,
                                      double* values) const;

    // Asks a running frame to stop early. [any thread]
    void cancel();

private:
    [[nodiscard]] Result<void> run_steps(const FrameRequest& request);
    [[nodiscard]] Result<void> run_layer(std::size_t begin, std::size_t end,
                                         const FrameRequest& request);
    [[nodiscard]] Result<void> run_beside(std::size_t begin, std::size_t end,
                                          const FrameRequest& request);
    [[nodiscard]] Result<void> complete(Step& step, std::uint64_t timeout_ns);
    [[nodiscard]] Result<void> complete(const std::vector<std::uint32_t>& which);
    [[nodiscard]] Result<void> complete_all(std::uint64_t timeout_ns);
    [[nodiscard]] Result<void> prepare(Step& step, const FrameRequest& request);
    void execute_here(Step& step, const FrameRequest& request);
    [[nodiscard]] Result<void> execute_source(Source& source, const double* fields,
                                              const FrameRequest& request);

    std::array<double, WEFT_FIELD_COUNT> fields_{};  // the clock of the frame that runs
    std::int64_t sample_ = 0;
    std::atomic<std::uint32_t> cancel_{0};
};

}  // namespace weft::runtime
