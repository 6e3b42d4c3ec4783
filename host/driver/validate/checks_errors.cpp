// What cannot be done is said: a status, one line, and where the program has it.
#include <fmt/format.h>

#include <array>
#include <cstring>
#include <weft/cpp/text.hpp>

#include "driver/validate/context.h"

namespace weft::validate {
namespace {

// A number that no contract has given a meaning yet.
constexpr std::uint32_t kUnknown = 60000;

struct Refusal {
    weft_status status = WEFT_OK;
    weft_error error{};
    weft_program* program = nullptr;
};

Refusal compile(Context& context, Work& work) {
    context.host().inputs = work.bindings;
    Refusal result;
    result.error = empty_error();
    const weft_batch batch = work.batch();
    result.status =
        context.calls().compile(context.backend(), &batch, &result.program, &result.error);
    return result;
}

// A picture with something in it that there is not, made of the first picture that it compiles.
// Skipped: it compiles none.
std::vector<Work> one_picture(Context& context) {
    std::vector<Work> pictures;
    for (Work& work : context.works())
        if (pictures.empty() && !work.kernels.empty() &&
            work.kernels[0].domain == WEFT_DOMAIN_RASTER)
            pictures.push_back(std::move(work));
    if (pictures.empty()) context.skip("it compiles no picture");
    return pictures;
}

void expect_refused(Context& context, Work& work, std::string_view what) {
    const Refusal made = compile(context, work);
    if (made.status == WEFT_OK) context.calls().release(made.program);
    context.expect(made.status != WEFT_OK, fmt::format("it compiled {}", what));
}

// --- What it does not know -----------------------------------------------------------------------

void unknown_operator(Context& context) {
    for (Work& work : one_picture(context)) {
        kit::KernelText& kernel = work.kernels[0];
        kernel.stores.clear();
        kernel.store(0, {kernel.ir.op(kUnknown, {kernel.ir.constant(1)})});
        expect_refused(context, work, fmt::format("operator {}, which there is not", kUnknown));
    }
}

void unknown_domain(Context& context) {
    for (Work& work : one_picture(context)) {
        work.kernels[0].domain = kUnknown;
        expect_refused(context, work,
                       fmt::format("a kernel of domain {}, which there is not", kUnknown));
    }
}

void unknown_format(Context& context) {
    for (Work& work : one_picture(context)) {
        work.outputs[0].grid.format = kUnknown;
        expect_refused(context, work,
                       fmt::format("a target of format {}, which there is not", kUnknown));
    }
}

void unknown_output(Context& context) {
    for (Work& work : one_picture(context)) {
        work.outputs[0].kind = kUnknown;
        expect_refused(context, work,
                       fmt::format("an output of kind {}, which there is not", kUnknown));
    }
}

// --- What it says --------------------------------------------------------------------------------

// What an output answers to both ways of reading it.
struct Asked {
    weft_status handle = WEFT_OK;
    weft_status values = WEFT_OK;
    weft_error handle_error{};
    weft_error values_error{};
};

Asked ask(Context& context, weft_program* program, const Work& work, std::uint32_t output) {
    Asked asked;
    weft_handle handle{};
    handle.struct_size = sizeof handle;
    handle.memory_fd = -1;
    asked.handle_error = asked.values_error = empty_error();
    asked.handle = context.calls().get_handle(program, output, &handle, &asked.handle_error);
    kit::Points points;
    const std::vector<double> xs = {0.5};
    points.set(WEFT_FIELD_X, xs);
    points.view.params = work.params.data();
    double value = 0;
    asked.values =
        context.calls().get_values(program, output, &points.view, &value, &asked.values_error);
    return asked;
}

// All failures that can be brought about here, and what each of them left in its record.
void record(Context& context) {
    if (!context.backend()) return;
    std::uint32_t failures = 0;
    for (Work& work : small_works(context.info(), context.directory(), context.own_sources())) {
        for (kit::KernelText& kernel : work.kernels)
            kernel.store(0, {kernel.ir.op(kUnknown, {kernel.ir.constant(1)})});
        for (weft_source& source : work.sources) source.builtin = cpp::to_str("no such thing");
        const Refusal made = compile(context, work);
        if (made.status == WEFT_OK) {
            context.calls().release(made.program);
            continue;
        }
        ++failures;
        if (!context.expect_error("compile", made.status, made.error)) return;
    }
    for (Work& work : context.works()) {
        weft_program* const program = context.compile(context.backend(), work);
        if (!program) return;
        // The last is one that there is not.
        for (std::uint32_t output = 0; output <= work.outputs.size(); ++output) {
            const Asked asked = ask(context, program, work, output);
            failures += asked.handle != WEFT_OK || asked.values != WEFT_OK ? 1 : 0;
            if (!context.expect_error("get_handle", asked.handle, asked.handle_error) ||
                !context.expect_error("get_values", asked.values, asked.values_error))
                return;
        }
        context.calls().release(program);
    }
    if (failures == 0) context.skip("nothing fails that could be tried");
}

// The record of a failure is not asked for.
void no_record(Context& context) {
    if (!context.backend()) return;
    weft_probe probe{};
    probe.struct_size = sizeof probe;
    (void)context.calls().probe(&probe, nullptr);
    TestHost host;
    host.fail_at(1);
    weft_backend* another = nullptr;
    if (context.calls().create(host.table(), &another, nullptr) == WEFT_OK)
        context.calls().cleanup(another);
    for (Work& work : small_works(context.info(), context.directory(), context.own_sources())) {
        for (kit::KernelText& kernel : work.kernels)
            kernel.store(0, {kernel.ir.op(kUnknown, {kernel.ir.constant(1)})});
        for (weft_source& source : work.sources) source.builtin = cpp::to_str("no such thing");
        const weft_batch batch = work.batch();
        weft_program* program = nullptr;
        if (context.calls().compile(context.backend(), &batch, &program, nullptr) == WEFT_OK)
            context.calls().release(program);
    }
    for (Work& work : context.works()) {
        weft_program* const program = context.compile(context.backend(), work);
        if (!program) return;
        weft_handle handle{};
        handle.struct_size = sizeof handle;
        handle.memory_fd = -1;
        (void)context.calls().get_handle(program, 0, &handle, nullptr);
        kit::Points points;
        const std::vector<double> xs = {0.5};
        points.set(WEFT_FIELD_X, xs);
        points.view.params = work.params.data();
        double value = 0;
        (void)context.calls().get_values(program, 0, &points.view, &value, nullptr);
        Frame frame(work, 0);
        (void)context.calls().execute(program, &frame.view, nullptr);
        frame.cancel = 1;
        (void)context.calls().execute(program, &frame.view, nullptr);
        context.calls().release(program);
    }
}

// A source that cannot be opened: who, and where in the program.
void place(Context& context) {
    if (!context.backend()) return;
    const weft_span span = {3, 17, 42};
    std::uint32_t failures = 0;
    for (Work& work : small_works(context.info(), context.directory(), context.own_sources())) {
        if (work.sources.empty() || work.sources[0].arg_count == 0) continue;
        weft_source& source = work.sources[0];
        std::vector<weft_arg> args(source.args, source.args + source.arg_count);
        for (weft_arg& arg : args)
            if (arg.kind == WEFT_ARG_TEXT) arg.text = cpp::to_str("/no/such/thing.wav");
        source.args = args.data();
        source.span = span;
        const Refusal made = compile(context, work);
        if (made.status == WEFT_OK) context.calls().release(made.program);
        // What is opened elsewhere, by weft.control/1, is none of compile's business.
        if (made.status == WEFT_OK || made.status == WEFT_UNSUPPORTED) continue;
        ++failures;
        const weft_span& told = made.error.span;
        if (!context.expect(cpp::view(source.node) == made.error.node,
                            fmt::format("{} cannot be opened, and the record names '{}', not its "
                                        "node '{}'",
                                        work.name(), made.error.node, cpp::view(source.node))) ||
            !context.expect(
                told.file == span.file && told.begin >= span.begin && told.end <= span.end,
                fmt::format("{} cannot be opened, and the record's span is {}:{}-{}, "
                            "not {}:{}-{}",
                            work.name(), told.file, told.begin, told.end, span.file, span.begin,
                            span.end)))
            return;
    }
    if (failures == 0) context.skip("it opens no source that could fail");
}

// --- Outputs -------------------------------------------------------------------------------------

// All of it, also what means nothing in a handle of its kind.
std::string bytes_of(const weft_handle& handle) {
    std::string bytes(sizeof handle, '\0');
    std::memcpy(bytes.data(), &handle, sizeof handle);
    return bytes;
}

// What is refused is not begun: of every output, and of one that there is not.
void untouched(Context& context) {
    constexpr std::array kValues = {1.5, 2.5, 3.5};
    weft_handle empty{};
    empty.struct_size = sizeof empty;
    empty.memory_fd = -1;
    std::uint32_t failures = 0;
    for (Work& work : context.works()) {
        weft_program* const program = context.compile(context.backend(), work);
        if (!program) return;
        kit::Points points;
        const std::vector<double> xs = {0.25, 0.5, 0.75};
        points.set(WEFT_FIELD_X, xs);
        points.view.params = work.params.data();
        for (std::uint32_t output = 0; output <= work.outputs.size(); ++output) {
            weft_handle handle = empty;
            std::array values = kValues;
            weft_error error = empty_error();
            const bool described =
                context.calls().get_handle(program, output, &handle, &error) == WEFT_OK;
            const bool answered = context.calls().get_values(program, output, &points.view,
                                                             values.data(), &error) == WEFT_OK;
            failures += described && answered ? 0 : 1;
            if (!context.expect(described || bytes_of(handle) == bytes_of(empty),
                                fmt::format("get_handle of output {} of '{}' fails, and has "
                                            "written to the handle",
                                            output, work.name())) ||
                !context.expect(answered || values == kValues,
                                fmt::format("get_values of output {} of '{}' fails, and has "
                                            "written values",
                                            output, work.name())))
                return;
        }
        context.calls().release(program);
    }
    if (failures == 0) context.skip("nothing fails that could be tried");
}

void output_out_of_range(Context& context) {
    for (Work& work : context.works()) {
        weft_program* const program = context.compile(context.backend(), work);
        if (!program) return;
        const auto count = static_cast<std::uint32_t>(work.outputs.size());
        for (const std::uint32_t output : {count, count + 1000, 0xffffffffu}) {
            const Asked asked = ask(context, program, work, output);
            if (!context.expect(
                    asked.handle != WEFT_OK,
                    fmt::format("get_handle of output {} of {} succeeded", output, count)) ||
                !context.expect(
                    asked.values != WEFT_OK,
                    fmt::format("get_values of output {} of {} succeeded", output, count)))
                return;
        }
        context.calls().release(program);
    }
}

// A frame that is cancelled before it begins is over at once, or was too short to look; the next
// one is as if nothing had been.
void cancelled(Context& context) {
    for (Work& work : context.works()) {
        weft_program* const program = context.compile(context.backend(), work);
        if (!program) return;
        for (int number = 0; number < 3; ++number) {
            Frame frame(work, number);
            frame.cancel = number == 1 ? 1 : 0;
            weft_error error = empty_error();
            const weft_status status = context.calls().execute(program, &frame.view, &error);
            const bool fits = status == WEFT_OK || (number == 1 && status == WEFT_CANCELLED);
            if (!context.expect(fits, fmt::format("{} frame of '{}' gave {}",
                                                  number == 1   ? "a cancelled"
                                                  : number == 2 ? "after a cancelled one, a"
                                                                : "a",
                                                  work.name(), said(status, error))))
                return;
        }
        Frame frame(work, 3);
        frame.view.cancel = nullptr;
        if (!context.execute(program, frame)) return;
        context.calls().release(program);
    }
}

constexpr Check kChecks[] = {
    {"errors.operator", Level::quick, "a kernel with an operator that it does not know is refused",
     "abi.h, growth rules; ops.h", unknown_operator},
    {"errors.domain", Level::standard, "a kernel of a domain that it does not know is refused",
     "abi.h, growth rules; batch.h", unknown_domain},
    {"errors.format", Level::standard, "an output in a format that it does not know is refused",
     "abi.h, growth rules; grid.h", unknown_format},
    {"errors.output-kind", Level::standard, "an output of a kind that it does not know is refused",
     "abi.h, growth rules; batch.h", unknown_output},
    {"errors.record", Level::quick,
     "a failure is a known status, in the record too, with a message of one line that does not end "
     "in a full stop",
     "abi.h, weft_error", record},
    {"errors.no-record", Level::quick, "the record may be NULL, in every call", "abi.h, weft_error",
     no_record},
    {"errors.place", Level::quick,
     "a source that cannot be opened is named in the record, with its place in the program",
     "abi.h, weft_error; batch.h, weft_source", place},
    {"errors.untouched", Level::quick,
     "a call that fails leaves the handle and the values that it was to fill as they were",
     "backend.h, get_handle, get_values", untouched},
    {"errors.output", Level::quick, "an output that there is not has neither values nor a handle",
     "backend.h, get_handle, get_values", output_out_of_range},
    {"errors.cancelled", Level::standard,
     "a frame whose cancel word is set ends with WEFT_CANCELLED, or was shorter than that; the "
     "next one is computed",
     "frame.h, cancel", cancelled},
};

}  // namespace

std::span<const Check> error_checks() {
    return kChecks;
}

}  // namespace weft::validate
