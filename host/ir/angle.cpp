#include "ir/angle.h"

#include "ir/fold.h"

namespace weft::ir {

namespace {

constexpr std::uint32_t kMaxDepth = 200;

int parts(const Addends& addends) {
    return (addends.slow != kNoValue) + (addends.column != kNoValue) + (addends.point != kNoValue);
}

}  // namespace

const Addends& AngleSplitter::split(ValueId angle) {
    if (const auto found = done_.find(angle); found != done_.end()) return found->second;
    ++depth_;
    const Addends addends = depth_ > kMaxDepth ? whole(angle) : compute(angle);
    --depth_;
    return done_.emplace(angle, addends).first->second;
}

Addends AngleSplitter::whole(ValueId id) {
    Addends addends;
    const std::uint8_t mask = rates_.of(dag_, id) & ~kUniform;
    if (mask == 0 || (split_ == Split::rows && mask == WEFT_VARIES_ROW)) {
        addends.slow = id;
    } else if (split_ == Split::rows && mask == WEFT_VARIES_COLUMN) {
        addends.column = id;
    } else {
        addends.point = id;
    }
    return addends;
}

Addends AngleSplitter::compute(ValueId id) {
    const Value value = dag_[id];
    const bool varies = !rates_.is_uniform(dag_, id);
    if (!varies || value.known || value.loops != 0) return whole(id);
    if (value.op == WEFT_OP_FIELD) return of_clock(id);
    if (!is_operator(value.op)) return whole(id);
    const ValueId a = dag_.arg(id, 0);
    const ValueId b = value.arg_count > 1 ? dag_.arg(id, 1) : kNoValue;
    Addends result;
    switch (value.op) {
        case WEFT_OP_ADD:
        case WEFT_OP_SUB: {
            // 0 adds nothing to an angle but the sign of a zero.
            if (dag_[b].known && dag_[b].imm == 0) return split(a);
            const Addends left = split(a);
            const Addends right = split(b);
            result.slow = sum(value.op, left.slow, right.slow);
            result.column = sum(value.op, left.column, right.column);
            result.point = sum(value.op, left.point, right.point);
            break;
        }
        case WEFT_OP_NEG: {
            const Addends inner = split(a);
            result.slow = sum(WEFT_OP_SUB, kNoValue, inner.slow);
            result.column = sum(WEFT_OP_SUB, kNoValue, inner.column);
            result.point = sum(WEFT_OP_SUB, kNoValue, inner.point);
            break;
        }
        case WEFT_OP_MUL:
            if (rates_.is_uniform(dag_, b)) return scaled(id, a, b, value.op);
            if (rates_.is_uniform(dag_, a)) return scaled(id, b, a, value.op);
            return whole(id);
        case WEFT_OP_DIV:
            if (rates_.is_uniform(dag_, b)) return scaled(id, a, b, value.op);
            return whole(id);
        default: return whole(id);
    }
    return parts(result) > 1 ? result : whole(id);
}

// abstime is ROW_TIME + COLUMN_TIME, and what is a multiple of it follows. The wrapped clock does
// so only where nothing wraps.
Addends AngleSplitter::of_clock(ValueId id) {
    if (split_ != Split::rows || module_.domain != Domain::stream) return whole(id);
    const auto& settings = module_.request->program->settings;
    const bool wraps = settings[WEFT_FIELD_LOOP] > 0;
    double rate = 1;
    switch (dag_[id].aux) {
        case WEFT_FIELD_TIME:
            if (wraps) return whole(id);
            break;
        case WEFT_FIELD_ABSTIME: break;
        case WEFT_FIELD_BEAT: rate = settings[WEFT_FIELD_BPM] / 60; break;
        case WEFT_FIELD_MEASURE:
            rate = settings[WEFT_FIELD_BPM] / 60 / settings[WEFT_FIELD_TIMESIG_NUM];
            break;
        case WEFT_FIELD_SAMPLE:
            if (wraps) return whole(id);
            rate = settings[WEFT_FIELD_RATE];
            break;
        case WEFT_FIELD_ABSSAMPLE: rate = settings[WEFT_FIELD_RATE]; break;
        default: return whole(id);
    }
    const ValueId factor = dag_.constant(rate);
    Addends addends;
    addends.slow = folded(dag_, WEFT_OP_MUL, {dag_.field(WEFT_FIELD_ROW_TIME), factor});
    addends.column = folded(dag_, WEFT_OP_MUL, {dag_.field(WEFT_FIELD_COLUMN_TIME), factor});
    return addends;
}

Addends AngleSplitter::scaled(ValueId id, ValueId inner, ValueId factor, std::uint16_t op) {
    const Addends addends = split(inner);
    if (parts(addends) < 2) return whole(id);
    const auto scale = [&](ValueId part) {
        return part == kNoValue ? kNoValue : folded(dag_, op, {part, factor});
    };
    return {scale(addends.slow), scale(addends.column), scale(addends.point)};
}

ValueId AngleSplitter::sum(std::uint16_t op, ValueId a, ValueId b) {
    if (b == kNoValue) return a;
    if (a != kNoValue) return folded(dag_, op, {a, b});
    return op == WEFT_OP_SUB ? folded(dag_, WEFT_OP_NEG, {b}) : b;
}

}  // namespace weft::ir
