// A picture that shows what a cache has just been given reads 8 or 16 bytes of every pixel again. A
// whole picture later they have left the processor's caches; a few rows later they have not.
#include "together.h"

#include <weft/cpp/batch.hpp>

#include <algorithm>
#include <cmath>
#include <optional>

namespace weft::cpu {
namespace {

// How one kernel reads what another stores in the same tick.
enum class Reads { nothing, same_row, anything };

class Look {
public:
    Look(const weft_batch& batch, const std::vector<InputShape>& inputs, const weft_kernel& reader,
         const weft_kernel& writer)
        : batch_(batch), inputs_(inputs), reader_(reader), writer_(writer) {}

    [[nodiscard]] Reads all() const {
        Reads most = Reads::nothing;
        for (std::uint32_t i = 0; i < reader_.ir.value_count; ++i) {
            const weft_ir_value& value = reader_.ir.values[i];
            if (value.op == WEFT_OP_SAMPLE) most = std::max(most, one(i, value));
        }
        return most;
    }

private:
    [[nodiscard]] bool is_stored(std::uint32_t output) const {
        for (const weft_store& store : cpp::list(writer_.stores, writer_.store_count))
            if (store.output == output) return true;
        return false;
    }

    [[nodiscard]] Reads one(std::uint32_t index, const weft_ir_value& value) const {
        if (value.aux >= inputs_.size()) return Reads::anything;
        const InputShape& input = inputs_[value.aux];
        // Who answers a call may read anything.
        if (input.getter) return Reads::anything;
        if (!is_stored(batch_.inputs[value.aux].internal_output)) return Reads::nothing;
        const weft_grid& grid = input.grid;
        if (value.arg_count != grid.axis_count) return Reads::anything;
        bool row = false;
        for (std::uint32_t a = 0; a < grid.axis_count; ++a) {
            const weft_axis& axis = grid.axes[a];
            if (axis.wrap == WEFT_WRAP_RING) {
                const weft_ir_value& k = reader_.ir.values[reader_.ir.args[value.args + a]];
                if (k.op != WEFT_OP_CONST || !std::isfinite(k.imm)) return Reads::anything;
                const double back = std::floor((k.imm - axis.origin) / axis.step);
                if (std::fmod(back, static_cast<double>(axis.count)) != 0.0) return Reads::nothing;
            } else if (axis.field == WEFT_FIELD_Y) {
                row = stays_in_row(index, a, axis);
            }
        }
        return row ? Reads::same_row : Reads::anything;
    }

    [[nodiscard]] bool stays_in_row(std::uint32_t index, std::uint32_t arg,
                                    const weft_axis& axis) const {
        if (axis.count != writer_.height) return false;
        for (const weft_ir_affine& known : cpp::list(reader_.ir.affines, reader_.ir.affine_count)) {
            if (known.value != index || known.arg != arg || known.field != WEFT_FIELD_Y) continue;
            const weft_ir_value& base = reader_.ir.values[known.base];
            const auto walk = base.op == WEFT_OP_CONST ? whole_walk(reader_, known, base.imm, axis)
                                                       : std::nullopt;
            return walk && walk->first == 0.0 && walk->step == 1.0;
        }
        return false;
    }

    const weft_batch& batch_;
    const std::vector<InputShape>& inputs_;
    const weft_kernel& reader_;
    const weft_kernel& writer_;
};

}  // namespace

bool may_share_bands(const weft_batch& batch, const std::vector<InputShape>& inputs,
                     const weft_kernel& first, const weft_kernel& next) {
    return first.domain == WEFT_DOMAIN_RASTER && next.domain == WEFT_DOMAIN_RASTER &&
           first.height == next.height &&
           Look(batch, inputs, first, next).all() == Reads::nothing &&
           Look(batch, inputs, next, first).all() == Reads::same_row;
}

}  // namespace weft::cpu
