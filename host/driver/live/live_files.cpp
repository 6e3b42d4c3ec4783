#include "driver/live/live_files.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "base/trace.h"
#include "driver/live/fresh_name.h"
#include "driver/offline/render_plan.h"
#include "eval/eval.h"

namespace weft::driver {
namespace {

// Frames that wait for the encoder. More would only cost memory.
constexpr std::size_t kWaiting = 4;

// Sound of the past that is kept for files.
constexpr double kKept = 4;  // seconds

// How long a frame's sound is waited for, which may be computed after its picture.
constexpr std::chrono::milliseconds kPatience{500};
constexpr std::chrono::milliseconds kLook{2};

std::uint32_t target_of(const runtime::Show& show, std::uint32_t sink) {
    for (std::uint32_t t = 0; t < show.targets.size() && sink != kNoSink; ++t) {
        const auto& sinks = show.targets[t].sinks;
        if (std::find(sinks.begin(), sinks.end(), sink) != sinks.end()) {
            return t;
        }
    }
    return kNoSink;
}

bool same_form(const runtime::TargetLayout& a, const runtime::TargetLayout& b) {
    return a.kind == b.kind && a.format == b.format && a.width == b.width && a.height == b.height &&
           a.channels == b.channels && a.bytes == b.bytes && a.sinks == b.sinks;
}

bool is_still(const OutputSpec& spec) {
    return spec.writer != nullptr && (spec.writes & WEFT_WRITES_PICTURE) != 0 &&
           !is_pattern(spec.path);
}

}  // namespace

std::vector<OutputSpec> files_of(Session& session, const sema::Program& program) {
    const bool any = std::any_of(program.sinks.begin(), program.sinks.end(), [](const auto& sink) {
        return sink.kind == sema::SinkKind::export_file || sink.kind == sema::SinkKind::data;
    });
    RenderOptions options;
    return any ? plan_outputs(session, options, program) : std::vector<OutputSpec>();
}

std::function<std::uint32_t(const sema::Sink&)> formats_of(std::vector<OutputSpec> files,
                                                           const sema::Program& program) {
    return [files = std::move(files), &program](const sema::Sink& sink) {
        for (const OutputSpec& file : files) {
            if (file.picture_sink != kNoSink && &program.sinks[file.picture_sink] == &sink) {
                return file.picture_format;
            }
        }
        return WEFT_FORMAT_RGBA8;
    };
}

LiveFiles::~LiveFiles() {
    complete();
}

bool LiveFiles::same(const std::vector<OutputSpec>& specs, const runtime::Show& show) const {
    const auto equal = [](const OutputSpec& a, const OutputSpec& b) {
        return a.path == b.path && a.writes == b.writes && a.picture_sink == b.picture_sink &&
               a.sound_sink == b.sound_sink && a.table_sink == b.table_sink &&
               a.columns == b.columns;
    };
    return std::equal(specs.begin(), specs.end(), specs_.begin(), specs_.end(), equal) &&
           show.settings == shape_.settings &&
           std::equal(show.targets.begin(), show.targets.end(), shape_.targets.begin(),
                      shape_.targets.end(), same_form);
}

Result<void> LiveFiles::adopt(const std::vector<OutputSpec>& specs, const runtime::Show& show,
                              runtime::Live& live) {
    Result<void> done;
    const bool go_on = same(specs, show);
    if (!go_on) {
        complete();
        for (std::uint32_t t = 0; live_ != nullptr && t < rings_.size(); ++t) {
            live_->keep(t, nullptr);
        }
        done = open(specs, show);
    }
    // The version before is heard until this one is.
    live_ = &live;
    for (std::uint32_t t = 0; t < rings_.size(); ++t) {
        live.keep(t, rings_[t].get());
    }
    return done;
}

Result<void> LiveFiles::open(const std::vector<OutputSpec>& specs, const runtime::Show& show) {
    shape_.settings = show.settings;
    shape_.targets = show.targets;
    shape_.max_samples = show.max_samples;
    next_ = -1;
    written_ = 0;
    // The thread that computes sound may still be where it knew of them.
    spent_ = std::exchange(rings_, {});
    if (specs.empty()) {
        return {};
    }
    for (const runtime::TargetLayout& layout : shape_.targets) {
        auto& ring = rings_.emplace_back();
        if (layout.kind == runtime::TargetKind::sound) {
            const auto samples =
                static_cast<std::uint64_t>(kKept * shape_.settings[WEFT_FIELD_RATE]);
            auto made = runtime::Ring::make(session_.pool(), layout.channels, samples, samples);
            if (!made) {
                return std::move(made).error();
            }
            ring = std::move(*made);
        }
    }
    for (OutputSpec spec : specs) {
        spec.path = fresh_name(names_, spec.path);
        auto output =
            open_output(spec, shape_,
                        {target_of(shape_, spec.picture_sink), target_of(shape_, spec.sound_sink),
                         target_of(shape_, spec.table_sink)});
        if (!output) {
            outputs_.clear();
            return std::move(output).error();
        }
        outputs_.push_back(std::move(*output));
    }
    specs_ = specs;
    free_.resize(kWaiting);
    for (Job& job : free_) {
        for (const runtime::TargetLayout& layout : shape_.targets) {
            job.memory.emplace_back(layout.bytes);
        }
    }
    ends_ = false;
    thread_ = std::thread([this] { work(); });
    return {};
}

void LiveFiles::complete() {
    if (thread_.joinable()) {
        {
            const std::lock_guard lock(mutex_);
            ends_ = true;
        }
        changed_.notify_all();
        thread_.join();
    }
    for (const auto& output : outputs_) {
        if (auto done = output->finish(true); !done) {
            tell(done.error().message);
        }
    }
    outputs_.clear();
    specs_.clear();
    free_.clear();
}

void LiveFiles::frame(std::int64_t frame, const weft_target* targets) {
    if (outputs_.empty()) {
        return;
    }
    Job job;
    {
        const std::lock_guard lock(mutex_);
        if (free_.empty()) {
            return;  // the next frame stands for this one too
        }
        job = std::move(free_.back());
        free_.pop_back();
    }
    job.first = next_ < 0 ? frame : next_;
    job.end = next_ = frame + 1;
    for (std::size_t t = 0; t < shape_.targets.size(); ++t) {
        if (shape_.targets[t].kind != runtime::TargetKind::sound) {
            std::memcpy(job.memory[t].data(), targets[t].data, job.memory[t].size());
        }
    }
    {
        const std::lock_guard lock(mutex_);
        jobs_.push_back(std::move(job));
    }
    changed_.notify_all();
}

// --- the thread that writes ----------------------------------------------------------------------

void LiveFiles::work() {
    const trace::Thread traced("files");
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [&] { return ends_ || !jobs_.empty(); });
        if (jobs_.empty()) {
            return;
        }
        Job job = std::move(jobs_.front());
        jobs_.pop_front();
        lock.unlock();
        write(job);
        lock.lock();
        free_.push_back(std::move(job));
    }
}

