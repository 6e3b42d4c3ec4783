// Says which values must be computed in f64.
//
// A value needs it when it grows with the clock, until a periodic or bounded function has made it
// small; or when a rounding of f32 in it would show in a root: magnitude times amplification; or
// when it is part of a sound's feedback that adds roundings up. What takes such a value computes in
// f64 and may round its own result (weft/ir.h).
#include <algorithm>
#include <cmath>

#include "ir/feedback.h"
#include "ir/passes.h"
#include "ir/ranges.h"
#include "ir/rates.h"

namespace weft::ir {

namespace {

// Largest magnitude * amplification that f32 may round by 2^-24: 1.5e-5 of a picture, and of a
// sound 4e-6 at worst, 113 dB below full scale on average.
constexpr double kPictureLimit = 256;
constexpr double kSoundLimit = 64;
// How much a sampled value changes over the range 0..1 of a coordinate of space, and over a second.
constexpr double kSpaceGain = 32;
constexpr double kTimeGain = 65536;
constexpr double kMostGain = 1e6;
// A filter's poles move by much more than its coefficients.
constexpr double kFeedbackGain = 4096;

class Precision {
public:
    explicit Precision(Module& module) : module_(module), dag_(module.dag) {}

    void run() {
        find_ranges();
        // Filters add their roundings up; echoes lose them, as they lose what they echo.
        const Feedback feedback = feedback_of(module_, ranges_);
        feedback_ = feedback.adds_up;
        find_gains(feedback.gain);
        module_.precision.assign(dag_.size(), WEFT_PRECISION_F32);
        for (ValueId id = 0; id < dag_.size(); ++id)
            if (ranges_[id].clock || feedback_[id] || is_amplified(id))
                module_.precision[id] = WEFT_PRECISION_F64;
        // An echo's memory is kept in f32, also of what a filter makes.
        for (const Feedback::Settled& cache : feedback.settled)
            if (!ranges_[cache.root].clock && !is_amplified(cache.root) &&
                std::none_of(cache.samples.begin(), cache.samples.end(),
                             [&](ValueId sample) { return is_amplified(sample); }))
                module_.precision[cache.root] = WEFT_PRECISION_F32;
        for (const Affine& affine : module_.affines)
            module_.precision[affine.base] = WEFT_PRECISION_F64;
    }

private:
    // Until no more loop is found to carry what grows with the clock.
    void find_ranges() {
        std::vector<bool> loops(dag_.loop_count());
        for (bool again = true; again;) {
            again = false;
            Ranges ranges(module_, loops);
            ranges_.clear();
            for (ValueId id = 0; id < dag_.size(); ++id) ranges_.push_back(ranges.of(dag_, id));
            for (ValueId id = 0; id < dag_.size(); ++id) {
                if (dag_[id].op != WEFT_OP_LOOP || loops[dag_[id].aux]) continue;
                for (const ValueId arg : dag_.args(id)) {
                    if (!ranges_[arg].clock) continue;
                    loops[dag_[id].aux] = again = true;
                }
            }
        }
    }

    // What is not known is taken as of the size of 1: pixels, samples, knobs.
    [[nodiscard]] double magnitude(ValueId id) const {
        const double bound = ranges_[id].magnitude();
        return std::isfinite(bound) ? bound : 1;
    }

    [[nodiscard]] bool is_amplified(ValueId id) const {
        const double limit = module_.domain == Domain::stream ? kSoundLimit : kPictureLimit;
        return gains_[id] > 0 && magnitude(id) * gains_[id] > limit;
    }

    void give(ValueId id, double gain) {
        gains_[id] = std::max(gains_[id], std::min(gain, kMostGain));
    }

    void find_gains(double of_roots) {
        gains_.assign(dag_.size(), 0);
        for (const ValueId root : module_.roots) gains_[root] = of_roots;
        for (ValueId id = dag_.size(); id-- > 0;) {
            if (gains_[id] > 0) pass_on(id, gains_[id]);
        }
    }

    void pass_on(ValueId id, double gain) {
        const Value& value = dag_[id];
        const std::span<const ValueId> args = dag_.args(id);
        switch (value.op) {
            case WEFT_OP_MUL:
                give(args[0], gain * magnitude(args[1]) * (feedback_[args[1]] ? kFeedbackGain : 1));
                give(args[1], gain * magnitude(args[0]) * (feedback_[args[0]] ? kFeedbackGain : 1));
                return;
            case WEFT_OP_DIV: {
                const Range& divisor = ranges_[args[1]];
                const double least =
                    std::max({divisor.low, -divisor.high, divisor.bounded() ? 1e-3 : 1.0});
                give(args[0], gain / least);
                give(args[1], gain * magnitude(args[0]) / (least * least));
                return;
            }
            case WEFT_OP_SQRT: {
                const double low = ranges_[args[0]].low;
                give(args[0], low > 0 ? gain * 0.5 / std::sqrt(low) : gain);
                return;
            }
            case WEFT_OP_EXP: give(args[0], gain * magnitude(id)); return;
            case WEFT_OP_NOISE:
                for (const ValueId arg : args) give(arg, gain * 8);
                return;
            case WEFT_OP_SELECT:
                give(args[1], gain);
                give(args[2], gain);
                return;
            case WEFT_OP_SAMPLE: sample(value, args, gain); return;
            default:
                if (value.op >= WEFT_OP_LT && value.op <= WEFT_OP_NOT) return;
                for (const ValueId arg : args) give(arg, gain);
        }
    }

    void sample(const Value& value, std::span<const ValueId> args, double gain) {
        const InputShape* shape = module_.request->input(module_.strand_of(value));
        for (std::size_t i = 0; i < args.size(); ++i) {
            if (shape == nullptr || i >= shape->axes.size()) return;
            const std::uint32_t field = shape->axes[i].field;
            const bool space = field == WEFT_FIELD_X || field == WEFT_FIELD_Y;
            const bool own = field == WEFT_FIELD_OWN;
            give(args[i], gain * (own ? 1 : space ? kSpaceGain : kTimeGain));
        }
    }

    Module& module_;
    const Dag& dag_;
    std::vector<Range> ranges_;
    std::vector<bool> feedback_;  // that adds roundings up
    std::vector<double> gains_;
};

}  // namespace

bool precision(Module& module) {
    Precision(module).run();
    return true;
}

}  // namespace weft::ir
