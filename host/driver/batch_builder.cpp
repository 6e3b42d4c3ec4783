#include "driver/batch_builder.h"

#include <algorithm>

#include "eval/eval.h"

namespace weft::driver {
namespace {

weft_str text_of(const std::string& text) {
    return {text.data(), text.size()};
}

weft_axis place_axis(std::uint32_t field, std::uint64_t count, std::int64_t stride) {
    weft_axis axis{};
    axis.field = field;
    axis.filter = WEFT_FILTER_LINEAR;
    axis.wrap = WEFT_WRAP_CLAMP;
    axis.count = count;
    axis.origin = 0.5 / static_cast<double>(count);
    axis.step = 1.0 / static_cast<double>(count);
    axis.stride = stride;
    return axis;
}

// What `wrap:` of a cache says about places beyond its picture; checked by sema.
std::uint32_t wrap_of(const sema::Instance& instance) {
    for (const sema::SourceArgument& option : instance.arguments) {
        if (option.name != "wrap") continue;
        if (option.text == "repeat") return WEFT_WRAP_REPEAT;
        if (option.text == "mirror") return WEFT_WRAP_MIRROR;
        if (option.text == "zero") return WEFT_WRAP_ZERO;
    }
    return WEFT_WRAP_CLAMP;
}

std::uint64_t bytes_of(const weft_grid& grid) {
    std::uint64_t bytes = grid.format == WEFT_FORMAT_F64 ? 8 : 4;
    for (std::uint32_t a = 0; a < grid.axis_count; ++a) {
        bytes *= std::max<std::uint64_t>(1, grid.axes[a].count);
    }
    return bytes;
}

}  // namespace

std::string BatchBuilder::strand_name(sema::StrandId id) const {
    const sema::Strand& strand = program_.strands[id];
    const std::string& instance = program_.instances[strand.instance].name;
    return strand.name.empty() ? instance : instance + "@" + strand.name;
}

const ir::InputShape* BatchBuilder::shape(sema::StrandId id) {
    const sema::Strand& strand = program_.strands[id];
    switch (program_.instances[strand.instance].kind) {
        case sema::InstanceKind::source: return sources_.shape(id);
        case sema::InstanceKind::cache: return &plan_.cache_shape.at(id);
        case sema::InstanceKind::computed:
        case sema::InstanceKind::parameter: break;
    }
    return nullptr;
}

void BatchBuilder::add_cache_output(const Item& item) {
    const sema::Strand& strand = program_.strands[item.strand];
    const sema::Instance& instance = program_.instances[strand.instance];
    weft_output output{};
    output.node = text_of(instance.name);
    output.strand = text_of(strand.name);
    output.kind = WEFT_OUTPUT_CACHE;
    output.ticks = instance.ticks;
    output.id = outputs_.size();
    output.shared = 1;
    weft_grid& grid = output.grid;
    // The reference keeps its caches in f64; every other back end in f32, half the memory.
    const bool exact = backend_->backend->wants_raw_ir();
    const std::int64_t size = exact ? 8 : 4;
    grid.format = exact ? WEFT_FORMAT_F64 : WEFT_FORMAT_F32;
    grid.channels = 1;
    std::int64_t slot = size;
    if (item.on_grid) {
        const auto width = static_cast<std::int64_t>(item.width);
        grid.axes[grid.axis_count++] = place_axis(WEFT_FIELD_X, item.width, size);
        grid.axes[grid.axis_count++] = place_axis(WEFT_FIELD_Y, item.height, size * width);
        grid.axes[0].wrap = grid.axes[1].wrap = wrap_of(instance);
        slot = size * width * static_cast<std::int64_t>(item.height);
    }
    weft_axis& k = grid.axes[grid.axis_count++];
    k.field = WEFT_FIELD_OWN;
    k.filter = WEFT_FILTER_FLOOR;
    k.wrap = WEFT_WRAP_RING;
    k.tick = item.domain == ir::Domain::stream ? WEFT_TICK_SAMPLE : WEFT_TICK_FRAME;
    k.count = instance.ticks;
    k.capacity = instance.ticks;
    if (item.domain == ir::Domain::stream) {
        k.capacity += show_.max_samples;
    }
    k.step = 1;
    k.stride = slot;
    outputs_.push_back(output);
}

void BatchBuilder::add_outputs(const PlannedBatch& planned) {
    for (const PlannedKernel& kernel : planned.kernels) {
        for (const std::uint32_t i : kernel.items) {
            const Item& item = plan_.items[i];
            output_of_item_[i] = static_cast<std::uint32_t>(outputs_.size());
            if (item.kind == ItemKind::cache) {
                cache_outputs_[item.strand] = static_cast<std::uint32_t>(outputs_.size());
                add_cache_output(item);
            } else if (item.kind == ItemKind::values) {
                for (std::size_t v = 0; v < item.roots.size(); ++v) {
                    weft_output output{};
                    output.kind = WEFT_OUTPUT_VALUES;
                    output.id = outputs_.size();
                    values_outputs_.push_back(static_cast<std::uint32_t>(outputs_.size()));
                    outputs_.push_back(output);
                }
            } else {
                const runtime::TargetLayout& layout = show_.targets[target_of_.at(i)];
                weft_output output{};
                output.kind = WEFT_OUTPUT_TARGET;
                output.target = target_of_.at(i);
                output.id = outputs_.size();
                weft_grid& grid = output.grid;
                grid.format = layout.format;
                grid.channels = layout.channels;
                grid.channel_stride = static_cast<std::int64_t>(layout.plane_bytes);
                if (layout.kind == runtime::TargetKind::picture) {
                    const std::int64_t pixel = layout.format == WEFT_FORMAT_RGBA16 ? 8 : 4;
                    grid.axes[0] = place_axis(WEFT_FIELD_X, layout.width, pixel);
                    grid.axes[1] = place_axis(WEFT_FIELD_Y, layout.height,
                                              pixel * static_cast<std::int64_t>(layout.width));
                    grid.axis_count = 2;
                } else if (layout.kind == runtime::TargetKind::sound) {
                    grid.axes[0].field = WEFT_FIELD_SAMPLE;
                    grid.axes[0].count = show_.max_samples;
                    grid.axes[0].step = 1;
                    grid.axes[0].stride = sizeof(float);
                    grid.axis_count = 1;
                }
                outputs_.push_back(output);
            }
        }
    }
}

bool BatchBuilder::add_kernel(const PlannedKernel& planned) {
    Piece& piece = pieces_.emplace_back();
    ir::LowerRequest lower;
    lower.program = &program_;
    std::vector<std::size_t> first_root;
    for (const std::uint32_t i : planned.items) {
        const Item& item = plan_.items[i];
        lower.domain = item.domain;
        piece.width = item.width;
        piece.height = item.height;
        first_root.push_back(lower.roots.size());
        lower.roots.insert(lower.roots.end(), item.roots.begin(), item.roots.end());
    }
    lower.input = [this](sema::StrandId id) { return shape(id); };
    lower.stored_here = [&](sema::StrandId id) {
        const auto found = plan_.cache_item.find(id);
        return found != plan_.cache_item.end() && lower.domain == ir::Domain::stream &&
               std::find(planned.items.begin(), planned.items.end(), found->second) !=
                   planned.items.end();
    };
    lower.raw = backend_->backend->wants_raw_ir();
    lower.dump_after = session_.options().dump_after;
    lower.dump = [](std::string_view pass, const std::string& text) {
        std::fprintf(stderr, "--- after %.*s\n%s", static_cast<int>(pass.size()), pass.data(),
                     text.c_str());
    };
    piece.ir = ir::lower(lower, session_.diagnostics());
    if (session_.diagnostics().has_errors()) {
        return false;
    }
    for (std::size_t n = 0; n < planned.items.size(); ++n) {
        const Item& item = plan_.items[planned.items[n]];
        const std::uint32_t output = output_of_item_.at(planned.items[n]);
        const auto count = static_cast<std::uint32_t>(item.roots.size());
        const auto first = static_cast<std::uint32_t>(piece.ir.ir.args.size());
        for (std::size_t r = 0; r < count; ++r) {
            piece.ir.ir.args.push_back(piece.ir.roots[first_root[n] + r]);
        }
        if (item.kind == ItemKind::values) {
            for (std::uint32_t v = 0; v < count; ++v) {
                piece.stores.push_back({output + v, 0, 1, first + v});
            }
        } else {
            piece.stores.push_back({output, 0, count, first});
        }
    }
    return true;
}

bool BatchBuilder::bind_source(const Piece& piece, const ir::InputUse& use, runtime::Step& step,
                               std::uint32_t stage, weft_input& input, EdgeRecord& edge) {
    const sema::Strand& strand = program_.strands[use.strand];
    const ir::InputShape* form = sources_.shape(use.strand);
    std::optional<OpenStrand> open;
    bool by_getter = false;
    if (form->frame_by_frame && piece.ir.domain == ir::Domain::points) {
        by_getter = true;
        edge.refused.push_back("handle: every point may ask for another moment of the film");
    } else if (form->frame_by_frame && use.needs_window) {
        open = sources_.open(use.strand, SourceSet::View::whole);
        if (!open) {
            return false;
        }
    } else if (form->frame_by_frame) {
        const ir::HostProgram& host = piece.ir.host;
        const weft_ir_value& time = host.ir.values[host.outputs[use.time_uniform]];
        if (time.op != WEFT_OP_FIELD || time.aux != WEFT_FIELD_TIME) {
            auto& film = films_[{strand.instance, stage, use.time_uniform}];
            if (film.empty()) {
                film = sources_.open_alone(strand.instance);
                if (film.empty()) {
                    return false;
                }
                step.films.push_back({film[0].source, stage, use.time_uniform});
            }
            open = film[strand.output];
        }
    }
    if (!open) {
        open = sources_.open(use.strand, SourceSet::View::frame);
        if (!open) {
            return false;
        }
    }
    weft_binding& binding = edges_.inputs[input.id];
    binding.struct_size = sizeof binding;
    if (open->has_handle && !by_getter) {
        binding.kind = WEFT_HANDLE_HOST;
        binding.handle = open->handle;
        edge.bytes = bytes_of(open->handle.grid);
        input.channel = 0;
    } else {
        // A getter is asked by the coordinates of these axes.
        binding.kind = WEFT_HANDLE_NONE;
        weft_grid& grid = binding.handle.grid;
        grid.axis_count = 0;
        for (const ir::InputShape::Axis& axis : form->axes) {
            grid.axes[grid.axis_count++].field = axis.field;
        }
        if (!open->has_handle) {
            edge.refused.push_back("handle: the producer shares no memory for this strand");
        }
    }
    binding.get_values = plugin::Program::get_values_of;
    binding.getter = sources_.getter(*open);
    edge.producer = sources_.source(open->source).backend.backend->name();
    edge.path = binding.kind == WEFT_HANDLE_HOST ? "handle" : "getter";
    return true;
}

bool BatchBuilder::bind_cache(const ir::InputUse& use, weft_input& input, EdgeRecord& edge) {
    if (const auto own = cache_outputs_.find(use.strand); own != cache_outputs_.end()) {
        input.internal_output = own->second;
        edge.producer = edge.consumer;
        edge.path = "internal";
        edge.bytes = bytes_of(outputs_[own->second].grid);
        return true;
    }
    const auto found = producers_.find(use.strand);
    if (found == producers_.end()) {
        session_.diagnostics().add(Code::unreadable_strand, program_.strands[use.strand].span,
                                   {std::string(input.node.data, input.node.size),
                                    std::string(input.strand.data, input.strand.size)});
        return false;
    }
    const Producer& producer = found->second;
    show_.getters.push_back(std::make_unique<plugin::Program::Getter>(
        plugin::Program::Getter{producer.program, producer.output}));
    weft_binding& binding = edges_.inputs[input.id];
    binding.struct_size = sizeof binding;
    binding.get_values = plugin::Program::get_values_of;
    binding.getter = show_.getters.back().get();
    edge.producer = producer.program->backend().name();
    if (auto handle = producer.program->get_handle(producer.output)) {
        binding.kind = WEFT_HANDLE_HOST;
        binding.handle = *handle;
        edge.path = "handle";
        edge.bytes = bytes_of(handle->grid);
    } else {
        binding.kind = WEFT_HANDLE_NONE;
        edge.path = "getter";
        edge.refused.push_back("handle: " + handle.error().message);
    }
    return true;
}

bool BatchBuilder::add_inputs(Piece& piece, runtime::Step& step, std::uint32_t stage,
                              std::vector<EdgeRecord>& edges) {
    piece.first_input = static_cast<std::uint32_t>(inputs_.size());
    for (const ir::InputUse& use : piece.ir.uses) {
        const sema::Strand& strand = program_.strands[use.strand];
        const sema::Instance& instance = program_.instances[strand.instance];
        weft_input input{};
        input.node = text_of(instance.name);
        input.strand = text_of(strand.name);
        input.internal_output = WEFT_NOT_INTERNAL;
        input.id = inputs_.size();
        EdgeRecord edge;
        edge.strand = strand_name(use.strand);
        edge.consumer = backend_->backend->name();
        const bool bound = instance.kind == sema::InstanceKind::source
                               ? bind_source(piece, use, step, stage, input, edge)
                               : bind_cache(use, input, edge);
        if (!bound) {
            return false;
        }
        inputs_.push_back(input);
        edges.push_back(std::move(edge));
    }
    // The ABI numbers inputs over the whole batch.
    for (weft_ir_value& value : piece.ir.ir.values) {
        if (value.op == WEFT_OP_SAMPLE) {
            value.aux += piece.first_input;
        }
    }
    return true;
}

bool BatchBuilder::bind_host_inputs(runtime::Step& step, std::uint32_t stage, const Piece& piece) {
    runtime::HostStage& host = step.stages[stage];
    for (std::size_t u = 0; u < piece.ir.uses.size(); ++u) {
        const sema::StrandId id = piece.ir.uses[u].strand;
        const ir::InputShape* form = shape(id);
        runtime::HostInput input;
        if (form != nullptr) {
            input.axes = form->axes;
        }
        const weft_input& described = inputs_[piece.first_input + u];
        if (described.internal_output == WEFT_NOT_INTERNAL) {
            input.binding = edges_.inputs.at(described.id);
            if (form != nullptr && form->frame_by_frame) {
                input.binding.kind = WEFT_HANDLE_NONE;  // any moment may be asked for
            }
        }
        host.inputs.push_back(std::move(input));
    }
    return true;
}

std::optional<runtime::Step> BatchBuilder::build(const PlannedBatch& planned,
                                                 const runtime::BackendRef& backend,
                                                 std::vector<EdgeRecord>& edges) {
    backend_ = &backend;
    runtime::Step step;
    step.backend = backend;
    step.name = backend.backend->name();
    add_outputs(planned);
    for (const PlannedKernel& kernel : planned.kernels) {
        if (!add_kernel(kernel)) {
            return std::nullopt;
        }
        for (const std::uint32_t i : kernel.items) {
            step.captures |= plan_.items[i].kind == ItemKind::cache;
            step.delivers |= plan_.items[i].kind == ItemKind::sink;
        }
    }
    std::uint32_t uniforms = 0;
    std::vector<weft_kernel> kernels;
    for (Piece& piece : pieces_) {
        const auto stage = static_cast<std::uint32_t>(step.stages.size());
        step.stages.emplace_back();
        if (!add_inputs(piece, step, stage, edges) || !bind_host_inputs(step, stage, piece)) {
            return std::nullopt;
        }
        piece.first_uniform = uniforms;
        uniforms += piece.ir.ir.uniform_count;
        weft_kernel kernel{};
        kernel.domain = static_cast<std::uint32_t>(piece.ir.domain);
        kernel.width = piece.width;
        kernel.height = piece.height;
        kernel.ir = piece.ir.ir.view();
        kernel.stores = piece.stores.data();
        kernel.store_count = static_cast<std::uint32_t>(piece.stores.size());
        kernel.first_uniform = piece.first_uniform;
        kernels.push_back(kernel);
    }
    weft_batch batch{};
    batch.struct_size = sizeof batch;
    batch.context = plan_.items[planned.kernels.front().items.front()].context;
    batch.name = text_of(step.name);
    batch.kernels = kernels.data();
    batch.kernel_count = static_cast<std::uint32_t>(kernels.size());
    batch.inputs = inputs_.data();
    batch.input_count = static_cast<std::uint32_t>(inputs_.size());
    batch.outputs = outputs_.data();
    batch.output_count = static_cast<std::uint32_t>(outputs_.size());
    batch.param_count = static_cast<std::uint32_t>(program_.params.size());
    batch.settings = program_.settings.data();

    weft_error detail{};
    detail.struct_size = sizeof detail;
    detail.span.file = WEFT_NO_FILE;
    auto compiled = backend.backend->compile(batch, edges_, &detail);
    if (!compiled) {
        Span span;
        if (detail.span.file != WEFT_NO_FILE && detail.span.file < session_.sources().size()) {
            span = {detail.span.file, detail.span.begin, detail.span.end};
        }
        session_.diagnostics().add(Code::plugin_call_failed, span, {compiled.error().message});
        return std::nullopt;
    }
    step.program = std::move(*compiled);
    step.uniforms.resize(uniforms);
    for (std::size_t p = 0; p < pieces_.size(); ++p) {
        runtime::HostStage& stage = step.stages[p];
        stage.uniform_count = pieces_[p].ir.ir.uniform_count;
        stage.first_uniform = pieces_[p].first_uniform;
        stage.program = std::move(pieces_[p].ir.host);
        const weft_ir view = stage.program.ir.view();
        stage.scratch.resize(weft_eval_scratch(&view));
    }
    return step;
}

}  // namespace weft::driver
