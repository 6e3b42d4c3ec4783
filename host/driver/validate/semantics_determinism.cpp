// Whoever declares to be deterministic gives the same bytes again: from the same program, from
// another instance, with another number of threads, and of sound in blocks of any size.
#include <fmt/format.h>

#include <algorithm>

#include "driver/validate/program_corpus.h"
#include "driver/validate/semantics.h"

namespace weft::validate {
namespace {

// All bytes of all ticks, of sound those that were asked for; empty where it is refused.
std::string run_all(Context& context, const Instance& instance, Case& of) {
    Driven program(context, instance, of.work);
    std::string bytes;
    if (!program.ok()) return bytes;
    for (const Tick& tick : of.ticks) {
        const auto frame = frame_of(of.work, tick);
        if (!program.run(*frame)) return {};
        bytes += bytes_of(*frame).substr(
            0, tick.samples ? tick.samples * sizeof(float) : std::string::npos);
    }
    return bytes;
}

}  // namespace

void check_determinism(Context& context) {
    if ((context.info().flags & WEFT_BACKEND_DETERMINISTIC) == 0)
        return context.skip("it does not declare to be deterministic");
    const Instance instance = instance_of(context);
    if (!instance.backend) return;
    const OwnInstance alone(context, 1);
    const OwnInstance many(context, 5);
    if (context.ended()) return;
    bool any = false;
    std::string sound;  // samples of the first case of them: the others ask for the same
    for (Case& of : program_corpus(context.info())) {
        const std::string first = run_all(context, instance, of);
        if (context.ended()) return;
        if (first.empty()) continue;
        any = true;
        const auto expect = [&](const Instance& other, std::string_view how) {
            context.expect(run_all(context, other, of) == first,
                           fmt::format("'{}' has other bytes {}", of.work.name(), how));
        };
        expect(instance, "when it is compiled again");
        expect(alone.get(), "with one thread");
        expect(many.get(), "with five threads");
        if (context.ended()) return;
        if (of.ticks.front().samples == 0) continue;
        if (sound.empty()) sound = first;
        const std::size_t both = std::min(sound.size(), first.size());
        context.expect(
            sound.compare(0, both, first, 0, both) == 0,
            fmt::format("'{}' has other bytes than the same in whole frames", of.work.name()));
    }
    if (!any) context.skip("it compiles none of the programs");
}

}  // namespace weft::validate
