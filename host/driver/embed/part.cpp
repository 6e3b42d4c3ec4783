#include "driver/embed/part.h"

#include <algorithm>

namespace weft::driver {

void Stop::ask() {
    const std::lock_guard lock(mutex_);
    if (calls_) {
        asked_.store(true, std::memory_order_relaxed);
    }
    if (running_ != nullptr) {
        running_->cancel();
    }
}

void Stop::begin(bool calls) {
    const std::lock_guard lock(mutex_);
    calls_ = calls;
    asked_.store(false, std::memory_order_relaxed);
}

void Stop::run(runtime::Show* show) {
    const std::lock_guard lock(mutex_);
    running_ = show;
}

Error first_error(const ShowContext& context) {
    const Messages& messages = *context.said;
    const weft_status status = context.session.device_failed() ? WEFT_UNAVAILABLE : WEFT_INVALID;
    for (const Diagnostic& diagnostic : messages.diagnostics.all()) {
        if (diagnostic.severity != Severity::error) {
            continue;
        }
        std::string place;
        if (diagnostic.span.valid()) {
            const LineColumn at =
                messages.sources.locate(diagnostic.span.file, diagnostic.span.begin);
            place = messages.sources.file(diagnostic.span.file).path + ":" +
                    std::to_string(at.line) + ":" + std::to_string(at.column) + ": ";
        }
        return {status, place + diagnostic.text + " [" + code_name(diagnostic.code) + "]"};
    }
    return {WEFT_INTERNAL, "it was not compiled, and nothing says why"};
}

Result<std::unique_ptr<Part>> Part::build(ShowContext& context,
                                          const std::shared_ptr<Messages>& messages,
                                          BuildRequest request, const Part* before) {
    const bool inherits = before != nullptr && before->frames_.is_whole();
    request.replaceable = true;
    request.before = inherits ? &before->built_ : nullptr;
    std::optional<BuiltShow> built = build_show(context.session, request);
    request.before = nullptr;
    const bool goes_on = inherits && built && built->begun.empty();
    if (inherits && built && !goes_on && !built->kept.empty()) {
        built = build_show(context.session, request);  // half of a past is none
    }
    if (!built) {
        return first_error(context);
    }
    std::unique_ptr<Part> part(new Part(context, messages, std::move(request), std::move(*built)));
    if (auto done = part->make_targets(); !done) {
        return std::move(done).error();
    }
    if (goes_on) {
        part->follows_ = true;
        part->frames_.follow(before->frames_);
    }
    return part;
}

Part::Part(ShowContext& context, std::shared_ptr<Messages> messages, BuildRequest request,
           BuiltShow built)
    : context_(context),
      messages_(std::move(messages)),
      request_(std::move(request)),
      built_(std::move(built)),
      frames_(
          *built_.show, [this] { return build_again(); }, watch()) {}

// Frames takes the show alone; what else there is to know of it is the new one's.
std::optional<BuiltShow> Part::build_again() {
    context_.resume(messages_);
    std::optional<BuiltShow> again = build_show(context_.session, request_);
    if (again) {
        built_.identity = again->identity;
        built_.caches = again->caches;
    }
    return again;
}

Part::~Part() {
    built_.show.reset();  // whatever still runs writes to the buffers
    for (const runtime::Buffer& buffer : buffers_) {
        context_.session.pool().free(buffer);
    }
}

Frames::Watch Part::watch() {
    Frames::Watch watch;
    watch.step_run_up = [this] { return !context_.stop.asked(); };
    watch.hold = [this] { return context_.stop.hold(); };
    return watch;
}

Result<void> Part::make_targets() {
    for (const runtime::TargetLayout& layout : show().targets) {
        auto buffer = context_.session.pool().allocate(layout.bytes, true, false);
        if (!buffer) {
            return std::move(buffer).error();
        }
        buffers_.push_back(*buffer);
        targets_.push_back({buffer->data, layout.bytes});
    }
    return {};
}

std::uint32_t Part::target_of(std::uint32_t sink) const {
    const auto& all = show().targets;
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& layout) {
        return std::find(layout.sinks.begin(), layout.sinks.end(), sink) != layout.sinks.end();
    });
    return static_cast<std::uint32_t>(found - all.begin());
}

Result<void> Part::run(std::int64_t absframe, const double* params) {
    runtime::FrameRequest request;
    request.absframe = absframe;
    request.targets = targets_.data();
    request.params = params;
    return work([&] { return frames_.run(request); });
}

}  // namespace weft::driver
