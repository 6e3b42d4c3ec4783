// Sound of the past as pictures read it, live: what is heard and what is computed, in place, while
// the audio thread goes on writing.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

#include <gtest/gtest.h>

#include "plugin/extensions.h"
#include "runtime/live.h"
#include "tests/support/absent.h"
#include "tests/support/running_show.h"

namespace weft::driver {
namespace {

constexpr std::int64_t kRate = 8000;
constexpr std::int64_t kFrame = 160;
constexpr int kWidth = 256;

// Red is what is heard, green what is computed from it and remembered, both `x` samples ago. The
// cache ticks in samples since sound is the first to need it.
constexpr const char* kScope = R"(
me<width> = 256 me<height> = 2 me<rate> = 8000 me<fps> = 50
ear<l> = mic(seconds: 0.5)
x = floor(me@x * 256)
cache(ear@l * 0.5 + 0.25, 3000)::kept<v>
past = me@time - x / me@rate
play(kept@v)
display(ear@l[me@time ~ past], kept@v[kept@k ~ x], 0)
)";

float sound(std::int64_t n) {
    return n < 0 ? 0.0F : static_cast<float>(n % 4096) / 4096.0F;
}

struct Scope {
    explicit Scope(const std::string& backend) {
        CommonOptions options;
        options.live = true;
        options.threads = 2;
        options.backend_for[WEFT_CONTEXT_VISUAL] = backend;
        options.backend_for[WEFT_CONTEXT_AUDIO] = "cpu";
        running = test::RunningShow::start(kScope, options);
        if (!running->built) return;
        EXPECT_EQ(running->built->show->sound_inputs.size(), 1u);
        live.emplace(*running->built->show);
    }

    // A block of the device: heard, then computed.
    void block(std::int64_t count) {
        std::vector<float> heard(static_cast<std::size_t>(count));
        for (std::size_t i = 0; i < heard.size(); ++i) {
            heard[i] = sound(next + static_cast<std::int64_t>(i));
        }
        const float* planes[] = {heard.data()};
        show().sound_inputs[0].ring->write(next, planes, 1, heard.size());
        (void)live->take(static_cast<std::uint64_t>(count));
        for (const std::int64_t end = next + count; next < end;) {
            next += static_cast<std::int64_t>(live->piece(
                next, static_cast<std::uint64_t>(end - next), show().initial_params.data()));
        }
        live->leave();
    }

    [[nodiscard]] Result<void> frame(std::int64_t k) {
        runtime::FrameRequest request;
        request.absframe = k;
        request.targets = running->targets.data();
        request.params = show().initial_params.data();
        request.samples_done = live->readable();
        now = std::min(k * kFrame, request.samples_done - 1);
        return live->frame(request);
    }

    // Pixels that are not those of sample `now`.
    [[nodiscard]] int wrong() const {
        const auto* red = reinterpret_cast<const float*>(picture().data());
        const auto* green = red + kWidth * 2;
        int count = 0;
        for (int i = 0; i < kWidth; ++i) {
            const float heard = sound(now - i);
            const float kept = now - i < 0 ? 0.0F : heard * 0.5F + 0.25F;
            count += red[i] != heard || std::fabs(green[i] - kept) > 1e-6F ? 1 : 0;
        }
        return count;
    }
    [[nodiscard]] const std::vector<char>& picture() const {
        for (std::size_t t = 0; t < running->memory.size(); ++t) {
            if (running->built->show->targets[t].kind == runtime::TargetKind::picture) {
                return running->memory[t];
            }
        }
        return running->memory[0];
    }
    [[nodiscard]] runtime::Show& show() const { return *running->built->show; }
    [[nodiscard]] std::uint64_t copied() const {
        std::uint64_t sum = 0;
        for (const runtime::Step& step : show().steps) {
            const weft_counters one = plugin::counters_of(*step.program);
            sum += one.mirrored + one.uploaded;
        }
        return sum;
    }

