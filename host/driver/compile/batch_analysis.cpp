// Batches that make something of a strand (analysis.h), and the edges to who reads it.
#include <algorithm>
#include <cmath>

#include <weft/cpp/text.hpp>

#include "driver/compile/analysis.h"
#include "driver/compile/batch_builder.h"

namespace weft::driver {
namespace {

weft_arg number_of(std::string_view name, double number) {
    weft_arg arg{};
    arg.name = {name.data(), name.size()};
    arg.kind = WEFT_ARG_NUMBER;
    arg.number = number;
    return arg;
}

}  // namespace

AnalysisSteps analysis_steps(const sema::Instance& instance, const sema::Program& program) {
    AnalysisSteps steps;
    steps.hop = instance.ticks / 2;
    const double frame =
        std::ceil(program.settings[WEFT_FIELD_RATE] / program.settings[WEFT_FIELD_FPS]);
    // Those of one call, the one that holds its first sample, and what a call before was in.
    steps.slots = static_cast<std::uint64_t>(frame) / steps.hop + 4;
    return steps;
}

ir::InputShape analysis_shape(sema::InstanceId instance, const sema::Program& program) {
    const AnalysisSteps steps = analysis_steps(program.instances[instance], program);
    ir::InputShape shape;
    shape.axes = {{WEFT_FIELD_OWN, instance}, {WEFT_FIELD_ABSSAMPLE, sema::kNone}};
    shape.period = steps.hop * steps.slots;
    return shape;
}

bool BatchBuilder::makes_analyses() const {
    return build_.plan.items[planned_.kernels.front().items.front()].kind == ItemKind::analysis;
}

void BatchBuilder::add_analysis(std::uint32_t number) {
    const Item& item = build_.plan.items[number];
    const sema::Strand& strand = build_.program.strands[item.strand];
    const sema::Instance& instance = build_.program.instances[strand.instance];
    weft_output output{};
    output.node = cpp::to_str(instance.name);
    output.strand = cpp::to_str(strand.name);
    output.kind = WEFT_OUTPUT_SOURCE;
    output.id = outputs_.size();
    output.shared = 1;
    analysis_outputs_[number] = static_cast<std::uint32_t>(outputs_.size());
    outputs_.push_back(output);
    weft_input input{};
    input.node = output.node;
    input.strand = output.strand;
    input.internal_output = WEFT_NOT_INTERNAL;
    input.id = inputs_.size();
    Use use;
    use.strand = item.strand;
    use.in_sound = item.domain == ir::Domain::stream;
    use.input = static_cast<std::uint32_t>(inputs_.size());
    inputs_.push_back(input);
    input_strands_.push_back(item.strand);
    analysed_.push_back({number, use});
}

// The sources of the batch and their arguments, which they point to.
void BatchBuilder::describe_analyses(std::vector<weft_source>& sources,
                                     std::deque<std::vector<weft_arg>>& arguments) const {
    for (const Analysed& analysed : analysed_) {
        const Item& item = build_.plan.items[analysed.item];
        const sema::Instance& instance =
            build_.program.instances[build_.program.strands[item.strand].instance];
        std::vector<weft_arg>& args = arguments.emplace_back();
        for (const sema::SourceArgument& argument : instance.arguments) {
            args.push_back(number_of(argument.name, argument.number));
        }
        args.push_back(number_of("weft.input", static_cast<double>(sources.size())));
        if (item.domain == ir::Domain::stream) {
            const AnalysisSteps steps = analysis_steps(instance, build_.program);
            args.push_back(number_of("weft.slots", static_cast<double>(steps.slots)));
        }
        weft_source source{};
        source.node = cpp::to_str(instance.name);
        source.builtin = cpp::to_str(instance.builtin);
        source.args = args.data();
        source.arg_count = static_cast<std::uint32_t>(args.size());
        source.first_output = analysis_outputs_.at(analysed.item);
        source.output_count = 1;
        source.span = {instance.span.file, instance.span.begin, instance.span.end};
        sources.push_back(source);
    }
}

// What is made lies in host memory when its batch has run.
bool BatchBuilder::bind_analysis(const Use& use, weft_binding& binding, EdgeRecord& edge) {
    const Producer& producer = build_.analyses.at(use.analysis);
    plugin::Backend& from = producer.program->backend();
    edge.producer = from.name();
    edge.refused.push_back("duplicate: a source is opened by its own back end");
    const auto handle = producer.program->get_handle(producer.output, WEFT_HANDLE_HOST);
    if (!handle) {
        build_.session.diagnostics().add(Code::plugin_call_failed, {}, {handle.error().message});
        return false;
    }
    const std::uint64_t bytes = bytes_of(handle->grid);
    Route route = build_.negotiation.source_route(use.strand, from, *backend_.backend, bytes);
    build_.negotiation.check_place(route, from, *backend_.backend, *handle, bytes);
    binding = points_of(producer, use.strand);
    binding.kind = route.kind;
    if (route.kind != WEFT_HANDLE_NONE) {
        binding.handle = *handle;
    }
    edge.sync = sync_name(Sync::on_return);
    describe(route, binding.handle.grid, edge);
    return true;
}

void BatchBuilder::bind_host_analysis(std::uint32_t number, const Piece& piece,
                                      runtime::HostStage& stage) {
    const Use& use = piece.uses[number];
    runtime::HostInput& input = stage.inputs[number];
    EdgeRecord edge = record(use.strand);
    if (bind_analysis(use, input.binding, edge) && use.input == WEFT_NOT_INTERNAL) {
        records_.push_back(std::move(edge));
    }
}

}  // namespace weft::driver
