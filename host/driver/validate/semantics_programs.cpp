// Programs of several kernels over several ticks: caches and their history, frames that capture
// nothing or follow a gap, run-ups, sound in blocks of any size - beside the reference back end,
// which is given the same.
#include <fmt/format.h>

#include <algorithm>

#include "driver/validate/program_corpus.h"
#include "driver/validate/semantics.h"

namespace weft::validate {
namespace {

// What a cache answers at points: of every output that has values, as both answer.
void compare_values(Context& context, const Case& of, Driven& mine, Driven& judge,
                    const Tick& tick) {
    constexpr std::size_t kPoints = 24;
    std::uniform_real_distribution<double> inside(0, 1);
    std::vector<double> x(kPoints), y(kPoints), own(kPoints);
    for (std::size_t i = 0; i < kPoints; ++i) {
        x[i] = inside(context.random());
        y[i] = inside(context.random());
        own[i] = static_cast<double>(i % 4);
    }
    kit::Points points;
    points.set(WEFT_FIELD_X, x);
    points.set(WEFT_FIELD_Y, y);
    points.view.own = own.data();
    points.view.params = of.work.params.data();
    points.constants = of.work.settings;
    points.constants[WEFT_FIELD_ABSFRAME] = static_cast<double>(tick.frame - tick.left_out);
    points.constants[WEFT_FIELD_ABSSAMPLE] =
        static_cast<double>(tick.first_sample) + static_cast<double>(tick.samples) - 1;
    for (std::uint32_t o = 0; o < of.work.outputs.size() && !context.ended(); ++o) {
        if (of.work.outputs[o].kind != WEFT_OUTPUT_CACHE) continue;
        std::vector<double> got(kPoints, -1), exact(kPoints, -2);
        if (!mine.values(o, points.view, got.data())) return;
        if (!judge.values(o, points.view, exact.data())) return;
        for (std::size_t i = 0; i < kPoints; ++i)
            if (!(std::fabs(got[i] - exact[i]) <= of.tolerance * (1 + std::fabs(exact[i]))))
                return context.fail(
                    fmt::format("get_values of cache {} of '{}' at x {}, y {}, k {}: {}, the "
                                "reference says {}",
                                o, of.work.name(), number(x[i]), number(y[i]), number(own[i]),
                                number(got[i]), number(exact[i])));
    }
}

void compare(Context& context, Case& of, Driven& mine, Driven& judge,
             const std::vector<Tick>& ticks) {
    for (std::size_t i = 0; i < ticks.size() && !context.ended(); ++i) {
        const auto got = frame_of(of.work, ticks[i]);
        const auto exact = frame_of(of.work, ticks[i]);
        if (!mine.run(*got) || !judge.run(*exact)) return;
        const std::string wrong = ticks[i].skip_targets ? "" : difference(of, *got, *exact);
        if (!wrong.empty())
            return context.fail(fmt::format("'{}', tick {}: {}", of.work.name(), i, wrong));
    }
    if (!ticks.empty() && !context.ended()) compare_values(context, of, mine, judge, ticks.back());
}

// Every case that the plugin compiles, beside the reference.
template <class Change>
void check_cases(Context& context, const Change& change) {
    const Instance instance = instance_of(context);
    if (!instance.backend) return;
    const OwnInstance reference(context);
    int compiled = 0;
    for (Case& of : program_corpus(context.info())) {
        change(of);
        Driven mine(context, instance, of.work);
        if (context.ended()) return;
        if (!mine.ok()) continue;
        ++compiled;
        Driven judge(context, reference.get(), of.work);
        if (!judge.ok()) return context.fail("the reference refuses '" + of.work.name() + "'");
        compare(context, of, mine, judge, of.ticks);
        if (context.ended()) return;
    }
    if (compiled == 0) context.skip("it compiles none of the programs");
}

}  // namespace

void check_programs(Context& context) {
    check_cases(context, [](Case&) {});
}

// Everything but the last tick is a run-up: nothing but caches is wanted.
void check_run_up(Context& context) {
    check_cases(context, [](Case& of) {
        for (std::size_t i = 0; i + 1 < of.ticks.size(); ++i) of.ticks[i].skip_targets = 1;
    });
}

}  // namespace weft::validate
