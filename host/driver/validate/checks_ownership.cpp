// Memory: what a plugin was lent is taken away when the call returns, what it may only read cannot
// be written, what it fills ends at a page that nobody may touch. Whoever oversteps crashes, and
// the report names the memory.
#include <fmt/format.h>

#include "driver/validate/drive.h"
#include "driver/validate/lent.h"

namespace weft::validate {
namespace {

constexpr std::size_t kPoints = 13;

// The same points for every work: inside the picture, at the tick of frame 0.
struct SomePoints {
    kit::Points points;
    std::vector<double> x, y, own;

    explicit SomePoints(const Work& work, std::size_t count = kPoints) : own(count, 0.0) {
        for (std::size_t i = 0; i < count; ++i) {
            const auto part = static_cast<double>(i) / static_cast<double>(count);
            x.push_back(part);
            y.push_back(1 - part);
        }
        points.constants = work.settings;
        points.set(WEFT_FIELD_X, x);
        points.set(WEFT_FIELD_Y, y);
        points.view.own = own.data();
        points.view.params = work.params.data();
    }
    SomePoints(const SomePoints&) = delete;
    SomePoints& operator=(const SomePoints&) = delete;
};

// The first output that answers at points; outputs.size(): none does.
std::uint32_t answering(Context& context, const Driven& program) {
    const SomePoints at(program.work(), 1);
    const auto count = static_cast<std::uint32_t>(program.work().outputs.size());
    for (std::uint32_t o = 0; o < count; ++o) {
        double value = 0;
        weft_error error = empty_error();
        if (context.calls().get_values(program.program(), o, &at.points.view, &value, &error) ==
            WEFT_OK)
            return o;
    }
    return count;
}

// A frame and the values after it, of a program that nobody plays tricks on.
struct Results {
    std::string targets;
    std::vector<double> values;
};

bool results_of(Context& context, Driven& program, Results& results) {
    Frame frame(program.work(), 0);
    if (!program.run(frame)) return false;
    results.targets = bytes_of(frame);
    const std::uint32_t output = answering(context, program);
    if (output == program.work().outputs.size()) return true;
    const SomePoints at(program.work());
    results.values.assign(kPoints, 0);
    return program.values(output, at.points.view, results.values.data());
}

bool same(const std::vector<double>& a, const std::vector<double>& b) {
    const auto equal = [](double x, double y) { return x == y || (x != x && y != y); };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), equal);
}

void expect_same(Context& context, const Work& work, const Results& results,
                 const Results& expected, std::string_view when) {
    context.expect(results.targets == expected.targets && same(results.values, expected.values),
                   fmt::format("'{}' has other results {}", work.name(), when));
}

// Does `body` for every work that compiles, with what it should give.
template <class Body>
void for_works(Context& context, const Body& body) {
    std::vector<Work> works = context.works();
    if (context.ended()) return;
    const Instance instance = instance_of(context);
    for (Work& work : works) {
        Results expected;
        {
            Driven program(context, instance, work);
            if (!program.ok() || !results_of(context, program, expected)) return;
        }
        body(instance, work, expected);
        if (context.ended()) return;
    }
}

void check_batch(Context& context) {
    for_works(context, [&](const Instance& instance, Work& work, const Results& expected) {
        LentBatch lent(work.batch());
        lent.memory().make_read_only();
        Driven program(context, instance, work, lent.get());
        if (!program.ok()) return;
        lent.memory().make_untouchable();
        Results results;
        if (!results_of(context, program, results)) return;
        expect_same(context, work, results, expected, "when its batch is gone after compile");
    });
}

