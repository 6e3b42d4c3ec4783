// A compiled batch of this back end: its opened sources, and which of them an output belongs to.
#pragma once

#include <weft/cpp/backend.hpp>

#include <memory>
#include <vector>

#include "source.h"

namespace weft::audio {

class Program final : public cpp::Program {
public:
    // Opens every source of the batch and exposes its outputs.
    Program(const cpp::Host& host, const weft_batch& batch);

    void execute(const weft_frame& frame) override;
    void get_values(std::uint32_t output, const weft_points& points, double* values) override;
    void get_handle(std::uint32_t output, weft_handle& handle) override;

private:
    struct Output {
        Source* source = nullptr;  // null: no output of ours
        std::uint32_t index = 0;   // within the source
    };
    void open(const cpp::Host& host, const weft_batch& batch, const weft_source& source);
    [[nodiscard]] const Output& find(std::uint32_t output) const;

    std::vector<std::unique_ptr<Source>> sources_;
    std::vector<Output> outputs_;
};

}  // namespace weft::audio
