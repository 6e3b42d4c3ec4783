#include "driver/compile/costs.h"

#include <algorithm>
#include <vector>

#include "ir/lower.h"

namespace weft::driver {
namespace {

constexpr double kHarmless = 1e6;  // operations a point, with nothing shared
constexpr std::size_t kTried = 8;

}  // namespace

// Only what looks expensive is tried, the worst first and not more than a few: programs that
// explode do so by orders of magnitude.
void check_costs(const sema::Program& program, Diagnostics& diagnostics) {
    // What is neither moved nor called is computed once, however often it is used.
    if (std::none_of(program.exprs.begin(), program.exprs.end(), [](const sema::Expr& expr) {
            return expr.kind == sema::ExprKind::remap || expr.kind == sema::ExprKind::call_output;
        })) {
        return;
    }
    std::vector<const sema::Expr*> values;
    for (const sema::Sink& sink : program.sinks) {
        for (const sema::Expr* value : sink.values) {
            if (value != nullptr && (values.empty() || values.back() != value)) {
                values.push_back(value);
            }
        }
    }
    const std::vector<double> costs = ir::estimated_costs(program, values);
    std::vector<std::size_t> order;
    for (std::size_t v = 0; v < values.size(); ++v) {
        if (costs[v] > kHarmless) {
            order.push_back(v);
        }
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return costs[a] > costs[b]; });
    order.resize(std::min(order.size(), kTried));
    const ir::InputShape anywhere{{{WEFT_FIELD_X, sema::kNone}, {WEFT_FIELD_Y, sema::kNone}},
                                  false};
    ir::LowerRequest lower;
    lower.program = &program;
    lower.raw = true;
    lower.input = [&](sema::StrandId id) {
        const auto kind = program.instances[program.strands[id].instance].kind;
        return kind == sema::InstanceKind::source || kind == sema::InstanceKind::cache ? &anywhere
                                                                                       : nullptr;
    };
    const std::size_t before = diagnostics.error_count();
    for (std::size_t i = 0; i < order.size() && diagnostics.error_count() == before; ++i) {
        lower.roots.assign(1, {{values[order[i]]}, ir::Conversion::none});
        (void)ir::lower(lower, diagnostics);
    }
}

}  // namespace weft::driver
