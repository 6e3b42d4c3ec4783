#include "gpu/rolled_plan.h"

#include <algorithm>

namespace weft::gpu {

std::uint32_t Rolled::join(const std::vector<std::uint32_t>& turns) {
    const std::uint32_t first = turns.front();
    if (std::all_of(turns.begin(), turns.end(), [&](std::uint32_t v) { return v == first; }))
        return first | kOutside;
    const auto known = known_.find(turns);
    if (known != known_.end()) return known->second;
    RolledValue value;
    value.like = first;
    value.turns = turns;
    for (const std::uint32_t turn : turns) value.f64 = value.f64 || plan_->values[turn].f64;
    const auto joined = [&](const auto& operand) {
        std::vector<std::uint32_t> each;
        for (const std::uint32_t turn : turns) each.push_back(operand(turn));
        return join(each);
    };
    for (std::uint32_t a = 0; a < plan_->values[first].args.size(); ++a) {
        value.args.push_back(
            joined([&](std::uint32_t turn) { return plan_->values[turn].args[a]; }));
        if (plan_->affines.contains({first, a}))
            value.bases.push_back(joined([&](std::uint32_t turn) {
                return plan_->affines.at({turn, a}).base;
            }));
    }
    values_.push_back(std::move(value));
    return known_[turns] = static_cast<std::uint32_t>(values_.size() - 1);
}

void Rolled::add(std::span<const std::uint32_t> terms, Sum sum) {
    const std::size_t of_turn = terms.size() / turns_;
    for (std::size_t t = 0; t < of_turn; ++t) {
        std::vector<std::uint32_t> turns;
        for (std::size_t turn = 0; turn < turns_; ++turn)
            turns.push_back(terms[turn * of_turn + t]);
        sum.terms.push_back(join(turns));
    }
    sums_.push_back(std::move(sum));
}

double Rolled::cost() const {
    double cost = 0.0;
    for (const RolledValue& value : values_) cost += plan_->values[value.like].own_cost;
    return cost;
}

std::vector<std::uint32_t> Rolled::needs() const {
    std::vector<std::uint32_t> list;
    const auto add = [&](std::uint32_t joined) {
        if ((joined & kOutside) != 0) list.push_back(joined & ~kOutside);
    };
    for (const RolledValue& value : values_) {
        for (const std::uint32_t arg : value.args) add(arg);
        for (const std::uint32_t base : value.bases) add(base);
    }
    for (const Sum& sum : sums_) {
        for (const std::uint32_t term : sum.terms) add(term);
        list.push_back(sum.init);
    }
    return list;
}

namespace {

std::map<std::uint32_t, std::size_t> loops_by_result(const std::vector<Rolled>& loops) {
    std::map<std::uint32_t, std::size_t> made;
    for (std::size_t i = 0; i < loops.size(); ++i)
        for (const Rolled::Sum& sum : loops[i].sums()) made[sum.result] = i;
    return made;
}

// Copies a plan value by value, each behind what it needs.
class Copier {
public:
    Copier(const Plan& from, const std::vector<Rolled>& loops)
        : from_(from),
          loops_(loops),
          results_(loops_by_result(loops)),
          place_(from.values.size(), kNone),
          open_(from.values.size()) {}

    std::optional<Plan> run() {
        to_.domain = from_.domain;
        to_.width = from_.width;
        to_.height = from_.height;
        to_.stores = from_.stores;
        to_.columns_bytes = from_.columns_bytes;
        to_.rows_bytes = from_.rows_bytes;
        const std::vector<bool> live = live_values(from_, loops_);
        for (std::uint32_t i = 0; i < live.size() && !circular_; ++i)
            if (live[i] && from_.values[i].loop == kNone) copy(i);
        if (circular_) return std::nullopt;
        for (const auto& [value, slot] : from_.tables) to_.tables[place_[value]] = slot;
        std::vector<std::uint32_t>& stored =
            to_.lists.emplace_back(from_.args.begin(), from_.args.end());
        for (const weft_store& store : to_.stores)
            for (std::uint32_t i = 0; i < store.value_count; ++i)
                stored[store.values + i] = place_[from_.args[store.values + i]];
        to_.args = stored;
        return std::move(to_);
    }

private:
    // Where a value of the old plan stands in the new one.
    std::uint32_t copy(std::uint32_t value) {
        if (place_[value] != kNone || circular_) return place_[value];
        if (open_[value]) {
            circular_ = true;
            return kNone;
        }
        open_[value] = true;
        const auto rolled = results_.find(value);
        if (rolled != results_.end()) {
            write(loops_[rolled->second]);
        } else if (from_.values[value].op == WEFT_OP_LOOP) {
            copy_loop(value);
        } else {
            for (const std::uint32_t need : from_.needs(value)) (void)copy(need);
            if (!circular_) write(value, kNone);
        }
        return place_[value];
    }

