#include "driver/live/control.h"

#include <algorithm>
#include <span>
#include <utility>

#include <weft/cpp/text.hpp>

#include "base/trace.h"
#include "driver/compile/arguments.h"
#include "graph/graph.h"

namespace weft::driver {
namespace {

constexpr std::size_t kFewEvents = 64;  // as most calls bring

weft_span span_of(const Span& span) {
    return {span.file, span.begin, span.end};
}

bool is_control(const sema::Sink& sink) {
    return sink.kind == sema::SinkKind::osc || sink.kind == sema::SinkKind::midi;
}

// To the sum of its plugin's, or as its first one. Sums may pass below 0 on their way: numbers
// without a sign come round again.
void add(std::vector<Control::Counters>& sums, const std::string& plugin,
         const weft_control_counters& counters, std::int64_t times) {
    auto sum = std::find_if(sums.begin(), sums.end(),
                            [&](const auto& one) { return one.plugin == plugin; });
    if (sum == sums.end()) {
        sum = sums.insert(sums.end(), {plugin, {}});
    }
    for (const auto member : {&weft_control_counters::received, &weft_control_counters::unmatched,
                              &weft_control_counters::malformed, &weft_control_counters::late,
                              &weft_control_counters::sent, &weft_control_counters::unsent,
                              &weft_control_counters::reconnects}) {
        sum->counters.*member += counters.*member * static_cast<std::uint64_t>(times);
    }
    if (counters.reason[0] != '\0') {
        std::copy(std::begin(counters.reason), std::end(counters.reason),
                  std::begin(sum->counters.reason));
    }
}

}  // namespace

// The session with one plugin.
class Control::Line {
public:
    Line(const ControlRequest& request, std::string plugin)
        : request_(request), plugin_(std::move(plugin)), label_(trace::keep(plugin_)) {}

    void add_input(const sema::LiveInput& input) { inputs_.push_back(&input); }
    void add_sink(std::uint32_t sink) {
        const auto& targets = request_.show->targets;
        const auto target = std::find_if(targets.begin(), targets.end(), [&](const auto& layout) {
            return std::find(layout.sinks.begin(), layout.sinks.end(), sink) != layout.sinks.end();
        });
        if (target != targets.end()) {
            sinks_.push_back(&request_.program->sinks[sink]);
            targets_.push_back(static_cast<std::uint32_t>(target - targets.begin()));
        }
    }
    [[nodiscard]] const std::string& plugin() const { return plugin_; }

    bool open(Session& session) {
        const auto backend = session.backend(plugin_, WEFT_CONTEXT_CONTROL);
        if (!backend) {
            return false;
        }
        controls_ = plugin::Controls(*backend->backend);
        std::vector<std::vector<weft_arg>> arguments;
        std::vector<weft_source> sources;
        for (const sema::LiveInput* input : inputs_) {
            const auto& args = arguments.emplace_back(arguments_of(input->arguments));
            weft_source source{};
            source.node = cpp::to_str(input->name);
            source.builtin = cpp::to_str(input->builtin);
            source.args = args.data();
            source.arg_count = static_cast<std::uint32_t>(args.size());
            source.output_count = static_cast<std::uint32_t>(input->params.size());
            source.span = span_of(input->span);
            sources.push_back(source);
        }
        std::vector<std::vector<weft_str>> labels;
        std::vector<weft_control_sink> sinks;
        for (const sema::Sink* from : sinks_) {
            const auto& args = arguments.emplace_back(arguments_of(from->options));
            auto& words = labels.emplace_back();
            for (const std::string& label : from->labels) {
                words.push_back(cpp::to_str(label));
            }
            words.resize(from->values.size());
            weft_control_sink sink{};
            const std::string_view name = graph::name_of(from->kind);
            sink.sink = {name.data(), name.size()};
            sink.args = args.data();
            sink.arg_count = static_cast<std::uint32_t>(args.size());
            sink.labels = words.data();
            sink.value_count = static_cast<std::uint32_t>(from->values.size());
            sink.span = span_of(from->span);
            sinks.push_back(sink);
        }
        std::vector<weft_arg> options;
        for (const auto& [name, text] : request_.options) {
            weft_arg option{};
            option.name = cpp::to_str(name);
            option.kind = WEFT_ARG_TEXT;
            option.text = cpp::to_str(text);
            options.push_back(option);
        }
        weft_control_wish wish{};
        wish.struct_size = sizeof wish;
        wish.inputs = sources.data();
        wish.input_count = static_cast<std::uint32_t>(sources.size());
        wish.sinks = sinks.data();
        wish.sink_count = static_cast<std::uint32_t>(sinks.size());
        wish.options = options.data();
        wish.option_count = static_cast<std::uint32_t>(options.size());
        host_.struct_size = sizeof host_;
        host_.context = this;
        host_.post = post;
        host_.heard = heard;
        host_.tempo = tempo_came;
        weft_error detail{};
        auto opened = controls_.open(wish, host_, &detail);
        if (!opened) {
            Span span;
            if (detail.span.file != WEFT_NO_FILE && detail.span.file < session.sources().size()) {
                span = {detail.span.file, detail.span.begin, detail.span.end};
            }
            const bool wrong = opened.error().status == WEFT_INVALID;
            session.diagnostics().add(wrong ? Code::plugin_call_failed : Code::device_failed, span,
                                      {opened.error().message});
            return false;
        }
        session_ = std::move(*opened);
        return true;
    }

