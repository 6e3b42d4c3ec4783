// A show in two parts, driven by hand: what each hears and sees of the other, and that neither
// changes what a program means.
#include "runtime/live.h"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "driver/compile/build_show.h"
#include "sema/analyze.h"
#include "tests/support/temp_dir.h"

namespace weft::driver {
namespace {

// A program with both its parts, and memory for its frames.
struct Running {
    std::unique_ptr<Session> session;
    sema::Program program;
    std::optional<BuiltShow> built;
    std::unique_ptr<runtime::Live> live;
    std::vector<std::vector<char>> memory;
    std::vector<weft_target> targets;

    explicit Running(const std::string& text, bool is_live = true, double size = 4) {
        CommonOptions options;
        options.live = is_live;
        options.backend_for_all = "cpu";
        options.threads = 1;
        options.settings[WEFT_FIELD_WIDTH] = size;
        options.settings[WEFT_FIELD_HEIGHT] = size;
        auto created = Session::create(options);
        EXPECT_TRUE(created.ok());
        session = std::move(*created);
        program = sema::analyze_text("test.weft", text, session->sources(), session->environment(),
                                     session->diagnostics());
        BuildRequest request;
        request.program = &program;
        request.live = is_live;
        built = build_show(*session, request);
        if (!built) {
            return;
        }
        for (const runtime::TargetLayout& layout : built->show->targets) {
            memory.emplace_back(layout.bytes);
            targets.push_back({memory.back().data(), layout.bytes});
        }
        if (is_live) {
            live = std::make_unique<runtime::Live>(*built->show);
        }
    }

    [[nodiscard]] std::string messages() const { return session->diagnostics().render(false); }
    [[nodiscard]] std::uint32_t target(sema::SinkKind kind) const {
        for (std::uint32_t t = 0; t < built->show->targets.size(); ++t) {
            if (program.sinks[built->show->targets[t].sinks.front()].kind == kind) {
                return t;
            }
        }
        return UINT32_MAX;
    }
    runtime::FrameRequest request(std::int64_t frame, std::int64_t left_out = 0) {
        runtime::FrameRequest request;
        request.absframe = frame;
        request.left_out = left_out;
        request.targets = targets.data();
        request.params = built->show->initial_params.data();
        return request;
    }
    bool frame(std::int64_t number, std::int64_t left_out = 0) {
        return live->frame(request(number, left_out)).ok();
    }
    [[nodiscard]] unsigned red() const {
        return static_cast<unsigned char>(memory[target(sema::SinkKind::display)][0]);
    }
    // Samples [first, first + count) of what is played.
    std::vector<float> block(std::int64_t first, std::uint64_t count) {
        std::vector<float> samples;
        (void)live->take(count);
        while (samples.size() < count) {
            const auto at = static_cast<std::int64_t>(samples.size());
            const std::uint64_t part =
                live->piece(first + at, count - samples.size(), built->show->initial_params.data());
            const float* from = live->samples(target(sema::SinkKind::play));
            samples.insert(samples.end(), from, from + part);
        }
        live->leave();
        return samples;
    }
    // Of two channels the sample `first`, within a block.
    std::pair<float, float> heard(std::int64_t first) {
        EXPECT_EQ(live->piece(first, 16, built->show->initial_params.data()), 16U);
        const std::uint32_t play = target(sema::SinkKind::play);
        const float* samples = live->samples(play);
        return {samples[0], samples[live->plane(play)]};
    }
};

constexpr const char* kFilter = R"(
low<s> = cache(tone, 2)
tone = 0.1 * sin(me@time * 2000) + 0.9 * low@s[low@k ~ 1]
play(tone * 0.5)
)";

constexpr const char* kFrames = R"(
low<s> = cache(tone, 2)
tone = 0.1 * sin(me@time * 2000) + 0.8 * low@s[low@k ~ 1] + 0.001 * (me@frame % 3)
play(tone * 0.5 + 0.01 * (me@absframe % 2))
)";

