#include "driver/compile/source_set.h"

#include <algorithm>

#include <fmt/format.h>
#include <weft/cpp/text.hpp>

#include "base/trace.h"
#include "driver/compile/analysis.h"
#include "driver/compile/arguments.h"
#include "driver/compile/heritage.h"
#include "driver/compile/plan.h"

namespace weft::driver {
namespace {

// `camera`: nobody has more of it than the newest picture.
bool is_seen(std::string_view builtin) {
    return builtin == "camera";
}

// The axis of a film's grid.
constexpr std::uint32_t kTimeOfFilm = 2;

}  // namespace

bool is_film_frame(const weft_grid& grid) {
    const weft_axis& time = grid.axes[kTimeOfFilm];
    return grid.axis_count == 3 && time.field == WEFT_FIELD_TIME && time.count == 1;
}

// What was opened and how, with what its file held then. Of those that are moved alone, which one.
std::string SourceSet::key_of(const sema::Instance& instance, View view, bool alone) const {
    std::string key = instance.builtin;
    for (const sema::SourceArgument& argument : instance.arguments) {
        key += fmt::format("|{}={}", argument.name,
                           argument.is_text ? argument.text : fmt::format("{}", argument.number));
    }
    key += fmt::format("|{}|{}|{}", instance.strands.size(), static_cast<int>(view),
                       stamps_of(instance));
    for (const double setting : program_.settings) {
        key += fmt::format("|{}", setting);
    }
    if (alone) {
        const std::string among = key + "|alone";
        key = fmt::format("{}{}", among,
                          std::count_if(sources_.begin(), sources_.end(),
                                        [&](const auto& s) { return s.key.starts_with(among); }));
    }
    return key;
}

// Null on failure; the diagnostics say why.
std::shared_ptr<plugin::Program> SourceSet::open(const sema::Instance& instance, View view,
                                                 plugin::Backend& backend) {
    std::vector<weft_arg> args = arguments_of(instance.arguments);
    const std::string window = "weft.window";
    const std::string live = "weft.live";
    const auto tell = [&](const std::string& what) {
        weft_arg arg{};
        arg.name = cpp::to_str(what);
        arg.kind = WEFT_ARG_NUMBER;
        arg.number = 1;
        args.push_back(arg);
    };
    if (view == View::whole) {
        tell(window);
    }
    if (is_seen(instance.builtin) && session_.options().cameras) {
        tell(live);
    }
    std::vector<weft_output> outputs;
    for (const sema::StrandId id : instance.strands) {
        weft_output output{};
        output.node = cpp::to_str(instance.name);
        output.strand = cpp::to_str(program_.strands[id].name);
        output.kind = WEFT_OUTPUT_SOURCE;
        output.id = outputs.size();
        output.shared = 1;
        outputs.push_back(output);
    }
    weft_source source{};
    source.node = cpp::to_str(instance.name);
    source.builtin = cpp::to_str(instance.builtin);
    source.args = args.data();
    source.arg_count = static_cast<std::uint32_t>(args.size());
    source.output_count = static_cast<std::uint32_t>(outputs.size());
    source.span = {instance.span.file, instance.span.begin, instance.span.end};
    weft_batch batch{};
    batch.struct_size = sizeof batch;
    batch.context = WEFT_CONTEXT_FILE;
    batch.name = source.node;
    batch.sources = &source;
    batch.source_count = 1;
    batch.outputs = outputs.data();
    batch.output_count = source.output_count;
    batch.settings = program_.settings.data();

    plugin::Edges edges;
    auto compiled = backend.compile(batch, edges);
    if (!compiled) {
        session_.diagnostics().add(Code::plugin_call_failed, instance.span,
                                   {compiled.error().message});
        return nullptr;
    }
    return std::move(*compiled);
}

SourceSet::Opened SourceSet::compile(const sema::Instance& instance, View view, bool alone) {
    if (is_heard(instance)) {
        return hear(instance);
    }
    const std::vector<std::string> names = session_.plugins().for_builtin(instance.builtin);
    if (names.empty()) {
        session_.plugins().explain_missing_builtin(instance.builtin, instance.span,
                                                   session_.diagnostics());
        return {};
    }
    const auto backend = session_.backend(names.front(), WEFT_CONTEXT_FILE);
    if (!backend) {
        return {};
    }
    runtime::Source made;
    made.backend = *backend;
    made.name = instance.name;
    made.label = trace::on() ? trace::keep("film " + instance.name) : "";
    made.key = key_of(instance, view, alone);
    if (open_before_ != nullptr) {
        const auto same = std::find_if(open_before_->begin(), open_before_->end(),
                                       [&](const auto& open) { return open.key == made.key; });
        if (same != open_before_->end()) {
            made.program = same->program;
            made.handles = same->handles;
            made.kept = same->kept;
        }
    }
    if (made.program == nullptr) {
        const trace::Span span(trace::What::compile, "open a file");
        made.program = open(instance, view, *backend->backend);
        if (made.program == nullptr) {
            return {};
        }
        for (std::uint32_t o = 0; o < instance.strands.size(); ++o) {
            auto handle = made.program->get_handle(o);
            made.handles.push_back(handle ? std::optional(*handle) : std::nullopt);
        }
    }
    Opened opened;
    opened.source = static_cast<std::uint32_t>(sources_.size());
    for (std::uint32_t o = 0; o < made.handles.size(); ++o) {
        OpenStrand strand;
        strand.source = opened.source;
        strand.output = o;
        strand.has_handle = made.handles[o].has_value();
        strand.handle = made.handles[o].value_or(weft_handle{});
        opened.strands.push_back(strand);
    }
    made.follows_time = view == View::frame && !alone && !opened.strands.empty() &&
                        opened.strands[0].has_handle &&
                        is_film_frame(opened.strands[0].handle.grid);
    sources_.push_back(std::move(made));
    return opened;
}

const SourceSet::Opened* SourceSet::opened(sema::InstanceId instance, View view) {
    if (is_seen(program_.instances[instance].builtin)) {
        view = View::frame;
    }
    auto found = opened_.find({instance, view});
    if (found == opened_.end()) {
        found =
            opened_.emplace(std::pair{instance, view}, compile(program_.instances[instance], view))
                .first;
    }
    return found->second.strands.empty() ? nullptr : &found->second;
}

const ir::InputShape* SourceSet::shape(sema::StrandId id) {
    if (const auto found = shapes_.find(id); found != shapes_.end()) {
        return &found->second;
    }
    const sema::InstanceId instance = program_.strands[id].instance;
    if (is_analysis(program_.instances[instance])) {
        return &shapes_.emplace(id, analysis_shape(instance, program_)).first->second;
    }
    const auto strand = open(id, View::frame);
    if (!strand) {
        // Why is said already; the plan goes no further, and needs no second complaint.
        static const ir::InputShape kUnreadable;
        return &kUnreadable;
    }
    ir::InputShape shape;
    if (strand->has_handle) {
        const weft_grid& grid = strand->handle.grid;
        for (std::uint32_t a = 0; a < grid.axis_count; ++a) {
            const bool own = grid.axes[a].field == WEFT_FIELD_OWN;
            shape.axes.push_back(
                {grid.axes[a].field, own ? program_.strands[id].instance : sema::kNone});
        }
        shape.frame_by_frame = is_film_frame(grid);
        if (is_heard(program_.instances[program_.strands[id].instance])) {
            shape.heard = grid.axes[0].count;
        }
    } else {
        shape.axes = {{WEFT_FIELD_X}, {WEFT_FIELD_Y}, {WEFT_FIELD_TIME}};
    }
    return &shapes_.emplace(id, std::move(shape)).first->second;
}

std::optional<OpenStrand> SourceSet::open(sema::StrandId id, View view) {
    const sema::Strand& strand = program_.strands[id];
    const Opened* source = opened(strand.instance, view);
    if (source == nullptr) {
        return std::nullopt;
    }
    return source->strands[strand.output];
}

std::vector<OpenStrand> SourceSet::open_alone(sema::InstanceId instance) {
    return compile(program_.instances[instance], View::frame, true).strands;
}

bool SourceSet::keep(sema::InstanceId instance, OpenStrand& strand) {
    auto& kept = sources_[strand.source].kept;
    kept.resize(sources_[strand.source].handles.size());
    std::shared_ptr<runtime::PictureRing>& ring = kept[strand.output];
    if (ring == nullptr) {
        auto made = runtime::PictureRing::make(session_.pool(), strand.handle, kTimeOfFilm);
        if (!made) {
            session_.diagnostics().add(Code::plugin_call_failed, program_.instances[instance].span,
                                       {made.error().message});
            return false;
        }
        ring = std::move(*made);
    }
    strand.handle = ring->handle();
    return true;
}

plugin::Program::Getter* SourceSet::getter(const OpenStrand& strand) {
    getters_.push_back(std::make_unique<plugin::Program::Getter>(
        plugin::Program::Getter{sources_[strand.source].program.get(), strand.output}));
    return getters_.back().get();
}

}  // namespace weft::driver
