#include "gpu/text_plan.h"

#include <algorithm>

#include <weft/cpp/backend.hpp>

#include "eval/eval.h"

namespace weft::gpu {
namespace {

// From this cost on a table is cheaper than computing a value for every point.
constexpr double kTableCost = 10.0;
constexpr double kMostCost = 1e9;

// What a loop is taken to turn when nothing is known.
constexpr double kTurns = 8.0;

// Vectors of points may end behind the last column.
constexpr std::uint64_t kPadding = 16;

[[noreturn]] void invalid(const std::string& what) {
    throw cpp::Failure(WEFT_INVALID, "an ill-formed kernel: " + what);
}

class Planner {
public:
    Planner(const weft_kernel& kernel, const std::vector<TextInput>& inputs,
            const TextOptions& options)
        : kernel_(kernel), ir_(kernel.ir), inputs_(inputs), options_(options) {}

    Plan run() {
        plan_.domain = kernel_.domain;
        if (kernel_.domain == WEFT_DOMAIN_RASTER) {
            plan_.width = kernel_.width;
            plan_.height = kernel_.height;
            if (plan_.width == 0 || plan_.height == 0 || plan_.width > kMostPoints ||
                plan_.height > kMostPoints)
                invalid("a picture of impossible size");
        }
        plan_.args = {ir_.args, ir_.arg_count};
        plan_.stores = {kernel_.stores, kernel_.store_count};
        for (std::uint32_t i = 0; i < ir_.value_count; ++i) add(i);
        for (PlanLoop& loop : plan_.loops) decide_types(loop);
        for (std::uint32_t i = 0; i < ir_.affine_count; ++i) {
            const weft_ir_affine& affine = ir_.affines[i];
            const bool walks = affine.field == WEFT_FIELD_X || affine.field == WEFT_FIELD_Y;
            if (walks && plan_.domain == WEFT_DOMAIN_RASTER)
                plan_.affines[{affine.value, affine.arg}] = affine;
        }
        for (const weft_store& store : plan_.stores) {
            if (store.values + std::uint64_t{store.value_count} > ir_.arg_count)
                invalid("a store of values that do not exist");
            for (const std::uint32_t value : plan_.values_of(store)) check(value, ir_.value_count);
        }
        if (plan_.domain == WEFT_DOMAIN_RASTER) find_tables();
        return std::move(plan_);
    }

private:
    static constexpr std::uint64_t kMostPoints = std::uint64_t{1} << 24;

    static void check(std::uint32_t value, std::uint32_t before) {
        if (value >= before) invalid("a value that is used before it is defined");
    }

    void add(std::uint32_t index) {
        const weft_ir_value& from = ir_.values[index];
        while (!open_.empty() && plan_.loops[open_.back()].end == index) open_.pop_back();
        if (from.args + std::uint64_t{from.arg_count} > ir_.arg_count)
            invalid("operands that do not exist");
        PlanValue value;
        value.op = from.op;
        value.varies = from.varies & WEFT_VARIES_POINT;
        value.f64 = from.precision == WEFT_PRECISION_F64 && options_.f64;
        value.aux = from.aux;
        value.imm = from.imm;
        value.loop = open_.empty() ? kNone : open_.back();
        value.args = {ir_.args + from.args, from.arg_count};
        const weft_op_info* info = weft_op_info_of(from.op);
        if (info == nullptr) invalid("an unknown operator");
        if (from.op > WEFT_OP_LOOP_RESULT && from.arg_count != info->arity)
            invalid("an operator with operands missing");
        value.own_cost = value.cost = info->cost;
        for (const std::uint32_t arg : value.args) {
            check(arg, index);
            value.varies |= plan_.values[arg].varies;
            value.cost += plan_.values[arg].cost;
        }
        if (from.op == WEFT_OP_SAMPLE) check_sample(value);
        if (from.op == WEFT_OP_LOOP) begin_loop(index, value);
        if (from.op >= WEFT_OP_LOOP_INDEX && from.op <= WEFT_OP_LOOP_RESULT &&
            (from.arg_count != 1 || plan_.values[value.args[0]].op != WEFT_OP_LOOP))
            invalid("a part of a loop without its loop");
        value.cost = std::min(value.cost, kMostCost);
        plan_.values.push_back(value);
    }

    void check_sample(PlanValue& value) {
        if (value.aux >= inputs_.size()) invalid("a SAMPLE of an input that does not exist");
        const TextInput& input = inputs_[value.aux];
        if (input.getter)
            throw cpp::Failure(WEFT_UNSUPPORTED,
                               "a kernel cannot read what is only given by calls");
        if (value.args.size() != input.grid.axis_count || value.args.size() > WEFT_MAX_AXES)
            invalid("a SAMPLE whose operands do not fit its grid");
        if (plan_.domain != WEFT_DOMAIN_RASTER) value.varies = WEFT_VARIES_POINT;
    }