    void copy_loop(std::uint32_t value) {
        const PlanLoop& loop = from_.loops[from_.values[value].aux];
        for (std::uint32_t i = value; i < loop.end; ++i)
            for (const std::uint32_t need : from_.needs(i))
                if (need < value || need >= loop.end) (void)copy(need);
        if (circular_) return;
        std::map<std::uint32_t, std::uint32_t> inner;  // loops
        for (std::uint32_t i = value; i < loop.end; ++i) {
            const PlanValue& old = from_.values[i];
            std::uint32_t in = kNone;
            if (old.loop != kNone && inner.contains(old.loop)) in = inner.at(old.loop);
            if (old.op == WEFT_OP_LOOP) {
                inner[old.aux] = static_cast<std::uint32_t>(to_.loops.size());
                PlanLoop made = from_.loops[old.aux];
                made.value = next();
                made.end = next() + (made.end - i);
                made.parent = in;
                to_.loops.push_back(made);
            }
            write(i, in);
            if (old.op == WEFT_OP_LOOP) to_.values.back().aux = inner.at(old.aux);
        }
        for (const auto& [before, now] : inner) {
            std::vector<std::uint32_t> list;
            for (const std::uint32_t each : from_.loops[before].next) list.push_back(place_[each]);
            to_.loops[now].next = to_.lists.emplace_back(std::move(list));
        }
    }

    [[nodiscard]] std::uint32_t next() const {
        return static_cast<std::uint32_t>(to_.values.size());
    }

    void write(std::uint32_t value, std::uint32_t loop) {
        PlanValue made = from_.values[value];
        made.loop = loop;
        std::vector<std::uint32_t> args;
        for (const std::uint32_t arg : made.args) args.push_back(place_[arg]);
        for (std::uint32_t a = 0; a < args.size(); ++a) {
            const auto affine = from_.affines.find({value, a});
            if (affine == from_.affines.end()) continue;
            weft_ir_affine moved = affine->second;
            moved.base = place_[moved.base];
            to_.affines[{next(), a}] = moved;
        }
        place_[value] = push(made, std::move(args));
    }

    std::uint32_t push(PlanValue made, std::vector<std::uint32_t> args) {
        made.args = to_.lists.emplace_back(std::move(args));
        to_.values.push_back(made);
        return next() - 1;
    }

    std::uint32_t constant(double number) {
        PlanValue made;
        made.op = WEFT_OP_CONST;
        made.imm = number;
        return push(made, {});
    }

