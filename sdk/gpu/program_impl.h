// The parts of a program (program.h) and how they belong together; private to sdk/gpu.
//
// A frame runs in a flight: its block of numbers, its cancel word, its readback memory and the work
// recorded over them. A few flights take turns, so that a frame can be prepared while others run.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <weft/counters.h>

#include "gpu/cache.h"
#include "gpu/grid_memory.h"
#include "gpu/program.h"
#include "gpu/questions.h"
#include "gpu/recorder.h"

namespace weft::gpu {

struct Piece {  // bytes of a target that this batch writes
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
};

struct Output {
    std::string name;  // for messages
    std::string node;
    std::uint32_t kind = 0;
    std::uint32_t target = 0;
    weft_grid grid{};  // as laid out, and as it is read here
    std::shared_ptr<Cache> cache;
    bool taken_over = false;  // the cache, from an older program
    bool stream = false;      // TARGET: of samples
    std::uint64_t target_bytes = 0;
    std::vector<Piece> pieces;  // TARGET: of a picture; of a stream: planes, for one sample each
};

// Host memory that kernels use in place: whole pages from `base` on.
struct Import {
    char* base = nullptr;
    std::uint64_t size = 0;
    std::shared_ptr<Buffer> buffer;
    std::uint64_t used = 0;  // turn
};

// Where the numbers of an input are for the frame that is being prepared.
struct Input {
    std::string name;
    std::string node;
    std::uint32_t channel = 0;
    std::uint32_t output = WEFT_NOT_INTERNAL;
    weft_binding getter{};  // kind NONE and a function, when it can only be asked
    weft_grid grid{};
    weft_handle handle{};            // HOST, when another device or the host keeps it
    std::shared_ptr<Buffer> memory;  // else, where it stays
    Slice slice;
    // What cannot be used in place is copied: into `copy`, through `staging` where the device has
    // memory of its own.
    std::shared_ptr<Buffer> copy;
    std::shared_ptr<Buffer> staging;
    std::unique_ptr<Work> upload;
    Slice upload_from;
    const void* copied_from = nullptr;
    std::uint64_t generation = 0;   // that was copied
    std::uint64_t uploaded_at = 0;  // the queue's value
};

struct Kernel {
    std::uint32_t domain = 0;
    std::uint64_t width = 1;
    std::uint64_t height = 1;
    std::uint32_t first_uniform = 0;
    bool captures = false;
    bool delivers = false;
    std::vector<weft_store> stores;
    std::vector<std::uint32_t> reads;  // inputs
    Asking asking;
    KernelText text;
    std::shared_ptr<const Pipeline> pipeline;
    std::uint64_t args_offset = 0;  // in the flight's block
    // By flight, so that a frame's tables are made while the kernel before still reads its own;
    // empty: it has none.
    std::vector<std::shared_ptr<Buffer>> columns, rows;
    std::shared_ptr<Buffer> scratch;
};

// What a kernel's block of numbers is made from.
struct Numbers {
    const double* fields = nullptr;
    const double* uniforms = nullptr;
    const double* params = nullptr;
    std::int64_t frame = 0;         // tick of frames
    std::int64_t sample = 0;        // tick of samples: the frame's first
    std::int64_t first_sample = 0;  // of a stream call
    std::uint64_t sample_count = 0;
    std::uint64_t point_count = 0;
    bool capture = false;
    bool deliver = false;
};

// Points that are gathered after every execute.
struct Gather {
    std::uint32_t output = 0;
    std::uint64_t count = 0;
    KernelText text;
    std::shared_ptr<const Pipeline> pipeline;
    std::shared_ptr<Buffer> points;
    std::vector<double> values;
    // One a flight:
    std::vector<std::shared_ptr<Buffer>> args;
    std::vector<std::shared_ptr<Buffer>> results;
};

class BatchProgram;

// Decides whether recorded work fits a frame.
struct Variant {
    bool capture = false;
    bool deliver = false;
    std::uint64_t samples = 0;
    std::vector<Slice> slices;            // inputs, then outputs, whose place may change
    std::vector<std::uint64_t> mirrored;  // by output: slot, or:
    bool operator==(const Variant&) const = default;
};
constexpr std::uint64_t kNotMirrored = UINT64_MAX;
constexpr std::uint64_t kAllMirrored = UINT64_MAX - 1;

struct Recording {
    Variant variant;
    // One after the other; behind each but the last the host answers questions.
    std::vector<std::unique_ptr<Work>> parts;
    std::uint64_t used = 0;
};

struct Flight final : Completion {
    BatchProgram* program = nullptr;
    std::uint32_t number = 0;
    std::shared_ptr<Buffer> args;
    Slice cancel;  // the word that kernels look at
    // By output: where kernels write a target that is not written in place.
    std::vector<std::shared_ptr<Buffer>> readback;
    std::vector<bool> copied;  // by output: from readback, in this frame
    std::vector<Recording> recordings;
    Variant variant;  // of the frame that is prepared or under way
    std::uint64_t value = 0;
    std::atomic<bool> under_way{false};
    std::atomic<bool> stop{false};
    Outcome outcome;
    // What completion needs of the frame.
    const volatile std::uint32_t* asked = nullptr;  // the host's cancel word
    std::vector<weft_target> targets;
    Numbers numbers;

