// What a replay writes, through all versions of the program: files go on as long as they can, and
// others begin where an edit gives what is written another form.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "driver/live/replay_files.h"
#include "driver/offline/outputs.h"
#include "driver/offline/render_plan.h"

namespace weft::driver {

class ReplayOutputs {
public:
    // Both outlive it.
    ReplayOutputs(Session& session, const RenderOptions& options)
        : session_(session), options_(options) {}

    // What is written, and of which frames, by the first version. False: the diagnostics say why.
    [[nodiscard]] bool plan(const sema::Program& program);
    // In which format a picture is made (BuildRequest::picture_format).
    [[nodiscard]] std::uint32_t format_of(const sema::Sink& sink) const;
    // Pictures are made in the format in which they were shown.
    [[nodiscard]] bool is_comparable() const;

    // The first version is there; `channels` are played.
    [[nodiscard]] Result<void> begin(const sema::Program& program, const runtime::Show& show,
                                     std::uint32_t channels);
    // As ReplayFiles', of any version.
    [[nodiscard]] Result<void> frame(std::int64_t absframe, const sema::Program& program,
                                     const runtime::Show& show, const weft_target* targets);
    [[nodiscard]] Result<void> sound(std::int64_t first, const float* const* channels,
                                     std::uint64_t count);
    [[nodiscard]] bool is_complete() const { return files_ != nullptr && files_->complete(); }
    [[nodiscard]] Result<void> finish(bool complete);

private:
    [[nodiscard]] Result<std::unique_ptr<ReplayFiles>> open(const sema::Program& program,
                                                            const runtime::Show& show);

    Session& session_;
    const RenderOptions& options_;
    std::vector<OutputSpec> specs_;
    FrameRange range_{0, INT64_MAX};
    std::uint32_t channels_ = 1;
    std::uint32_t shown_format_ = WEFT_FORMAT_RGBA8;  // of what is displayed
    std::map<std::string, std::uint32_t> formats_;    // of exported pictures, by file
    std::set<std::string> names_;                     // of files so far
    std::unique_ptr<ReplayFiles> files_;
    std::vector<std::unique_ptr<ReplayFiles>> ending_;  // wait for the rest of their sound
};

}  // namespace weft::driver
