#include "driver/offline/render_plan.h"

#include <algorithm>
#include <cmath>

#include <weft/clock.h>

namespace weft::driver {
namespace {

using sema::Sink;
using sema::SinkKind;

// A render without any end needs one: long enough to see and hear what a program does.
constexpr double kDefaultSeconds = 10;

std::string extension_of(const std::string& path) {
    const std::size_t slash = path.find_last_of('/');
    const std::size_t dot = path.rfind('.');
    if (dot == std::string::npos || (slash != std::string::npos && dot < slash)) {
        return {};
    }
    std::string extension = path.substr(dot + 1);
    std::transform(extension.begin(), extension.end(), extension.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return extension;
}

bool shows(const Sink& sink) {
    return sink.kind == SinkKind::display || sink.kind == SinkKind::render;
}

class OutputPlanner {
public:
    OutputPlanner(Session& session, const RenderOptions& options, const sema::Program& program)
        : session_(session), options_(options), program_(program) {}

    std::vector<OutputSpec> run() {
        if (!options_.out.empty()) {
            add_main();
        }
        for (std::uint32_t s = 0; s < program_.sinks.size(); ++s) {
            const Sink& sink = program_.sinks[s];
            if (sink.kind == SinkKind::export_file || sink.kind == SinkKind::data) {
                add_file(s);
            }
        }
        const bool computes =
            std::any_of(program_.sinks.begin(), program_.sinks.end(),
                        [](const Sink& sink) { return sink.kind == SinkKind::compute; });
        if (specs_.empty() && !computes && !session_.diagnostics().has_errors()) {
            session_.diagnostics()
                .add(Code::render_where, {})
                .suggest("say where with -o, for example -o out.png, -o out.wav or -o out.mp4");
        }
        return std::move(specs_);
    }

private:
    // The file's format as its writer describes it. Reports what is missing.
    const weft_writer_format* format_of(const std::string& path, Span span,
                                        const weft_writer_api*& writer) {
        const std::string extension = extension_of(path);
        if (extension.empty()) {
            session_.diagnostics()
                .add(Code::no_extension, span, {path})
                .suggest("end the name with the format, for example .png, .wav or .mp4");
            return nullptr;
        }
        if (session_.plugins().writer_of(extension).empty()) {
            session_.plugins().explain_missing_writer(extension, session_.diagnostics());
            return nullptr;
        }
        auto found = session_.plugins().writer(extension);
        if (!found) {
            session_.diagnostics().add(Code::plugin_call_failed, span, {found.error().message});
            return nullptr;
        }
        writer = *found;
        for (std::uint32_t f = 0; f < writer->format_count; ++f) {
            const weft_writer_format& format = writer->formats[f];
            if (std::string_view(format.extension.data, format.extension.size) == extension) {
                return &format;
            }
        }
        session_.plugins().explain_missing_writer(extension, session_.diagnostics());
        return nullptr;
    }

    [[nodiscard]] std::uint32_t picture_format(const weft_writer_format& format) const {
        return format.picture_format == WEFT_FORMAT_RGBA8 && options_.depth == 16 &&
                       format.writes == WEFT_WRITES_PICTURE
                   ? WEFT_FORMAT_RGBA16
                   : format.picture_format;
    }

    // One file for each picture target; the sound goes into the first film, or a file of its own.
    void add_main() {
        const bool raw = options_.out == "-";
        const weft_writer_api* writer = nullptr;
        std::uint32_t writes = WEFT_WRITES_PICTURES;
        std::uint32_t memory = WEFT_FORMAT_RGBA8;
        if (!raw) {
            if (is_bad_pattern(options_.out)) {
                session_.diagnostics()
                    .add(Code::bad_pattern, {}, {options_.out})
                    .suggest("use one %d, such as %05d; a percent sign itself is %%");
                return;
            }
            const weft_writer_format* format = format_of(options_.out, {}, writer);
            if (format == nullptr) {
                return;
            }
            writes = format->writes;
            memory = picture_format(*format);
        }
        std::vector<std::uint32_t> pictures;
        std::uint32_t sound = kNoSink;
        for (std::uint32_t s = 0; s < program_.sinks.size(); ++s) {
            if (shows(program_.sinks[s])) {
                pictures.push_back(s);
            } else if (program_.sinks[s].kind == SinkKind::play && sound == kNoSink) {
                sound = s;
            }
        }
        const bool takes_picture = (writes & (WEFT_WRITES_PICTURE | WEFT_WRITES_PICTURES)) != 0;
        const bool takes_sound = !raw && (writes & WEFT_WRITES_SOUND) != 0;
        if (!takes_picture && !takes_sound) {
            session_.diagnostics()
                .add(Code::wrong_format, {}, {options_.out})
                .suggest("tables are written by the program itself: data(\"file.csv\", ...)");
            return;
        }
        if ((takes_picture ? pictures.empty() : true) && (takes_sound ? sound == kNoSink : true)) {
            session_.diagnostics()
                .add(Code::nothing_to_render, {},
                     {options_.out, takes_picture && takes_sound ? "a display or play statement"
                                    : takes_picture              ? "a display statement"
                                                                 : "a play statement"})
                .suggest("the program has nothing that this file could hold");
            return;
        }
        if (!takes_picture) {
            pictures.clear();
        }
        if (pictures.empty()) {
            pictures.push_back(kNoSink);
        }
        for (std::size_t p = 0; p < pictures.size(); ++p) {
            OutputSpec spec;
            spec.path = options_.out;
            spec.writer = writer;
            spec.writes = writes;
            spec.picture_format = memory;
            spec.quality = options_.quality;
            spec.picture_sink = pictures[p];
            if (pictures[p] != kNoSink) {
                const Sink& sink = program_.sinks[pictures[p]];
                spec.has_alpha = sink.has_alpha;
                if (p != 0) {
                    if (raw) {
                        return;  // a pipe carries one picture: the first
                    }
                    const std::string name =
                        sink.target.empty() ? std::to_string(p + 1) : sink.target;
                    const std::size_t dot = spec.path.rfind('.');
                    spec.path = spec.path.substr(0, dot) + "-" + name + spec.path.substr(dot);
                }
            }
            if (p == 0 && takes_sound) {
                spec.sound_sink = sound;
            }
            specs_.push_back(std::move(spec));
        }
    }

    void add_file(std::uint32_t s) {
        const Sink& sink = program_.sinks[s];
        OutputSpec spec;
        spec.path = sink.target;
        const weft_writer_format* format = format_of(sink.target, sink.span, spec.writer);
        if (format == nullptr) {
            return;
        }
        spec.writes = format->writes;
        spec.quality = options_.quality;
        if (sink.kind == SinkKind::data) {
            if ((format->writes & WEFT_WRITES_TABLE) == 0) {
                session_.diagnostics().add(Code::wrong_format, sink.span, {sink.target});
                return;
            }
            spec.table_sink = s;
            spec.columns.push_back("time");
            spec.columns.insert(spec.columns.end(), sink.labels.begin(), sink.labels.end());
        } else if (sink.is_sound) {
            spec.sound_sink = s;
        } else {
            spec.picture_sink = s;
            spec.picture_format = picture_format(*format);
            spec.has_alpha = sink.has_alpha;
        }
        specs_.push_back(std::move(spec));
    }

    Session& session_;
    const RenderOptions& options_;
    const sema::Program& program_;
    std::vector<OutputSpec> specs_;
};

}  // namespace

std::vector<OutputSpec> plan_outputs(Session& session, const RenderOptions& options,
                                     const sema::Program& program) {
    return OutputPlanner(session, options, program).run();
}

std::optional<FrameRange> plan_frames(Session& session, const RenderOptions& options,
                                      const sema::Program& program,
                                      const std::vector<OutputSpec>& outputs) {
    FrameRange range;
    const double fps = program.settings[WEFT_FIELD_FPS];
    // What -o asks for decides; without it, the files that the program names.
    const bool all_stills =
        !outputs.empty() && std::all_of(outputs.begin(), outputs.end(), [](const OutputSpec& spec) {
            return spec.writer != nullptr && (spec.writes & WEFT_WRITES_PICTURE) != 0;
        });
    const OutputSpec* single = nullptr;
    if (all_stills || (!outputs.empty() && !options.out.empty())) {
        const OutputSpec& first = outputs.front();
        if (first.writer != nullptr && (first.writes & WEFT_WRITES_PICTURE) != 0 &&
            !is_pattern(first.path)) {
            single = &first;
        }
    }
    if (options.frames) {
        range = {options.frames->first, options.frames->second};
    } else {
        const double start = options.start.value_or(0);
        range.first = static_cast<std::int64_t>(weft_clock_count(start, fps));
        if (options.duration) {
            const double end = std::ceil(*options.duration * fps - 1e-9);
            range.end = range.first + std::max<std::int64_t>(1, static_cast<std::int64_t>(end));
        } else if (single != nullptr) {
            range.end = range.first + 1;
        } else if (outputs.empty()) {
            range.end = range.first + 1;  // compute(...) alone: one look
        } else {
            range.end = range.first + static_cast<std::int64_t>(std::ceil(kDefaultSeconds * fps));
            session.diagnostics()
                .add(Code::default_duration, {}, {std::to_string(int(kDefaultSeconds))})
                .suggest("--duration SECONDS or --frames A:B choose another");
        }
    }
    if (single != nullptr && range.end - range.first > 1) {
        session.diagnostics()
            .add(Code::many_frames_one_file, {},
                 {std::to_string(range.end - range.first), single->path})
            .suggest("number the files, for example -o frame-%05d.png, or render one frame");
        return std::nullopt;
    }
    return range;
}

}  // namespace weft::driver
