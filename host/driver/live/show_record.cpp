#include "driver/live/show_record.h"

namespace weft::driver {

Result<std::unique_ptr<ShowRecord>> ShowRecord::create(const std::string& path) {
    auto log = runtime::ShowLog::create(path);
    if (!log) {
        return std::move(log).error();
    }
    return std::unique_ptr<ShowRecord>(new ShowRecord(std::move(*log)));
}

void ShowRecord::program(Session& session, const RunOptions& options, Version& version,
                         std::uint32_t channels) {
    const LiveVersion& live = LiveVersion::of(version);
    const sema::Program& program = *version.program;
    const SourceMap& sources = version.messages->sources;
    runtime::LoggedProgram logged;
    logged.version = live.number();
    for (const std::string& path : program.files) {
        for (FileId file = 0; file < sources.size(); ++file) {
            if (sources.file(file).path == path) {
                logged.files.push_back({path, sources.file(file).text});
                break;
            }
        }
    }
    const auto& settings = session.options().settings;
    for (std::uint32_t field = 0; field < settings.size(); ++field) {
        if (settings[field]) {
            logged.settings.emplace_back(field, *settings[field]);
        }
    }
    for (const sema::Param& param : program.params) {
        logged.params.push_back(param.key);
    }
    logged.param_count = static_cast<std::uint32_t>(LiveVersion::of(version).inputs().count());
    logged.channels = channels;
    logged.tempo = live_request(program, options).tempo;
    logged.media = live.media();
    log_->program(logged);
}

void ShowRecord::frame(LiveVersion& version, const runtime::FrameRequest& request) {
    runtime::FrameSeen seen;
    seen.version = version.number();
    seen.frame = request.absframe;
    // Where no sound is read it still tells about when this was.
    seen.samples_done = request.samples_done == INT64_MAX
                            ? version.show().first_sample(request.absframe)
                            : request.samples_done;
    seen.left_out = request.left_out;
    seen.params = {request.params, version.inputs().count()};
    seen.checksum = frame_checksum(version.show(), request.targets);
    log_->frame(seen);
}

std::string ShowRecord::take_trouble() {
    if (auto failure = log_->take_failure()) {
        return "the log of the show ends here: " + *failure;
    }
    if (!lost_ && log_->counters().lost != 0) {
        lost_ = true;
        return "the log of the show has a gap: the disk is too slow";
    }
    return "";
}

std::uint64_t frame_checksum(const runtime::Show& show, const weft_target* targets) {
    std::uint64_t checksum = 0;
    for (std::size_t t = 0; t < show.targets.size(); ++t) {
        if (show.targets[t].kind != runtime::TargetKind::sound) {
            checksum = runtime::log_checksum(checksum, targets[t].data, show.targets[t].bytes);
        }
    }
    return checksum;
}

}  // namespace weft::driver
