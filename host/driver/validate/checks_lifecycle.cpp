// create, compile, execute, get_values, get_handle, release, cleanup: in every order that the
// contract allows, more than once, and side by side.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <functional>

#include "driver/validate/context.h"
#include "kit/holdings.h"

namespace weft::validate {
namespace {

// The bytes of all targets after frame `number`.
std::string shown(Context& context, weft_program* program, const Work& work, std::int64_t number) {
    const Frame frame(work, number);
    std::string bytes;
    if (!context.execute(program, frame)) return bytes;
    for (const Guarded& target : frame.targets)
        bytes.append(target.as<const char>(), target.size());
    return bytes;
}

// Whether the same input gives the same bytes.
bool repeats_itself(const Context& context) {
    return (context.info().flags & WEFT_BACKEND_DETERMINISTIC) != 0;
}

// The first frames of a fresh program, one after the other.
std::vector<std::string> alone(Context& context, weft_backend* backend, Work& work, int frames) {
    std::vector<std::string> all;
    weft_program* const program = context.compile(backend, work);
    if (!program) return all;
    for (int number = 0; number < frames && !context.ended(); ++number)
        all.push_back(shown(context, program, work, number));
    if (!context.ended()) context.calls().release(program);
    return all;
}

// --- Instances -----------------------------------------------------------------------------------

void create(Context& context) {
    weft_probe probe{};
    probe.struct_size = sizeof probe;
    weft_error error = empty_error();
    const bool available = context.calls().probe(&probe, &error) == WEFT_OK && probe.available != 0;
    weft_backend* const unset = reinterpret_cast<weft_backend*>(&probe);
    weft_backend* backend = unset;
    error = empty_error();
    const weft_status status = context.calls().create(context.host().table(), &backend, &error);
    if (status == WEFT_OK) {
        if (context.expect(backend && backend != unset, "create succeeded and made nothing"))
            context.calls().cleanup(backend);
        return;
    }
    if (available)
        return context.fail(fmt::format("probe says that it is available, and create gave {}",
                                        said(status, error)));
    context.skip(fmt::format("it is not available here: {}", probe.reason));
}

void cleanup_null(Context& context) {
    context.calls().cleanup(nullptr);
}

// Whether there is an instance to be had; else skipped.
bool can_create(Context& context, weft_backend** backend, TestHost& host) {
    weft_error error = empty_error();
    const weft_status status = context.calls().create(host.table(), backend, &error);
    if (status == WEFT_OK) return true;
    context.skip(fmt::format("there is no instance here: {}", said(status, error)));
    return false;
}

void create_again(Context& context) {
    weft_backend* backend = nullptr;
    if (!can_create(context, &backend, context.host())) return;
    context.calls().cleanup(backend);
    for (int turn = 2; turn <= 4; ++turn) {
        TestHost host;
        backend = nullptr;
        weft_error error = empty_error();
        const weft_status status = context.calls().create(host.table(), &backend, &error);
        if (!context.expect(status == WEFT_OK && backend,
                            fmt::format("instance {}, after {} others were cleaned up: create gave "
                                        "{}",
                                        turn, turn - 1, said(status, error))))
            return;
        context.calls().cleanup(backend);
    }
}

// Two at a time; the first goes, the second stays as it was.
void two_instances(Context& context) {
    if (!context.backend()) return;
    TestHost host;
    weft_backend* second = nullptr;
    weft_error error = empty_error();
    const weft_status status = context.calls().create(host.table(), &second, &error);
    if (!context.expect(status == WEFT_OK, fmt::format("a second instance beside the first: "
                                                       "create gave {}",
                                                       said(status, error))))
        return;
    std::vector<Work> works = context.works();
    if (works.empty()) return context.calls().cleanup(second);
    Work& work = works.front();
    const std::vector<std::string> expected = alone(context, context.backend(), work, 2);
    weft_program* const first = context.compile(context.backend(), work);
    weft_program* const other = first ? context.compile(second, work, host) : nullptr;
    if (!other) return;
    const std::string a = shown(context, first, work, 0);
    context.calls().release(first);
    const std::string b = shown(context, other, work, 0);
    const std::string c = shown(context, other, work, 1);
    context.calls().release(other);
    context.calls().cleanup(second);
    if (context.ended()) return;
    const bool same = a == expected[0] && b == expected[0] && c == expected[1];
    context.expect(same || !repeats_itself(context),
                   "two instances at a time do not show what each shows alone");
}

// --- Programs ------------------------------------------------------------------------------------

void compile(Context& context) {
    if (!context.backend()) return;
    std::vector<Work> works =
        small_works(context.info(), context.directory(), context.own_sources());
    if (works.empty()) return context.skip("it compiles no kernels and opens no sources");
    for (Work& work : works) {
        context.host().inputs = work.bindings;
        const weft_batch batch = work.batch();
        auto* const unset = reinterpret_cast<weft_program*>(&works);
        weft_program* program = unset;
        weft_error error = empty_error();
        const weft_status status =
            context.calls().compile(context.backend(), &batch, &program, &error);
        if (status == WEFT_OK) {
            if (!context.expect(
                    program && program != unset,
                    fmt::format("compile of '{}' succeeded and made nothing", work.name())))
                return;
            context.calls().release(program);
            continue;
        }
        const bool refused = status == WEFT_UNSUPPORTED || status == WEFT_UNAVAILABLE;
        if (!context.expect(program == nullptr, fmt::format("compile of '{}' failed and left "
                                                            "*program as it was, not NULL",
                                                            work.name())) ||
            !context.expect(refused, fmt::format("compile of '{}', of which nothing is wrong, gave "
                                                 "{}",
                                                 work.name(), said(status, error))))
            return;
    }
}

void release_null(Context& context) {
    context.calls().release(nullptr);
}

// What a compiled program is asked, in whatever order.
enum class Ask : std::uint8_t { handle, values, frame };

// One call on a program, of an output drawn at random.
void call_one(Context& context, weft_program* program, const Work& work, Ask what,
              std::int64_t& number) {
    weft_error error = empty_error();
    const auto output = static_cast<std::uint32_t>(context.random()() %
                                                   std::max<std::size_t>(1, work.outputs.size()));
    const std::uint32_t kind =
        output < work.outputs.size() ? work.outputs[output].kind : WEFT_OUTPUT_TARGET;
    switch (what) {
        case Ask::handle: {
            weft_handle handle{};
            handle.struct_size = sizeof handle;
            handle.memory_fd = -1;
            (void)context.calls().get_handle(program, output, &handle, &error);
            return;
        }
        case Ask::values: {
            kit::Points points;
            const std::vector<double> xs = {0.25, 0.75};
            points.set(WEFT_FIELD_X, xs);
            points.view.params = work.params.data();
            double values[2] = {};
            const weft_status status =
                context.calls().get_values(program, output, &points.view, values, &error);
            context.expect(status == WEFT_OK || kind != WEFT_OUTPUT_VALUES,
                           fmt::format("get_values of '{}' before frame {} gave {}", work.name(),
                                       number, said(status, error)));
            return;
        }
        case Ask::frame: {
            const Frame frame(work, number++);
            context.execute(program, frame);
        }
    }
}

// A new program for each order of the first three calls; then at random, frames most often.
void orders(Context& context) {
    constexpr std::array kDrawn = {Ask::handle, Ask::values, Ask::frame, Ask::frame};
    for (Work& work : context.works()) {
        std::array first = {Ask::handle, Ask::values, Ask::frame};
        do {
            weft_program* const program = context.compile(context.backend(), work);
            if (!program) return;
            std::int64_t number = 0;
            for (std::size_t i = 0; i < 8 && !context.ended(); ++i) {
                const Ask what =
                    i < first.size() ? first.at(i) : kDrawn.at(context.random()() % kDrawn.size());
                call_one(context, program, work, what, number);
            }
            if (context.ended()) return;
            context.calls().release(program);
        } while (std::next_permutation(first.begin(), first.end()));
    }
}

// Frames of two programs in turns; then one goes, and the other goes on.
void two_programs(Context& context) {
    for (Work& work : context.works()) {
        const std::vector<std::string> expected = alone(context, context.backend(), work, 4);
        if (context.ended()) return;
        weft_program* const first = context.compile(context.backend(), work);
        weft_program* const second = first ? context.compile(context.backend(), work) : nullptr;
        if (!second) return;
        // Two frames each: the second program begins where the first has been already.
        std::vector<std::string> firsts, seconds;
        for (int number = 0; number < 2; ++number)
            firsts.push_back(shown(context, first, work, number));
        for (int number = 0; number < 2; ++number)
            seconds.push_back(shown(context, second, work, number));
        for (int number = 2; number < 4; ++number)
            firsts.push_back(shown(context, first, work, number));
        if (context.ended()) return;
        context.calls().release(first);
        for (int number = 2; number < 4; ++number)
            seconds.push_back(shown(context, second, work, number));
        if (context.ended()) return;
        context.calls().release(second);
        const bool same = firsts == expected && seconds == expected;
        if (!context.expect(same || !repeats_itself(context),
                            fmt::format("two programs of '{}' in turns do not show what each "
                                        "shows alone",
                                        work.name())))
            return;
    }
}

// What a compiled program is asked at once, again, and long after it was asked before.
void cancel_idle(Context& context) {
    if (!context.api().cancel) return context.skip("it has no cancel");
    for (Work& work : context.works()) {
        weft_program* const program = context.compile(context.backend(), work);
        if (!program) return;
        context.calls().cancel(program);
        for (int number = 0; number < 2; ++number) {
            const Frame frame(work, number);
            weft_error error = empty_error();
            const weft_status status = context.calls().execute(program, &frame.view, &error);
            if (!context.expect(status == WEFT_OK, fmt::format("a frame of '{}' after a cancel, "
                                                               "when none ran, gave {}",
                                                               work.name(), said(status, error))))
                return;
            context.calls().cancel(program);
        }
        context.calls().release(program);
    }
}

// --- Many times ----------------------------------------------------------------------------------

constexpr std::uint64_t kMebi = 1u << 20;

std::string trouble(const kit::Holdings& before, const kit::Holdings& after, int cycles,
                    std::uint64_t memory) {
    const auto more = [](auto from, auto to) { return to > from ? to - from : 0; };
    // One thing a cycle is a leak; a driver that grows its own pool once is none.
    const auto some = static_cast<std::size_t>(cycles) / 4;
    if (more(before.descriptors, after.descriptors) > some)
        return fmt::format("{} descriptors", more(before.descriptors, after.descriptors));
    if (more(before.threads, after.threads) > some)
        return fmt::format("{} threads", more(before.threads, after.threads));
    if (more(before.resident, after.resident) > memory)
        return fmt::format("{} KiB of memory", more(before.resident, after.resident) / 1024);
    return {};
}

// `cycles` times, after some that do not count: what is opened once may stay.
void expect_no_leak(Context& context, std::string_view what, int cycles, std::uint64_t memory,
                    const std::function<bool()>& cycle) {
    const int warm = std::max(4, cycles / 10);
    kit::Holdings before;
    for (int turn = 0; turn < warm + cycles; ++turn) {
        if (turn == warm) before = kit::Holdings::now();
        if (!cycle()) return;
    }
    const std::string left = trouble(before, kit::Holdings::now(), cycles, memory);
    context.expect(left.empty(), fmt::format("after {} cycles of {} there are {} more than before",
                                             cycles, what, left));
}

bool program_cycle(Context& context, Work& work) {
    weft_program* const program = context.compile(context.backend(), work);
    if (!program) return false;
    const Frame frame(work, 0);
    if (!context.execute(program, frame)) return false;
    context.calls().release(program);
    return true;
}

void thousand_cycles(Context& context) {
    std::vector<Work> works = context.works();
    std::size_t next = 0;
    constexpr int kCycles = 1000;
    expect_no_leak(context, "compile, execute and release", kCycles, 8 * kMebi, [&] {
        return !works.empty() && program_cycle(context, works[next++ % works.size()]);
    });
    const std::uint64_t left = context.host().live_memory();
    context.expect(left < kCycles / 4,
                   fmt::format("after {} programs {} pieces of the host's memory are not freed",
                               kCycles, left));
}

void many_instances(Context& context) {
    expect_no_leak(context, "create and cleanup", 24, 12 * kMebi, [&] {
        TestHost host;
        weft_backend* backend = nullptr;
        if (!can_create(context, &backend, host)) return false;
        context.calls().cleanup(backend);
        return true;
    });
}

constexpr Check kChecks[] = {
    {"lifecycle.create", Level::quick,
     "where probe says that it is available, create makes an instance", "backend.h, create",
     create},
    {"lifecycle.cleanup-null", Level::quick, "cleanup of NULL does nothing", "backend.h, cleanup",
     cleanup_null},
    {"lifecycle.create-again", Level::quick,
     "one instance after the other can be created and cleaned up", "backend.h, cleanup",
     create_again},
    {"lifecycle.two-instances", Level::standard,
     "two instances at a time do not know of each other", "backend.h, create", two_instances},
    {"lifecycle.compile", Level::quick,
     "a good batch is compiled, or refused with unsupported or unavailable and *program NULL",
     "backend.h, compile", compile},
    {"lifecycle.release-null", Level::quick, "release of NULL does nothing", "backend.h, release",
     release_null},
    {"lifecycle.orders", Level::standard,
     "get_handle, get_values and execute work in any order once a program is compiled", "backend.h",
     orders},
    {"lifecycle.two-programs", Level::standard,
     "two programs of one instance run in turns and leave each other alone", "backend.h",
     two_programs},
    {"lifecycle.cancel-idle", Level::standard,
     "a cancel when nothing runs changes nothing: the next frame is computed", "backend.h, cancel",
     cancel_idle},
    {"lifecycle.thousand", Level::strict,
     "1,000 programs come and go without a leak of memory, descriptors or threads",
     "backend.h, release", thousand_cycles, 120},
    {"lifecycle.instances", Level::strict,
     "instances come and go without a leak of memory, descriptors or threads", "backend.h, cleanup",
     many_instances, 60},
};

}  // namespace

std::span<const Check> lifecycle_checks() {
    return kChecks;
}

}  // namespace weft::validate
