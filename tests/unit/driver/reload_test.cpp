// A program that is edited while it runs.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include <fmt/format.h>

#include "tests/support/absent.h"
#include "tests/support/tested_backends.h"
#include "tests/unit/driver/reload_stage.h"

namespace weft::driver {
namespace {

namespace fs = std::filesystem;

// From one sample to the next, of samples [from, from + count).
float largest_step(const std::vector<float>& sound, std::size_t from, std::size_t count) {
    float largest = 0;
    for (std::size_t n = std::max<std::size_t>(from, 1); n < std::min(from + count, sound.size());
         ++n) {
        largest = std::max(largest, std::abs(sound[n] - sound[n - 1]));
    }
    return largest;
}

// --- What is heard -------------------------------------------------------------------------------

// Voices come, go, change their pitch, their level and their names; nothing clicks.
TEST(Reload, AHundredEditsWithoutAClick) {
    const auto program = [](int edit) {
        std::string text;
        std::string sum = "0";
        for (int voice = 0; voice <= edit % 3; ++voice) {
            const std::string name = fmt::format("voice{}_{}", voice, edit % 4);
            text += fmt::format("{} = {} * sin(me@time * 6.28318530718 * {})\n", name,
                                0.1 + 0.05 * (edit % 5), 220 + 170 * voice + 3 * (edit % 7));
            sum += " + " + name;
        }
        return text + "play(" + sum + ")\ndisplay(me@x)\n";
    };
    Stage stage(program(0));
    constexpr std::size_t kLength = std::size_t{6} * 800;
    stage.run_to(6);
    for (int edit = 1; edit <= 100; ++edit) {
        stage.edit(program(edit));
        stage.run_to(6 * (edit + 1));
        ASSERT_EQ(stage.reloader->message().text, "");
    }
    EXPECT_EQ(stage.reloader->counts().built, 100u);
    for (std::size_t edit = 1; edit <= 100; ++edit) {
        // The second half of a stretch is one program's alone.
        const float before = largest_step(stage.heard, edit * kLength - kLength / 2, kLength / 2);
        const float after = largest_step(stage.heard, edit * kLength + kLength / 2, kLength / 2);
        const float change = largest_step(stage.heard, edit * kLength, kLength / 2);
        EXPECT_GT(before, 0.001F);
        EXPECT_LT(change, 1.25F * std::max(before, after)) << edit;
    }
}

constexpr const char* kTape = R"(
pulse = if me@abssample % 9600 < 200 then 0.5 else 0
tape<t> = cache(0.8 * tape@t[tape@k ~ 6000] + pulse, 8000)
low<l> = cache(low@l[low@k ~ 1] * 0.99 + tape@t[tape@k ~ 1] * 0.01, 2)
play(low@l + 0.3 * tape@t[tape@k ~ 100])
)";

// A tape loop and a filter do not notice what changes beside them.
TEST(Reload, FiltersAndTapesGoOn) {
    Stage undisturbed(std::string(kTape) + "display(me@x)\n");
    undisturbed.run_to(90);
    Stage stage(std::string(kTape) + "display(me@x)\n");
    for (int edit = 0; edit < 12; ++edit) {
        stage.run_to(7 * (edit + 1));
        stage.edit(fmt::format("// {}\n{}display(me@x * {})\n", edit, kTape, 0.1 * edit));
        stage.run_to(stage.frame + 1);
        EXPECT_EQ(stage.version->built.kept, (std::vector<std::string>{"tape@t", "low@l"}));
        EXPECT_TRUE(stage.version->built.begun.empty());
        EXPECT_TRUE(stage.version->built.same_sound);
    }
    stage.run_to(90);
    EXPECT_EQ(stage.reloader->counts().built, 12u);
    EXPECT_EQ(stage.heard, undisturbed.heard);
}

// Sound that only looks the same: it remembers less, or hears another knob.
TEST(Reload, OtherSoundIsFadedTo) {
    Stage stage(std::string(kTape) + "display(me@x)\n");
    for (const char* other : {"display(me@x) play(0.1 * sin(me@time * 500))",
                              "#slider gain<g> = 0, 1\nplay(0.1 * gain * sin(me@time * 500))",
                              "#slider gain<g> = 0, 2\nplay(0.1 * gain * sin(me@time * 500))"}) {
        stage.edit(other);
        stage.run_to(stage.frame + 3);
        EXPECT_FALSE(stage.version->built.same_sound) << other;
    }
    stage.edit(std::string(kTape) + "display(me@x)\n");
    stage.run_to(stage.frame + 3);
    EXPECT_EQ(stage.version->built.begun.size(), 2u);
    EXPECT_FALSE(stage.version->built.same_sound);
}

// Two saves before a frame: what goes on does not go by a program that never ran.
TEST(Reload, WhatNobodySawTakesNothingAway) {
    Stage stage(std::string(kTape) + "display(me@x)\n");
    stage.run_to(3);
    stage.edit("display(me@x * 0.5)\n");
    stage.edit(std::string(kTape) + "display(me@y)\n");
    stage.run_to(5);
    EXPECT_EQ(stage.version->built.kept, (std::vector<std::string>{"tape@t", "low@l"}));
    EXPECT_TRUE(stage.version->built.same_sound);
    // One that is wrong leaves the one before it to be taken.
    const std::string good = std::string(kTape) + "display(me@x * 0.25)\n";
    stage.edit(good);
    stage.edit("display(nobody@x)\n");
    stage.run_to(7);
    EXPECT_EQ(stage.version->messages->sources.file(0).text, good);
    EXPECT_NE(stage.reloader->message().text, "");
}

TEST(Reload, RenamedAndMovedTapesGoOnUnderAnotherGain) {
    Stage undisturbed(std::string(kTape) + "display(me@x)\n");
    undisturbed.run_to(60);
    Stage stage(std::string(kTape) + "display(me@x)\n");
    stage.run_to(20);
    stage.edit(R"(
spindle smooth(past, now) :: <o> { out o = past * 0.99 + now * 0.01 }
display(me@x)
play(0.5 * (soft@s + 0.3 * delay@d[delay@k ~ 100]))
soft<s> = cache(smooth(soft@s[soft@k ~ 1], delay@d[delay@k ~ 1]), 2)
delay<d> = cache(0.8 * delay@d[delay@k ~ 6000] + hit, 8000)
hit = if me@abssample % 9600 < 200 then 0.5 else 0
)");
    stage.run_to(60);
    ASSERT_EQ(stage.reloader->message().text, "");
    EXPECT_EQ(stage.version->built.kept.size(), 2u);
    for (std::size_t n = 22 * 800; n < stage.heard.size(); ++n) {
        ASSERT_NEAR(stage.heard[n], 0.5F * undisturbed.heard[n], 1e-6) << n;
    }
    EXPECT_LE(largest_step(stage.heard, 0, SIZE_MAX / 2),
              largest_step(undisturbed.heard, 0, SIZE_MAX / 2) * 1.01F);
}

// --- What is seen --------------------------------------------------------------------------------

class ReloadOn : public testing::TestWithParam<std::string> {};

constexpr const char* kReaction = R"(
grown = a@v[a@k ~ 1] + 0.2 * (a@v[a@k ~ 1, me@x ~ me@x + 0.03] - a@v[a@k ~ 1])
        + 0.1 * b@w[b@k ~ 1] * (1 - a@v[a@k ~ 1])
a<v> = cache(if me@absframe < 1 then me@x else grown, 2)
b<w> = cache(if me@absframe < 1 then me@y else 0.95 * b@w[b@k ~ 1] + 0.05 * a@v[a@k ~ 1], 2)
)";

