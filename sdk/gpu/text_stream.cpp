#include "gpu/text_stream.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <weft/cpp/backend.hpp>

#include "gpu/text_store.h"

namespace weft::gpu {
namespace {

// Samples that share ROW_TIME; rows begin at its multiples.
constexpr double kRow = 128.0;

// A value this cheap is computed again rather than handed on.
constexpr double kCheap = 4.0;

// Of a constant coordinate on a ring; one that is not a number reads nothing, as if long ago.
std::uint64_t ticks_back(const weft_axis& axis, double coordinate) {
    const double k = std::floor((coordinate - axis.origin) / axis.step);
    const auto count = static_cast<double>(axis.count);
    if (!std::isfinite(k)) return axis.count;
    return static_cast<std::uint64_t>(k - count * std::floor(k / count));
}

}  // namespace

std::vector<bool> find_recursive(const Plan& plan, const std::vector<TextInput>& inputs) {
    std::vector<bool> recursive(plan.values.size());
    for (bool again = true; again;) {
        again = false;
        for (std::uint32_t i = 0; i < plan.values.size(); ++i) {
            const PlanValue& value = plan.values[i];
            bool is = value.op == WEFT_OP_SAMPLE && inputs[value.aux].own;
            for (const std::uint32_t need : plan.needs(i)) is = is || recursive[need];
            if (!is || recursive[i]) continue;
            recursive[i] = true;
            // The loops around it were visited before.
            again = again || value.loop != kNone;
            for (std::uint32_t l = value.loop; l != kNone; l = plan.loops[l].parent)
                recursive[plan.loops[l].value] = true;
        }
    }
    return recursive;
}

std::uint64_t feedback_lag(const Plan& plan, const std::vector<TextInput>& inputs) {
    std::uint64_t lag = std::numeric_limits<std::uint64_t>::max();
    for (const PlanValue& value : plan.values) {
        if (value.op != WEFT_OP_SAMPLE || !inputs[value.aux].own) continue;
        const weft_grid& grid = inputs[value.aux].grid;
        for (std::uint32_t a = 0; a < grid.axis_count; ++a) {
            if (grid.axes[a].wrap != WEFT_WRAP_RING) continue;
            const PlanValue& ticks = plan.values[value.args[a]];
            if (ticks.op == WEFT_OP_CONST) {
                lag = std::min(lag, ticks_back(grid.axes[a], ticks.imm));
            } else if (ticks.op == kOpConstOfTurn) {
                for (const double each : plan.turns[ticks.aux])
                    lag = std::min(lag, ticks_back(grid.axes[a], each));
            } else {
                lag = 0;
            }
        }
    }
    return lag;
}

// The fields of weft_clock_at_sample, by the same arithmetic; in the widest precision there is.
std::string Region::stream_field(std::uint32_t number) {
    const Real real = w.widest();
    const char* type = real.type();
    const auto block = [&](std::uint32_t k) {
        const std::string text = std::to_string(k);
        return real.d ? "DNUM(NUMBER_D(" + text + "))" : "NUM(NUMBER_F(" + text + "))";
    };
    const auto divide = [&](const std::string& a, const std::string& b) {
        return let(type, w.call(WEFT_OP_DIV, real, a + ", " + b));
    };
    const std::string rate = block(WEFT_FIELD_RATE);
    std::string sample =
        let(type, block(kFirstSampleNumber) + " + " + real.of_int("INUM(sample_index)"));
    const auto fraction = [&](const std::string& x) { return x + " - floor(" + x + ")"; };
    // weft_clock_wrap
    const auto wrapped = [&] {
        const std::string sel = real.sel();
        const std::string product = let(type, block(WEFT_FIELD_LOOP) + " * " + rate);
        const std::string period = divide(product, block(WEFT_FIELD_FPS));
        const std::string zero = w.num(real, 0.0);
        const std::string loops = period + " > " + zero;
        const std::string safe =
            let(type, sel + "(" + loops + ", " + period + ", " + w.num(real, 1.0) + ")");
        const std::string turns = let(type, "floor(" + divide(sample, safe) + ")");
        const std::string rest = let(type, sample + " - " + turns + " * " + safe);
        const std::string fixed = let(type, sel + "(" + rest + " < " + zero + ", " + rest + " + " +
                                                safe + ", " + sel + "(" + rest + " >= " + safe +
                                                ", " + rest + " - " + safe + ", " + rest + "))");
        return let(type, sel + "(" + loops + ", " + fixed + ", " + sample + ")");
    };
    const auto row = [&] {
        return let(
            type, "floor(" + sample + " * " + w.num(real, 1.0 / kRow) + ") * " + w.num(real, kRow));
    };
    switch (number) {
        case WEFT_FIELD_TIME: return divide(wrapped(), rate);
        case WEFT_FIELD_ABSTIME: return divide(sample, rate);
        case WEFT_FIELD_SAMPLE: return let(type, "floor(" + wrapped() + ")");
        case WEFT_FIELD_ABSSAMPLE: return sample;
        case WEFT_FIELD_ROW_TIME: return divide(row(), rate);
        case WEFT_FIELD_COLUMN_TIME: return divide(let(type, sample + " - " + row()), rate);
        case WEFT_FIELD_BEAT:
            return divide(
                let(type, stream_field(WEFT_FIELD_ABSTIME) + " * " + block(WEFT_FIELD_BPM)),
                w.num(real, 60.0));
        case WEFT_FIELD_MEASURE:
            return divide(stream_field(WEFT_FIELD_BEAT), block(WEFT_FIELD_TIMESIG_NUM));
        case WEFT_FIELD_BEATPHASE: return let(type, fraction(stream_field(WEFT_FIELD_BEAT)));
        case WEFT_FIELD_MEASUREPHASE: return let(type, fraction(stream_field(WEFT_FIELD_MEASURE)));
        case WEFT_FIELD_X:
        case WEFT_FIELD_Y: return w.num(real, 0.5);
        // Frame counters hold for the whole call.
        default: return number < WEFT_FIELD_COUNT ? block(number) : w.num(real, 0.0);
    }
}

std::vector<StreamPass> stream_passes(const Plan& plan, const std::vector<TextInput>& inputs,
                                      const TextOptions& options, std::uint64_t block) {
    const std::vector<bool> recursive = find_recursive(plan, inputs);
    const std::uint64_t lag = feedback_lag(plan, inputs);
    StreamPass before;
    StreamPass after;
    after.feedback = true;
    after.serial = lag < options.least_lag;
    if (!after.serial && lag < block) after.most = static_cast<std::uint32_t>(lag);
    const auto hand_on = [&](std::uint32_t index) {
        const PlanValue& value = plan.values[index];
        if (recursive[index] || value.loop != kNone || value.op == WEFT_OP_LOOP ||
            value.varies == 0 || value.cost < kCheap)
            return;
        before.handed_on.try_emplace(index, before.handed_on.size() * block * sizeof(double));
    };
    for (std::uint32_t i = 0; i < plan.values.size(); ++i)
        if (recursive[i])
            for (const std::uint32_t need : plan.needs(i)) hand_on(need);
    for (std::uint32_t s = 0; s < plan.stores.size(); ++s) {
        const std::span<const std::uint32_t> values = plan.values_of(plan.stores[s]);
        const bool is = std::any_of(values.begin(), values.end(),
                                    [&](std::uint32_t value) { return recursive[value]; });
        (is ? after : before).stores.push_back(s);
        if (is)
            for (const std::uint32_t value : values) hand_on(value);
    }
    after.taken = before.handed_on;
    std::vector<StreamPass> passes;
    if (!before.stores.empty() || !before.handed_on.empty()) passes.push_back(before);
    if (!after.stores.empty()) passes.push_back(after);
    return passes;
}

void write_stream_pass(Words& w, const Plan& plan, const std::vector<TextInput>& inputs,
                       const std::vector<TextOutput>& outputs, const StreamPass& pass) {
    const std::string count = w.whole(Whole::sample_count);
    if (pass.serial) {
        w.open("for (int sample_index = 0; sample_index < " + count + "; ++sample_index) {");
        w.line("if ((sample_index & 63) == 0 && STOPPED) return;");
    } else {
        w.line("if (STOPPED) return;");
        w.line(w.options.target == Target::glsl ? "int sample_index = int(gx);"
                                                : "int sample_index = (int)gx;");
    }
    const bool exact = pass.feedback || !pass.handed_on.empty();
    Region region(w, plan, inputs, pass.serial ? Over::serial : Over::samples, exact);
    region.take_from_scratch(pass.taken);
    std::vector<std::uint32_t> roots;
    for (const auto& [value, place] : pass.handed_on) roots.push_back(value);
    for (const std::uint32_t s : pass.stores)
        for (const std::uint32_t value : plan.values_of(plan.stores[s])) roots.push_back(value);
    region.run(roots);
    write_stores(region, outputs, pass.stores);
    const Real real = w.widest();
    for (const auto& [value, place] : pass.handed_on)
        w.line(std::string(real.d ? "PUT_ONE_F64(" : "PUT_ONE_F32(") + w.parameter(Use::scratch) +
               " + " + std::to_string(place) + "ul, sample_index, " + region.use(value, real) +
               ");");
    if (!pass.serial) return;
    w.close();
}

}  // namespace weft::gpu