void LiveFiles::write(Job& job) {
    const trace::Span span(trace::What::file, "write", job.first);
    std::vector<weft_target> targets;
    for (std::vector<char>& memory : job.memory) {
        targets.push_back({memory.data(), memory.size()});
    }
    for (std::int64_t frame = job.first; frame < job.end; ++frame) {
        take_sound(job, frame);
        FrameResult result;
        result.absframe = frame;
        result.position = written_++;
        result.sample_count =
            static_cast<std::uint64_t>(shape_.first_sample(frame + 1) - shape_.first_sample(frame));
        result.time = static_cast<double>(frame) / shape_.settings[WEFT_FIELD_FPS];
        result.targets = targets.data();
        for (std::size_t o = 0; o < outputs_.size(); ++o) {
            if (is_still(specs_[o]) && result.position != 0) {
                continue;
            }
            if (auto done = outputs_[o]->frame(result); !done) {
                tell(done.error().message);
            }
        }
    }
}

// The samples of a frame, silence where there are none.
void LiveFiles::take_sound(Job& job, std::int64_t frame) {
    const std::int64_t first = shape_.first_sample(frame);
    const std::int64_t end = shape_.first_sample(frame + 1);
    for (std::size_t t = 0; t < rings_.size(); ++t) {
        const runtime::Ring* ring = rings_[t].get();
        if (ring == nullptr) {
            continue;
        }
        const auto late = std::chrono::steady_clock::now() + kPatience;
        while (ring->newest() + 1 < end && std::chrono::steady_clock::now() < late) {
            std::this_thread::sleep_for(kLook);
        }
        auto* const samples = reinterpret_cast<float*>(job.memory[t].data());
        const std::uint64_t plane = shape_.targets[t].plane_bytes / sizeof(float);
        for (std::uint32_t c = 0; c < ring->channels(); ++c) {
            const weft_handle& handle = ring->handle(c);
            const auto* from = static_cast<const float*>(handle.view->data);
            for (std::int64_t s = first; s < end; ++s) {
                const bool there = s <= ring->newest();
                samples[c * plane + static_cast<std::uint64_t>(s - first)] =
                    there ? from[weft_grid_slot(&handle.grid.axes[0], s)] : 0.0F;
            }
        }
    }
}

void LiveFiles::tell(std::string line) {
    const std::lock_guard lock(mutex_);
    news_.push_back(std::move(line));
}

std::vector<std::string> LiveFiles::take_news() {
    const std::lock_guard lock(mutex_);
    return std::exchange(news_, {});
}

}  // namespace weft::driver
