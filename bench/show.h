// A program, compiled and ready to run frame by frame without writing anything.
#pragma once

#include <weft_paths.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "driver/compile/build_show.h"
#include "driver/compile/session.h"
#include "sema/analyze.h"

namespace weft::bench {

// The repository, also where it lies elsewhere than it was built.
inline std::string source_dir() {
    const char* root = std::getenv("WEFT_ROOT");
    return root && *root ? root : in_source();
}

using Settings = std::vector<std::pair<std::uint32_t, double>>;

inline Settings picture_size(double width, double height) {
    return {{WEFT_FIELD_WIDTH, width}, {WEFT_FIELD_HEIGHT, height}};
}

// Options of a session that neither reads nor writes compiled code; threads == 0: all cores.
inline driver::CommonOptions uncached(unsigned threads, const Settings& settings,
                                      const std::string& backend = {}) {
    driver::CommonOptions options;
    options.threads = threads;
    options.no_cache = true;
    options.backend_for_all = backend;
    for (const auto& [field, value] : settings) options.settings[field] = value;
    return options;
}

class RunningShow {
public:
    // Settings are "width=1920"-like pairs of field and number.
    RunningShow(const std::string& path, unsigned threads, const Settings& settings = {})
        : RunningShow(path, {}, uncached(threads, settings)) {}
    // A program as text, unless `text` is empty. With strands named: these alone, at points, with
    // the caches they need, and no sinks. `apart`: everything in a batch of its own. `in_parts`:
    // sound for runtime::Live, which frames leave out.
    RunningShow(const std::string& path, const std::string& text, driver::CommonOptions options,
                const std::vector<std::string>& strands = {}, bool apart = false,
                bool in_parts = false) {
        auto session = driver::Session::create(std::move(options));
        if (!session) return;
        session_ = std::move(*session);
        SourceMap& sources = session_->sources();
        Diagnostics& diagnostics = session_->diagnostics();
        const sema::Environment environment = session_->environment();
        program_ = text.empty() ? sema::analyze(path, sources, environment, diagnostics)
                                : sema::analyze_text(path, text, sources, environment, diagnostics);
        driver::BuildRequest request;
        request.program = &program_;
        request.apart = apart;
        request.live = in_parts;
        for (const std::string& strand : strands)
            for (const sema::Expr* value :
                 sema::analyze_expression(program_, strand, sources, diagnostics))
                request.values.push_back(value);
        if (!strands.empty()) request.wanted = [](std::uint32_t) { return false; };
        if (!diagnostics.has_errors()) built_ = build_show(*session_, request);
        session_->print_diagnostics();
        if (!built_) return;
        for (const runtime::TargetLayout& layout : built_->show->targets) {
            // As a renderer has it.
            const auto buffer = session_->pool().allocate(layout.bytes, true, false);
            if (!buffer) std::abort();
            targets_.push_back({buffer->data, layout.bytes});
        }
    }
    RunningShow(const RunningShow&) = delete;
    RunningShow& operator=(const RunningShow&) = delete;

    [[nodiscard]] bool ok() const { return built_.has_value(); }
    // Frames [first, first + count), each over the same memory.
    void run(std::int64_t first, std::int64_t count) {
        on_its_thread([&] { run_here(first, count); });
    }
    // What a renderer does: one errand of the main group, in which frame follows upon frame. To
    // wake its thread for every few short ones would be measured as theirs.
    template <class Work>
    void on_its_thread(Work&& work) {
        session_->main_group().run(std::forward<Work>(work));
    }
    // The same frames, from within on_its_thread.
    void run_here(std::int64_t first, std::int64_t count) {
        for (std::int64_t f = first; f < first + count; ++f) {
            runtime::FrameRequest request;
            request.absframe = f;
            request.targets = targets_.data();
            request.params = built_->show->initial_params.data();
            if (!built_->show->run(request).ok()) std::abort();
        }
    }
    [[nodiscard]] const void* target(std::size_t i) const { return targets_[i].data; }
    [[nodiscard]] runtime::Show& show() { return *built_->show; }
    [[nodiscard]] driver::Session& session() { return *session_; }

private:
    std::unique_ptr<driver::Session> session_;
    sema::Program program_;
    std::optional<driver::BuiltShow> built_;
    std::vector<weft_target> targets_;  // the session's pool frees them
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
