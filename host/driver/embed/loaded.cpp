#include "driver/embed/loaded.h"

#include <algorithm>

#include "driver/compile/costs.h"
#include "sema/analyze.h"

namespace weft::driver {

Result<std::unique_ptr<Loaded>> Loaded::load(ShowContext& context, const LoadRequest& request,
                                             const Loaded* before) {
    context.session.renew_messages();
    context.said = context.session.messages();
    std::unique_ptr<Loaded> loaded(new Loaded(context));
    sema::Environment environment = context.session.environment();
    for (std::size_t f = 0; f < request.settings.size(); ++f) {
        if (request.settings[f]) {
            environment.overrides[f] = request.settings[f];
        }
    }
    auto& [sources, diagnostics] = *context.said;
    loaded->program_ =
        request.text
            ? sema::analyze_text(request.file, *request.text, sources, environment, diagnostics)
            : sema::analyze(request.file, sources, environment, diagnostics);
    if (!diagnostics.has_errors() && (request.flags & WEFT_LOAD_COSTS) != 0) {
        check_costs(loaded->program_, diagnostics);
    }
    if (diagnostics.has_errors()) {
        return first_error(context);
    }
    loaded->count_sinks();
    loaded->params_.emplace(loaded->program_, before != nullptr ? &*before->params_ : nullptr);
    const bool goes_on = before != nullptr && loaded->params_->agrees_with(*before->params_);
    if (auto done = loaded->compile(request.flags, request.pixels, goes_on ? before : nullptr);
        !done) {
        return std::move(done).error();
    }
    return loaded;
}

Result<void> Loaded::compile(std::uint32_t flags, std::uint32_t pixels, const Loaded* before) {
    if ((flags & WEFT_LOAD_PICTURES) != 0 && !displays_.empty()) {
        const Pictures* old = nullptr;
        if (before != nullptr && before->pictures_.contains(pixels)) {
            old = &before->pictures_.at(pixels);
        }
        auto made = Pictures::build(context_, messages_, program_, displays_, pixels, old);
        if (!made) {
            return std::move(made).error();
        }
        pictures_.emplace(pixels, std::move(*made));
    }
    if ((flags & WEFT_LOAD_SOUND) != 0 && channels_ != 0) {
        auto made = Heard::build(context_, messages_, program_,
                                 before != nullptr && before->sound_ ? &*before->sound_ : nullptr);
        if (!made) {
            return std::move(made).error();
        }
        sound_.emplace(std::move(*made));
    }
    return {};
}

void Loaded::count_sinks() {
    for (std::uint32_t s = 0; s < program_.sinks.size(); ++s) {
        const sema::Sink& sink = program_.sinks[s];
        if (sink.kind == sema::SinkKind::display || sink.kind == sema::SinkKind::render) {
            displays_.push_back(s);
        } else if (sink.kind == sema::SinkKind::play) {
            channels_ = std::max(channels_, static_cast<std::uint32_t>(sink.values.size()));
        }
    }
}

Result<Pictures*> Loaded::pictures(std::uint32_t pixels) {
    if (!pictures_.contains(pixels)) {
        context_.resume(messages_);
        if (auto done = compile(WEFT_LOAD_PICTURES, pixels); !done) {
            return std::move(done).error();
        }
    }
    return &pictures_.at(pixels);
}

Result<Heard*> Loaded::sound() {
    if (!sound_) {
        context_.resume(messages_);
        if (auto done = compile(WEFT_LOAD_SOUND, 0); !done) {
            return std::move(done).error();
        }
    }
    return &*sound_;
}

Result<Answers*> Loaded::answers(const std::string& expression) {
    if (!answers_ || answers_->expression() != expression) {
        context_.resume(messages_);
        auto made = Answers::build(context_, messages_, program_, expression);
        params_->take_new();
        if (!made) {
            return std::move(made).error();
        }
        answers_.emplace(std::move(*made));
    }
    return &*answers_;
}

}  // namespace weft::driver