    void begin_loop(std::uint32_t index, PlanValue& value) {
        if (value.aux >= ir_.loop_count) invalid("a LOOP that does not exist");
        const weft_ir_loop& from = ir_.loops[value.aux];
        if (from.body_count > ir_.value_count - index - 1 ||
            from.next + std::uint64_t{from.carried_count} > ir_.arg_count ||
            value.args.size() != from.carried_count + std::size_t{2})
            invalid("a loop beyond its kernel");
        PlanLoop loop;
        loop.value = index;
        loop.end = index + 1 + from.body_count;
        loop.parent = value.loop;
        loop.next = {ir_.args + from.next, from.carried_count};
        double body = 0.0;
        for (std::uint32_t b = index + 1; b < loop.end; ++b) {
            value.varies |= ir_.values[b].varies & WEFT_VARIES_POINT;
            const weft_op_info* info = weft_op_info_of(ir_.values[b].op);
            if (info != nullptr) body += info->cost;
        }
        for (const std::uint32_t next : loop.next) check(next, loop.end);
        value.cost += body * kTurns;
        value.aux = static_cast<std::uint32_t>(plan_.loops.size());
        plan_.loops.push_back(loop);
        open_.push_back(value.aux);
    }

    // A carried value is kept in double when something that is made of it is.
    void decide_types(PlanLoop& loop) {
        for (const std::uint32_t next : loop.next)
            loop.carried_f64.push_back(plan_.values[next].f64 || fixed(loop.value));
        for (const PlanValue& value : plan_.values) {
            const bool state = value.op == WEFT_OP_LOOP_CARRIED || value.op == WEFT_OP_LOOP_RESULT;
            if (value.op == WEFT_OP_LOOP_INDEX && value.args[0] == loop.value)
                loop.f64 = loop.f64 || value.f64;
            if (!state || value.args[0] != loop.value) continue;
            if (value.aux >= loop.next.size()) invalid("a carried value that does not exist");
            if (value.f64) loop.carried_f64[value.aux] = true;
        }
        if (!options_.f64) loop.carried_f64.assign(loop.next.size(), false);
        loop.f64 = options_.f64 && (loop.f64 || fixed(loop.value));
    }
    [[nodiscard]] bool fixed(std::uint32_t value) const { return plan_.values[value].varies == 0; }

    void find_tables() {
        for (std::uint32_t i = 0; i < plan_.values.size(); ++i)
            if (plan_.values[i].varies == WEFT_VARIES_POINT)
                for (const std::uint32_t need : plan_.needs(i)) consider(need);
        for (const weft_store& store : plan_.stores)
            for (const std::uint32_t value : plan_.values_of(store)) consider(value);
    }

    void consider(std::uint32_t index) {
        const PlanValue& value = plan_.values[index];
        if (value.varies == 0 || value.varies == WEFT_VARIES_POINT || value.loop != kNone ||
            value.op == WEFT_OP_LOOP || value.cost < kTableCost || plan_.tables.count(index) != 0)
            return;
        const bool rows = value.varies == WEFT_VARIES_ROW;
        if (!rows && value.cost < options_.column_cost) return;
        std::uint64_t& bytes = rows ? plan_.rows_bytes : plan_.columns_bytes;
        plan_.tables[index] = {rows, value.f64, bytes};
        bytes += (value.f64 ? 8u : 4u) * ((rows ? plan_.height : plan_.width) + kPadding);
        bytes = (bytes + 7) / 8 * 8;
    }

    const weft_kernel& kernel_;
    const weft_ir& ir_;
    const std::vector<TextInput>& inputs_;
    const TextOptions& options_;
    Plan plan_;
    std::vector<std::uint32_t> open_;
};

}  // namespace

std::vector<std::uint32_t> Plan::needs(std::uint32_t value) const {
    const PlanValue& of = values[value];
    std::vector<std::uint32_t> list(of.args.begin(), of.args.end());
    if (of.op == WEFT_OP_LOOP) {
        const PlanLoop& loop = loops[of.aux];
        list.insert(list.end(), loop.next.begin(), loop.next.end());
    }
    if (of.op != WEFT_OP_SAMPLE) return list;
    // Where an operand walks the grid at a known step, only what it begins with is needed.
    for (std::uint32_t a = 0; a < of.args.size(); ++a) {
        const auto known = affines.find({value, a});
        if (known != affines.end()) list.push_back(known->second.base);
    }
    return list;
}

Plan make_text_plan(const weft_kernel& kernel, const std::vector<TextInput>& inputs,
                    const TextOptions& options) {
    return Planner(kernel, inputs, options).run();
}

}  // namespace weft::gpu