    [[nodiscard]] Result<void> send(const weft_target* targets, double moment) const {
        Result<void> first;
        const auto keep = [&](Result<void> done) {
            if (!done && first) {
                first = std::move(done);
            }
        };
        for (std::uint32_t s = 0; s < sinks_.size(); ++s) {
            keep(session_.send(s, static_cast<const double*>(targets[targets_[s]].data)));
        }
        keep(session_.flush(moment));
        return first;
    }

    void tempo(const weft_control_tempo& tempo) const { session_.tempo(tempo); }
    [[nodiscard]] weft_control_counters counters() const { return session_.counters(); }

private:
    static void post(void* context, const weft_control_event* events, std::uint32_t count) {
        const auto& line = *static_cast<const Line*>(context);
        trace::instant(trace::What::control, line.label_, count);
        // What comes in one call is posted in one: it holds together.
        runtime::InputEvent few[kFewEvents];
        std::vector<runtime::InputEvent> many(count > kFewEvents ? count : 0);
        runtime::InputEvent* const posted = many.empty() ? few : many.data();
        std::size_t filled = 0;
        for (const weft_control_event& event : std::span(events, count)) {
            if (event.input < line.inputs_.size() &&
                event.output < line.inputs_[event.input]->params.size()) {
                posted[filled++] = {line.inputs_[event.input]->params[event.output], event.value,
                                    event.time};
            }
        }
        if (filled != 0) {
            line.request_.inputs->post(posted, filled);
        }
    }

    static void heard(void* context, const weft_source* source, std::uint32_t output,
                      double value) {
        const auto& line = *static_cast<const Line*>(context);
        if (line.request_.heard && source != nullptr) {
            line.request_.heard(*source, output, value);
        }
    }

    static void tempo_came(void* context, const weft_control_tempo* tempo) {
        const auto& line = *static_cast<const Line*>(context);
        if (tempo != nullptr) {
            line.request_.inputs->tempo(
                {tempo->time, tempo->beat, tempo->bpm, tempo->playing != 0});
        }
    }

    const ControlRequest& request_;
    std::string plugin_;
    const char* label_;  // in a trace
    std::vector<const sema::LiveInput*> inputs_;
    std::vector<const sema::Sink*> sinks_;
    std::vector<std::uint32_t> targets_;  // by sink
    weft_control_host host_{};
    plugin::Controls controls_;
    plugin::Controls::Session session_;
};

Control::Control(ControlRequest request) : request_(std::move(request)) {}
Control::~Control() = default;

std::unique_ptr<Control> Control::open(Session& session, ControlRequest request) {
    std::unique_ptr<Control> control(new Control(std::move(request)));
    const ControlRequest& wanted = control->request_;
    plugin::PluginSet& plugins = session.plugins();
    const auto line_of = [&](const std::vector<std::string>& names) -> Line* {
        if (names.empty()) {
            return nullptr;
        }
        for (const auto& line : control->lines_) {
            if (line->plugin() == names.front()) {
                return line.get();
            }
        }
        control->lines_.push_back(std::make_unique<Line>(wanted, names.front()));
        return control->lines_.back().get();
    };
    for (const sema::LiveInput& input : wanted.program->inputs) {
        // Mouse and keys are the window's.
        if (Line* line = line_of(plugins.for_builtin(input.builtin))) {
            line->add_input(input);
        }
    }
    for (std::uint32_t s = 0; s < wanted.program->sinks.size(); ++s) {
        const sema::Sink& sink = wanted.program->sinks[s];
        if (!is_control(sink)) {
            continue;
        }
        if (Line* line = line_of(plugins.for_sink(graph::name_of(sink.kind)))) {
            line->add_sink(s);
        }
    }
    for (const std::string& builtin : wanted.builtins) {
        (void)line_of(plugins.for_builtin(builtin));
    }
    if (wanted.shared_tempo) {
        const std::vector<std::string> sharing = plugins.for_extension(WEFT_TEMPO_EXTENSION);
        if (line_of(sharing) == nullptr) {
            session.diagnostics()
                .add(Code::device_failed, {}, {"no plugin here shares its tempo with others"})
                .suggest(
                    "'weft plugins' tells which there are; one for Ableton Link is left out of "
                    "builds with WEFT_WITH_LINK=OFF");
            return nullptr;
        }
    }
    if (wanted.all) {
        for (const std::string& name : plugins.for_extension(WEFT_CONTROL_EXTENSION)) {
            (void)line_of({name});
        }
    }
    for (const auto& line : control->lines_) {
        if (!line->open(session)) {
            return nullptr;
        }
    }
    return control;
}

Result<void> Control::send(const weft_target* targets, double moment) {
    const trace::Span span(trace::What::control, "send");
    Result<void> first;
    for (const auto& line : lines_) {
        if (auto done = line->send(targets, moment); !done && first) {
            first = std::move(done);
        }
    }
    return first;
}

void Control::tempo(const weft_control_tempo& tempo) {
    for (const auto& line : lines_) {
        line->tempo(tempo);
    }
}

std::vector<Control::Counters> Control::counters() const {
    std::vector<Counters> all = earlier_;
    for (const auto& line : lines_) {
        add(all, line->plugin(), line->counters(), 1);
    }
    return all;
}

void Control::follow(const Control& before) {
    earlier_ = before.counters();
    for (const auto& line : lines_) {
        add(earlier_, line->plugin(), line->counters(), -1);
    }
}

}  // namespace weft::driver
