// Every pair of back ends that are there, on drivers that work in host memory: what one makes the
// other reads where it lies. No byte is copied, and what the host finds at the producer's address
// is what its device wrote.
#include <gtest/gtest.h>

#include <cmath>

#include "driver/compile/edge_trials.h"
#include "eval/eval.h"
#include "tests/support/absent.h"
#include "tests/support/running_show.h"

namespace weft::driver {
namespace {

constexpr const char* kProgram = R"(
me<width> = 70 me<height> = 45
trail<v> = cache(sin(me@x * 5) * cos(me@y * 3) * 0.5 + 0.5 + me@frame * 0.01, 3)
seen<v> = trail@v[trail@k ~ 1, me@x ~ me@x * 0.9] * 0.5 + trail@v[trail@k ~ 0] * 0.5
display(seen, me@x, me@y)
)";

constexpr const char* kBackends[] = {"reference", "cpu", "vulkan", "opencl"};

class EdgeMatrix : public ::testing::TestWithParam<std::tuple<const char*, const char*>> {
protected:
    // Why the pair cannot be tried here; empty if it can.
    static std::string missing(Session& session, const std::string& name) {
        if (!session.backend(name, WEFT_CONTEXT_VISUAL)) {
            return name + " is not available: " + session.diagnostics().render(false);
        }
        const auto found = session.backend(name, WEFT_CONTEXT_VISUAL);
        return session.trials().side(*found->backend).unified()
                   ? ""
                   : name + " has memory of its own; scripts/gpu-suite looks at its edges";
    }
};

TEST_P(EdgeMatrix, IsReadWhereItLies) {
    const auto& [maker, reader] = GetParam();
    CommonOptions options;
    options.backend_for[WEFT_CONTEXT_VISUAL] = reader;
    options.owners = {std::string("trail=") + maker};
    options.threads = 2;
    {
        auto session = Session::create(options);
        ASSERT_TRUE(session.ok());
        for (const char* name : {maker, reader}) {
            const std::string why = missing(**session, name);
            if (!why.empty()) return test::absent(why);
        }
    }
    auto show = test::RunningShow::start(kProgram, options);
    ASSERT_TRUE(show->built.has_value()) << show->messages();
    for (std::int64_t k = 0; k < 3; ++k) {
        const auto done = show->frame(k);
        ASSERT_TRUE(done.ok()) << done.error().message;
    }
    std::size_t edges = 0;
    for (const EdgeRecord& edge : show->built->edges) {
        if (edge.path == "duplicate") continue;
        ++edges;
        EXPECT_TRUE(edge.path == "internal" || edge.memory == "host memory in place")
            << edge.memory;
        EXPECT_EQ(edge.copied, 0u);
    }
    EXPECT_GE(edges, 1u);
    for (const runtime::Step& step : show->built->show->steps) {
        const weft_counters copied = plugin::counters_of(*step.program);
        EXPECT_EQ(copied.uploaded + copied.mirrored, 0u) << step.name;
    }
    if (std::string_view(maker) == reader) return;
    // The first batch makes the cache, its only output; frame 2 was the last.
    plugin::Program& program = *show->built->show->steps.front().program;
    const auto handle = program.get_handle(0, WEFT_HANDLE_HOST);
    ASSERT_TRUE(handle.ok()) << handle.error().message;
    EXPECT_GE(handle->memory_fd, 0);
    for (int i = 0; i < 20; ++i) {
        const double x = (i * 3 + 0.5) / 70;
        const double y = (i * 2 + 0.5) / 45;
        const double coords[] = {x, y, 1};
        const double due = std::sin(x * 5) * std::cos(y * 3) * 0.5 + 0.5 + 0.01;
        EXPECT_NEAR(weft_grid_read(&handle->grid, handle->view->data, 2, 0, coords), due, 1e-6);
    }
}

INSTANTIATE_TEST_SUITE_P(Pairs, EdgeMatrix,
                         ::testing::Combine(::testing::ValuesIn(kBackends),
                                            ::testing::ValuesIn(kBackends)),
                         [](const auto& pair) {
                             return std::string(std::get<0>(pair.param)) + "_to_" +
                                    std::get<1>(pair.param);
                         });

}  // namespace
}  // namespace weft::driver