    void set_cancel(std::uint32_t word) noexcept;
    [[nodiscard]] bool cancelled() const noexcept;
    void poll() noexcept override;
    [[nodiscard]] Outcome complete(const Outcome& lost) override;
};

// A POINTS kernel, or a cache that only the device sees, at points: memory that grows with the most
// points asked for.
struct PointsRun {
    KernelText text;  // of a cache; else the kernel's
    std::shared_ptr<const Pipeline> pipeline;
    Buffer* source = nullptr;  // the cache
    std::uint64_t room = 0;
    std::shared_ptr<Buffer> args, points, values, nothing;
    std::unique_ptr<Work> work;
    std::uint64_t count = 0;    // that `work` is recorded for
    std::vector<Slice> slices;  // the same
};

// A kernel of POINTS that asks getters, for the reference evaluator.
struct JudgedKernel {
    explicit JudgedKernel(const weft_kernel& from);
    JudgedKernel(const JudgedKernel&) = delete;
    JudgedKernel& operator=(const JudgedKernel&) = delete;
    std::vector<weft_ir_value> values;
    std::vector<std::uint32_t> args;
    std::vector<weft_ir_loop> loops;
    weft_ir ir{};
    std::vector<double> scratch;
};

// Of a list of points (program_values.cpp): the whole number of a clock, a coordinate of point n.
[[nodiscard]] std::int64_t tick_at(double counter);
[[nodiscard]] double field_at(const weft_points& points, std::uint32_t field, std::uint64_t n);

// Blocks of numbers (program_record.cpp).
void write_gather_numbers(const KernelText& text, const weft_grid& grid, const Numbers& numbers,
                          char* to);

class BatchProgram final : public cpp::Program, private Tenant {
public:
    BatchProgram(cpp::Host host, Device& device, const weft_batch& batch);
    ~BatchProgram() override;

    void execute(const weft_frame& frame) override;
    void get_values(std::uint32_t output, const weft_points& points, double* values) override;
    void get_handle(std::uint32_t output, weft_handle& handle) override;
    void cancel() noexcept override;
    [[nodiscard]] std::string too_many_turns() const;

    // "weft.async/1"
    std::uint64_t submit(const weft_frame& frame, bool reported, const Order& order = {});
    // "weft.semaphore/1": submit with an order that the host gives in the program's own lists.
    std::vector<Semaphore*> waits;
    std::vector<Semaphore*> signals;
    // "weft.gather/1"
    const double* gather(std::uint32_t output, std::uint64_t count, const double* const* coords);
    // "weft.counters/1"
    [[nodiscard]] const weft_counters& counters() const { return counters_; }

private:
    friend struct Flight;
    static constexpr std::size_t kFlights = 3;

    // Tenant: program_inputs.cpp
    void moved(const Buffer* from, const std::shared_ptr<Buffer>& to) override;
    void shed(std::uint64_t since) override;

    // program_compile.cpp
    void add_outputs(const weft_batch& batch);
    void add_cache(const weft_batch& batch, std::uint32_t number);
    void add_kernels(const weft_batch& batch, const SplitBatch* split);
    void write_texts(const weft_batch& batch);
    void add_flights();
    void clear_caches();
    [[nodiscard]] std::string sized_name() const;

    // program_inputs.cpp
    void add_inputs(const weft_batch& batch);
    void bind_handle(Input& input, const weft_binding& binding);
    void locate_inputs();
    // Host memory [data + begin, data + end) as a slice that begins at `data`; none when the device
    // cannot use it in place.
    [[nodiscard]] Slice in_place(char* data, Extent extent, const weft_handle* handle);
    [[nodiscard]] Slice import_around(char* data, Extent extent, const weft_handle* handle);
    void forget(const Buffer* buffer);
    void forget_recorded(const Buffer* buffer);
    void copy_input(Input& input);
    void upload_input(Input& input, char* data, Extent extent);

