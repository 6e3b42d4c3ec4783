// Frames of many small steps: each is called once, in order, with what is its own; what fails is
// told by its name, and only that.
#include "runtime/stretch.h"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "runtime/show.h"

namespace weft::runtime {
namespace {

// Of the back end below; programs are numbered from 1, by the address that stands for them.
struct World {
    std::vector<std::uintptr_t> called;
    std::vector<const double*> uniforms;
    std::uintptr_t made = 0;
    std::uintptr_t fails = 0;
    std::uintptr_t throws = 0;
    std::uint64_t samples = 0;
} world;

weft_status create(const weft_host*, weft_backend** backend, weft_error*) {
    *backend = reinterpret_cast<weft_backend*>(&world);
    return WEFT_OK;
}
weft_status compile(weft_backend*, const weft_batch*, weft_program** program, weft_error*) {
    *program = reinterpret_cast<weft_program*>(++world.made);
    return WEFT_OK;
}
weft_status execute(weft_program* program, const weft_frame* frame, weft_error* error) {
    const auto number = reinterpret_cast<std::uintptr_t>(program);
    world.called.push_back(number);
    world.uniforms.push_back(frame->uniforms);
    world.samples = frame->sample_count;
    if (number == world.throws) throw std::runtime_error("out of yarn");
    if (number != world.fails) return WEFT_OK;
    std::strcpy(error->message, "the thread broke");
    return WEFT_INTERNAL;
}
weft_status get_handle(weft_program*, std::uint32_t, weft_handle*, weft_error*) {
    return WEFT_UNSUPPORTED;
}
weft_status get_values(weft_program*, std::uint32_t, const weft_points*, double*, weft_error*) {
    return WEFT_UNSUPPORTED;
}
const weft_backend_info* describe() {
    return nullptr;
}
weft_status probe(weft_probe*, weft_error*) {
    return WEFT_OK;
}
void release(weft_program*) {}
void cleanup(weft_backend*) {}

class NoServices final : public plugin::HostServices {
public:
    void log(std::uint32_t, std::string_view, std::string_view) override {}
    Result<weft_memory> allocate(std::uint64_t, std::uint32_t) override {
        return Error{WEFT_UNSUPPORTED, "there is no memory"};
    }
    void free(const weft_memory&) override {}
    void parallel(std::uint64_t, void (*)(void*, std::uint64_t), void*) override {}
    std::uint32_t concurrency() override { return 1; }
    std::string cache_directory(std::string_view) override { return {}; }
};

class StretchTest : public testing::Test {
protected:
    static constexpr std::uint32_t kSteps = 21;  // twice eight, and some

    StretchTest() {
        world = {};
        api_.struct_size = sizeof api_;
        api_.describe = describe;
        api_.probe = probe;
        api_.create = create;
        api_.compile = compile;
        api_.get_handle = get_handle;
        api_.get_values = get_values;
        api_.execute = execute;
        api_.release = release;
        api_.cleanup = cleanup;
        auto backend = plugin::Backend::create(&api_, "loom", services_);
        EXPECT_TRUE(backend.ok());
        backend_ = std::move(*backend);
        auto group = ResourceGroup::create({"main", {}, 1});
        EXPECT_TRUE(group.ok());
        group_ = std::move(*group);
        show_ = std::make_unique<Show>();
        show_->settings[WEFT_FIELD_FPS] = 60;
        show_->settings[WEFT_FIELD_RATE] = 48000;
        show_->settings[WEFT_FIELD_BPM] = 120;
        show_->settings[WEFT_FIELD_TIMESIG_NUM] = 4;
        weft_batch batch{};
        batch.struct_size = sizeof batch;
        plugin::Edges edges;
        for (std::uint32_t i = 0; i < kSteps; ++i) {
            auto program = backend_->compile(batch, edges);
            EXPECT_TRUE(program.ok());
            Step step;
            step.backend = {backend_.get(), group_.get()};
            step.program = std::move(*program);
            step.name = "part " + std::to_string(i + 1);
            step.uniforms = {static_cast<double>(i)};
            step.captures = i % 2 == 0;
            step.layer = i / 3;
            if (i >= 3) step.before_run = {i - 3};
            show_->steps.push_back(std::move(step));
        }
    }
    ~StretchTest() override { show_.reset(); }

    Result<void> run(bool skip_targets = false) {
        world.called.clear();
        world.uniforms.clear();
        FrameRequest request;
        request.skip_targets = skip_targets;
        Result<void> done;
        group_->run([&] { done = show_->run(request); });
        return done;
    }
    static std::vector<std::uintptr_t> all_but(std::uintptr_t left_out) {
        std::vector<std::uintptr_t> numbers;
        for (std::uintptr_t n = 1; n <= kSteps; ++n)
            if (n != left_out) numbers.push_back(n);
        return numbers;
    }

    NoServices services_;
    weft_backend_api api_{};
    std::unique_ptr<plugin::Backend> backend_;
    std::unique_ptr<ResourceGroup> group_;
    std::unique_ptr<Show> show_;
};

TEST_F(StretchTest, EachStepIsCalledOnceInOrderWithItsOwn) {
    for (int frame = 0; frame < 3; ++frame) {
        ASSERT_TRUE(run().ok());
        EXPECT_EQ(world.called, all_but(0));
        EXPECT_EQ(world.samples, 800u);
        for (std::uint32_t i = 0; i < kSteps; ++i)
            EXPECT_EQ(world.uniforms[i], show_->steps[i].uniforms.data());
    }
}

TEST_F(StretchTest, WhatFailsIsToldByItsNumberAndTheRestComesBack) {
    for (const std::uintptr_t broken : {1, 8, 9, 16, 21}) {
        world.fails = broken;
        const auto done = run();
        ASSERT_FALSE(done.ok());
        EXPECT_EQ(done.error().message, "plugin 'loom', execute: the thread broke");
        ASSERT_TRUE(show_->culprit());
        EXPECT_EQ(show_->culprit()->index, broken - 1);
        EXPECT_EQ(world.called.back(), broken);
        EXPECT_EQ(plugin::t_here.inside, nullptr);
        world.fails = 0;
        ASSERT_TRUE(run().ok());
        EXPECT_FALSE(show_->culprit());
    }
}

TEST_F(StretchTest, WhatThrowsFails) {
    world.throws = 12;
    const auto done = run();
    ASSERT_FALSE(done.ok());
    EXPECT_NE(done.error().message.find("out of yarn"), std::string::npos) << done.error().message;
    EXPECT_EQ(show_->culprit()->index, 11u);
}

TEST_F(StretchTest, WhatIsNotEnabledIsLeftOutUntilItIs) {
    ASSERT_TRUE(run().ok());
    show_->enable_step(6, false);
    ASSERT_TRUE(run().ok());
    EXPECT_EQ(world.called, all_but(7));
    show_->enable_step(6, true);
    ASSERT_TRUE(run().ok());
    EXPECT_EQ(world.called, all_but(0));
}

TEST_F(StretchTest, WithoutTargetsOnlyWhatKeepsSomethingRuns) {
    for (int turn = 0; turn < 2; ++turn) {
        ASSERT_TRUE(run(true).ok());
        EXPECT_EQ(world.called.size(), (kSteps + 1) / 2);
        ASSERT_TRUE(run(false).ok());
        EXPECT_EQ(world.called.size(), kSteps);
    }
}

}  // namespace
}  // namespace weft::runtime