void expect_blocks_as_frames(const char* program) {
    Running offline(program, false);
    ASSERT_TRUE(offline.built) << offline.messages();
    std::vector<float> expected;
    for (std::int64_t f = 0; f < 6; ++f) {
        ASSERT_TRUE(offline.built->show->run(offline.request(f)).ok());
        const auto* from = reinterpret_cast<const float*>(offline.memory[0].data());
        expected.insert(expected.end(), from, from + 800);
    }
    for (const std::uint64_t size : {64u, 333u, 1024u}) {
        Running running(program);
        ASSERT_TRUE(running.built) << running.messages();
        ASSERT_TRUE(running.live->has_sound());
        std::vector<float> heard;
        while (heard.size() < expected.size()) {
            const auto first = static_cast<std::int64_t>(heard.size());
            const auto block = running.block(first, size);
            heard.insert(heard.end(), block.begin(), block.end());
            EXPECT_EQ(running.live->samples_done(), first + static_cast<std::int64_t>(size));
        }
        heard.resize(expected.size());
        EXPECT_EQ(heard, expected) << size;
    }
}

TEST(Live, SoundInBlocksIsWhatItIsInFrames) {
    expect_blocks_as_frames(kFilter);
    expect_blocks_as_frames(kFrames);
}

// 414 days on, where frames have passed 2^31, and samples 2^40: a whole number of periods later.
TEST(Live, AfterAYearItSoundsAndLooksAsOnTheFirstDay) {
    constexpr const char* kPeriodic = R"(
past<s> = cache(tone, 480)
tone = sin(me@time * 6.283185307179586 * 100)
wave = 0.5 + 0.4 * sin(me@time * 6.283185307179586)
old<v> = cache(wave, 4)
display(wave, old@v[old@k ~ 2], 0)
play(tone * 0.5 + 0.25 * past@s[past@k ~ 100])
)";
    constexpr std::int64_t kSeconds = (INT64_C(1) << 31) / 60 + 1;
    Running early(kPeriodic);
    Running late(kPeriodic);
    ASSERT_TRUE(early.built && late.built) << early.messages();
    for (std::int64_t f = 0; f < 10; ++f) {
        ASSERT_TRUE(early.frame(f));
        ASSERT_TRUE(late.frame(f + kSeconds * 60));
        EXPECT_EQ(early.memory[early.target(sema::SinkKind::display)],
                  late.memory[late.target(sema::SinkKind::display)])
            << f;
        const auto before = early.block(f * 800, 800);
        const auto after = late.block(f * 800 + kSeconds * 48000, 800);
        for (std::size_t i = 0; i < before.size(); ++i) {
            // By then the numbers of time are 7e-9 s apart, 4.7e-6 of an angle at 100 Hz.
            ASSERT_NEAR(before[i], after[i], 5e-6) << f << " " << i;
        }
    }
    EXPECT_EQ(late.live->samples_done(), kSeconds * 48000 + 8000);
}

// One number of a picture, which crosses in the slot.
TEST(Live, SoundReadsThePictureOfTheNewestFrame) {
    Running running(R"(
display(trail@v)
trail<v> = cache(me@absframe / 100 + floor(me@x / 2), 2)
play(trail@v[trail@k ~ 0, me@x ~ 0.5, me@y ~ 0.5])
)");
    ASSERT_TRUE(running.built) << running.messages();
    EXPECT_EQ(running.block(0, 8).back(), 0.0F);  // nothing was captured so far
    for (std::int64_t f = 0; f < 5; ++f) {
        ASSERT_TRUE(running.frame(f));
        EXPECT_NEAR(running.block(8 + f * 8, 8).front(), static_cast<double>(f) / 100, 1e-6);
    }
}

// The whole picture is scanned by the kernel itself, at the newest complete frame.
TEST(Live, SoundScansThePictureOfTheNewestFrame) {
    Running running(R"(
display(trail@v)
trail<v> = cache(me@absframe / 100 + floor(me@x / 2), 2)
play(trail@v[trail@k ~ 0, me@x ~ me@sample / 64 % 1, me@y ~ 0.5])
)");
    ASSERT_TRUE(running.built) << running.messages();
    for (std::int64_t f = 0; f < 5; ++f) {
        ASSERT_TRUE(running.frame(f * 3, f * 2));
        for (const float sample : running.block(f * 2400, 16)) {
            EXPECT_NEAR(sample, static_cast<double>(f * 3) / 100, 1e-6);
        }
    }
}

