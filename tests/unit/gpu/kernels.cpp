#include "kernels.h"

#include "eval/eval.h"

namespace weft::gpu::test {
namespace {

using Value = weft::test::IrBuilder::Value;

constexpr std::uint32_t kWidth = 64;
constexpr std::uint32_t kHeight = 48;

void space_axis(weft_grid& grid, std::uint32_t field, std::uint64_t count, std::int64_t stride) {
    weft_axis& axis = grid.axes[grid.axis_count++];
    axis.field = field;
    axis.count = count;
    axis.step = 1.0 / static_cast<double>(count);
    axis.origin = 0.5 * axis.step;
    axis.stride = stride;
}

Sample begin(const std::string& name, std::uint32_t domain) {
    Sample sample;
    sample.name = name;
    sample.domain = sample.ir.domain = domain;
    return sample;
}

// Every operator, of coordinates and of numbers.
Sample operators(const std::string& name, std::uint32_t domain, std::uint8_t precision) {
    Sample sample = begin(name, domain);
    weft::test::IrBuilder& ir = sample.ir;
    ir.precision = precision;
    const Value x = ir.field(domain == WEFT_DOMAIN_STREAM ? WEFT_FIELD_TIME : WEFT_FIELD_X);
    const Value y = ir.field(WEFT_FIELD_Y);
    Value sum = ir.op(WEFT_OP_ADD, {x, domain == WEFT_DOMAIN_POINTS ? y : ir.uniform(2)});
    for (std::uint32_t op = WEFT_OP_ADD; op < WEFT_OP_LIMIT; ++op) {
        std::vector<Value> operands{sum, y, ir.param(1)};
        operands.resize(weft_op_info_of(op)->arity);
        sum = ir.op(WEFT_OP_ADD, {sum, ir.op(op, operands)});
    }
    sum = ir.op(WEFT_OP_MUL, {sum, ir.constant(0)});
    weft_grid grid = picture(WEFT_FORMAT_F32, WEFT_WRAP_CLAMP, WEFT_FILTER_LINEAR);
    if (domain == WEFT_DOMAIN_STREAM) grid = ring(WEFT_TICK_SAMPLE, 0);
    sample.store(grid, domain == WEFT_DOMAIN_POINTS ? WEFT_OUTPUT_VALUES : WEFT_OUTPUT_CACHE,
                 {sum});
    return sample;
}

Sample reads(std::uint32_t domain, std::uint32_t format, std::uint32_t wrap, std::uint32_t filter) {
    Sample sample = begin("reads", domain);
    weft::test::IrBuilder& ir = sample.ir;
    sample.inputs = {{false, picture(format, wrap, filter), 2, false},
                     {false, ring(WEFT_TICK_FRAME, kWidth), 0, false}};
    const Value x = ir.field(WEFT_FIELD_X);
    const Value y = ir.field(WEFT_FIELD_Y);
    const Value free = ir.sample(0, {ir.op(WEFT_OP_MUL, {x, y}), y});
    const Value base = ir.constant(0.25);
    const Value moved = ir.sample(0, {ir.op(WEFT_OP_ADD, {x, base}), y});
    if (domain == WEFT_DOMAIN_RASTER) {
        sample.affines = {{moved, 0, WEFT_FIELD_X, base, 1.0},
                          {moved, 1, WEFT_FIELD_Y, ir.constant(0), 0.5}};
    }
    const Value before = ir.sample(1, {x, y, ir.constant(1)});
    const Value any = ir.sample(1, {x, y, ir.op(WEFT_OP_MUL, {x, y})});
    const Value sum =
        ir.op(WEFT_OP_ADD, {ir.op(WEFT_OP_ADD, {free, moved}), ir.op(WEFT_OP_ADD, {before, any})});
    if (domain == WEFT_DOMAIN_POINTS) {
        sample.store(picture(WEFT_FORMAT_F64, 0, 0), WEFT_OUTPUT_VALUES, {sum});
        return sample;
    }
    const bool packed = format == WEFT_FORMAT_RGBA8 || format == WEFT_FORMAT_RGBA16;
    const weft_grid target = picture(format, WEFT_WRAP_CLAMP, WEFT_FILTER_LINEAR);
    sample.store(target, WEFT_OUTPUT_TARGET,
                 packed ? std::vector<Value>{sum, x, y, sum} : std::vector<Value>{sum, x});
    sample.store(ring(WEFT_TICK_FRAME, kWidth), WEFT_OUTPUT_CACHE, {sum});
    return sample;
}

Sample loops(std::uint32_t domain) {
    Sample sample = begin("loops", domain);
    weft::test::IrBuilder& ir = sample.ir;
    const Value x = ir.field(WEFT_FIELD_X);
    const Value outer =
        ir.begin_loop(ir.constant(1), ir.op(WEFT_OP_MUL, {x, ir.constant(9)}), {x, ir.constant(0)});
    const Value inner = ir.begin_loop(ir.index(outer), ir.constant(5), {ir.carried(outer, 1)});
    ir.end_loop(inner, {ir.op(WEFT_OP_ADD, {ir.carried(inner, 0), ir.index(inner)})});
    ir.end_loop(outer, {ir.op(WEFT_OP_SIN, {ir.carried(outer, 0)}), ir.result(inner, 0)});
    const Value sum = ir.op(WEFT_OP_ADD, {ir.result(outer, 0), ir.result(outer, 1)});
    sample.store(picture(WEFT_FORMAT_F32, 0, 0),
                 domain == WEFT_DOMAIN_POINTS ? WEFT_OUTPUT_VALUES : WEFT_OUTPUT_TARGET, {sum});
    return sample;
}

// A filter behind an oscillator, heard through another: all kinds of passes.
}  // namespace

weft_grid picture(std::uint32_t format, std::uint32_t wrap, std::uint32_t filter) {
    weft_grid grid{};
    grid.format = format;
    grid.channels = 3;
    const std::int64_t size = format == WEFT_FORMAT_F64 || format == WEFT_FORMAT_RGBA16 ? 8 : 4;
    grid.channel_stride = size * kWidth * kHeight;
    space_axis(grid, WEFT_FIELD_X, kWidth, size);
    space_axis(grid, WEFT_FIELD_Y, kHeight, size * kWidth);
    for (std::uint32_t a = 0; a < 2; ++a) {
        grid.axes[a].wrap = wrap;
        grid.axes[a].filter = filter;
    }
    return grid;
}

weft_grid ring(std::uint32_t tick, std::uint64_t width) {
    weft_grid grid{};
    grid.channels = 1;
    grid.format = tick == WEFT_TICK_SAMPLE ? WEFT_FORMAT_F64 : WEFT_FORMAT_F32;
    if (width != 0) grid = picture(WEFT_FORMAT_F32, WEFT_WRAP_CLAMP, WEFT_FILTER_LINEAR);
    weft_axis& axis = grid.axes[grid.axis_count++];
    axis.field = WEFT_FIELD_OWN;
    axis.wrap = WEFT_WRAP_RING;
    axis.tick = tick;
    axis.count = 4;
    axis.capacity = 900;
    axis.step = 1.0;
    axis.stride = width == 0 ? 8 : 4 * kWidth * kHeight;
    return grid;
}

void Sample::store(const weft_grid& grid, std::uint32_t kind,
                   const std::vector<weft::test::IrBuilder::Value>& values) {
    stores.push_back({static_cast<std::uint32_t>(outputs.size()), 0,
                      static_cast<std::uint32_t>(values.size()), ir.list(values)});
    outputs.push_back({kind, grid});
}

KernelText Sample::write(const TextOptions& options) const {
    weft_kernel kernel{};
    kernel.domain = domain;
    kernel.width = domain == WEFT_DOMAIN_RASTER ? kWidth : 1;
    kernel.height = domain == WEFT_DOMAIN_RASTER ? kHeight : 1;
    kernel.ir = ir.view();
    kernel.ir.affines = affines.data();
    kernel.ir.affine_count = static_cast<std::uint32_t>(affines.size());
    kernel.stores = stores.data();
    kernel.store_count = static_cast<std::uint32_t>(stores.size());
    const double settings[WEFT_FIELD_COUNT] = {};
    weft_batch batch{};
    batch.struct_size = sizeof batch;
    batch.kernels = &kernel;
    batch.kernel_count = 1;
    batch.settings = settings;
    return write_kernel({&batch, 0, &inputs, &outputs, options});
}

Sample filter(std::uint32_t lag) {
    Sample sample = begin("filter", WEFT_DOMAIN_STREAM);
    weft::test::IrBuilder& ir = sample.ir;
    sample.inputs = {{false, ring(WEFT_TICK_SAMPLE, 0), 0, true},
                     {false, ring(WEFT_TICK_FRAME, kWidth), 0, false}};
    sample.inputs[0].grid.axes[0].count = lag + 1;
    const Value tone = ir.op(WEFT_OP_SIN, {ir.field(WEFT_FIELD_TIME)});
    const Value rows =
        ir.op(WEFT_OP_ADD, {ir.field(WEFT_FIELD_ROW_TIME), ir.field(WEFT_FIELD_COLUMN_TIME)});
    const Value seen = ir.sample(1, {ir.constant(0.5), ir.constant(0.5), ir.constant(0)});
    ir.precision = WEFT_PRECISION_F64;
    const Value past = ir.sample(0, {ir.constant(lag)});
    const Value now = ir.op(WEFT_OP_ADD, {ir.op(WEFT_OP_MUL, {past, ir.constant(0.5)}), tone});
    const Value heard =
        ir.op(WEFT_OP_TANH, {ir.op(WEFT_OP_ADD, {ir.op(WEFT_OP_ADD, {now, seen}), rows})});
    sample.store(ring(WEFT_TICK_SAMPLE, 0), WEFT_OUTPUT_CACHE, {now});
    weft_grid sound{};
    sound.axis_count = sound.channels = 1;
    sound.axes[0].field = WEFT_FIELD_TIME;
    sound.axes[0].stride = 4;
    sample.store(sound, WEFT_OUTPUT_TARGET, {heard});
    return sample;
}

Sample sums(std::uint32_t domain, std::uint32_t terms) {
    const bool sound = domain == WEFT_DOMAIN_STREAM;
    Sample sample = begin("sums", domain);
    weft::test::IrBuilder& ir = sample.ir;
    sample.inputs = {{false, picture(WEFT_FORMAT_F32, WEFT_WRAP_REPEAT, WEFT_FILTER_LINEAR), 0},
                     {false, ring(WEFT_TICK_FRAME, kWidth), 0}};
    const Value x = ir.field(sound ? WEFT_FIELD_TIME : WEFT_FIELD_X);
    const Value y = ir.field(WEFT_FIELD_Y);
    const Value place = ir.op(WEFT_OP_MUL, {x, y});
    Value left = ir.constant(0), right = ir.constant(0), seen = ir.constant(0);
    for (std::uint32_t i = 0; i < terms; ++i) {
        const double k = i + 1;
        // The first few are kept in double.
        ir.precision = i < 3 ? WEFT_PRECISION_F64 : WEFT_PRECISION_F32;
        const Value angle = ir.op(WEFT_OP_MUL, {x, ir.constant(100.0 * k)});
        const Value tone =
            ir.op(WEFT_OP_SIN, {ir.op(WEFT_OP_ADD, {angle, ir.uniform(i * 7 % terms)})});
        const auto add = [&](Value sum, Value term) { return ir.op(WEFT_OP_ADD, {sum, term}); };
        left = add(left, ir.op(WEFT_OP_MUL, {tone, ir.constant(1.0 / k)}));
        right = add(right, ir.op(WEFT_OP_MUL, {tone, ir.constant(1.0 - 1.0 / k)}));
        const Value free = ir.sample(0, {place, ir.constant(0.9 - 0.01 * k)});
        const Value before = ir.sample(1, {place, ir.constant(0.01 * k), ir.constant(i % 4)});
        seen = add(seen, ir.op(WEFT_OP_MUL, {free, before}));
        if (sound) continue;
        const Value base = ir.constant(0.003 * k);
        const Value moved = ir.sample(0, {ir.op(WEFT_OP_ADD, {x, base}), y});
        sample.affines.push_back({moved, 0, WEFT_FIELD_X, base, 1.0});
        seen = add(seen, moved);
    }
    weft_grid grid = picture(WEFT_FORMAT_F32, WEFT_WRAP_CLAMP, WEFT_FILTER_LINEAR);
    if (sound) grid = ring(WEFT_TICK_SAMPLE, 0);
    for (const Value value : {left, right, seen}) sample.store(grid, WEFT_OUTPUT_CACHE, {value});
    return sample;
}

std::vector<Sample> all_kernels() {
    std::vector<Sample> list;
    list.push_back(operators("singles", WEFT_DOMAIN_RASTER, WEFT_PRECISION_F32));
    list.push_back(operators("doubles", WEFT_DOMAIN_RASTER, WEFT_PRECISION_F64));
    list.push_back(operators("points", WEFT_DOMAIN_POINTS, WEFT_PRECISION_F64));
    list.push_back(operators("sound", WEFT_DOMAIN_STREAM, WEFT_PRECISION_F32));
    for (std::uint32_t format = WEFT_FORMAT_F32; format <= WEFT_FORMAT_RGBA16; ++format)
        for (std::uint32_t wrap = WEFT_WRAP_CLAMP; wrap <= WEFT_WRAP_ZERO; ++wrap)
            list.push_back(reads(wrap == WEFT_WRAP_ZERO ? WEFT_DOMAIN_POINTS : WEFT_DOMAIN_RASTER,
                                 format, wrap, wrap % 2));
    list.push_back(loops(WEFT_DOMAIN_RASTER));
    list.push_back(loops(WEFT_DOMAIN_POINTS));
    list.push_back(filter(1));
    list.push_back(sums(WEFT_DOMAIN_STREAM, 64));
    list.push_back(sums(WEFT_DOMAIN_RASTER, 64));
    return list;
}

}  // namespace weft::gpu::test
