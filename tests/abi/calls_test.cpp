// Whatever a plugin does in a call becomes an error that names it, the function and the reason.
#include <gtest/gtest.h>

#include <string>

#include "plugin/plugin.h"
#include "tests/support/plain_services.h"
#include "tests/support/plugin_dir.h"

namespace {

using namespace weft;
using plugin::Edges;
using plugin::PluginSet;

// A batch with one empty kernel, or with none.
struct Batch {
    weft_kernel kernel{};
    double settings[WEFT_FIELD_COUNT] = {};
    weft_batch batch{};

    explicit Batch(std::uint32_t kernels) {
        kernel.ir.struct_size = sizeof kernel.ir;
        batch.struct_size = sizeof batch;
        batch.kernels = &kernel;
        batch.kernel_count = kernels;
        batch.settings = settings;
    }
};

struct Loaded {
    test::PluginDir dir;
    test::PlainServices services;
    std::unique_ptr<PluginSet> plugins;
    plugin::Backend* backend = nullptr;

    explicit Loaded(const std::string& name) {
        dir.add(name);
        plugins = std::make_unique<PluginSet>(dir.options());
        auto got = plugins->backend(name, services);
        EXPECT_TRUE(got.ok());
        if (got.ok()) backend = *got;
    }
};

template <class T>
std::string message(const Result<T>& result) {
    return result.ok() ? "ok" : result.error().message;
}

TEST(Calls, ExceptionsAreCaughtAtTheBorder) {
    Loaded l("throws");
    Edges edges;
    EXPECT_EQ(message(l.backend->compile(Batch(0).batch, edges)),
              "plugin 'throws', compile: an exception came out of it: compile is not my day");
    {
        auto program = l.backend->compile(Batch(1).batch, edges);
        ASSERT_TRUE(program.ok());
        weft_frame frame{};
        EXPECT_EQ(message((*program)->execute(frame)),
                  "plugin 'throws', execute: an exception came out of it");
        weft_points points{};
        double value = 0;
        EXPECT_EQ(message((*program)->get_values(0, points, &value)),
                  "plugin 'throws', get_values: an exception came out of it");
        EXPECT_EQ(message((*program)->get_handle(0)),
                  "plugin 'throws', get_handle: an exception came out of it: vector::at");
        (*program)->cancel();

        plugin::Program::Getter getter{program->get(), 0};
        weft_error error{};
        error.struct_size = sizeof error;
        EXPECT_EQ(plugin::Program::get_values_of(&getter, &points, &value, &error), WEFT_INTERNAL);
        EXPECT_STREQ(error.message, "plugin 'throws', get_values: an exception came out of it");
    }
    EXPECT_EQ(l.backend->extension("weft.writer/1"), nullptr);
    l.plugins.reset();
    ASSERT_EQ(l.services.lines.size(), 2u);
    EXPECT_EQ(l.services.lines[0],
              "throws: plugin 'throws', release: an exception came out of it: released twice");
    EXPECT_EQ(l.services.lines[1],
              "throws: plugin 'throws', cleanup: an exception came out of it: still in use");
}

TEST(Calls, BrokenPromisesAreNoticed) {
    Loaded l("breaks_promises");
    Edges edges;
    EXPECT_EQ(message(l.backend->compile(Batch(0).batch, edges)),
              "plugin 'breaks_promises', compile: it succeeded and made nothing");
    auto program = l.backend->compile(Batch(1).batch, edges);
    ASSERT_TRUE(program.ok());
    EXPECT_EQ(message((*program)->get_handle(0)),
              "plugin 'breaks_promises', get_handle: it succeeded with a handle that nobody can "
              "read");
    weft_frame frame{};
    const auto ran = (*program)->execute(frame);
    EXPECT_EQ(ran.error().status, WEFT_INTERNAL);
    EXPECT_EQ(
        ran.error().message.rfind(
            "plugin 'breaks_promises', execute: it returned 99, which is no status:  ?xxx", 0),
        0u)
        << ran.error().message;
    EXPECT_EQ(ran.error().message.find('\n'), std::string::npos);
    weft_points points{};
    double value = 0;
    const auto got = (*program)->get_values(0, points, &value);
    EXPECT_EQ(got.error().status, WEFT_DEVICE_LOST);
    EXPECT_EQ(got.error().message, "plugin 'breaks_promises', get_values: the device was lost");
}

TEST(Calls, CreationMayFail) {
    const test::PluginDir dir;
    dir.add("create_fails");
    test::PlainServices services;
    PluginSet plugins(dir.options());
    EXPECT_EQ(message(plugins.backend("create_fails", services)),
              "plugin 'create_fails', create: the device is in use");
    EXPECT_EQ(message(plugins.backend("create_fails", services)),
              "plugin 'create_fails', create: it succeeded and made nothing");
}

}  // namespace