TEST_P(ReloadOn, PicturesThatRememberGoOn) {
    const std::string shown = "display(a@v, b@w, me@x)\n";
    Stage undisturbed(kReaction + shown, GetParam());
    if (undisturbed.version == nullptr) {
        return test::absent(undisturbed.why_not);
    }
    undisturbed.run_to(30);
    Stage stage(kReaction + shown, GetParam());
    stage.run_to(10);
    stage.edit(kReaction + std::string("display(1 - a@v, b@w * 0.5, 0)\n"));
    stage.run_to(20);
    EXPECT_NE(stage.picture(), undisturbed.picture());
    stage.edit(shown + std::string("// moved\n") + kReaction);
    stage.run_to(30);
    ASSERT_EQ(stage.reloader->message().text, "");
    EXPECT_EQ(stage.version->built.kept.size(), 2u);
    EXPECT_EQ(stage.picture(), undisturbed.picture());
}

INSTANTIATE_TEST_SUITE_P(All, ReloadOn, testing::ValuesIn(test::tested_backends()),
                         [](const auto& of) { return of.param; });

TEST(Reload, FilesThatAreUsed) {
    Stage stage("display(me@x)\n");
    stage.edit("use \"part.weft\"\ndisplay(shade)\n");
    EXPECT_NE(stage.reloader->message().text.find("part.weft"), std::string::npos);
    stage.edit("shade = me@x * 0 + 0.2\n", "part.weft");
    stage.run_to(1);
    EXPECT_EQ(stage.reloader->message().text, "");
    EXPECT_EQ(stage.picture().front(), 51);
    stage.edit("shade = me@x * 0 + 0.4\n", "part.weft");
    stage.run_to(2);
    EXPECT_EQ(stage.picture().front(), 102);
    stage.edit("shade = me@x * + 0.4\n", "part.weft");
    stage.run_to(3);
    EXPECT_NE(stage.reloader->message().text.find("part.weft:1:"), std::string::npos);
    EXPECT_EQ(stage.picture().front(), 102);
}

