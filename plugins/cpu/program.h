// One compiled batch: its code, the memory of its caches and tables, and what a frame needs to run.
#pragma once

#include <weft/cpp/backend.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine.h"
#include "kernel_args.h"
#include "object_cache.h"

namespace weft::cpu {

// Memory of an output that is kept here, shared by programs that take each other's place.
struct Cache {
    weft_grid grid{};  // as laid out
    cpp::Memory memory;
    weft_view view{};
    std::uint32_t tick = WEFT_TICK_FRAME;
    std::uint64_t slot_bytes = 0;  // from one tick to the next
    std::uint64_t capacity = 1;
};

struct Output {
    std::string name;  // for messages
    std::uint32_t kind = 0;
    std::uint32_t target = 0;
    weft_grid grid{};  // as laid out, and as it is read here
    std::shared_ptr<Cache> cache;
    PointsCall few_values = nullptr;  // VALUES
    PointsCall many_values = nullptr;
    const KernelArgs* args = nullptr;  // of the kernel that answers
};

struct Input {
    std::uint32_t channel = 0;
    const weft_view* view = nullptr;
    weft_binding binding{};
};

// Numbers in memory whose address stays, aligned for vectors.
class AlignedBytes {
public:
    void allocate(std::uint64_t size);
    [[nodiscard]] char* data() const { return data_; }

private:
    std::unique_ptr<char[]> memory_;
    char* data_ = nullptr;
};

struct Kernel {
    std::uint32_t domain = 0;
    std::uint64_t width = 1;
    std::uint64_t height = 1;
    std::uint32_t first_uniform = 0;
    bool captures = false;
    bool delivers = false;
    bool with_previous = false;        // computed in bands together with the kernel before it
    bool active = false;               // there is something to do for it in this frame
    std::vector<std::uint64_t> tiles;  // of a picture: the rows where they begin, and its height
    std::vector<weft_store> stores;
    std::vector<InputShape> inputs_as_seen;  // with what is its own marked
    std::shared_ptr<const KernelCode> code;
    KernelArgs args{};
    AlignedBytes scalars, columns, rows, scratch;
    std::vector<char*> outputs;  // per store, set for every frame
    std::vector<const weft_view*> inputs;
    WholeCall compute_scalars = nullptr;
    WholeCall compute_columns = nullptr;
    RangeCall compute_rows = nullptr;
    RangeCall compute_points = nullptr;
    RowCall compute_row = nullptr;
};

class Program final : public cpp::Program {
public:
    Program(cpp::Host host, Engine& engine, const weft_batch& batch);

    void execute(const weft_frame& frame) override;
    void get_values(std::uint32_t output, const weft_points& points, double* values) override;
    void get_handle(std::uint32_t output, weft_handle& handle) override;
    void cancel() noexcept override { stop_.store(1, std::memory_order_relaxed); }

private:
    // outputs.cpp
    void add_outputs(const weft_batch& batch);
    [[nodiscard]] std::uint64_t lay_out(weft_grid& grid, const weft_batch& batch,
                                        std::uint32_t number) const;
    [[nodiscard]] std::shared_ptr<Cache> make_cache(const weft_grid& grid, std::uint64_t size,
                                                    bool shared);
    [[nodiscard]] static std::shared_ptr<Cache> take_over(weft_inherit& inherit, weft_grid& grid);
    [[nodiscard]] static weft_handle handle_of(const Output& output);

    // compile.cpp
    void add_inputs(const weft_batch& batch);
    void add_kernels(const weft_batch& batch);
    void join_kernels(const weft_batch& batch);
    void compile(const weft_batch& batch);
    [[nodiscard]] std::shared_ptr<const KernelCode> make_code(
        const Kernel& kernel, const weft_kernel& from, const std::vector<OutputShape>& outputs,
        const disk::Key& key);
    [[nodiscard]] std::shared_ptr<const KernelCode> link(const Kernel& kernel,
                                                         const CachedCode& code);
    void bind();

    // execute.cpp
    [[nodiscard]] static std::vector<std::uint64_t> tile_bounds(std::uint64_t height,
                                                                std::uint64_t threads);
    bool prepare(Kernel& kernel, const weft_frame& frame);
    void run_rasters(Kernel* begin, Kernel* end);
    void run_stream(Kernel& kernel, const weft_frame& frame);
    void finish_captures(const Kernel& kernel, const weft_frame& frame);
    void check_cancelled(const weft_frame& frame);

    static void read_getter(const KernelArgs* args, std::uint32_t input, std::uint32_t count,
                            const double* coords, double* values);

    cpp::Host host_;
    Engine& engine_;
    std::array<double, WEFT_FIELD_COUNT> settings_{};
    std::vector<Output> outputs_;
    std::vector<Input> inputs_;
    std::vector<InputShape> shapes_;
    std::vector<Kernel> kernels_;
    std::string link_error_;
    std::atomic<std::uint32_t> stop_{0};
    std::uint64_t stream_rows_ = 1;  // rows of a stream that are computed at once
    std::uint32_t threads_ = 1;
};

}  // namespace weft::cpu
