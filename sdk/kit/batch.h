// Batches written by hand: kernels, inputs and outputs, pictures to read, points to ask at.
#pragma once

#include <weft/batch.h>
#include <weft/frame.h>

#include <array>
#include <cstdint>
#include <deque>
#include <vector>

#include "kit/kernel.h"

namespace weft::kit {

struct BatchText {
    BatchText();
    std::deque<KernelText> kernels;
    std::vector<weft_input> inputs;
    std::vector<weft_output> outputs;
    std::array<double, WEFT_FIELD_COUNT> settings{};

    KernelText& kernel(std::uint32_t domain, std::uint64_t width = 1, std::uint64_t height = 1);
    std::uint32_t input(std::uint64_t id, std::uint32_t channel = 0);
    std::uint32_t internal(std::uint32_t output);
    std::uint32_t picture(std::uint64_t width, std::uint64_t height, std::uint32_t format,
                          std::uint32_t channels, std::uint32_t target);
    std::uint32_t sound(std::uint32_t target);
    std::uint32_t values();
    // width == 0: one number a tick.
    std::uint32_t cache(std::uint64_t ticks, std::uint32_t tick, std::uint64_t width = 0,
                        std::uint64_t height = 0, std::uint32_t format = WEFT_FORMAT_F32);
};

// The batch as a back end wants it; `text` outlives it.
struct BatchView {
    explicit BatchView(const BatchText& text);
    BatchView(const BatchView&) = delete;
    BatchView& operator=(const BatchView&) = delete;
    weft_batch batch{};

private:
    std::vector<weft_kernel> kernels_;
};

// A grid of two axes in memory, as an input.
struct Picture {
    Picture(std::uint64_t width, std::uint64_t height, std::uint32_t channels = 1);
    std::vector<float> data;
    weft_view view{};
    weft_handle handle{};
    float& at(std::uint64_t x, std::uint64_t y, std::uint32_t channel = 0);
};

// Points at which every field has one value, but for those set.
struct Points {
    Points();
    std::array<double, WEFT_FIELD_COUNT> constants{};
    std::array<const double*, WEFT_FIELD_COUNT> fields{};
    weft_points view{};
    void set(std::uint32_t field, const std::vector<double>& numbers);
};

}  // namespace weft::kit