// A picture of one colour, as a PFM file has it.
std::string picture_of(float red) {
    std::string bytes = "PF\n2 2\n-1.0\n";
    for (int pixel = 0; pixel < 4; ++pixel) {
        for (const float channel : {red, 0.0F, 0.0F}) {
            bytes.append(reinterpret_cast<const char*>(&channel), sizeof channel);
        }
    }
    return bytes;
}

TEST(Reload, PicturesThatAreReplaced) {
    Stage stage("display(me@x)\n");
    stage.save(picture_of(0.2F), "a.pfm");
    stage.edit("load(\"a.pfm\")::img<r,g,b>\ndisplay(img@r)\n");
    ASSERT_EQ(stage.reloader->message().text, "");
    stage.run_to(1);
    EXPECT_EQ(stage.picture().front(), 51);
    // Only the program changes: the picture stays open.
    const plugin::Program* open = stage.version->built.show->sources.front().program.get();
    stage.edit("load(\"a.pfm\")::photo<r,g,b>\ndisplay(photo@r * 2)\n");
    stage.run_to(2);
    EXPECT_EQ(stage.picture().front(), 102);
    EXPECT_EQ(stage.version->built.show->sources.front().program.get(), open);
    // Only the picture does.
    stage.edit(picture_of(0.4F), "a.pfm");
    stage.run_to(3);
    EXPECT_EQ(stage.picture().front(), 204);
}

// --- What is not done ----------------------------------------------------------------------------

