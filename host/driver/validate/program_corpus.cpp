#include "driver/validate/program_corpus.h"

#include <fmt/format.h>

#include <cmath>
#include <cstring>

#include "eval/eval.h"

namespace weft::validate {
namespace {

using Ir = kit::Ir;
constexpr std::uint64_t kWidth = 21, kHeight = 10;
constexpr std::uint8_t kAnywhere = WEFT_VARIES_FRAME | WEFT_VARIES_POINT;

struct Place {
    Ir::Id x, y;
    explicit Place(Ir& ir)
        : x(ir.field(WEFT_FIELD_X, WEFT_VARIES_COLUMN)),
          y(ir.field(WEFT_FIELD_Y, WEFT_VARIES_ROW)) {}
};

// Frames one after the other, of which one captures nothing, and one comes after frames that were
// left out.
std::vector<Tick> frames() {
    std::vector<Tick> ticks;
    for (std::int64_t n = 0; n < 7; ++n) ticks.push_back({n});
    ticks[3].capture = 0;
    ticks[4].frame = 3;
    for (std::size_t i = 5; i < ticks.size(); ++i) {
        ticks[i].frame = static_cast<std::int64_t>(i) + 1;
        ticks[i].left_out = 2;
    }
    return ticks;
}

// A picture that remembers two frames; every tick of it is shown, and those that there are not.
Case feedback(std::uint32_t context) {
    Case made{Work("feedback", context), frames()};
    Work& work = made.work;
    work.params = {0.5};
    const std::uint32_t cache = work.cache(3, WEFT_TICK_FRAME, kWidth, kHeight);
    const std::uint32_t past = work.internal(cache);
    {
        kit::KernelText& kernel = work.kernel(WEFT_DOMAIN_RASTER, kWidth, kHeight);
        Ir& ir = kernel.ir;
        const Place at(ir);
        const Ir::Id one = ir.sample(past, {at.x, at.y, ir.constant(1)});
        const Ir::Id moved = ir.op(WEFT_OP_ADD, {at.x, ir.constant(0.1)});
        const Ir::Id two = ir.sample(past, {moved, at.y, ir.constant(2)});
        Ir::Id v = ir.op(WEFT_OP_MUL, {one, ir.param(0)});
        v = ir.op(WEFT_OP_ADD, {v, ir.op(WEFT_OP_MUL, {two, ir.constant(0.25)})});
        kernel.store(cache, {ir.op(WEFT_OP_ADD, {v, ir.op(WEFT_OP_MUL, {at.x, at.y})})});
    }
    for (const double offset : {0.0, 1.0, 2.0, 3.7, -1.0}) {
        kit::KernelText& kernel = work.kernel(WEFT_DOMAIN_RASTER, kWidth, kHeight);
        Ir& ir = kernel.ir;
        const Place at(ir);
        kernel.store(work.target_picture(kWidth, kHeight),
                     {ir.sample(past, {at.x, at.y, ir.constant(offset)})});
    }
    return made;
}

// A kernel that stores to a cache, one that reads the neighbours of this tick, one of another size
// that reads both, packed.
Case stages(std::uint32_t context) {
    Case made{Work("kernels after each other", context), frames()};
    Work& work = made.work;
    const std::uint32_t first = work.cache(1, WEFT_TICK_FRAME, kWidth, kHeight);
    const std::uint32_t second = work.cache(2, WEFT_TICK_FRAME, kWidth, kHeight);
    const std::uint32_t from_first = work.internal(first);
    const std::uint32_t from_second = work.internal(second);
    {
        kit::KernelText& kernel = work.kernel(WEFT_DOMAIN_RASTER, kWidth, kHeight);
        Ir& ir = kernel.ir;
        const Place at(ir);
        const Ir::Id frame = ir.field(WEFT_FIELD_ABSFRAME, WEFT_VARIES_FRAME);
        const Ir::Id wave = ir.op(WEFT_OP_MUL, {at.x, ir.op(WEFT_OP_ADD, {frame, at.y})});
        kernel.store(first, {ir.op(WEFT_OP_FRACT, {wave})});
    }
    {
        kit::KernelText& kernel = work.kernel(WEFT_DOMAIN_RASTER, kWidth, kHeight);
        Ir& ir = kernel.ir;
        const Place at(ir);
        const Ir::Id now = ir.constant(0);
        Ir::Id sum = ir.constant(0);
        for (const double step : {-1.0, 0.0, 1.0}) {
            const Ir::Id x = ir.op(WEFT_OP_ADD, {at.x, ir.constant(step / kWidth)});
            sum = ir.op(WEFT_OP_ADD, {sum, ir.sample(from_first, {x, at.y, now})});
        }
        kernel.store(second, {ir.op(WEFT_OP_MUL, {sum, ir.constant(1.0 / 3)})});
    }
    kit::KernelText& kernel = work.kernel(WEFT_DOMAIN_RASTER, 17, 5);
    Ir& ir = kernel.ir;
    const Place at(ir);
    const Ir::Id now = ir.constant(0);
    const Ir::Id before = ir.sample(from_second, {at.y, at.x, ir.constant(1)});
    kernel.store(work.target_picture(17, 5, WEFT_FORMAT_RGBA16),
                 {ir.sample(from_first, {at.x, at.y, now}), before,
                  ir.sample(from_second, {at.x, at.y, now}), ir.constant(1)});
    return made;
}

// Numbers of every rate in one kernel, to memory of every format.
Case rates(std::uint32_t context) {
    Case made{Work("numbers of every rate", context), frames()};
    Work& work = made.work;
    work.params = {1.5, -0.25};
    work.uniforms = {0.75, 2, 3};
    kit::KernelText& kernel = work.kernel(WEFT_DOMAIN_RASTER, kWidth, kHeight);
    Ir& ir = kernel.ir;
    const Place at(ir);
    const Ir::Id width = ir.field(WEFT_FIELD_WIDTH, 0);
    const Ir::Id time = ir.field(WEFT_FIELD_TIME, WEFT_VARIES_FRAME, true);
    const Ir::Id once = ir.op(WEFT_OP_ADD, {ir.uniform(0), ir.op(WEFT_OP_DIV, {time, width})});
    const Ir::Id row = ir.op(WEFT_OP_MUL, {at.y, ir.uniform(1)});
    const Ir::Id column = ir.op(WEFT_OP_MUL, {at.x, ir.param(0)});
    const Ir::Id point = ir.op(WEFT_OP_MUL, {row, column});
    Ir::Id sum = ir.op(WEFT_OP_ADD, {point, ir.op(WEFT_OP_MUL, {once, ir.param(1)})});
    sum = ir.op(WEFT_OP_ADD, {sum, ir.op(WEFT_OP_ADD, {row, column})});
    kernel.store(work.target_picture(kWidth, kHeight, WEFT_FORMAT_F32, 3), {sum, row, column});
    kernel.store(work.target_picture(kWidth, kHeight, WEFT_FORMAT_RGBA8),
                 {at.x, at.y, ir.op(WEFT_OP_MUL, {at.x, at.y}), ir.constant(0.5)});
    return made;
}

// Turns that differ from point to point, and a loop within a loop.
Case loops(std::uint32_t context) {
    Case made{Work("loops", context), {{0}, {1}}};
    Work& work = made.work;
    work.uniforms = {3};
    kit::KernelText& kernel = work.kernel(WEFT_DOMAIN_RASTER, kWidth, kHeight);
    Ir& ir = kernel.ir;
    const Place at(ir);
    const Ir::Id product = ir.op(WEFT_OP_MUL, {at.x, at.y});
    // A little off: no turn hangs on the last bit of a single.
    const Ir::Id scaled = ir.op(WEFT_OP_MUL, {product, ir.constant(20)});
    const Ir::Id to = ir.op(WEFT_OP_ADD, {scaled, ir.constant(0.01)});
    constexpr std::uint8_t kPoint = WEFT_VARIES_POINT;
    const Ir::Id outer = ir.begin_loop(ir.constant(1.5), to, {ir.constant(0), at.x}, kPoint);
    const Ir::Id i = ir.index(outer);
    const Ir::Id a = ir.carried(outer, 0);
    const Ir::Id b = ir.carried(outer, 1);
    const Ir::Id inner = ir.begin_loop(ir.constant(0), ir.uniform(0), {a}, kAnywhere);
    const Ir::Id j = ir.index(inner);
    const Ir::Id c = ir.carried(inner, 0);
    const Ir::Id step = ir.op(WEFT_OP_DIV, {ir.op(WEFT_OP_ADD, {j, at.y}), i});
    ir.end_loop(inner, {ir.op(WEFT_OP_ADD, {c, step})});
    const Ir::Id summed = ir.result(inner, 0);
    ir.end_loop(outer, {summed, ir.op(WEFT_OP_MUL, {b, ir.constant(0.5)})});
    const Ir::Id sum = ir.result(outer, 0);
    const Ir::Id half = ir.result(outer, 1);
    kernel.store(work.target_picture(kWidth, kHeight, WEFT_FORMAT_F32, 2), {sum, half});
    return made;
}

// Samples of frames, in the pieces in which a device may ask for them.
std::vector<Tick> blocks(const Work& work, std::int64_t first, std::uint64_t most) {
    std::vector<Tick> ticks;
    const double rate = work.settings[WEFT_FIELD_RATE], fps = work.settings[WEFT_FIELD_FPS];
    const auto whole = static_cast<std::int64_t>(rate / fps);
    for (std::int64_t frame = first / whole; ticks.size() < 12; ++frame) {
        std::uint64_t done = 0;
        for (const std::uint64_t part : {1u, 17u, 256u, 63u, 463u}) {
            const std::uint64_t count = most >= 800 ? 800 : part;
            ticks.push_back({frame, frame * whole + static_cast<std::int64_t>(done), count});
            done += count;
            if (done >= static_cast<std::uint64_t>(whole)) break;
        }
    }
    return ticks;
}

// The clock, noise, a delay and a filter of two poles.
Case sound(std::uint64_t block) {
    Case made{Work(block >= 800 ? "sound" : "sound in pieces", WEFT_CONTEXT_AUDIO), {}};
    Work& work = made.work;
    made.ticks = blocks(work, 0, block);
    const std::uint32_t delay = work.cache(40, WEFT_TICK_SAMPLE);
    const std::uint32_t filter = work.cache(3, WEFT_TICK_SAMPLE);
    kit::KernelText& kernel = work.kernel(WEFT_DOMAIN_STREAM);
    Ir& ir = kernel.ir;
    const Ir::Id n = ir.field(WEFT_FIELD_ABSSAMPLE, kAnywhere, true);
    const Ir::Id time = ir.field(WEFT_FIELD_TIME, kAnywhere, true);
    const Ir::Id phase = ir.op(WEFT_OP_FRACT, {ir.op(WEFT_OP_MUL, {time, ir.constant(110)}, true)});
    const Ir::Id noise = ir.op(WEFT_OP_HASH, {n, n, ir.constant(0)});
    const Ir::Id in = ir.op(WEFT_OP_SUB, {phase, noise});
    const auto past = [&](std::uint32_t cache, double ago) {
        const Ir::Id read = ir.sample(work.internal(cache), {ir.constant(ago)});
        ir.set_varies(read, kAnywhere);
        return read;
    };
    const Ir::Id late = ir.op(WEFT_OP_MUL, {past(delay, 39), ir.constant(0.5)});
    kernel.store(delay, {ir.op(WEFT_OP_ADD, {in, late})});
    Ir::Id y = ir.op(WEFT_OP_ADD, {in, ir.op(WEFT_OP_MUL, {past(filter, 1), ir.constant(1.6)})});
    y = ir.op(WEFT_OP_SUB, {y, ir.op(WEFT_OP_MUL, {past(filter, 2), ir.constant(0.8)})});
    kernel.store(filter, {y});
    kernel.store(work.target_sound(800), {ir.op(WEFT_OP_ADD, {y, late})});
    made.tolerance = 1e-4;
    return made;
}

bool same(double got, double exact, double tolerance) {
    if (std::isnan(exact) || std::isnan(got)) return std::isnan(exact) && std::isnan(got);
    if (std::isinf(exact) || std::isinf(got)) return got == exact;
    return std::fabs(got - exact) <= tolerance * (1 + std::fabs(exact));
}

}  // namespace

std::deque<Case> program_corpus(const weft_backend_info& info) {
    std::deque<Case> cases;
    const auto has = [&](std::uint32_t context) { return (info.contexts >> context & 1) != 0; };
    for (const std::uint32_t context : {WEFT_CONTEXT_VISUAL, WEFT_CONTEXT_COMPUTE}) {
        if (!has(context) || !cases.empty()) continue;
        cases.push_back(rates(context));
        cases.push_back(feedback(context));
        cases.push_back(stages(context));
        cases.push_back(loops(context));
    }
    if (has(WEFT_CONTEXT_AUDIO)) {
        cases.push_back(sound(800));
        cases.push_back(sound(256));
    }
    return cases;
}

std::unique_ptr<Frame> frame_of(const Work& work, const Tick& tick) {
    auto frame = std::make_unique<Frame>(work, tick.frame);
    if (tick.samples != 0) frame->view.first_sample = tick.first_sample;
    frame->view.sample_count = tick.samples;
    frame->view.capture = tick.capture;
    frame->view.skip_targets = tick.skip_targets;
    frame->view.left_out = tick.left_out;
    return frame;
}

std::string difference(const Case& of, const Frame& got, const Frame& exact) {
    for (const weft_output& output : of.work.outputs) {
        if (output.kind != WEFT_OUTPUT_TARGET) continue;
        const Guarded& mine = got.targets[output.target];
        const Guarded& judge = exact.targets[output.target];
        const std::uint32_t format = output.grid.format;
        const std::size_t size = format == WEFT_FORMAT_F32     ? 4
                                 : format == WEFT_FORMAT_RGBA8 ? 1
                                                               : 2;
        for (std::size_t i = 0; i < mine.size() / size; ++i) {
            double numbers[2];
            for (int side = 0; side < 2; ++side) {
                const auto* const at = (side ? judge : mine).as<const char>() + i * size;
                float single = 0;
                std::uint16_t word = 0;
                if (format == WEFT_FORMAT_F32) std::memcpy(&single, at, sizeof single);
                if (size == 2) std::memcpy(&word, at, sizeof word);
                numbers[side] = size == 4   ? static_cast<double>(single)
                                : size == 2 ? word
                                            : static_cast<double>(static_cast<unsigned char>(*at));
            }
            // Of packed numbers the last bit may go either way.
            const bool good = size == 4 ? same(numbers[0], numbers[1], of.tolerance)
                                        : std::fabs(numbers[0] - numbers[1]) <= 1;
            if (!good)
                return fmt::format("number {} of target {} is {}, the reference's {}", i,
                                   output.target, number(numbers[0]), number(numbers[1]));
        }
    }
    return {};
}

}  // namespace weft::validate
