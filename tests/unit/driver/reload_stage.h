// A program that runs while it is edited, for tests: frames and sound are driven by hand, as
// `weft run` drives them, so that what is heard can be compared sample by sample.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "driver/live/reload.h"
#include "runtime/crossfade.h"
#include "sema/analyze.h"
#include "tests/support/temp_dir.h"

namespace weft::driver {

inline constexpr std::int64_t kBlock = 256;

// What runs a version: its numbers from outside, its two parts, memory of its frames.
class Running final : public Prepared {
public:
    explicit Running(const Version& version)
        : inputs(*version.program, version.built.live, [] { return 0.0; }),
          live(*version.built.show),
          program_(*version.program),
          show_(*version.built.show),
          same_(version.built.same_sound) {
        for (const runtime::TargetLayout& layout : show_.targets) {
            memory_.emplace_back(layout.bytes);
            targets.push_back({memory_.back().data(), layout.bytes});
        }
    }
    [[nodiscard]] std::unique_ptr<runtime::Voice> voice() {
        if (!live.has_sound()) {
            return nullptr;
        }
        auto voice = std::make_unique<runtime::Voice>();
        voice->live = &live;
        voice->inputs = &inputs;
        voice->same = same_;
        voice->params.resize(inputs.count());
        for (std::uint32_t t = 0; t < show_.targets.size(); ++t) {
            const runtime::TargetLayout& layout = show_.targets[t];
            if (program_.sinks[layout.sinks.front()].kind == sema::SinkKind::play) {
                voice->target = t;
                voice->channels = layout.channels;
                voice->plane = layout.plane_bytes / sizeof(float);
            }
        }
        return voice;
    }

    runtime::Inputs inputs;
    runtime::Live live;
    std::vector<weft_target> targets;

private:
    const sema::Program& program_;
    const runtime::Show& show_;
    bool same_;
    std::vector<std::vector<unsigned char>> memory_;
};

inline Running& running(const Version& version) {
    return static_cast<Running&>(*version.prepared);
}

// A show and its files.
class Stage {
public:
    explicit Stage(const std::string& text, const std::string& backend = "cpu") {
        save(text);
        CommonOptions options;
        options.live = true;
        options.threads = 2;
        options.backend_for_all = backend;
        options.settings[WEFT_FIELD_WIDTH] = 32;
        options.settings[WEFT_FIELD_HEIGHT] = 24;
        session = std::move(*Session::create(options));
        Reloader::Request request;
        request.file = directory / "show.weft";
        request.build = [](const sema::Program&) { return BuildRequest{}; };
        request.prepare = [](Version& made) -> Result<void> {
            made.prepared = std::make_unique<Running>(made);
            return {};
        };
        reloader = std::make_unique<Reloader>(*session, request);
        version = reloader->first();
        why_not = session->diagnostics().render(false);
        sound = std::make_unique<runtime::Sound>(48000, 1);
        if (version != nullptr) {
            EXPECT_TRUE(reloader->start().ok());
            offered = running(*version).voice();
        }
    }
    ~Stage() {
        sound.reset();
        for (std::unique_ptr<Version>& old : fading) {
            reloader->retire(std::move(old));
        }
        reloader->retire(std::move(version));
        reloader.reset();
    }
    Stage(const Stage&) = delete;
    Stage& operator=(const Stage&) = delete;

    // By a rename, as editors do.
    void save(const std::string& text, const std::string& name = "show.weft") const {
        std::ofstream(directory / (name + "~")) << text;
        std::filesystem::rename(directory / (name + "~"), directory / name);
    }
    // Saves it, and waits until it is compiled.
    void edit(const std::string& text, const std::string& name = "show.weft") {
        save(text, name);
        reloader->wait_idle();
    }

    // Runs frames up to this one, with the sound until its end.
    void run_to(std::int64_t end) {
        ASSERT_NE(version, nullptr) << why_not;
        for (; frame < end; ++frame) {
            change();
            const runtime::Show& show = *version->built.show;
            runtime::FrameRequest request;
            request.absframe = frame;
            request.targets = running(*version).targets.data();
            request.params = running(*version).inputs.frame(0, 0);
            const auto done = running(*version).live.frame(request);
            ASSERT_TRUE(done.ok()) << done.error().message;
            if (offered != nullptr) {
                (void)sound->offer(offered);
            }
            for (; sample < show.first_sample(frame + 1); sample += kBlock) {
                heard.resize(keeps ? heard.size() + kBlock : kBlock);
                float* out = heard.data() + heard.size() - kBlock;
                sound->block(
                    {0, static_cast<double>(sample) / 48000, sample, std::uint64_t{kBlock}}, &out);
            }
            if (const auto voice = sound->take_done(); voice != nullptr) {
                reloader->retire(std::move(fading.front()));
                fading.erase(fading.begin());
            }
        }
    }
    [[nodiscard]] std::vector<unsigned char> picture() const {
        const weft_target& target = *running(*version).targets.data();
        const auto* data = static_cast<const unsigned char*>(target.data);
        return {data, data + target.size};
    }

    // What `weft check` says of it.
    [[nodiscard]] std::string checked() const {
        Messages messages;
        (void)sema::analyze(directory / "show.weft", messages.sources, {}, messages.diagnostics);
        return messages.diagnostics.render(false);
    }

    test::TempDir directory;
    std::unique_ptr<Session> session;
    std::unique_ptr<Reloader> reloader;
    std::unique_ptr<Version> version;  // null: it does not compile
    std::string why_not;
    std::unique_ptr<runtime::Sound> sound;
    std::vector<float> heard;
    bool keeps = true;  // all that is heard
    std::int64_t frame = 0;
    std::int64_t sample = 0;

private:
    // The newest version, unless one is still being changed to.
    void change() {
        if (!fading.empty() || offered != nullptr) {
            return;
        }
        std::unique_ptr<Version> next = reloader->take();
        if (next == nullptr) {
            return;
        }
        running(*next).live.follow(running(*version).live);
        running(*next).inputs.adopt(running(*version).inputs);
        offered = running(*next).voice();
        version.swap(next);
        if (offered != nullptr) {
            fading.push_back(std::move(next));
        } else {
            reloader->retire(std::move(next));
        }
    }

    std::unique_ptr<runtime::Voice> offered;
    std::vector<std::unique_ptr<Version>> fading;
};

}  // namespace weft::driver