    void write(const Rolled& rolled) {
        for (const std::uint32_t need : rolled.needs()) (void)copy(need);
        if (circular_) return;
        const auto index = static_cast<std::uint32_t>(to_.loops.size());
        std::vector<std::uint32_t> args{constant(0.0),
                                        constant(static_cast<double>(rolled.turns() - 1))};
        PlanLoop made;
        PlanValue loop;
        loop.op = WEFT_OP_LOOP;
        loop.aux = index;
        for (const Rolled::Sum& sum : rolled.sums()) {
            const PlanValue& result = from_.values[sum.result];
            args.push_back(place_[sum.init]);
            made.carried_f64.push_back(sum.f64);
            loop.varies |= result.varies;
            loop.cost = std::max(loop.cost, result.cost);
        }
        made.value = push(loop, std::move(args));
        to_.loops.push_back(made);
        std::vector<std::uint32_t> ends;
        const std::vector<std::uint32_t> body = write_body(rolled, index);
        for (std::uint32_t s = 0; s < rolled.sums().size(); ++s) {
            const Rolled::Sum& sum = rolled.sums()[s];
            PlanValue link = from_.values[sum.result];
            link.loop = index;
            link.f64 = sum.f64;
            PlanValue carried = link;
            carried.op = WEFT_OP_LOOP_CARRIED;
            carried.aux = s;
            carried.own_cost = 0.0;
            std::uint32_t so_far = push(carried, {made.value});
            for (const std::uint32_t term : sum.terms)
                so_far = push(link, {so_far, where(term, body)});
            ends.push_back(so_far);
        }
        to_.loops[index].end = next();
        to_.loops[index].next = to_.lists.emplace_back(std::move(ends));
        for (std::uint32_t s = 0; s < rolled.sums().size(); ++s) {
            PlanValue result = from_.values[rolled.sums()[s].result];
            result.op = WEFT_OP_LOOP_RESULT;
            result.aux = s;
            result.f64 = rolled.sums()[s].f64;
            result.own_cost = 0.0;
            place_[rolled.sums()[s].result] = push(result, {made.value});
        }
    }

    [[nodiscard]] std::uint32_t where(std::uint32_t joined,
                                      const std::vector<std::uint32_t>& body) const {
        return (joined & kOutside) != 0 ? place_[joined & ~kOutside] : body[joined];
    }

    std::vector<std::uint32_t> write_body(const Rolled& rolled, std::uint32_t loop) {
        std::vector<std::uint32_t> body;
        for (const RolledValue& value : rolled.values()) {
            PlanValue made = from_.values[value.like];
            made.loop = loop;
            made.f64 = value.f64;
            std::vector<std::uint32_t> args;
            for (const std::uint32_t arg : value.args) args.push_back(where(arg, body));
            if (made.op == WEFT_OP_CONST || made.op == WEFT_OP_UNIFORM) {
                std::vector<double> numbers;
                for (const std::uint32_t turn : value.turns) {
                    const PlanValue& each = from_.values[turn];
                    numbers.push_back(made.op == WEFT_OP_CONST ? each.imm
                                                               : kFirstUniformNumber + each.aux);
                }
                made.op = made.op == WEFT_OP_CONST ? kOpConstOfTurn : kOpUniformOfTurn;
                made.aux = static_cast<std::uint32_t>(to_.turns.size());
                to_.turns.push_back(std::move(numbers));
                args.push_back(to_.loops[loop].value);
            }
            auto base = value.bases.begin();
            for (std::uint32_t a = 0; a < value.args.size(); ++a) {
                const auto affine = from_.affines.find({value.like, a});
                if (affine == from_.affines.end()) continue;
                weft_ir_affine moved = affine->second;
                moved.base = where(*base++, body);
                to_.affines[{next(), a}] = moved;
            }
            body.push_back(push(made, std::move(args)));
        }
        return body;
    }

    const Plan& from_;
    const std::vector<Rolled>& loops_;
    std::map<std::uint32_t, std::size_t> results_;
    std::vector<std::uint32_t> place_;
    std::vector<bool> open_;  // begun
    bool circular_ = false;
    Plan to_;
};

}  // namespace

std::vector<bool> live_values(const Plan& plan, const std::vector<Rolled>& loops) {
    const std::map<std::uint32_t, std::size_t> results = loops_by_result(loops);
    std::vector<bool> live(plan.values.size());
    std::vector<std::uint32_t> open;
    for (const weft_store& store : plan.stores)
        for (const std::uint32_t value : plan.values_of(store)) open.push_back(value);
    for (const auto& [value, slot] : plan.tables) open.push_back(value);
    while (!open.empty()) {
        const std::uint32_t value = open.back();
        open.pop_back();
        if (live[value]) continue;
        live[value] = true;
        const auto rolled = results.find(value);
        const std::vector<std::uint32_t> needs =
            rolled == results.end() ? plan.needs(value) : loops[rolled->second].needs();
        open.insert(open.end(), needs.begin(), needs.end());
    }
    return live;
}

std::optional<Plan> with_loops(const Plan& plan, const std::vector<Rolled>& loops) {
    return Copier(plan, loops).run();
}

}  // namespace weft::gpu
