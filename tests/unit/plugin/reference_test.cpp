// The reference back end through its tables: pictures, sound, caches with feedback, values at
// points.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

#include "plugin/plugin.h"
#include "tests/support/ir_builder.h"
#include "tests/support/plain_services.h"

namespace {

using namespace weft;
using test::IrBuilder;

weft_axis axis(std::uint32_t field, std::uint64_t count, std::int64_t stride) {
    weft_axis a{};
    a.field = field;
    a.count = count;
    a.stride = stride;
    a.step = 1;
    return a;
}

weft_axis ring(std::uint64_t ticks, std::uint32_t tick) {
    weft_axis a = axis(WEFT_FIELD_OWN, ticks, 0);
    a.filter = WEFT_FILTER_FLOOR;
    a.wrap = WEFT_WRAP_RING;
    a.tick = tick;
    return a;
}

// Builds batches by hand and runs them frame by frame, at 4 frames and 8 samples a second.
struct Reference : testing::Test {
    test::PlainServices services;
    std::unique_ptr<plugin::PluginSet> plugins;
    plugin::Backend* backend = nullptr;
    plugin::Edges edges;
    std::unique_ptr<plugin::Program> program;

    std::array<double, WEFT_FIELD_COUNT> settings{};
    std::vector<weft_output> outputs;
    std::vector<weft_input> inputs;
    std::vector<weft_kernel> kernels;
    std::vector<std::vector<weft_store>> stores;
    std::vector<weft_target> targets;
    std::vector<double> params;
    std::vector<weft_inherit> inherit;  // by output, or empty

    void SetUp() override {
        plugin::PluginOptions none;
        none.use_environment = none.use_installed = false;
        plugins = std::make_unique<plugin::PluginSet>(none);
        auto got = plugins->backend("reference", services);
        ASSERT_TRUE(got.ok());
        backend = *got;
        EXPECT_TRUE(backend->wants_raw_ir());
        settings[WEFT_FIELD_FPS] = 4;
        settings[WEFT_FIELD_RATE] = 8;
        settings[WEFT_FIELD_BPM] = 120;
        settings[WEFT_FIELD_TIMESIG_NUM] = 4;
        settings[WEFT_FIELD_WIDTH] = 77;
        stores.reserve(8);
    }

