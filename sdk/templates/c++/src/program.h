// One compiled batch, interpreted: every value of a kernel at every point, in f64.
#pragma once

#include <weft/cpp/backend.hpp>

#include <cstdint>
#include <vector>

#include "operators.h"

namespace TEMPLATE_NAME_plugin {

// A kernel with arrays of its own: the batch is the host's, and gone when compile returns.
struct Kernel {
    explicit Kernel(const weft_kernel& from);

    // Computes `results` at one point. Every operand stands before its use, so one pass from front
    // to back is enough.
    void evaluate(const double* fields, const double* params, const double* uniforms);

    std::uint32_t domain;
    std::uint64_t width, height;
    std::uint32_t first_uniform;
    std::vector<weft_ir_value> values;
    std::vector<Operator> operators;  // by value, null for leaves
    std::vector<std::uint32_t> args;
    std::vector<weft_store> stores;
    std::vector<double> results;  // of each value, at the point that is being computed
};

class Program final : public weft::cpp::Program {
public:
    explicit Program(const weft_batch& batch);

    void execute(const weft_frame& frame) override;
    void get_values(std::uint32_t output, const weft_points& points, double* values) override;

private:
    void store(const Kernel& kernel, const weft_frame& frame, std::uint64_t x, std::uint64_t y);

    std::vector<Kernel> kernels_;
    std::vector<weft_output> outputs_;  // without their texts, which were the host's
};

}  // namespace TEMPLATE_NAME_plugin
