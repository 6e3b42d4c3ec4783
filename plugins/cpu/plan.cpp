// From the IR of a kernel to its plan.
#include "plan.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

namespace weft::cpu {
namespace {

// Beyond this, positions have too few bits left to be told from their neighbours.
constexpr double kFarthestWhole = 1e6;

class Planner {
public:
    Planner(const weft_kernel& kernel, const std::vector<InputShape>& inputs, Plan& plan)
        : kernel_(kernel), inputs_(inputs), plan_(plan) {}

    std::string run();

private:
    std::string value(std::uint32_t index);
    std::string sample(std::uint32_t index, Node& node);
    std::uint32_t place(std::uint32_t value, std::uint32_t arg, const weft_axis& axis,
                        bool contiguous_memory, std::uint32_t loop);
    const weft_ir_affine* affine(std::uint32_t value, std::uint32_t arg) const;
    std::uint32_t add(Node node);
    std::uint32_t position(std::uint16_t op, std::uint32_t place, std::uint32_t loop);
    std::uint32_t constant_position(std::uint16_t op, const Place& place);
    std::uint8_t ring_varies(const weft_axis& axis) const;

    const weft_kernel& kernel_;
    const std::vector<InputShape>& inputs_;
    Plan& plan_;
    std::vector<std::uint32_t> node_of_;  // by value number
    std::map<std::pair<std::uint32_t, std::uint32_t>, const weft_ir_affine*> affines_;
    std::map<std::tuple<std::uint16_t, std::uint32_t, std::uint32_t>, std::uint32_t> positions_;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> open_;  // loop, first value after its body
    bool contiguous_place_ = false;
};

}  // namespace

const weft_axis* ring_of(const weft_grid& grid) {
    for (std::uint32_t i = 0; i < grid.axis_count; ++i)
        if (grid.axes[i].wrap == WEFT_WRAP_RING) return &grid.axes[i];
    return nullptr;
}

// What is read at grid points alone needs no neighbour: half the reads of a row moved by a
// constant.
std::optional<WholeWalk> whole_walk(const weft_kernel& kernel, const weft_ir_affine& known,
                                    double base, const weft_axis& axis) {
    const bool across = known.field == WEFT_FIELD_X;
    if (kernel.domain != WEFT_DOMAIN_RASTER || axis.filter != WEFT_FILTER_LINEAR ||
        axis.wrap == WEFT_WRAP_RING || (!across && known.field != WEFT_FIELD_Y))
        return std::nullopt;
    const auto points = static_cast<double>(across ? kernel.width : kernel.height);
    const double step = known.scale / (points * axis.step);
    const double first = (known.scale * 0.5 / points + base - axis.origin) / axis.step;
    const WholeWalk walk{std::round(first), std::round(step)};
    const bool whole =
        std::fabs(first - walk.first) < kSnap && std::fabs(step - walk.step) * points < kSnap;
    const double farthest = std::fabs(first) + std::fabs(step) * points;
    if (!whole || !(farthest < kFarthestWhole)) return std::nullopt;
    return walk;
}

namespace {

std::uint32_t Planner::add(Node node) {
    plan_.nodes.push_back(std::move(node));
    return static_cast<std::uint32_t>(plan_.nodes.size() - 1);
}

const weft_ir_affine* Planner::affine(std::uint32_t value, std::uint32_t arg) const {
    const auto found = affines_.find({value, arg});
    return found == affines_.end() ? nullptr : found->second;
}

// What the tick `now` of a reading point varies with.
std::uint8_t Planner::ring_varies(const weft_axis& axis) const {
    if (axis.wrap != WEFT_WRAP_RING) return 0;
    if (kernel_.domain == WEFT_DOMAIN_POINTS) return kPointMask;
    if (kernel_.domain == WEFT_DOMAIN_STREAM && axis.tick == WEFT_TICK_SAMPLE)
        return WEFT_VARIES_FRAME | kPointMask;
    return WEFT_VARIES_FRAME;
}

bool same_axis(const weft_axis& a, const weft_axis& b) {
    return a.field == b.field && a.filter == b.filter && a.wrap == b.wrap && a.tick == b.tick &&
           a.count == b.count && a.capacity == b.capacity && a.origin == b.origin &&
           a.step == b.step;
}

bool same_walk(const Place& a, const Place& b) {
    if (!a.walk || !b.walk) return !a.walk && !b.walk;
    return a.walk->first == b.walk->first && a.walk->step == b.walk->step;
}

// The place of a coordinate on an axis; equal ones are shared.
std::uint32_t Planner::place(std::uint32_t value, std::uint32_t arg, const weft_axis& axis,
                             bool contiguous_memory, std::uint32_t loop) {
    Place made;
    made.axis = axis;
    made.coordinate = node_of_[kernel_.ir.args[kernel_.ir.values[value].args + arg]];
    const weft_ir_affine* known = affine(value, arg);
    if (known != nullptr && contiguous_memory && kernel_.domain == WEFT_DOMAIN_RASTER &&
        known->field == WEFT_FIELD_X && axis.wrap != WEFT_WRAP_RING && loop == kNoNode) {
        const double per_column = known->scale / (static_cast<double>(kernel_.width) * axis.step);
        const std::uint32_t base = node_of_[known->base];
        const bool base_is_shared = (plan_.nodes[base].varies & WEFT_VARIES_COLUMN) == 0;
        made.window = per_column > 0.0 && per_column <= 1.9 && axis.wrap == WEFT_WRAP_CLAMP &&
                      axis.count >= 32 && axis.count < (1u << 24);
        // Over a whole row the places stay within 1e-9 of a column of where they belong.
        if (base_is_shared &&
            std::fabs(per_column - 1.0) * static_cast<double>(kernel_.width) < 1e-9) {
            made.contiguous = true;
            made.window = false;
            made.coordinate = base;
            made.shift_at_zero =
                (known->scale * 0.5 / static_cast<double>(kernel_.width) - axis.origin) / axis.step;
        }
    }
    if (known != nullptr && !made.contiguous) {
        const Node& base = plan_.nodes[node_of_[known->base]];
        if (base.op == WEFT_OP_CONST) made.walk = whole_walk(kernel_, *known, base.imm, axis);
    }
    // A stream that reads a cache of samples at the same distance everywhere.
    if (axis.wrap == WEFT_WRAP_RING && axis.tick == WEFT_TICK_SAMPLE && contiguous_memory &&
        kernel_.domain == WEFT_DOMAIN_STREAM && loop == kNoNode &&
        (plan_.nodes[made.coordinate].varies & WEFT_VARIES_COLUMN) == 0)
        made.contiguous = true;
    contiguous_place_ = made.contiguous;
    for (std::uint32_t i = 0; i < plan_.places.size(); ++i) {
        const Place& other = plan_.places[i];
        if (other.coordinate == made.coordinate && other.contiguous == made.contiguous &&
            other.shift_at_zero == made.shift_at_zero && same_walk(other, made) &&
            same_axis(other.axis, axis))
            return i;
    }
    plan_.places.push_back(made);
    return static_cast<std::uint32_t>(plan_.places.size() - 1);
}

Node known_number(double value) {
    Node node;
    node.op = WEFT_OP_CONST;
    node.f64 = true;
    node.imm = value;
    return node;
}

// A position that is known now becomes a constant; kNoNode when it takes running code.
std::uint32_t Planner::constant_position(std::uint16_t op, const Place& place) {
    const Node& coordinate = plan_.nodes[place.coordinate];
    if (op == kOpFraction && place.walk) return add(known_number(0.0));
    if (coordinate.op != WEFT_OP_CONST) return kNoNode;
    const weft_axis& axis = place.axis;
    const auto count = static_cast<double>(axis.count);
    Node node = known_number(0.0);
    if (axis.wrap == WEFT_WRAP_RING) {
        const double k = std::floor((coordinate.imm - axis.origin) / axis.step);
        if (op != kOpShift || !std::isfinite(k)) return kNoNode;
        node.imm = k - count * std::floor(k / count);
        return add(node);
    }
    double u = place.contiguous ? place.shift_at_zero + coordinate.imm / axis.step
                                : (coordinate.imm - axis.origin) / axis.step;
    if (!(std::fabs(u) < 1e9)) return kNoNode;
    if ((place.contiguous || place.walk) && std::fabs(u - std::round(u)) < kSnap) u = std::round(u);
    // As running code does (Region::place), so that all parts of a position are of one place.
    if (!place.contiguous && (axis.wrap == WEFT_WRAP_CLAMP || axis.wrap == WEFT_WRAP_ZERO))
        u = std::clamp(u, -1.0, count);
    const double below = std::floor(u);
    if (op == kOpShift) {
        node.imm = below;
    } else if (op == kOpFraction) {
        node.imm = axis.filter == WEFT_FILTER_LINEAR ? u - below : 0.0;
    } else {
        const double index = op == kOpHigh ? below + 1.0 : below;
        if (!(index >= 0.0 && index < count)) return kNoNode;
        node.imm = index;
    }
    return add(node);
}

std::uint32_t Planner::position(std::uint16_t op, std::uint32_t place, std::uint32_t loop) {
    const auto key = std::make_tuple(op, place, loop);
    const auto found = positions_.find(key);
    if (found != positions_.end()) return found->second;
    const Place& p = plan_.places[place];
    std::uint32_t made = constant_position(op, p);
    if (made == kNoNode) {
        const Node& coordinate = plan_.nodes[p.coordinate];
        Node node;
        node.op = op;
        node.aux = place;
        node.f64 = coordinate.f64;
        node.loop = loop;
        node.args = {p.coordinate};
        node.varies = coordinate.varies;
        if (op != kOpFraction && op != kOpShift) node.varies |= ring_varies(p.axis);
        made = add(node);
    }
    positions_[key] = made;
    return made;
}

std::string Planner::sample(std::uint32_t index, Node& node) {
    const weft_ir_value& v = kernel_.ir.values[index];
    if (v.aux >= inputs_.size()) return "a SAMPLE of an input that does not exist";
    const InputShape& input = inputs_[v.aux];
    if (input.getter) {
        node.op = kOpGetter;
        node.varies |= WEFT_VARIES_FRAME;
        if (const weft_axis* ring = ring_of(input.grid)) node.varies |= ring_varies(*ring);
        return {};
    }
    if (v.arg_count != input.grid.axis_count) return "a SAMPLE whose operands do not fit its grid";
    node.op = kOpRead;
    node.varies |= WEFT_VARIES_FRAME;
    node.args.clear();
    const bool floats =
        input.grid.format == WEFT_FORMAT_F32 || input.grid.format == WEFT_FORMAT_F64;
    const std::int64_t element = input.grid.format == WEFT_FORMAT_F64 ? 8 : 4;
    for (std::uint32_t a = 0; a < v.arg_count; ++a) {
        const weft_axis& axis = input.grid.axes[a];
        // Lanes lie beside each other in memory only where nothing else moves them apart, and in a
        // ring only where it repeats its first slots behind its end.
        bool beside = floats && axis.stride == element;
        beside &= axis.wrap != WEFT_WRAP_RING || input.internal;
        for (std::uint32_t b = 0; b < v.arg_count; ++b) {
            const Node& other = plan_.nodes[node_of_[kernel_.ir.args[v.args + b]]];
            beside &= b == a || (other.varies & WEFT_VARIES_COLUMN) == 0;
        }
        const std::uint32_t at = place(index, a, axis, beside, node.loop);
        if (contiguous_place_) {
            plan_.contiguous = true;
            node.contiguous = a;
        }
        node.args.push_back(position(contiguous_place_ ? kOpShift : kOpLow, at, node.loop));
        const bool two = axis.filter == WEFT_FILTER_LINEAR && axis.wrap != WEFT_WRAP_RING;
        const bool one = contiguous_place_ || plan_.places[at].walk.has_value();
        node.args.push_back(two && !one ? position(kOpHigh, at, node.loop) : kNoNode);
        node.args.push_back(axis.wrap != WEFT_WRAP_RING ? position(kOpFraction, at, node.loop)
                                                        : kNoNode);
        node.varies |= ring_varies(axis);
        if (contiguous_place_) node.varies |= WEFT_VARIES_COLUMN;
    }
    return {};
}

std::string Planner::value(std::uint32_t index) {
    const weft_ir_value& v = kernel_.ir.values[index];
    while (!open_.empty() && open_.back().second == index) open_.pop_back();
    Node node;
    node.op = v.op;
    node.varies = v.varies;
    node.f64 = v.precision == WEFT_PRECISION_F64;
    node.aux = v.aux;
    node.imm = v.imm;
    node.loop = open_.empty() ? kNoNode : open_.back().first;
    for (std::uint32_t i = 0; i < v.arg_count; ++i) {
        const std::uint32_t arg = kernel_.ir.args[v.args + i];
        if (arg >= index) return "a value that is used before it is defined";
        node.args.push_back(node_of_[arg]);
        node.varies |= plan_.nodes[node_of_[arg]].varies;
    }
    if (v.op == WEFT_OP_SAMPLE) {
        std::string wrong = sample(index, node);
        if (!wrong.empty()) return wrong;
        for (const std::uint32_t arg : node.args)
            if (arg != kNoNode) node.varies |= plan_.nodes[arg].varies;
    }
    if (v.op == WEFT_OP_LOOP) {
        if (v.aux >= kernel_.ir.loop_count) return "a LOOP that does not exist";
        const weft_ir_loop& loop = kernel_.ir.loops[v.aux];
        // A loop runs where the most varying of its values live.
        for (std::uint32_t b = index + 1; b <= index + loop.body_count; ++b)
            node.varies |= kernel_.ir.values[b].varies;
        PlanLoop made;
        made.parent = node.loop;
        plan_.loops.push_back(made);
        node.aux = static_cast<std::uint32_t>(plan_.loops.size() - 1);
        open_.emplace_back(node.aux, index + 1 + loop.body_count);
        node_of_[index] = add(node);
        plan_.loops.back().node = node_of_[index];
        return {};
    }
    node_of_[index] = add(std::move(node));
    return {};
}

std::string Planner::run() {
    const weft_ir& ir = kernel_.ir;
    plan_.domain = kernel_.domain;
    if (kernel_.domain == WEFT_DOMAIN_RASTER) {
        plan_.width = kernel_.width;
        plan_.height = kernel_.height;
    } else {
        plan_.width = kRow;
    }
    if (plan_.width == 0 || plan_.height == 0) return "a picture without points";
    for (std::uint32_t i = 0; i < ir.affine_count; ++i)
        if (ir.affines[i].field != WEFT_NOT_AFFINE)
            affines_[{ir.affines[i].value, ir.affines[i].arg}] = &ir.affines[i];
    node_of_.assign(ir.value_count, kNoNode);
    std::vector<std::pair<std::uint32_t, std::uint32_t>> loops;  // plan's, IR's
    for (std::uint32_t i = 0; i < ir.value_count; ++i) {
        std::string wrong = value(i);
        if (!wrong.empty()) return wrong;
        if (ir.values[i].op == WEFT_OP_LOOP)
            loops.emplace_back(static_cast<std::uint32_t>(plan_.loops.size() - 1),
                               ir.values[i].aux);
    }
    for (const auto& [made, original] : loops) {
        const weft_ir_loop& loop = ir.loops[original];
        for (std::uint32_t i = 0; i < loop.carried_count; ++i)
            plan_.loops[made].next.push_back(node_of_[ir.args[loop.next + i]]);
    }
    for (std::uint32_t s = 0; s < kernel_.store_count; ++s) {
        const weft_store& store = kernel_.stores[s];
        PlanStore made{store.output, store.channel, {}};
        for (std::uint32_t i = 0; i < store.value_count; ++i)
            made.values.push_back(node_of_[ir.args[store.values + i]]);
        plan_.stores.push_back(std::move(made));
    }
    return {};
}

// Which nodes are used how often, and which sines and cosines share an angle.
void relate(Plan& plan) {
    plan.uses.assign(plan.nodes.size(), 0);
    plan.twins.assign(plan.nodes.size(), kNoNode);
    std::map<std::tuple<std::uint16_t, std::uint32_t, std::uint32_t, bool>, std::uint32_t> angles;
    for (std::uint32_t n = 0; n < plan.nodes.size(); ++n) {
        const Node& node = plan.nodes[n];
        for (const std::uint32_t arg : node.args)
            if (arg != kNoNode) ++plan.uses[arg];
        if (node.op != WEFT_OP_SIN && node.op != WEFT_OP_COS) continue;
        const std::uint16_t other = node.op == WEFT_OP_SIN ? WEFT_OP_COS : WEFT_OP_SIN;
        angles[{node.op, node.args[0], node.loop, node.f64}] = n;
        const auto found = angles.find({other, node.args[0], node.loop, node.f64});
        if (found == angles.end()) continue;
        plan.twins[n] = found->second;
        plan.twins[found->second] = n;
    }
    for (const PlanLoop& loop : plan.loops)
        for (const std::uint32_t next : loop.next) ++plan.uses[next];
    for (const PlanStore& store : plan.stores)
        for (const std::uint32_t value : store.values) ++plan.uses[value];
}

}  // namespace

std::string make_plan(const weft_kernel& kernel, const std::vector<InputShape>& inputs,
                      Plan& plan) {
    std::string wrong = Planner(kernel, inputs, plan).run();
    if (wrong.empty()) {
        separate_sums(plan, inputs);
        newest_last(plan, inputs);
        relate(plan);
    }
    return wrong;
}

}  // namespace weft::cpu
