// The parameters of a program as its caller has set them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "sema/program.h"

namespace weft::driver {

class ParamValues {
public:
    // Those of `program`, which outlives it. What was set in `before`, which may be null, and means
    // the same here, stays.
    ParamValues(const sema::Program& program, const ParamValues* before);

    // One number a parameter, in the program's order.
    [[nodiscard]] const double* values() const { return values_.data(); }
    // Another number whenever values are others.
    [[nodiscard]] std::uint64_t state() const { return state_; }

    [[nodiscard]] Result<void> set(std::string_view name, double value);
    // Has every parameter that both programs have one value in both?
    [[nodiscard]] bool agrees_with(const ParamValues& other) const;
    // An expression may have read an input that the program itself does not.
    void take_new();

private:
    [[nodiscard]] std::optional<sema::ParamId> same_as(const sema::Param& param) const;
    [[nodiscard]] Result<sema::ParamId> find(std::string_view name) const;
    void put(sema::ParamId id, double value);

    const sema::Program& program_;
    std::vector<double> values_;
    std::vector<bool> is_set_;
    std::uint64_t state_ = 0;
};

}  // namespace weft::driver
