// A program that takes the place of another one: its caches go on in the same memory.
#include <gtest/gtest.h>

#include <weft/clock.h>

#include "batch.h"

namespace weft::batch_test {
namespace {

// One instance of a back end, and programs of it.
class Instance {
public:
    Instance(Host& host, const Place& place) : api(api_of(place)) {
        error.struct_size = sizeof error;
        setenv("WEFT_CPU_LANES", std::to_string(place.lanes != 0 ? place.lanes : 8).c_str(), 1);
        EXPECT_EQ(api->create(&host.table, &backend, &error), WEFT_OK) << error.message;
    }
    ~Instance() { api->cleanup(backend); }
    Instance(const Instance&) = delete;
    Instance& operator=(const Instance&) = delete;

    const weft_backend_api* api;
    weft_backend* backend = nullptr;
    weft_error error{};
};

struct Heir {
    weft_program* program = nullptr;
    std::uint32_t output = 0;
};

class Program {
public:
    // Output o takes the place of heirs[o].
    Program(Instance& on, const BatchText& text, const std::vector<Heir>& heirs = {})
        : on_(on), settings_(text.settings), inherit(text.outputs.size()) {
        BatchView view(text);
        for (std::size_t o = 0; o < heirs.size(); ++o) {
            inherit[o] = {heirs[o].program, heirs[o].output, 0};
        }
        view.batch.inherit = inherit.data();
        EXPECT_EQ(on.api->compile(on.backend, &view.batch, &program_, &on.error), WEFT_OK)
            << on.error.message;
    }
    ~Program() { on_.api->release(program_); }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    void frame(std::int64_t number, void* target, std::uint64_t bytes, std::int64_t sample = 0,
               std::uint64_t count = 0) {
        std::array<double, WEFT_FIELD_COUNT> fields = settings_;
        weft_clock_at_frame(settings_.data(), number, fields.data());
        const weft_target to{target, bytes};
        weft_frame frame{};
        frame.struct_size = sizeof frame;
        frame.fields = fields.data();
        frame.targets = &to;
        frame.target_count = 1;
        frame.first_sample = sample;
        frame.sample_count = count;
        frame.capture = 1;
        EXPECT_EQ(on_.api->execute(program_, &frame, &on_.error), WEFT_OK) << on_.error.message;
    }
    [[nodiscard]] weft_handle handle(std::uint32_t output) {
        weft_handle handle{};
        handle.struct_size = sizeof handle;
        EXPECT_EQ(on_.api->get_handle(program_, output, &handle, &on_.error), WEFT_OK)
            << on_.error.message;
        return handle;
    }
    [[nodiscard]] weft_program* get() const { return program_; }

private:
    Instance& on_;
    std::array<double, WEFT_FIELD_COUNT> settings_;
    weft_program* program_ = nullptr;

public:
    std::vector<weft_inherit> inherit;
};

// A counter of frames in every point, c = c[1] + 1, and a picture of `scale` times what it holds.
struct Counter {
    explicit Counter(float scale, std::uint64_t ticks = 2, std::uint64_t width = 40) {
        KernelText& count = batch.kernel(WEFT_DOMAIN_RASTER, width, 8);
        cache = batch.cache(ticks, WEFT_TICK_FRAME, width, 8);
        const std::uint32_t past = batch.internal(cache);
        const auto at = [&](Ir& ir, double back) {
            return ir.sample(past, {ir.field(WEFT_FIELD_X, WEFT_VARIES_COLUMN),
                                    ir.field(WEFT_FIELD_Y, WEFT_VARIES_ROW), ir.constant(back)});
        };
        count.store(cache, {count.ir.op(WEFT_OP_ADD, {at(count.ir, 1), count.ir.constant(1)})});
        KernelText& show = batch.kernel(WEFT_DOMAIN_RASTER, width, 8);
        show.store(batch.picture(width, 8, WEFT_FORMAT_F32, 1, 0),
                   {show.ir.op(WEFT_OP_MUL, {at(show.ir, 0), show.ir.constant(scale)})});
    }
    BatchText batch;
    std::uint32_t cache = 0;
};

class Inherit : public OnPlace {
protected:
    Host host;
    std::vector<float> picture = std::vector<float>(320);