    void add_target(std::uint32_t format, std::vector<weft_axis> axes, void* data) {
        weft_output& o = outputs.emplace_back();
        o.kind = WEFT_OUTPUT_TARGET;
        o.target = static_cast<std::uint32_t>(targets.size());
        o.grid.format = format;
        o.grid.channels = 1;
        for (const weft_axis& a : axes) o.grid.axes[o.grid.axis_count++] = a;
        targets.push_back({data, 0});
    }
    void add_cache(std::vector<weft_axis> axes, std::uint64_t ticks) {
        weft_output& o = outputs.emplace_back();
        o.kind = WEFT_OUTPUT_CACHE;
        o.ticks = ticks;
        o.shared = 1;
        o.id = 40 + outputs.size();
        o.grid.channels = 1;
        for (const weft_axis& a : axes) o.grid.axes[o.grid.axis_count++] = a;
        weft_input& in = inputs.emplace_back();
        in.internal_output = static_cast<std::uint32_t>(outputs.size() - 1);
    }
    void add_kernel(IrBuilder& ir, std::uint32_t domain, std::vector<weft_store> list,
                    std::uint64_t width = 1, std::uint64_t height = 1) {
        stores.push_back(std::move(list));
        weft_kernel& k = kernels.emplace_back();
        k.domain = domain;
        k.width = width;
        k.height = height;
        k.ir = ir.view();
        k.stores = stores.back().data();
        k.store_count = static_cast<std::uint32_t>(stores.back().size());
    }
    std::string compile() {
        weft_batch batch{};
        batch.struct_size = sizeof batch;
        batch.kernels = kernels.data();
        batch.kernel_count = static_cast<std::uint32_t>(kernels.size());
        batch.inputs = inputs.data();
        batch.input_count = static_cast<std::uint32_t>(inputs.size());
        batch.outputs = outputs.data();
        batch.output_count = static_cast<std::uint32_t>(outputs.size());
        batch.settings = settings.data();
        batch.inherit = inherit.empty() ? nullptr : inherit.data();
        auto made = backend->compile(batch, edges);
        if (!made) return made.error().message;
        program = std::move(made).value();
        return "ok";
    }
    std::string run(std::int64_t number, bool capture = true,
                    const volatile std::uint32_t* cancel = nullptr) {
        std::array<double, WEFT_FIELD_COUNT> fields = settings;
        fields[WEFT_FIELD_ABSFRAME] = fields[WEFT_FIELD_FRAME] = static_cast<double>(number);
        fields[WEFT_FIELD_TIME] = static_cast<double>(number) / 4;
        weft_frame frame{};
        frame.struct_size = sizeof frame;
        frame.fields = fields.data();
        frame.params = params.data();
        frame.targets = targets.data();
        frame.target_count = static_cast<std::uint32_t>(targets.size());
        frame.first_sample = number * 2;
        frame.sample_count = 2;
        frame.capture = capture;
        frame.cancel = cancel;
        const auto ran = program->execute(frame);
        return ran.ok() ? "ok" : ran.error().message;
    }
};

TEST_F(Reference, PaintsAtPixelCentres) {
    std::vector<unsigned char> pixels(2 * 2 * 4, 99);
    add_target(WEFT_FORMAT_RGBA8, {axis(WEFT_FIELD_X, 2, 4), axis(WEFT_FIELD_Y, 2, 8)},
               pixels.data());
    IrBuilder ir;
    const auto x = ir.field(WEFT_FIELD_X);
    const auto list = ir.list({x, ir.field(WEFT_FIELD_Y), ir.param(0), ir.constant(2)});
    add_kernel(ir, WEFT_DOMAIN_RASTER, {{0, 0, 4, list}}, 2, 2);
    params = {0.5};
    ASSERT_EQ(compile(), "ok");
    ASSERT_EQ(run(0), "ok");
    EXPECT_EQ(pixels, (std::vector<unsigned char>{64, 64, 128, 255, 191, 64, 128, 255,  //
                                                  64, 191, 128, 255, 191, 191, 128, 255}));
}

TEST_F(Reference, SettingsAreThoseOfTheBatch) {
    double number = 0;
    add_target(WEFT_FORMAT_F64, {}, &number);
    IrBuilder ir;
    const auto list = ir.list({ir.field(WEFT_FIELD_WIDTH)});
    add_kernel(ir, WEFT_DOMAIN_RASTER, {{0, 0, 1, list}});
    ASSERT_EQ(compile(), "ok");
    ASSERT_EQ(run(0), "ok");
    EXPECT_EQ(number, 77);
}

TEST_F(Reference, SoundSeesTheClockOfItsSamples) {
    std::array<double, 2> block{};
    add_target(WEFT_FORMAT_F64, {axis(WEFT_FIELD_ABSSAMPLE, 2, 8)}, block.data());
    IrBuilder ir;
    ir.domain = WEFT_DOMAIN_STREAM;
    const auto list = ir.list(
        {ir.op(WEFT_OP_ADD, {ir.op(WEFT_OP_MUL, {ir.field(WEFT_FIELD_ABSTIME), ir.constant(1000)}),
                             ir.field(WEFT_FIELD_ABSFRAME)})});
    add_kernel(ir, WEFT_DOMAIN_STREAM, {{0, 0, 1, list}});
    ASSERT_EQ(compile(), "ok");
    ASSERT_EQ(run(3), "ok");
    EXPECT_EQ(block[0], 753);
    EXPECT_EQ(block[1], 878);
}

TEST_F(Reference, FeedbackOfPictures) {
    // c = c[1] + 1 + x, over four pixels; the picture shows c[0] through a second kernel.
    std::array<double, 4> row{};
    add_cache({axis(WEFT_FIELD_X, 4, 0), ring(3, WEFT_TICK_FRAME)}, 3);
    outputs[0].grid.axes[0].origin = 0.125;
    outputs[0].grid.axes[0].step = 0.25;
    add_target(WEFT_FORMAT_F64, {axis(WEFT_FIELD_X, 4, 8)}, row.data());
    IrBuilder step;
    const auto x = step.field(WEFT_FIELD_X);
    const auto last = step.sample(0, {x, step.constant(1)});
    const auto next = step.op(WEFT_OP_ADD, {last, step.op(WEFT_OP_ADD, {x, step.constant(1)})});
    const auto stored = step.list({next});
    add_kernel(step, WEFT_DOMAIN_RASTER, {{0, 0, 1, stored}}, 4, 1);
    IrBuilder show;
    const auto shown = show.list({show.sample(0, {show.field(WEFT_FIELD_X), show.constant(0)})});
    add_kernel(show, WEFT_DOMAIN_RASTER, {{1, 0, 1, shown}}, 4, 1);
    ASSERT_EQ(compile(), "ok");
    ASSERT_EQ(edges.exposed.size(), 1u);
    for (int n = 0; n < 7; ++n) ASSERT_EQ(run(n), "ok");
    EXPECT_EQ(row, (std::array<double, 4>{7 * 1.125, 7 * 1.375, 7 * 1.625, 7 * 1.875}));
    // Looking again captures nothing.
    ASSERT_EQ(run(6, false), "ok");
    EXPECT_EQ(row[0], 7 * 1.125);
    const weft_handle& handle = edges.exposed.begin()->second;
    EXPECT_EQ(handle.view->tick, 6);
    EXPECT_EQ(handle.grid.axes[1].capacity, 3u);
    auto same = program->get_handle(0);
    ASSERT_TRUE(same.ok());
    EXPECT_EQ(same->view, handle.view);
    EXPECT_FALSE(program->get_handle(1).ok());
}

TEST_F(Reference, FeedbackOfSoundAcrossFrames) {
    // An integrator: s = s[1] + 1; and how long ago two samples are.
    std::array<double, 2> block{};
    add_cache({ring(2, WEFT_TICK_SAMPLE)}, 2);
    add_target(WEFT_FORMAT_F64, {axis(WEFT_FIELD_ABSSAMPLE, 2, 8)}, block.data());
    IrBuilder ir;
    ir.domain = WEFT_DOMAIN_STREAM;
    const auto next = ir.op(WEFT_OP_ADD, {ir.sample(0, {ir.constant(1)}), ir.constant(1)});
    const auto list = ir.list({next});
    add_kernel(ir, WEFT_DOMAIN_STREAM, {{0, 0, 1, list}, {1, 0, 1, list}});
    ASSERT_EQ(compile(), "ok");
    for (int n = 0; n < 50; ++n) ASSERT_EQ(run(n), "ok");
    EXPECT_EQ(block[1], 100);
}

TEST_F(Reference, ValuesAtPoints) {
    outputs.resize(2);
    outputs[0].kind = outputs[1].kind = WEFT_OUTPUT_VALUES;
    IrBuilder ir;
    ir.domain = WEFT_DOMAIN_POINTS;
    const auto sum = ir.op(WEFT_OP_ADD, {ir.field(WEFT_FIELD_X), ir.field(WEFT_FIELD_OWN)});
    const auto root = ir.op(WEFT_OP_SQRT, {sum});
    const auto lists = ir.list({sum, root});
    add_kernel(ir, WEFT_DOMAIN_POINTS, {{0, 0, 1, lists}, {1, 0, 1, lists + 1}});
    ASSERT_EQ(compile(), "ok");
    const double xs[3] = {1, 5, -9};
    const double own[3] = {3, 4, 0};
    const double* arrays[WEFT_FIELD_COUNT] = {xs};
    weft_points points{};
    points.struct_size = sizeof points;
    points.count = 3;
    points.fields = arrays;
    points.constants = settings.data();
    points.own = own;
    double values[3] = {};
    ASSERT_TRUE(program->get_values(1, points, values).ok());
    EXPECT_EQ(values[0], 2);
    EXPECT_EQ(values[1], 3);
    EXPECT_TRUE(std::isnan(values[2]));
    ASSERT_TRUE(program->get_values(0, points, values).ok());
    EXPECT_EQ(values[1], 9);
    EXPECT_FALSE(program->get_values(7, points, values).ok());
}

// c = c[1] + 1, by a program and by one that takes its place.
TEST_F(Reference, CachesGoOnInTheNextProgram) {
    add_cache({ring(3, WEFT_TICK_FRAME)}, 3);
    IrBuilder ir;
    const auto past = ir.sample(0, {ir.constant(1)});
    const auto list = ir.list({ir.op(WEFT_OP_ADD, {past, ir.constant(1)})});
    add_kernel(ir, WEFT_DOMAIN_RASTER, {{0, 0, 1, list}}, 1, 1);
    ASSERT_EQ(compile(), "ok");
    const auto held = [&] {
        const weft_handle handle = *program->get_handle(0);
        const auto slot = static_cast<std::size_t>(handle.view->tick % 3);
        return static_cast<const double*>(handle.view->data)[slot];
    };
    for (std::int64_t frame = 0; frame < 4; ++frame) {
        ASSERT_EQ(run(frame), "ok");
    }
    EXPECT_EQ(held(), 4);
    const std::unique_ptr<plugin::Program> older = std::move(program);
    inherit = {{older->handle(), 0, 0}};
    ASSERT_EQ(compile(), "ok");
    EXPECT_EQ(inherit[0].taken, 1u);
    EXPECT_EQ(program->get_handle(0)->view, older->get_handle(0)->view);
    ASSERT_EQ(run(4), "ok");
    EXPECT_EQ(held(), 5);
    // More ticks than there is room for.
    outputs[0].grid.axes[0].count = 4;
    inherit[0].taken = 0;
    ASSERT_EQ(compile(), "ok");
    EXPECT_EQ(inherit[0].taken, 0u);
    EXPECT_EQ(program->get_handle(0)->view->tick, -1);
}

TEST_F(Reference, StopsWhenAsked) {
    std::vector<double> pixels(64 * 64);
    add_target(WEFT_FORMAT_F64, {axis(WEFT_FIELD_X, 64, 8), axis(WEFT_FIELD_Y, 64, 512)},
               pixels.data());
    IrBuilder ir;
    const auto loop = ir.begin_loop(ir.constant(0), ir.constant(1e18), {ir.constant(0)});
    ir.end_loop(loop, {ir.op(WEFT_OP_ADD, {ir.carried(loop, 0), ir.index(loop)})});
    const auto list = ir.list({ir.result(loop, 0)});
    add_kernel(ir, WEFT_DOMAIN_RASTER, {{0, 0, 1, list}}, 64, 64);
    ASSERT_EQ(compile(), "ok");
    const std::uint32_t cancel = 1;
    EXPECT_EQ(run(0, true, &cancel), "plugin 'reference', execute: cancelled");
}

TEST_F(Reference, OpensNoSources) {
    weft_source source{};
    source.node = {"img", 3};
    source.builtin = {"load", 4};
    weft_batch batch{};
    batch.struct_size = sizeof batch;
    batch.sources = &source;
    batch.source_count = 1;
    batch.settings = settings.data();
    weft_error detail{};
    const auto made = backend->compile(batch, edges, &detail);
    ASSERT_FALSE(made.ok());
    EXPECT_EQ(made.error().message,
              "plugin 'reference', compile: the reference opens no sources (in 'img')");
    EXPECT_STREQ(detail.node, "img");
}

}  // namespace
