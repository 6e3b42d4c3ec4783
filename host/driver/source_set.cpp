#include "driver/source_set.h"

namespace weft::driver {
namespace {

weft_str text_of(const std::string& text) {
    return {text.data(), text.size()};
}

}  // namespace

bool is_film_frame(const weft_grid& grid) {
    return grid.axis_count == 3 && grid.axes[2].field == WEFT_FIELD_TIME && grid.axes[2].count == 1;
}

SourceSet::Opened SourceSet::compile(const sema::Instance& instance, View view) {
    Diagnostics& diagnostics = session_.diagnostics();
    const std::vector<std::string> names = session_.plugins().for_builtin(instance.builtin);
    if (names.empty()) {
        session_.plugins().explain_missing_builtin(instance.builtin, instance.span, diagnostics);
        return {};
    }
    const auto backend = session_.backend(names.front(), WEFT_CONTEXT_FILE);
    if (!backend) {
        return {};
    }
    std::vector<weft_arg> args;
    for (const sema::SourceArgument& argument : instance.arguments) {
        weft_arg arg{};
        arg.name = text_of(argument.name);
        arg.kind = argument.is_text ? WEFT_ARG_TEXT : WEFT_ARG_NUMBER;
        arg.number = argument.number;
        arg.text = text_of(argument.text);
        args.push_back(arg);
    }
    const std::string window = "weft.window";
    if (view == View::whole) {
        weft_arg arg{};
        arg.name = text_of(window);
        arg.kind = WEFT_ARG_NUMBER;
        arg.number = 1;
        args.push_back(arg);
    }
    std::vector<weft_output> outputs;
    for (const sema::StrandId id : instance.strands) {
        weft_output output{};
        output.node = text_of(instance.name);
        output.strand = text_of(program_.strands[id].name);
        output.kind = WEFT_OUTPUT_SOURCE;
        output.id = outputs.size();
        output.shared = 1;
        outputs.push_back(output);
    }
    weft_source source{};
    source.node = text_of(instance.name);
    source.builtin = text_of(instance.builtin);
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
    auto compiled = backend->backend->compile(batch, edges);
    if (!compiled) {
        diagnostics.add(Code::plugin_call_failed, instance.span, {compiled.error().message});
        return {};
    }
    Opened opened;
    opened.source = static_cast<std::uint32_t>(sources_.size());
    for (std::uint32_t o = 0; o < outputs.size(); ++o) {
        OpenStrand strand;
        strand.source = opened.source;
        strand.output = o;
        if (auto handle = (*compiled)->get_handle(o)) {
            strand.handle = *handle;
            strand.has_handle = true;
        }
        opened.strands.push_back(strand);
    }
    runtime::Source made;
    made.backend = *backend;
    made.program = std::move(*compiled);
    made.name = instance.name;
    made.follows_time = view == View::frame && !opened.strands.empty() &&
                        opened.strands[0].has_handle &&
                        is_film_frame(opened.strands[0].handle.grid);
    sources_.push_back(std::move(made));
    return opened;
}

const SourceSet::Opened* SourceSet::opened(sema::InstanceId instance, View view) {
    auto found = opened_.find({instance, view});
    if (found == opened_.end()) {
        found =
            opened_.emplace(std::pair{instance, view}, compile(program_.instances[instance], view))
                .first;
    }
    return found->second.source == sema::kNone ? nullptr : &found->second;
}

const ir::InputShape* SourceSet::shape(sema::StrandId id) {
    if (const auto found = shapes_.find(id); found != shapes_.end()) {
        return &found->second;
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
    Opened made = compile(program_.instances[instance], View::frame);
    if (made.source != sema::kNone) {
        sources_[made.source].follows_time = false;
    }
    return std::move(made.strands);
}

plugin::Program::Getter* SourceSet::getter(const OpenStrand& strand) {
    getters_.push_back(std::make_unique<plugin::Program::Getter>(
        plugin::Program::Getter{sources_[strand.source].program.get(), strand.output}));
    return getters_.back().get();
}

}  // namespace weft::driver