TEST(Reload, ABadEditChangesNothingButTheMessage) {
    Stage undisturbed("play(0.2 * sin(me@time * 2000))\ndisplay(me@x)\n");
    undisturbed.run_to(30);
    Stage stage("play(0.2 * sin(me@time * 2000))\ndisplay(me@x)\n");
    stage.run_to(10);
    stage.edit("play(0.2 * sin(me@time * 2000)\ndisplay(me@x)\n");
    stage.run_to(15);
    const std::string message = stage.reloader->message().text;
    EXPECT_NE(message.find("show.weft:1:31: error:"), std::string::npos) << message;
    EXPECT_NE(message.find("    1 | play(0.2"), std::string::npos) << message;
    EXPECT_EQ(message, stage.checked());
    stage.edit("play(0.2 * sin(me@time * 2000))\ndisplay(me@q)\n");
    stage.run_to(20);
    EXPECT_NE(stage.reloader->message().text.find("show.weft:2:"), std::string::npos);
    EXPECT_EQ(stage.reloader->message().number, 2u);
    // As it was: the message goes, and nothing else happens.
    stage.edit("play(0.2 * sin(me@time * 2000))\ndisplay(me@x)\n");
    EXPECT_EQ(stage.reloader->message().text, "");
    EXPECT_EQ(stage.reloader->message().number, 3u);
    stage.run_to(30);
    EXPECT_EQ(stage.reloader->counts().built, 0u);
    EXPECT_EQ(stage.reloader->counts().failed, 2u);
    EXPECT_EQ(stage.version->number, 1u);
    EXPECT_EQ(stage.heard, undisturbed.heard);
}

TEST(Reload, WhatMeansTheSameIsNotBuilt) {
    const std::string text = "tone = 0.2 * sin(me@time * 2000)\nplay(tone)\ndisplay(me@x)\n";
    Stage stage(text);
    stage.edit(text);
    stage.edit("// nothing new\n" + text);
    stage.edit("display(me@x) play(sound) sound = 0.2*sin(me@time*2000)");
    EXPECT_EQ(stage.reloader->counts().built, 0u);
    EXPECT_EQ(stage.reloader->counts().same, 2u);
    EXPECT_EQ(stage.reloader->take(), nullptr);
    // But for those who ask for it.
    stage.reloader->reload();
    stage.reloader->wait_idle();
    EXPECT_EQ(stage.reloader->counts().built, 1u);
    stage.run_to(4);
    EXPECT_EQ(stage.version->number, 2u);
}

TEST(Reload, TheNewestWins) {
    Stage stage("display(me@x)\n");
    for (int edit = 1; edit <= 5; ++edit) {
        stage.save(fmt::format("display(me@x * 0.{})\n", edit));
    }
    stage.reloader->wait_idle();
    const std::unique_ptr<Version> newest = stage.reloader->take();
    ASSERT_NE(newest, nullptr);
    EXPECT_EQ(newest->messages->sources.file(0).text, "display(me@x * 0.5)\n");
    EXPECT_EQ(stage.reloader->take(), nullptr);
    EXPECT_GE(stage.reloader->counts().built, 1u);
}

// --- Many times ----------------------------------------------------------------------------------

std::size_t entries(const char* directory) {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(directory), fs::directory_iterator()));
}

TEST(Reload, NothingIsLeftBehind) {
    const bool nightly = std::getenv("WEFT_TEST_LONG") != nullptr;
    const int edits = nightly ? 1000 : 40;
    const auto program = [](int edit) {
        return fmt::format(
            "gone{0}<g> = cache(me@x * {0}, 9)\n{1}display(gone{0}@g[gone{0}@k ~ 2])\n", edit,
            kTape);
    };
    Stage stage(program(0));
    stage.keeps = false;
    std::size_t descriptors = 0;
    std::size_t threads = 0;
    std::uint64_t bytes = 0;
    for (int edit = 1; edit <= edits; ++edit) {
        stage.edit(program(edit));
        stage.run_to(stage.frame + 4);
        stage.reloader->wait_idle();
        if (edit == edits / 2) {
            descriptors = entries("/proc/self/fd");
            threads = entries("/proc/self/task");
            bytes = stage.session->pool().stats().live_bytes;
        }
    }
    EXPECT_EQ(stage.reloader->counts().built, static_cast<std::uint64_t>(edits));
    EXPECT_EQ(entries("/proc/self/fd"), descriptors);
    EXPECT_EQ(entries("/proc/self/task"), threads);
    EXPECT_EQ(stage.session->pool().stats().live_bytes, bytes);
}

}  // namespace
}  // namespace weft::driver