void check_frame(Context& context) {
    for_works(context, [&](const Instance& instance, Work& work, const Results& expected) {
        Driven program(context, instance, work);
        if (!program.ok()) return;
        for (int turn = 0; turn < 2 && !context.ended(); ++turn) {
            Frame frame(work, turn);
            LentFrame lent(frame.view, work.params.size(), work.uniforms.size());
            lent.memory().make_read_only();
            weft_error error = empty_error();
            const weft_status status =
                context.calls().execute(program.program(), lent.get(), &error);
            lent.memory().make_untouchable();
            if (!context.expect(status == WEFT_OK, fmt::format("execute of '{}' fails: {}",
                                                               work.name(), said(status, error))))
                return;
            if (turn == 0)
                context.expect(bytes_of(frame) == expected.targets,
                               fmt::format("'{}' has other results", work.name()));
            for (Guarded& target : frame.targets) target.make_untouchable();
        }
        // What a release might still touch is gone, too.
    });
}

void check_points(Context& context) {
    bool any = false;
    for_works(context, [&](const Instance& instance, Work& work, const Results& expected) {
        Driven program(context, instance, work);
        if (!program.ok()) return;
        Frame frame(work, 0);
        if (!program.run(frame)) return;
        const std::uint32_t output = answering(context, program);
        if (output == work.outputs.size()) return;
        any = true;
        for (int turn = 0; turn < 2; ++turn) {
            const SomePoints at(work);
            LentPoints lent(at.points.view, work.params.size());
            lent.memory().make_read_only();
            Guarded values("the values that get_values fills", kPoints * sizeof(double));
            if (!program.values(output, *lent.get(), values.as<double>())) return;
            lent.memory().make_untouchable();
            const auto* const got = values.as<const double>();
            context.expect(same({got, got + kPoints}, expected.values),
                           fmt::format("'{}' has other values at points", work.name()));
            context.expect(values.written_before() == 0,
                           fmt::format("get_values of '{}' writes before its values", work.name()));
            values.make_untouchable();
        }
        Frame next(work, 1);
        program.run(next);
    });
    if (!any) context.skip("no output answers at points");
}

// Targets begin and end where they say; a run-up does not touch them.
void check_targets(Context& context) {
    for_works(context, [&](const Instance& instance, Work& work, const Results&) {
        Driven program(context, instance, work);
        if (!program.ok()) return;
        for (std::int64_t number = 0; number < 3 && !context.ended(); ++number) {
            Frame frame(work, number);
            frame.view.skip_targets = number == 1;
            if (!program.run(frame)) return;
            for (std::size_t t = 0; t < frame.targets.size(); ++t) {
                context.expect(
                    frame.targets[t].written_before() == 0,
                    fmt::format("execute of '{}' writes before target {}", work.name(), t));
                context.expect(number != 1 || frame.untouched(t),
                               fmt::format("execute of '{}' writes to target {} though "
                                           "skip_targets is set",
                                           work.name(), t));
            }
        }
    });
}

// A picture of another, in pages that cannot be written and end where it ends, read beyond all of
// its edges.
void check_inputs(Context& context) {
    constexpr std::uint64_t kWidth = 19, kHeight = 7;
    const std::uint32_t of = kernel_context(context, WEFT_CONTEXT_VISUAL);
    if (of == WEFT_CONTEXT_COUNT) return;
    const Instance instance = instance_of(context);
    if (!instance.backend) return;
    Guarded memory("the picture that is looked up", kWidth * kHeight * sizeof(float));
    for (std::uint64_t i = 0; i < kWidth * kHeight; ++i)
        memory.as<float>()[i] = static_cast<float>(i % 17);
    kit::Picture picture(kWidth, kHeight);
    std::copy_n(memory.as<const float>(), kWidth * kHeight, picture.data.begin());
    picture.view.data = memory.data();
    bool any = false;
    for (const std::uint32_t wrap :
         {WEFT_WRAP_CLAMP, WEFT_WRAP_REPEAT, WEFT_WRAP_MIRROR, WEFT_WRAP_ZERO}) {
        for (int a = 0; a < 2; ++a) picture.handle.grid.axes[a].wrap = wrap;
        Work work("a picture of another, to its edges", of);
        weft_binding& binding = work.bindings[7];
        binding.struct_size = sizeof binding;
        binding.kind = WEFT_HANDLE_HOST;
        binding.handle = picture.handle;
        const std::uint32_t input = work.input(7);
        // Three of this size beside each other, and the picture at its own size.
        const std::uint32_t output = work.target_picture(3 * kWidth, kHeight, WEFT_FORMAT_F32, 2);
        kit::KernelText& kernel = work.kernel(WEFT_DOMAIN_RASTER, 3 * kWidth, kHeight);
        kit::Ir& ir = kernel.ir;
        const auto x = ir.field(WEFT_FIELD_X, WEFT_VARIES_COLUMN);
        const auto y = ir.field(WEFT_FIELD_Y, WEFT_VARIES_ROW);
        const auto base = ir.constant(-1);
        const auto wide = ir.op(WEFT_OP_ADD, {ir.op(WEFT_OP_MUL, {x, ir.constant(3)}), base});
        const auto far = ir.sample(input, {wide, y});
        ir.affine(far, 0, WEFT_FIELD_X, 3, base);
        const auto slanted = ir.sample(input, {wide, ir.op(WEFT_OP_SUB, {wide, y})});
        kernel.store(output, {far, slanted});
        memory.make_read_only();
        Driven program(context, instance, work);
        if (context.ended()) return;
        if (!program.ok()) continue;
        any = true;
        for (std::int64_t number = 0; number < 2; ++number) {
            Frame frame(work, number);
            if (!program.run(frame)) return;
        }
    }
    if (!any) context.skip("it reads no pictures of others");
}