    float shown(Program& program, std::int64_t frame) {
        program.frame(frame, picture.data(), 1280);
        EXPECT_EQ(picture.front(), picture.back());
        return picture.front();
    }
};

TEST_P(Inherit, CachesOfPicturesGoOn) {
    Instance instance(host, GetParam());
    const Counter once(1);
    const Counter tenfold(10);
    auto older = std::make_unique<Program>(instance, once.batch);
    for (std::int64_t frame = 0; frame < 5; ++frame) {
        EXPECT_EQ(shown(*older, frame), static_cast<float>(frame + 1));
    }
    Program newer(instance, tenfold.batch, {{older->get(), once.cache}});
    EXPECT_EQ(newer.inherit[tenfold.cache].taken, 1u);
    const weft_handle before = older->handle(once.cache);
    EXPECT_EQ(newer.handle(tenfold.cache).view, before.view);
    EXPECT_EQ(before.view->tick, 4);
    // Beside each other, over the same frames and in turns.
    EXPECT_EQ(shown(*older, 5), 6.0f);
    EXPECT_EQ(shown(newer, 5), 60.0f);
    EXPECT_EQ(shown(newer, 6), 70.0f);
    EXPECT_EQ(shown(*older, 7), 8.0f);
    older.reset();
    EXPECT_EQ(shown(newer, 8), 90.0f);
    EXPECT_EQ(newer.handle(tenfold.cache).view->tick, 8);
}

TEST_P(Inherit, OverManyGenerations) {
    Instance instance(host, GetParam());
    const Counter counter(1);
    auto program = std::make_unique<Program>(instance, counter.batch);
    for (std::int64_t frame = 0; frame < 12; ++frame) {
        EXPECT_EQ(shown(*program, frame), static_cast<float>(frame + 1));
        auto next = std::make_unique<Program>(instance, counter.batch,
                                              std::vector<Heir>{{program->get(), counter.cache}});
        EXPECT_EQ(next->inherit[counter.cache].taken, 1u);
        program = std::move(next);
    }
}

// What cannot go on begins empty, and says so.
TEST_P(Inherit, AnotherFormBeginsEmpty) {
    Instance instance(host, GetParam());
    const Counter counter(1);
    Program older(instance, counter.batch);
    for (std::int64_t frame = 0; frame < 3; ++frame) {
        (void)shown(older, frame);
    }
    for (const Counter& other : {Counter(1, 3), Counter(1, 2, 41)}) {
        Program newer(instance, other.batch, {{older.get(), counter.cache}});
        EXPECT_EQ(newer.inherit[other.cache].taken, 0u);
        std::vector<float> larger(41 * 8);
        newer.frame(3, larger.data(), larger.size() * 4);
        EXPECT_EQ(larger.front(), 1.0f);
    }
    EXPECT_EQ(shown(older, 3), 4.0f);
}

// An integrator of samples, y = y[1] + 1, whose value is heard `scale` times.
struct Integrator {
    explicit Integrator(float scale) {
        KernelText& kernel = batch.kernel(WEFT_DOMAIN_STREAM);
        cache = batch.cache(64, WEFT_TICK_SAMPLE);
        Ir& ir = kernel.ir;
        const Ir::Id past = ir.sample(batch.internal(cache), {ir.constant(1)});
        ir.set_varies(past, WEFT_VARIES_FRAME | WEFT_VARIES_POINT);
        const Ir::Id sum = ir.op(WEFT_OP_ADD, {past, ir.constant(1)});
        kernel.store(cache, {sum});
        kernel.store(batch.sound(0), {ir.op(WEFT_OP_MUL, {sum, ir.constant(scale)})});
    }
    BatchText batch;
    std::uint32_t cache = 0;
};

TEST_P(Inherit, FiltersGoOnWhereBothAreHeard) {
    Instance instance(host, GetParam());
    const Integrator once(1);
    const Integrator half(0.5f);
    auto older = std::make_unique<Program>(instance, once.batch);
    std::vector<float> sound(800);
    std::int64_t sample = 0;
    const auto expect = [&](Program& program, std::uint64_t count, float scale) {
        program.frame(sample / 800, sound.data(), 3200, sample, count);
        for (std::uint64_t n = 0; n < count; ++n) {
            ASSERT_EQ(sound[n], scale * static_cast<float>(sample + std::int64_t(n) + 1))
                << sample << ' ' << n;
        }
    };
    for (const std::uint64_t count : {100u, 700u, 256u, 7u}) {
        expect(*older, count, 1);
        sample += static_cast<std::int64_t>(count);
    }
    Program newer(instance, half.batch, {{older->get(), once.cache}});
    EXPECT_EQ(newer.inherit[half.cache].taken, 1u);
    for (const std::uint64_t count : {64u, 128u, 33u, 256u, 1u}) {
        expect(*older, count, 1);
        expect(newer, count, 0.5f);
        sample += static_cast<std::int64_t>(count);
    }
    older.reset();
    expect(newer, 111, 0.5f);
}

// A host that does not know of it says nothing of it.
TEST_P(Inherit, OlderHosts) {
    Instance instance(host, GetParam());
    const Counter counter(1);
    BatchView view(counter.batch);
    view.batch.struct_size = offsetof(weft_batch, inherit);
    view.batch.inherit = reinterpret_cast<weft_inherit*>(std::uintptr_t{8});
    weft_program* program = nullptr;
    ASSERT_EQ(instance.api->compile(instance.backend, &view.batch, &program, &instance.error),
              WEFT_OK)
        << instance.error.message;
    instance.api->release(program);
}

INSTANTIATE_TEST_SUITE_P(All, Inherit, testing::ValuesIn(all_places()),
                         [](const auto& of) { return of.param.name(); });

}  // namespace
}  // namespace weft::batch_test
