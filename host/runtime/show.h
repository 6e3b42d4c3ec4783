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
#include "plugin/backend.h"
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

// The f64 part of a kernel: evaluated once a frame, before its batch runs.
struct HostStage {
    ir::HostProgram program;
    std::vector<HostInput> inputs;    // by SAMPLE aux
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
    std::vector<Source> sources;
    std::vector<std::unique_ptr<plugin::Program::Getter>> getters;  // that bindings point to
    std::vector<Step> steps;                                        // in order of execution
    std::vector<TargetLayout> targets;
    std::array<double, WEFT_FIELD_COUNT> settings{};
    std::vector<double> initial_params;
    std::optional<std::uint64_t> run_up_frames = 0;  // nullopt: all frames before
    // Where the strands asked for at points are: step and outputs, in order.
    std::uint32_t values_step = 0;
    std::vector<std::uint32_t> values_outputs;
    std::uint64_t max_samples = 0;  // of one frame

    // Samples of a frame: [first, first + count).
    [[nodiscard]] std::int64_t first_sample(std::int64_t absframe) const;

    // Runs one frame; returns when everything is in memory. [frame thread]
    [[nodiscard]] Result<void> run(const FrameRequest& request);

    // The strands asked for, at points, in the state after the last run. [frame thread]
    [[nodiscard]] Result<void> values(std::uint32_t which, const weft_points& points,
                                      double* values) const;

    // Asks a running frame to stop early. [any thread]
    void cancel() { cancel_.store(1, std::memory_order_relaxed); }

private:
    [[nodiscard]] Result<void> prepare(Step& step, const FrameRequest& request);
    [[nodiscard]] Result<void> execute(Step& step, const FrameRequest& request);
    [[nodiscard]] Result<void> execute_source(Source& source, const double* fields,
                                              const FrameRequest& request);

    std::array<double, WEFT_FIELD_COUNT> fields_{};  // the clock of the frame that runs
    std::int64_t sample_ = 0;
    std::atomic<std::uint32_t> cancel_{0};
};

}  // namespace weft::runtime