    std::unique_ptr<test::RunningShow> running;
    std::optional<runtime::Live> live;
    std::int64_t next = 0;  // sample
    std::int64_t now = 0;   // of the last frame
};

class Rings : public testing::TestWithParam<const char*> {};

TEST_P(Rings, PicturesReadTheNewestThatIsThere) {
    Scope scope(GetParam());
    if (!scope.running->built) return test::absent(scope.running->messages());
    for (const EdgeRecord& edge : scope.running->built->edges) {
        EXPECT_EQ(edge.copied, 0u) << edge.strand << " to " << edge.consumer;
    }
    ASSERT_TRUE(scope.frame(0).ok());
    EXPECT_EQ(scope.now, -1) << "nothing is there yet";
    EXPECT_EQ(scope.wrong(), 0);
    for (std::int64_t k = 0; k < 60; ++k) {
        // The device is ahead of the frames, but for a while when it is late.
        const std::int64_t lead = k >= 20 && k < 30 ? -300 : 512;
        while (scope.next < k * kFrame + lead) scope.block(k % 2 == 0 ? 64 : 128);
        ASSERT_TRUE(scope.frame(k).ok());
        EXPECT_EQ(scope.now, std::min(k * kFrame, scope.next - 1));
        EXPECT_EQ(scope.wrong(), 0) << "frame " << k;
    }
    EXPECT_EQ(scope.copied(), 0u) << "sound crosses in place";
}

// By its address: what is put into the ring's memory behind everybody's back, without a new tick or
// generation, is in the next picture.
TEST_P(Rings, PicturesReadTheMemoryItself) {
    Scope scope(GetParam());
    if (!scope.running->built) return test::absent(scope.running->messages());
    while (scope.next < 3 * kFrame) scope.block(64);
    ASSERT_TRUE(scope.frame(2).ok());
    ASSERT_EQ(scope.wrong(), 0);
    const weft_handle& ring = scope.show().sound_inputs[0].ring->handle(0);
    auto* samples = static_cast<float*>(const_cast<void*>(ring.view->data));
    constexpr int kBack = 17;
    samples[2 * kFrame - kBack] = 0.875F;
    ASSERT_TRUE(scope.frame(2).ok());
    EXPECT_EQ(reinterpret_cast<const float*>(scope.picture().data())[kBack], 0.875F);
    EXPECT_EQ(scope.wrong(), 1);
    EXPECT_EQ(scope.copied(), 0u);
}

// Frames take as long as they take; the device does not wait. It is never further ahead than frames
// are allowed to be late, which here is said by the test and live by two seconds.
TEST_P(Rings, NothingIsTornWhileSoundGoesOn) {
    Scope scope(GetParam());
    if (!scope.running->built) return test::absent(scope.running->messages());
    const auto slack = static_cast<std::int64_t>(scope.show().sound_slack);
    ASSERT_GE(slack, 2 * kRate);
    std::atomic<std::int64_t> reading{0};
    std::atomic<bool> done{false};
    std::thread device([&] {
        std::int64_t turn = 0;
        while (!done.load(std::memory_order_relaxed)) {
            const std::int64_t count = 32 + 37 * ++turn % 480;
            if (scope.next + count - reading.load(std::memory_order_acquire) > slack) {
                std::this_thread::yield();
                continue;
            }
            scope.block(count);
        }
    });
    int wrong = 0;
    const auto begin = std::chrono::steady_clock::now();
    std::int64_t last = 0;
    // Until the rings have gone round a few times.
    while (last < 6 * slack) {
        // Whatever frame is due at the newest sample.
        const std::int64_t k = scope.live->samples_done() / kFrame;
        if (!scope.frame(k).ok()) ++wrong;
        wrong += scope.wrong();
        last = std::max(last, scope.now);
        reading.store(scope.now, std::memory_order_release);
        if (std::chrono::steady_clock::now() - begin > std::chrono::seconds(3)) break;
    }
    done = true;
    device.join();
    EXPECT_EQ(wrong, 0);
    EXPECT_GT(last, 0);
}

INSTANTIATE_TEST_SUITE_P(OnBackends, Rings, testing::Values("reference", "cpu", "vulkan", "opencl"),
                         [](const auto& one) { return std::string(one.param); });

// However sound is cut into blocks, a spectrum is what it is offline, for sound and for pictures.
TEST(Spectra, AreTheSameLive) {
    const std::string text =
        "me<width> = 64 me<height> = 1 me<rate> = 8000 me<fps> = 50\n"
        "tone = sin(me@time * 3000) * 0.4 + hash(me@sample) * 0.2\n"
        "spectrum(tone, 48)::s<m>\n"
        "play(s@m[s@freq ~ 480], tone * s@m[s@freq ~ 1000])\n"
        "display(s@m[s@freq ~ me@x * 4000], 0, 0)\n";
    constexpr std::int64_t kFrames = 12;
    std::vector<float> offline[2];
    std::vector<std::vector<char>> pictures;
    CommonOptions options;
    options.backend_for_all = "cpu";
    auto running = test::RunningShow::start(text, options);
    ASSERT_TRUE(running->built.has_value()) << running->messages();
    const auto target = [](const test::RunningShow& show, runtime::TargetKind kind) {
        std::uint32_t t = 0;
        while (show.built->show->targets[t].kind != kind) ++t;
        return t;
    };
    const std::uint32_t heard = target(*running, runtime::TargetKind::sound);
    const std::uint64_t plane = running->built->show->targets[heard].plane_bytes / sizeof(float);
    for (std::int64_t k = 0; k < kFrames; ++k) {
        ASSERT_TRUE(running->frame(k).ok());
        const auto* data = reinterpret_cast<const float*>(running->memory[heard].data());
        for (std::uint64_t c = 0; c < 2; ++c) {
            offline[c].insert(offline[c].end(), data + c * plane, data + c * plane + kFrame);
        }
        const std::vector<char>& bytes =
            running->memory[target(*running, runtime::TargetKind::picture)];
        pictures.push_back(bytes);
    }

    options.live = true;
    auto again = test::RunningShow::start(text, options);
    ASSERT_TRUE(again->built.has_value()) << again->messages();
    runtime::Show& show = *again->built->show;
    runtime::Live live(show);
    const std::uint32_t played = target(*again, runtime::TargetKind::sound);
    const std::uint32_t seen = target(*again, runtime::TargetKind::picture);
    std::int64_t next = 0;
    std::int64_t turn = 0;
    for (std::int64_t k = 0; k < kFrames; ++k) {
        while (next <= k * kFrame) {
            const std::int64_t end = std::min(next + 1 + 29 * ++turn % 130, kFrames * kFrame);
            (void)live.take(static_cast<std::uint64_t>(end - next));
            while (next < end) {
                const std::uint64_t count = live.piece(next, static_cast<std::uint64_t>(end - next),
                                                       show.initial_params.data());
                for (std::uint64_t c = 0; c < 2; ++c) {
                    const float* got = live.samples(played) + c * live.plane(played);
                    for (std::uint64_t i = 0; i < count; ++i) {
                        ASSERT_EQ(got[i], offline[c][static_cast<std::uint64_t>(next) + i])
                            << "sample " << next << " + " << i;
                    }
                }
                next += static_cast<std::int64_t>(count);
            }
            live.leave();
        }
        runtime::FrameRequest request;
        request.absframe = k;
        request.targets = again->targets.data();
        request.params = show.initial_params.data();
        ASSERT_TRUE(live.frame(request).ok());
        // One in bytes, one in floats.
        const auto* bytes = reinterpret_cast<const unsigned char*>(pictures[k].data());
        const auto* red = reinterpret_cast<const float*>(again->memory[seen].data());
        for (int x = 0; x < 64; ++x) {
            EXPECT_EQ(bytes[4 * x], std::floor(red[x] * 255.0F + 0.5F)) << k << " " << x;
        }
    }
}

TEST(Microphones, AreSilentOffline) {
    auto running = test::RunningShow::start(
        "me<width> = 8 me<height> = 1 ear<l,r> = mic() other<v> = mic(1, seconds: 2)\n"
        "display(1 - ear@r[me@time ~ me@time - me@x], other@v + 1, 1)\n",
        {});
    ASSERT_TRUE(running->built.has_value()) << running->messages();
    const auto& inputs = running->built->show->sound_inputs;
    ASSERT_EQ(inputs.size(), 2u);
    EXPECT_EQ(inputs[0].ring->channels(), 2u);
    EXPECT_EQ(inputs[1].device, 1u);
    EXPECT_GE(inputs[0].ring->samples(), 480'000u);
    EXPECT_LT(inputs[1].ring->samples(), 97'000u);
    for (std::int64_t k = 0; k < 3; ++k) {
        ASSERT_TRUE(running->frame(k).ok());
        for (const char byte : running->memory[0]) EXPECT_EQ(byte, '\xff');
    }
}

// The program that takes over hears what was, if it listens as long.
TEST(Microphones, GoOnInTheNextProgram) {
    CommonOptions options;
    auto running = test::RunningShow::start("a<l> = mic()\ndisplay(a@l)\n", options);
    ASSERT_TRUE(running->built.has_value());
    const auto next = [&](const std::string& text) {
        Session& s = *running->session;
        const sema::Program program =
            sema::analyze_text("next.weft", text, s.sources(), s.environment(), s.diagnostics());
        BuildRequest request;
        request.program = &program;
        request.heard = &running->built->show->sound_inputs;
        auto built = build_show(s, request);
        EXPECT_TRUE(built.has_value());
        return built->show->sound_inputs[0].ring;
    };
    const auto ring = running->built->show->sound_inputs[0].ring;
    EXPECT_EQ(next("b<m> = mic()\ndisplay(b@m, 0, 0)\n"), ring);
    EXPECT_NE(next("b<l,r> = mic()\ndisplay(b@r, 0, 0)\n"), ring);
    EXPECT_NE(next("b<l> = mic(seconds: 20)\ndisplay(b@l, 0, 0)\n"), ring);
    EXPECT_NE(next("b<l> = mic(3)\ndisplay(b@l, 0, 0)\n"), ring);
}

}  // namespace
}  // namespace weft::driver
