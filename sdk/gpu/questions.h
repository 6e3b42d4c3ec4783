// Inputs without memory, whose values are known by asking: no kernel can ask. A kernel that reads
// one becomes several. Those before compute where it reads; the host asks; the last one reads the
// answers where the question stood. Questions that hang on answers take another turn.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include <weft/batch.h>

namespace weft::gpu {

// The target of coordinates is nobody's.
constexpr std::uint32_t kNoTarget = 0xffffffffu;

struct Question {
    std::uint32_t input = 0;   // whose getter is asked
    std::uint32_t answer = 0;  // the input that holds the answers
    std::uint32_t plane = 0;   // of the coordinates: the first operand's
    std::uint32_t operands = 0;
};

// What is asked behind a kernel.
struct Asking {
    std::uint32_t output = 0;  // the coordinates, f64
    std::vector<Question> questions;
};

// A kernel that is made from another.
struct MadeKernel {
    std::vector<weft_ir_value> values;
    std::vector<std::uint32_t> args;
    std::vector<weft_ir_loop> loops;
    std::vector<weft_ir_affine> affines;
    std::vector<weft_store> stores;
};

class SplitBatch {
public:
    // `getter`: by input. `block`: the most samples of a frame. `batch` outlives the object.
    SplitBatch(const weft_batch& batch, const std::vector<bool>& getter, std::uint64_t block);
    SplitBatch(const SplitBatch&) = delete;
    SplitBatch& operator=(const SplitBatch&) = delete;

    // Its outputs and inputs begin with those of the original.
    [[nodiscard]] const weft_batch& batch() const { return batch_; }
    [[nodiscard]] const Asking& asking(std::uint32_t kernel) const { return askings_[kernel]; }
    // Of the answers: by input, behind those of the original.
    [[nodiscard]] const std::vector<weft_grid>& answers() const { return answers_; }

private:
    void split(const weft_kernel& kernel);
    void add(const weft_kernel& from, MadeKernel made, Asking asking);
    std::uint32_t add_coordinates(const weft_kernel& kernel, std::uint32_t planes);
    std::uint32_t add_answer(const weft_kernel& kernel, const weft_input& asked);

    const weft_batch& from_;
    const std::vector<bool>& getter_;
    std::uint64_t block_;
    weft_batch batch_;
    std::vector<weft_kernel> kernels_;
    std::vector<weft_input> inputs_;
    std::vector<weft_output> outputs_;
    std::vector<weft_grid> answers_;
    std::vector<Asking> askings_;
    std::deque<MadeKernel> made_;  // at fixed addresses
};

}  // namespace weft::gpu
