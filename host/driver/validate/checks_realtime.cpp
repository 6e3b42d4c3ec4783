// What must not happen while somebody waits: allocations of a plugin's own within a frame, anything
// at all within a block of sound, questions to the host in either.
#include <fmt/format.h>
#include <weft/async.h>

#include "driver/validate/call_watch.h"
#include "driver/validate/drive.h"
#include "driver/validate/host_rules.h"

namespace weft::validate {
namespace {

// Frames before anybody looks: drivers and libraries have their first time, too.
constexpr std::int64_t kWarm = 3;
constexpr std::int64_t kWatched = 4;

// False, and skipped, where calls cannot be watched.
bool able(Context& context) {
    const std::string why = CallWatch::able();
    if (!why.empty()) context.skip(why);
    return why.empty();
}

void stand_in_front(Context& context) {
    CallWatch::stand_in_front(reinterpret_cast<const void*>(context.api().execute));
    CallWatch::reset();
}

// One frame, watched; the status of execute, or of submit where the plugin's work runs beside the
// host.
weft_status watch_frame(Context& context, const weft_async_api* async, weft_program* program,
                        const weft_frame& frame, Watched what, weft_error& error) {
    std::uint64_t value = 0;
    const InCall here(async ? "submit" : "execute", "watched");
    weft_status status = WEFT_OK;
    {
        const CallWatch::Section section(what);
        status = async ? async->submit(program, &frame, &value, &error)
                       : context.api().execute(program, &frame, &error);
    }
    return status == WEFT_OK && async ? async->wait(context.backend(), value, UINT64_MAX, &error)
                                      : status;
}

// Frames of one program, of which the last are watched.
void watch_frames(Context& context, Driven& program, Watched what,
                  const weft_async_api* async = nullptr) {
    for (std::int64_t n = 0; n < kWarm + kWatched; ++n) {
        const Frame frame(program.work(), n);
        if (n == kWarm) stand_in_front(context);
        weft_error error = empty_error();
        const weft_status status = watch_frame(context, async, program.program(), frame.view,
                                               n < kWarm ? Watched::nothing : what, error);
        if (!context.expect(status == WEFT_OK, "a frame fails: " + said(status, error))) return;
    }
    const std::string seen = CallWatch::seen();
    context.expect(seen.empty(), fmt::format("{} of '{}' calls {}", async ? "submit" : "execute",
                                             program.work().name(), seen));
}

void check_execute_allocates(Context& context) {
    if (!able(context)) return;
    context.host().threads = 1;
    std::vector<Work> works = context.works();
    if (context.ended()) return;
    const Instance instance = instance_of(context);
    const auto* const async = context.extension<weft_async_api>(WEFT_ASYNC_EXTENSION);
    for (Work& work : works) {
        Driven program(context, instance, work);
        if (!program.ok()) return;
        watch_frames(context, program, Watched::own_allocations);
        if (async && !context.ended())
            watch_frames(context, program, Watched::own_allocations, async);
        if (context.ended()) return;
    }
}

void check_values_allocate(Context& context) {
    if (!able(context)) return;
    context.host().threads = 1;
    std::vector<Work> works = context.works();
    if (context.ended()) return;
    const Instance instance = instance_of(context);
    bool any = false;
    for (Work& work : works) {
        Driven program(context, instance, work);
        if (!program.ok()) return;
        Frame frame(work, 0);
        if (!program.run(frame)) return;
        for (std::uint32_t o = 0; o < work.outputs.size(); ++o)
            for (const std::size_t count : {1u, 50u}) {
                const std::vector<double> x(count, 0.5);
                std::vector<double> values(count);
                kit::Points points;
                points.constants = work.settings;
                points.set(WEFT_FIELD_X, x);
                points.view.params = work.params.data();
                // The first call of a number of points may allocate.
                for (int turn = 0; turn < 3; ++turn) {
                    weft_error error = empty_error();
                    if (turn == 1) stand_in_front(context);
                    const InCall here("get_values", "watched");
                    const CallWatch::Section section(turn == 0 ? Watched::nothing
                                                               : Watched::own_allocations);
                    if (context.api().get_values(program.program(), o, &points.view, values.data(),
                                                 &error) != WEFT_OK)
                        break;
                    any = true;
                }
                const std::string seen = CallWatch::seen();
                if (!context.expect(seen.empty(),
                                    fmt::format("get_values of '{}' calls {}", work.name(), seen)))
                    return;
            }
    }
    if (!any) context.skip("no output answers at points");
}

void check_sound(Context& context) {
    if (!able(context)) return;
    if ((context.info().contexts >> WEFT_CONTEXT_AUDIO & 1) == 0)
        return context.skip("it computes no sound");
    context.host().threads = 1;
    std::vector<Work> works = context.works();
    if (context.ended()) return;
    const Instance instance = instance_of(context);
    bool any = false;
    for (Work& work : works) {
        if (work.batch().context != WEFT_CONTEXT_AUDIO || !work.sources.empty()) continue;
        any = true;
        Driven program(context, instance, work);
        if (!program.ok()) return;
        watch_frames(context, program, Watched::everything);
    }
    if (!any) context.skip("it compiles no sound");
}

void check_queries(Context& context) {
    context.host().remembers_uses = true;
    std::vector<Work> works = context.works();
    if (context.ended()) return;
    const Instance instance = instance_of(context);
    for (Work& work : works) {
        Driven program(context, instance, work);
        if (!program.ok()) return;
        for (std::int64_t n = 0; n < 3; ++n) {
            Frame frame(work, n);
            if (!program.run(frame)) return;
        }
        double value = 0;
        kit::Points points;
        points.constants = work.settings;
        points.view.count = 1;
        points.view.params = work.params.data();
        weft_error error = empty_error();
        for (std::uint32_t o = 0; o < work.outputs.size(); ++o)
            (void)context.calls().get_values(program.program(), o, &points.view, &value, &error);
    }
    for (const Use& use : context.host().uses()) {
        const std::string trouble = promise_trouble(use);
        if (!trouble.empty()) return context.fail(trouble);
    }
}

constexpr Check kChecks[] = {
    {"realtime.queries", Level::quick,
     "asks the host for nothing while it computes: all was settled in compile",
     "backend.h, execute", check_queries},
    {"realtime.execute-allocates", Level::standard, "allocates nothing within execute and submit",
     "backend.h, execute; async.h, submit", check_execute_allocates},
    {"realtime.values-allocate", Level::standard,
     "allocates nothing within get_values after the first call for a number of points",
     "backend.h, get_values", check_values_allocate},
    {"realtime.sound", Level::standard,
     "neither allocates nor locks nor calls the system within a block of sound",
     "calls.def, weft_audio_process", check_sound},
};

}  // namespace

std::span<const Check> realtime_checks() {
    return kChecks;
}

}  // namespace weft::validate