// Two frames are written while a block is computed, of which each piece scans all that the cache
// keeps: without spare slots the first of them overwrites what is read.
TEST(Live, FramesGoOnWhileSoundScansWhatTheyKeep) {
    Running running(R"(
display(trail@v)
trail<v> = cache(me@absframe / 100 + floor(me@x / 2), 2)
now = trail@v[me@x ~ me@time % 1]
before = trail@v[trail@k ~ 1, me@x ~ me@time % 1]
play(now, before)
)");
    ASSERT_TRUE(running.built) << running.messages();
    for (std::int64_t f = 0; f < 20; ++f) {
        ASSERT_TRUE(running.frame(f));
    }
    const auto heard = [&](std::int64_t first) { return running.heard(first); };
    const std::pair expected(0.19F, 0.18F);
    ASSERT_EQ(running.live->take(48), 19);
    EXPECT_EQ(heard(0), expected);
    ASSERT_TRUE(running.frame(20));
    EXPECT_EQ(heard(16), expected);
    ASSERT_TRUE(running.frame(21));
    EXPECT_EQ(heard(32), expected);
    running.live->leave();
    EXPECT_EQ(running.live->take(48), 21);
    EXPECT_EQ(heard(48), std::pair(0.21F, 0.20F));
    running.live->leave();
}

// A film that is bright in odd frames, uncompressed: YUV4MPEG2.
struct Flicker {
    test::TempDir directory;
    std::string path = (directory / "flicker.y4m").string();
    Flicker() {
        std::ofstream file(path, std::ios::binary);
        file << "YUV4MPEG2 W4 H4 F60:1 Ip A1:1 Cmono\n";
        for (int frame = 0; frame < 60; ++frame) {
            file << "FRAME\n" << std::string(16, frame % 2 == 0 ? '\0' : '\xff');
        }
    }
};

// The source of a camera has one picture in memory, as has a film that is moved by a knob; what is
// scanned stays as it was when the block began. The test picture says the number of its frame in
// blocks, the last of which says whether it is odd.
TEST(Live, FramesGoOnWhileSoundScansACameraAndAFilm) {
    const Flicker flicker;
    Running running(R"(
#slider at<frame> = 0, 60
camera("test")::seen<r>
film<r> = load(")" + flicker.path +
                        R"(")
display(seen@r)
odd<v> = seen@r[me@x ~ 31/32 + 0.001 * (me@time % 1), me@y ~ 0.99]
moved<v> = film@r[me@x ~ me@time % 1, me@time ~ at@frame / 60]
play(odd@v, moved@v)
)",
                    true, 64);
    ASSERT_TRUE(running.built) << running.messages();
    EXPECT_TRUE(sound_reads_frames(*running.built));
    const auto frame = [&](std::int64_t number) {
        running.built->show->initial_params[0] = static_cast<double>(number + 1);
        return running.frame(number);
    };
    const auto heard = [&](std::int64_t first) { return running.heard(first); };
    const std::pair odd(1.0F, 0.0F);
    const std::pair even(0.0F, 1.0F);
    std::int64_t sample = 0;
    for (std::int64_t f = 5; f < 40; f += 7) {
        const auto expected = f % 2 == 0 ? even : odd;
        ASSERT_TRUE(frame(f));
        ASSERT_EQ(running.live->take(64), f);
        EXPECT_EQ(heard(sample), expected) << f;
        ASSERT_TRUE(frame(f + 1));
        EXPECT_EQ(heard(sample + 16), expected) << f;
        ASSERT_TRUE(frame(f + 2));
        EXPECT_EQ(heard(sample + 32), expected) << f;
        running.live->leave();
        ASSERT_TRUE(frame(f + 3));
        EXPECT_EQ(running.live->take(16), f + 3);
        EXPECT_EQ(heard(sample + 48), f % 2 == 0 ? odd : even) << f;
        running.live->leave();
        sample += 64;
    }
}