// Memory of the host, and descriptors, are back when an instance is gone.
void check_given_back(Context& context) {
    std::vector<Work> works = context.works();
    if (context.ended()) return;
    kit::Holdings before;
    for (int turn = 0; turn < 4 && !context.ended(); ++turn) {
        // What a driver opens once is open after the first two.
        if (turn == 2) before = kit::Holdings::now();
        TestHost host;
        Instance instance{&context.calls(), &host, nullptr};
        weft_error error = empty_error();
        const weft_status status = context.calls().create(host.table(), &instance.backend, &error);
        // Whether there can be another is for the checks of the life cycle.
        if (status != WEFT_OK) return context.skip("create fails: " + said(status, error));
        for (Work& work : works) {
            Driven program(context, instance, work);
            if (!program.ok()) break;
            Results results;
            if (!results_of(context, program, results)) break;
            weft_handle handle;
            for (std::uint32_t o = 0; o < work.outputs.size(); ++o)
                for (int again = 0; again < 8; ++again)
                    (void)program.handle(o, WEFT_HANDLE_NONE, handle);
        }
        context.calls().cleanup(instance.backend);
        context.expect(host.live_memory() == 0,
                       fmt::format("{} pieces of the host's memory ({} bytes) are not given back "
                                   "after cleanup",
                                   host.live_memory(), host.live_bytes()));
        for (const std::string& complaint : host.complaints()) context.fail(complaint);
    }
    if (!context.ended()) expect_flat(context, before, "two lives of it");
}

constexpr Check kChecks[] = {
    {"ownership.batch", Level::quick,
     "keeps and changes nothing of the batch that compile was given", "batch.h, opening",
     check_batch},
    {"ownership.frame", Level::quick,
     "keeps and changes nothing of the frame and targets that execute was given",
     "frame.h, weft_frame", check_frame},
    {"ownership.points", Level::quick,
     "keeps and changes nothing of the points, and writes as many values as there are points",
     "backend.h, get_values", check_points},
    {"ownership.targets", Level::quick,
     "writes its targets and nothing beside them, and not even those where skip_targets is set",
     "frame.h, weft_frame", check_targets},
    {"ownership.inputs", Level::quick,
     "reads the memory of others within its grid only, and never writes it", "grid.h, weft_view",
     check_inputs},
    {"ownership.given-back", Level::standard,
     "gives the host's memory back and leaves no descriptor open when an instance is gone",
     "host.h, memory_free", check_given_back, 60},
};

}  // namespace

std::span<const Check> ownership_checks() {
    return kChecks;
}

}  // namespace weft::validate
