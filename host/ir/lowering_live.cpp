// What only a running program has: sound that is heard, knobs that are smoothed over a block, tempo
// from outside. All of it is written with plain operators, so that no back end knows of it.
#include <array>
#include <limits>

#include "ir/lowering.h"

namespace weft::ir {

namespace {

// Distances in samples that are as near as this to a whole one are meant to be whole: a month on,
// a difference of two times is off by 2e-5 of a sample.
constexpr double kWhole = 1.0 / 8192;

}  // namespace

// How far back in samples the point's `time` lies: 0 is the newest sample there is for the point,
// the one that a RING axis calls `now`. May be negative, and NaN where the time is.
ValueId Lowering::lag(ValueId time) {
    const ValueId here = dag_.field(WEFT_FIELD_TIME);
    const ValueId rate = dag_.constant(request_.program->settings[WEFT_FIELD_RATE]);
    ValueId seconds = dag_.constant(0);
    if (dag_[time].op == WEFT_OP_SUB && dag_.arg(time, 0) == here) {
        seconds = dag_.arg(time, 1);  // me@time - x: the clock need not be there at all
    } else if (time != here) {
        seconds = dag_.make(WEFT_OP_SUB, {here, time});
    }
    const ValueId samples = dag_.make(WEFT_OP_MUL, {seconds, rate});
    if (request_.domain == Domain::stream) return samples;
    // A frame need not begin with a sample; its newest is the first that it holds (weft/frame.h).
    const ValueId abstime = dag_.field(WEFT_FIELD_ABSTIME);
    ValueId newest = dag_.field(WEFT_FIELD_ABSSAMPLE);
    if (request_.domain == Domain::raster) {
        const ValueId moment = dag_.make(WEFT_OP_DIV, {newest, rate});
        newest = dag_.make(WEFT_OP_ADD, {newest, dag_.make(WEFT_OP_LT, {moment, abstime})});
    }
    const ValueId position = dag_.make(WEFT_OP_MUL, {abstime, rate});
    return dag_.make(WEFT_OP_ADD, {samples, dag_.make(WEFT_OP_SUB, {newest, position})});
}

// A ring of sound by time: straight between two samples, the newest for the future, the oldest that
// is kept for what is older; 0 before the start, since the ring begins with zeros.
ValueId Lowering::heard(sema::StrandId strand, const InputShape& shape, EnvironmentId at) {
    const auto read = [&](ValueId k) { return dag_.make(WEFT_OP_SAMPLE, std::array{k}, strand); };
    const ValueId time = coordinate({WEFT_FIELD_TIME, sema::kNone}, at);
    if (request_.domain == Domain::stream && time == dag_.field(WEFT_FIELD_TIME))
        return read(dag_.constant(0));
    const ValueId back = lag(time);
    const ValueId nearest = dag_.make(WEFT_OP_ROUND, {back});
    const ValueId off = dag_.make(WEFT_OP_ABS, {dag_.make(WEFT_OP_SUB, {back, nearest})});
    const ValueId whole = dag_.make(WEFT_OP_LT, {off, dag_.constant(kWhole)});
    const ValueId exact = dag_.make(WEFT_OP_SELECT, {whole, nearest, back});
    // One sample more is kept than is asked for: the second of two.
    const ValueId oldest = dag_.constant(static_cast<double>(shape.heard) - 2);
    const ValueId k =
        dag_.make(WEFT_OP_MIN, {dag_.make(WEFT_OP_MAX, {exact, dag_.constant(0)}), oldest});
    const ValueId first = dag_.make(WEFT_OP_FLOOR, {k});
    const ValueId newer = read(first);
    const ValueId older = read(dag_.make(WEFT_OP_ADD, {first, dag_.constant(1)}));
    const ValueId way = dag_.make(
        WEFT_OP_MUL, {dag_.make(WEFT_OP_SUB, {older, newer}), dag_.make(WEFT_OP_SUB, {k, first})});
    const ValueId value = dag_.make(WEFT_OP_ADD, {newer, way});
    const ValueId has_time = dag_.make(WEFT_OP_EQ, {time, time});
    return dag_.make(WEFT_OP_SELECT,
                     {has_time, value, dag_.constant(std::numeric_limits<double>::quiet_NaN())});
}

// Where the point's own sample stands in what comes again after so many.
ValueId Lowering::moment(std::uint64_t period) {
    const ValueId sample = dag_.field(WEFT_FIELD_ABSSAMPLE);
    return dag_.make(WEFT_OP_MOD, {sample, dag_.constant(static_cast<double>(period))});
}

// A knob's value holds for a block, or is on its way there: both from the point's own sample,
// wherever a remap looks. The range of the sum is the knob's (ranges.cpp).
ValueId Lowering::param(sema::ParamId param) {
    const ValueId held = dag_.leaf(WEFT_OP_PARAM, param);
    const LiveParams::Smooth* smooth = request_.live != nullptr && request_.domain == Domain::stream
                                           ? request_.live->smoothed(param)
                                           : nullptr;
    if (smooth == nullptr) return held;
    return on_its_way(held, dag_.leaf(WEFT_OP_PARAM, smooth->slope), smooth->first);
}

// `held` at the block's first sample, and so much more with every sample since.
ValueId Lowering::on_its_way(ValueId held, ValueId slope, sema::ParamId first) {
    const ValueId begin = dag_.leaf(WEFT_OP_PARAM, first);
    const ValueId since = dag_.make(WEFT_OP_SUB, {dag_.field(WEFT_FIELD_ABSSAMPLE), begin});
    // Not taken apart by the passes: sample and first are large, and their difference is not.
    const ValueId passed = dag_.make(WEFT_OP_MAX, {since, dag_.constant(0)});
    return dag_.make(WEFT_OP_ADD, {held, dag_.make(WEFT_OP_MUL, {slope, passed})});
}

// Of the past of sound nothing is smoothed: it changes with every sample.
bool Lowering::is_smooth_picture(sema::StrandId strand) const {
    const sema::Instance& instance =
        request_.program->instances[request_.program->strands[strand].instance];
    const bool in_sound = request_.domain == Domain::stream && request_.live != nullptr &&
                          request_.live->first != sema::kNone;
    if (!in_sound || !instance.smooth) return false;
    if (instance.kind == sema::InstanceKind::cache)
        return request_.complete && request_.complete(strand);
    return instance.ticks == 0;  // no spectrum
}

// Beats from outside, at the point's own moment; kNoValue for all other fields, and without tempo.
ValueId Lowering::beats(std::uint32_t field) {
    if (request_.live == nullptr || request_.live->tempo == sema::kNone) return kNoValue;
    if (field != WEFT_FIELD_BEAT && field != WEFT_FIELD_MEASURE && field != WEFT_FIELD_BEATPHASE &&
        field != WEFT_FIELD_MEASUREPHASE)
        return kNoValue;
    const sema::ParamId tempo = request_.live->tempo;
    const ValueId since = dag_.leaf(WEFT_OP_PARAM, tempo + 1);
    const ValueId passed = dag_.make(WEFT_OP_SUB, {dag_.field(WEFT_FIELD_ABSTIME), since});
    const ValueId minutes = dag_.make(WEFT_OP_DIV, {passed, dag_.constant(60)});
    const ValueId moved = dag_.make(WEFT_OP_MUL, {minutes, dag_.leaf(WEFT_OP_PARAM, tempo + 2)});
    const ValueId beat = dag_.make(WEFT_OP_ADD, {dag_.leaf(WEFT_OP_PARAM, tempo), moved});
    if (field == WEFT_FIELD_BEAT) return beat;
    if (field == WEFT_FIELD_BEATPHASE) return dag_.make(WEFT_OP_FRACT, {beat});
    const double bar = request_.program->settings[WEFT_FIELD_TIMESIG_NUM];
    const ValueId measure = dag_.make(WEFT_OP_DIV, {beat, dag_.constant(bar)});
    if (field == WEFT_FIELD_MEASURE) return measure;
    return dag_.make(WEFT_OP_FRACT, {measure});
}

}  // namespace weft::ir