// What sound reads of a picture goes over a block from where it was to where it is; a film's
// picture, a place that only the maker reads, and what is computed of them too.
TEST(Live, NumbersOfPicturesAreSmoothed) {
    for (const char* cache :
         {"cache(me@absframe / 100, 2)", "cache(me@absframe / 100 + floor(me@x / 2), 2)"}) {
        Running running(std::string("#smooth trail\ndisplay(trail@v)\ntrail<v> = ") + cache +
                        "\nplay(2 * trail@v[me@x ~ 0.5, me@y ~ 0.5] - 0.5)\n");
        ASSERT_TRUE(running.built) << running.messages();
        const sema::ParamId first = running.built->live.first;
        ASSERT_NE(first, sema::kNone);
        const auto block = [&](std::int64_t at, std::uint64_t count) {
            running.built->show->initial_params[first] = static_cast<double>(at);
            return running.block(at, count);
        };
        ASSERT_TRUE(running.frame(0));
        EXPECT_EQ(block(0, 64), std::vector<float>(64, -0.5F));
        std::int64_t at = 64;
        double before = 0;
        for (const std::int64_t f : {1, 2, 5, 30}) {
            ASSERT_TRUE(running.frame(f));
            for (const bool moves : {true, false}) {
                const std::uint64_t count = moves ? 96 : 480;  // over the end of a frame
                const std::vector<float> samples = block(at, count);
                const double now = static_cast<double>(f) / 100;
                for (std::uint64_t n = 0; n < count; ++n) {
                    const double way = moves ? static_cast<double>(n) / 96.0 : 1;
                    EXPECT_NEAR(samples[n], 2 * (before + (now - before) * way) - 0.5, 1e-6)
                        << cache << " " << f << " " << n;
                }
                at += static_cast<std::int64_t>(count);
                before = now;
            }
        }
    }
}

// Offline there are no blocks.
TEST(Live, NumbersOfPicturesAreHeldOffline) {
    Running running(
        "#smooth trail\ndisplay(trail@v)\ntrail<v> = cache(me@absframe / 100, 2)\n"
        "play(trail@v)\n",
        false);
    ASSERT_TRUE(running.built) << running.messages();
    EXPECT_EQ(running.built->live.count, 0U);
    EXPECT_EQ(running.built->live.first, sema::kNone);
}

TEST(Live, FramesReadSoundThatIsComputed) {
    Running running(R"(
tape<s> = cache(me@sample / 48000, 4800)
play(tape@s)
display(tape@s[tape@k ~ 0] * 10)
)");
    ASSERT_TRUE(running.built) << running.messages();
    // Sound is at sample 900, frame 2 begins with sample 1600.
    (void)running.block(0, 900);
    ASSERT_TRUE(running.frame(2));
    EXPECT_EQ(running.red(), static_cast<unsigned>(899.0 / 4800 * 255 + 0.5));
    // Sound is ahead of the frame.
    (void)running.block(900, 3000);
    ASSERT_TRUE(running.frame(3));
    EXPECT_EQ(running.red(), static_cast<unsigned>(2400.0 / 4800 * 255 + 0.5));
}

TEST(Live, AFrameThatIsLeftOutLeavesNoHole) {
    Running running(R"(
count<v> = cache(count@v[count@k ~ 1] + 1, 2)
display(count@v / 255)
)");
    ASSERT_TRUE(running.built) << running.messages();
    std::int64_t tick = 0;
    for (const std::int64_t frame : {0, 2, 4, 5, 9, 11}) {
        ASSERT_TRUE(running.frame(frame, frame - tick));
        EXPECT_EQ(running.red(), static_cast<unsigned>(++tick));
    }
}

TEST(Live, SoundAndPicturesInOneLoopAreRefused) {
    Running running(R"(
display(trail@v)
trail<v> = cache(slope@v[slope@k ~ 0, me@x ~ level@s[level@k ~ 1]], 2)
slope<v> = cache(me@x, 2)
level<s> = cache(trail@v[trail@k ~ 1, me@x ~ 0.5, me@y ~ 0.5], 2)
play(level@s)
)");
    EXPECT_FALSE(running.built.has_value());
    EXPECT_NE(running.messages().find("W0600"), std::string::npos) << running.messages();
}

TEST(Live, AnotherPartGoesOnWhereOneWas) {
    Running before(kFilter);
    Running after(kFilter);
    ASSERT_TRUE(before.built && after.built);
    (void)before.block(0, 480);
    ASSERT_TRUE(before.frame(7, 3));
    after.live->follow(*before.live);
    EXPECT_EQ(after.live->samples_done(), 480);
    EXPECT_EQ(after.live->newest_tick(), 4);
}

}  // namespace
}  // namespace weft::driver
