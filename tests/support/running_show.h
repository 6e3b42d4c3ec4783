// A program that runs on chosen back ends, with memory for what its sinks deliver.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "driver/compile/build_show.h"

namespace weft::test {

struct RunningShow {
    std::unique_ptr<driver::Session> session;
    sema::Program program;
    std::optional<driver::BuiltShow> built;
    std::vector<std::vector<char>> memory;
    std::vector<weft_target> targets;

    // Without a built show where the program cannot be compiled; the session's diagnostics tell.
    // `apart`: everything in a batch of its own. With options.live for runtime::Live, which the
    // caller drives, and with pictures of floats.
    static std::unique_ptr<RunningShow> start(const std::string& text,
                                              driver::CommonOptions options, bool apart = false) {
        const bool live = options.live;
        auto running = std::make_unique<RunningShow>();
        auto session = driver::Session::create(std::move(options));
        EXPECT_TRUE(session.ok());
        running->session = std::move(*session);
        driver::Session& s = *running->session;
        running->program =
            sema::analyze_text("test.weft", text, s.sources(), s.environment(), s.diagnostics());
        driver::BuildRequest request;
        request.program = &running->program;
        request.apart = apart;
        request.live = live;
        if (live) {
            request.picture_format = [](const sema::Sink&) { return WEFT_FORMAT_F32; };
        }
        running->built = build_show(s, request);
        if (running->built) {
            for (const runtime::TargetLayout& layout : running->built->show->targets) {
                running->memory.emplace_back(layout.bytes);
                running->targets.push_back({running->memory.back().data(), layout.bytes});
            }
        }
        return running;
    }

    [[nodiscard]] Result<void> frame(std::int64_t k) {
        runtime::FrameRequest request;
        request.absframe = k;
        request.targets = targets.data();
        request.params = built->show->initial_params.data();
        return built->show->run(request);
    }

    [[nodiscard]] std::string messages() const { return session->diagnostics().render(false); }
};

}  // namespace weft::test
