// A plugin in plain C whose author never saw the host: it is found, opened, chosen, computes the
// same as the reference, and says what it cannot do.
#include <gtest/gtest.h>

#include <vector>

#include "plugin/plugin.h"
#include "tests/support/ir_builder.h"
#include "tests/support/plain_services.h"
#include "tests/support/plugin_dir.h"

namespace {

using namespace weft;
using test::IrBuilder;

constexpr const char* kManifest =
    R"({"name": "gain", "version": "0.3", "summary": "sums and products of a third party",
        "abi_min": 1, "abi_target": 1, "contexts": ["visual", "compute"],
        "flags": ["deterministic"]})";

struct ThirdParty : testing::Test {
    test::PluginDir dir;
    test::PlainServices services;
    std::unique_ptr<plugin::PluginSet> plugins;

    void SetUp() override {
        dir.add("gain", kManifest);
        plugins = std::make_unique<plugin::PluginSet>(dir.options());
    }
    plugin::Backend& backend(const std::string& name) {
        auto got = plugins->backend(name, services);
        EXPECT_TRUE(got.ok()) << (got.ok() ? "" : got.error().message);
        return **got;
    }
};

// x * param0 + y, as a picture of planar f32 and as values at points.
struct Program {
    IrBuilder ir;
    std::uint32_t result;
    weft_output outputs[2] = {};
    weft_store stores[2] = {};
    weft_kernel kernels[2] = {};
    double settings[WEFT_FIELD_COUNT] = {};
    weft_batch batch{};

    Program() {
        result = ir.op(WEFT_OP_ADD, {ir.op(WEFT_OP_MUL, {ir.field(WEFT_FIELD_X), ir.param(0)}),
                                     ir.field(WEFT_FIELD_Y)});
        const std::uint32_t list = ir.list({result});
        settings[WEFT_FIELD_FPS] = 60;
        settings[WEFT_FIELD_RATE] = 48000;
        outputs[0].kind = WEFT_OUTPUT_TARGET;
        outputs[0].grid.axis_count = 2;
        outputs[0].grid.channels = 1;
        outputs[0].grid.axes[0].field = WEFT_FIELD_X;
        outputs[0].grid.axes[0].count = 4;
        outputs[0].grid.axes[0].stride = 4;
        outputs[0].grid.axes[1].field = WEFT_FIELD_Y;
        outputs[0].grid.axes[1].count = 3;
        outputs[0].grid.axes[1].stride = 16;
        outputs[1].kind = WEFT_OUTPUT_VALUES;
        for (std::uint32_t i = 0; i < 2; ++i) {
            stores[i] = {i, 0, 1, list};
            kernels[i].domain = i == 0 ? WEFT_DOMAIN_RASTER : WEFT_DOMAIN_POINTS;
            kernels[i].width = 4;
            kernels[i].height = 3;
            kernels[i].ir = ir.view();
            kernels[i].stores = &stores[i];
            kernels[i].store_count = 1;
        }
        batch.struct_size = sizeof batch;
        batch.kernels = kernels;
        batch.kernel_count = 2;
        batch.outputs = outputs;
        batch.output_count = 2;
        batch.param_count = 1;
        batch.settings = settings;
    }
};

struct Results {
    std::vector<float> picture = std::vector<float>(12, -1.0f);
    std::vector<double> values = std::vector<double>(2);
};

Results run(plugin::Backend& backend) {
    const Program wanted;
    Results results;
    plugin::Edges edges;
    auto program = backend.compile(wanted.batch, edges);
    EXPECT_TRUE(program.ok()) << (program.ok() ? "" : program.error().message);
    if (!program.ok()) return results;
    const double param = 2.0;
    double fields[WEFT_FIELD_COUNT] = {};
    const weft_target target = {results.picture.data(), results.picture.size() * sizeof(float)};
    weft_frame frame{};
    frame.struct_size = sizeof frame;
    frame.fields = fields;
    frame.params = &param;
    frame.targets = &target;
    frame.target_count = 1;
    EXPECT_TRUE((*program)->execute(frame).ok());
    const double xs[2] = {0.25, -3};
    const double* arrays[WEFT_FIELD_COUNT] = {xs};
    fields[WEFT_FIELD_Y] = 10;
    weft_points points{};
    points.struct_size = sizeof points;
    points.count = 2;
    points.fields = arrays;
    points.constants = fields;
    points.params = &param;
    EXPECT_TRUE((*program)->get_values(1, points, results.values.data()).ok());
    return results;
}

TEST_F(ThirdParty, ComputesWhatTheReferenceComputes) {
    const Results theirs = run(backend("gain"));
    const Results judge = run(backend("reference"));
    EXPECT_EQ(theirs.picture, judge.picture);
    EXPECT_EQ(theirs.values, judge.values);
    EXPECT_EQ(theirs.values, (std::vector<double>{10.5, 4}));
    EXPECT_FLOAT_EQ(theirs.picture[0], 0.25f + 0.5f / 3);
    EXPECT_EQ(services.lines, std::vector<std::string>{"gain: ready"});
}

TEST_F(ThirdParty, IsChosenForItsContextsOnly) {
    EXPECT_EQ(plugins->for_context(WEFT_CONTEXT_VISUAL), std::vector<std::string>{"gain"});
    EXPECT_TRUE(plugins->for_context(WEFT_CONTEXT_AUDIO).empty());
}

TEST_F(ThirdParty, RefusesByName) {
    Program wanted;
    IrBuilder sine;
    const std::uint32_t list = sine.list({sine.op(WEFT_OP_SIN, {sine.field(WEFT_FIELD_X)})});
    wanted.stores[0].values = wanted.stores[1].values = list;
    wanted.kernels[0].ir = wanted.kernels[1].ir = sine.view();
    plugin::Edges edges;
    weft_error detail{};
    auto program = backend("gain").compile(wanted.batch, edges, &detail);
    ASSERT_FALSE(program.ok());
    EXPECT_EQ(program.error().status, WEFT_UNSUPPORTED);
    EXPECT_EQ(program.error().message, "plugin 'gain', compile: cannot compute SIN");
    EXPECT_EQ(detail.code, WEFT_UNSUPPORTED);
}

}  // namespace
