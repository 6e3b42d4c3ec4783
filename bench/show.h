// A program of bench/programs, compiled and ready to run frame by frame without writing anything.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "driver/build_show.h"
#include "driver/session.h"
#include "sema/analyze.h"

namespace weft::bench {

class RunningShow {
public:
    // threads == 0: all cores. Settings are "width=1920"-like pairs of field and number.
    RunningShow(const std::string& path, unsigned threads,
                const std::vector<std::pair<std::uint32_t, double>>& settings = {}) {
        driver::CommonOptions options;
        options.plugin_directories = {WEFT_BINARY_DIR "/lib/weft"};
        options.threads = threads;
        options.no_cache = true;
        for (const auto& [field, value] : settings) options.settings[field] = value;
        auto session = driver::Session::create(std::move(options));
        if (!session) return;
        session_ = std::move(*session);
        program_ = sema::analyze(path, session_->sources(), session_->environment(),
                                 session_->diagnostics());
        driver::BuildRequest request;
        request.program = &program_;
        if (!session_->diagnostics().has_errors()) built_ = build_show(*session_, request);
        session_->print_diagnostics();
        if (!built_) return;
        for (const runtime::TargetLayout& layout : built_->show->targets) {
            memory_.push_back(std::make_unique<char[]>(layout.bytes + 64));
            const auto address = reinterpret_cast<std::uintptr_t>(memory_.back().get());
            targets_.push_back({memory_.back().get() + (64 - address % 64) % 64, layout.bytes});
        }
    }
    RunningShow(const RunningShow&) = delete;
    RunningShow& operator=(const RunningShow&) = delete;

    [[nodiscard]] bool ok() const { return built_.has_value(); }
    // Frames [first, first + count), each over the same memory.
    void run(std::int64_t first, std::int64_t count) {
        session_->main_group().run([&] {
            for (std::int64_t f = first; f < first + count; ++f) {
                runtime::FrameRequest request;
                request.absframe = f;
                request.targets = targets_.data();
                request.params = built_->show->initial_params.data();
                if (!built_->show->run(request).ok()) std::abort();
            }
        });
    }
    [[nodiscard]] const void* target(std::size_t i) const { return targets_[i].data; }
    [[nodiscard]] runtime::Show& show() { return *built_->show; }

private:
    std::unique_ptr<driver::Session> session_;
    sema::Program program_;
    std::optional<driver::BuiltShow> built_;
    std::vector<std::unique_ptr<char[]>> memory_;
    std::vector<weft_target> targets_;
};

// Seconds that `work` takes: the least of `rounds` runs, as other work only ever adds.
template <class Work>
double least_seconds(int rounds, Work&& work) {
    double best = 1e30;
    for (int i = 0; i < rounds; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        work();
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
        best = std::min(best, took.count());
    }
    return best;
}

}  // namespace weft::bench
