// One batch, run by the reference back end: plain loops over points, ticks and stores.
#pragma once

#include <weft/clock.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>
#include <weft/cpp/backend.hpp>

#include "plugin/reference_memory.h"

namespace weft::plugin::reference {

// A kernel with arrays of its own, since the batch is gone after compile.
struct Kernel {
    explicit Kernel(const weft_kernel& from);

    std::uint32_t domain;
    std::uint64_t width;
    std::uint64_t height;
    std::uint32_t first_uniform;
    std::vector<weft_ir_value> values;
    std::vector<std::uint32_t> args;
    std::vector<weft_ir_loop> loops;
    std::vector<weft_store> stores;
    weft_ir ir{};
    std::uint64_t scratch = 0;  // doubles
    bool captures = false;      // stores to a cache
    bool delivers = false;      // stores to a target
};

struct Output {
    std::uint32_t kind = 0;
    std::uint32_t target = 0;
    weft_grid grid{};  // of a cache as laid out, and as it is read here
    std::shared_ptr<Cache> cache;
    std::string name;  // node@strand, for messages
};

class Program : public cpp::Program {
public:
    Program(cpp::Host host, const weft_batch& batch);

    void execute(const weft_frame& frame) override;
    void get_values(std::uint32_t output, const weft_points& points, double* values) override;
    void get_handle(std::uint32_t output, weft_handle& handle) override;

private:
    // What changes from kernel to kernel of a frame, and from row to row.
    struct Work {
        const Kernel* kernel;
        const weft_frame* frame;
        const double* uniforms;
        bool capture;
        bool deliver;
    };
    struct Point;  // the environment of one evaluation

    void add_outputs(const weft_batch& batch);
    [[nodiscard]] static std::shared_ptr<Cache> take_over(weft_inherit& inherit, weft_grid& grid);
    void add_inputs(const weft_batch& batch);
    void add_kernels(const weft_batch& batch);
    void run_raster(const Work& work);
    void run_rows(const Work& work, std::uint64_t chunk);
    void run_stream(const Work& work);
    [[nodiscard]] weft_status run_point(const Work& work, Point& point, std::uint64_t i,
                                        std::uint64_t j, std::uint64_t n, double* scratch);
    void store(const Work& work, const double* values, std::uint64_t i, std::uint64_t j,
               std::uint64_t n, const Now& now);
    void finish_captures(const Work& work, const Now& now);
    [[nodiscard]] weft_handle handle_of(const Output& output) const;
    static double sample(void* user, std::uint32_t input, const double* coords,
                         std::uint32_t count);

    cpp::Host host_;
    double settings_[WEFT_FIELD_COUNT];
    std::vector<Output> outputs_;
    std::vector<Reader> inputs_;
    std::deque<Kernel> kernels_;
    std::uint64_t chunks_ = 1;
    std::vector<double> scratch_;       // chunks_ times the largest kernel's
    std::uint64_t scratch_stride_ = 0;  // doubles
    std::atomic<weft_status> status_{WEFT_OK};
};

}  // namespace weft::plugin::reference