    // program_frame.cpp
    std::uint64_t submit_in_place(const weft_frame& frame, bool reported, const Order& order);
    Flight& free_flight();
    void set_frame(Flight& flight, const weft_frame& frame);
    void locate_targets(Flight& flight, const weft_frame& frame);
    void choose_mirrors(Flight& flight) const;
    [[nodiscard]] Slice readback_of(Flight& flight, std::uint32_t output, std::uint64_t bytes);
    Recording& recording(Flight& flight);
    void wait_for_all();
    void finish(Flight& flight);
    void deliver(Flight& flight);

    // program_ask.cpp
    void add_answers(const SplitBatch& split);
    void run_parts(const Recording& recording, const Flight& flight);
    void answer(const Kernel& kernel, const Flight& flight);
    void record_answers(Recorder& recorder, const Kernel& kernel) const;
    void ask(const Question& question, const Flight& flight, std::uint32_t output, bool stream,
             std::uint64_t count, double* values);

    // program_record.cpp
    void record_end(Recorder& recorder, const Flight& flight) const;
    void record_kernel(Recorder& recorder, const Kernel& kernel, const Flight& flight) const;
    void record_mirrors(Recorder& recorder, const Flight& flight) const;
    void record_gathers(Recorder& recorder, const Flight& flight) const;
    [[nodiscard]] std::vector<std::unique_ptr<Work>> record(const Flight& flight) const;
    [[nodiscard]] bool runs(const Kernel& kernel, const Numbers& numbers) const;
    void write_numbers(const Kernel& kernel, const Numbers& numbers, char* to) const;
    [[nodiscard]] std::int32_t whole(const WholeArg& arg, const Kernel& kernel,
                                     const Numbers& numbers) const;

    // program_values.cpp
    void get_values_in_place(std::uint32_t output, const weft_points& points, double* values);
    void run_points(std::uint32_t kernel, std::uint32_t store, const weft_points& points,
                    std::uint64_t first, std::uint64_t count, double* values);
    void launch_points(PointsRun& run, const KernelText& text, const Pipeline* pipeline,
                       std::uint64_t count);
    void read_device(std::uint32_t output, const weft_points& points, std::uint64_t first,
                     std::uint64_t count, double* values);

    // program_judge.cpp
    struct JudgedPoint;
    void judge_points(std::uint32_t kernel, std::uint32_t store, const weft_points& points,
                      double* values);
    [[nodiscard]] static double sample_for_judge(void* user, std::uint32_t input,
                                                 const double* coords, std::uint32_t count);
    [[nodiscard]] const void* host_data(const Input& input) const;

    cpp::Host host_;
    Device& device_;
    Pool::User pool_user_;  // memory goes back before it does
    std::string name_;
    std::array<double, WEFT_FIELD_COUNT> settings_{};
    std::uint64_t block_ = 1;  // the most samples of a frame
    std::vector<Output> outputs_;
    std::vector<Input> inputs_;
    std::vector<Import> imports_;
    bool imports_refused_ = false;
    std::vector<Kernel> kernels_;
    std::vector<std::unique_ptr<JudgedKernel>> judged_;  // by kernel; few
    std::vector<std::unique_ptr<PointsRun>> points_;     // by kernel; null but for POINTS
    std::shared_ptr<Buffer> cancel_words_;               // one a flight
    std::shared_ptr<Buffer> nothing_;                    // bound where a parameter is not used
    std::vector<std::unique_ptr<Gather>> gathers_;
    std::vector<std::unique_ptr<PointsRun>> reads_;  // by output: get_values of device memory
    std::array<std::unique_ptr<Flight>, kFlights> flights_;
    std::uint64_t turn_ = 0;
    std::atomic<std::uint64_t> ran_{0};  // the device's turn of the last frame
    std::uint64_t last_value_ = 0;
    std::uint32_t last_flight_ = 0;
    std::array<double, WEFT_FIELD_COUNT> fields_{};  // of the frame that is prepared
    std::vector<Slice> scratch_slices_;
    bool asks_ = false;
    std::vector<double> answers_;  // of a stream
    std::vector<double> ticks_;    // ... at which they were asked for
    weft_counters counters_{};
    std::optional<Residency::Tenancy> tenancy_;
};

}  // namespace weft::gpu
