// Terms of sums as the turns of one loop, and a plan with such loops in place of its sums.
#pragma once

#include <cmath>
#include <optional>

#include "gpu/text_plan.h"

namespace weft::gpu {

// A value of a loop's body.
struct RolledValue {
    std::uint32_t like = kNone;        // the first turn's
    bool f64 = false;                  // some turn's
    std::vector<std::uint32_t> turns;  // the value of each turn
    // Operands, and of a SAMPLE what affine ones begin with: numbers of the body, or behind
    // kOutside values that all turns share.
    std::vector<std::uint32_t> args, bases;
};
constexpr std::uint32_t kOutside = 0x80000000u;

class Rolled {
public:
    Rolled(const Plan& plan, std::size_t turns) : plan_(&plan), turns_(turns) {}

    struct Sum {
        std::vector<std::uint32_t> terms;            // of a turn, as RolledValue::args
        std::uint32_t init = kNone, result = kNone;  // before the first turn, behind the last
        bool f64 = false;
    };
    // A sum, and all its terms in their order, equally many of each turn.
    void add(std::span<const std::uint32_t> terms, Sum sum);
    [[nodiscard]] const std::vector<Sum>& sums() const { return sums_; }
    // Operands stand before their use.
    [[nodiscard]] const std::vector<RolledValue>& values() const { return values_; }
    [[nodiscard]] std::size_t turns() const { return turns_; }
    [[nodiscard]] double cost() const;  // of a turn
    // What must be computed before the loop.
    [[nodiscard]] std::vector<std::uint32_t> needs() const;

private:
    [[nodiscard]] std::uint32_t join(const std::vector<std::uint32_t>& turns);

    const Plan* plan_;
    std::size_t turns_;
    std::vector<RolledValue> values_;
    std::vector<Sum> sums_;
    std::map<std::vector<std::uint32_t>, std::uint32_t> known_;
};

// Which values are needed when these loops stand for their sums.
[[nodiscard]] std::vector<bool> live_values(const Plan& plan, const std::vector<Rolled>& loops);

// None when sums of one loop hang on each other.
[[nodiscard]] std::optional<Plan> with_loops(const Plan& plan, const std::vector<Rolled>& loops);

}  // namespace weft::gpu
