// Kernels written by hand, value by value: what tests of a back end are made of. Each function
// appends a value and returns its number.
#pragma once

#include <weft/batch.h>

#include <cstdint>
#include <vector>

namespace weft::kit {

// One kernel's IR. What a value varies with is the union of its operands'.
class Ir {
public:
    using Id = std::uint32_t;
    Id constant(double v);
    Id field(std::uint32_t field, std::uint8_t varies, bool f64 = false);
    Id uniform(std::uint32_t index);
    Id param(std::uint32_t index);
    Id op(std::uint16_t op, std::vector<Id> args, bool f64 = false);
    Id sample(std::uint32_t input, std::vector<Id> coords, bool f64 = false);
    // Operand `arg` of SAMPLE `value` is scale * field + base.
    void affine(Id value, std::uint32_t arg, std::uint32_t field, double scale, Id base);
    // Returns the LOOP; body values follow until end_loop.
    Id begin_loop(Id from, Id to, std::vector<Id> initial, std::uint8_t varies);
    Id index(Id loop);
    Id carried(Id loop, std::uint32_t which);
    void end_loop(Id loop, std::vector<Id> next);
    Id result(Id loop, std::uint32_t which);
    void set_varies(Id value, std::uint8_t varies) { values_[value].varies = varies; }

    [[nodiscard]] weft_ir view() const;
    Id list(const std::vector<Id>& values);  // index into args, for stores

private:
    Id add(weft_ir_value value, const std::vector<Id>& args);
    std::vector<weft_ir_value> values_;
    std::vector<std::uint32_t> args_;
    std::vector<weft_ir_loop> loops_;
    std::vector<weft_ir_affine> affines_;
};

struct KernelText {
    std::uint32_t domain = WEFT_DOMAIN_RASTER;
    std::uint64_t width = 1;
    std::uint64_t height = 1;
    Ir ir;
    std::vector<weft_store> stores;
    // Stores `values` into planes from `channel` on.
    void store(std::uint32_t output, const std::vector<Ir::Id>& values, std::uint32_t channel = 0);
};

}  // namespace weft::kit
