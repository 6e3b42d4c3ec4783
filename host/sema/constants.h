// Constant folding, exact, by the reference evaluator: settings, sizes of caches, indices, and the
// k at which a cache is read.
#pragma once

#include <functional>
#include <optional>
#include <unordered_map>

#include "sema/program.h"

namespace weft::sema {

class Constants {
public:
    // `program` must outlive this; it may still be growing.
    explicit Constants(const Program& program) : program_(program) {}

    // The value, if it is the same at all places and times.
    [[nodiscard]] std::optional<double> fold(const Expr* expr);
    // The operator's value of constant operands.
    [[nodiscard]] static double apply(std::uint32_t op, const double* operands);

    // While the program is being checked: called before an instance's strands and a setting are
    // looked at. Without them the program is taken as finished.
    std::function<void(InstanceId)> prepare;
    std::function<std::optional<double>(std::uint32_t field)> setting;

private:
    [[nodiscard]] std::optional<double> fold_strand(StrandId id);

    const Program& program_;
    std::unordered_map<StrandId, std::optional<double>> strands_;
    int depth_ = 0;
};

}  // namespace weft::sema
