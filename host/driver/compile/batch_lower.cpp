// The first half of a batch: its outputs, its kernels, and what these read.
#include <algorithm>
#include <cstdio>

#include <weft/cpp/grid.hpp>
#include <weft/cpp/text.hpp>

#include "driver/compile/analysis.h"
#include "driver/compile/batch_builder.h"
#include "graph/graph.h"
#include "runtime/tick_gate.h"

namespace weft::driver {
namespace {

// Ticks of samples from which on a cache is no filter's memory.
constexpr std::uint64_t kLongHistory = 256;

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

std::vector<bool> sampled(const ir::IrText& text, std::size_t count) {
    std::vector<bool> found(count);
    for (const weft_ir_value& value : text.values) {
        if (value.op == WEFT_OP_SAMPLE && value.aux != ir::kSlope) found[value.aux] = true;
    }
    return found;
}

// Is a slope of what is read there asked for?
bool is_smoothed(const ir::IrText& text, std::uint32_t use) {
    return std::any_of(text.values.begin(), text.values.end(), [&](const weft_ir_value& value) {
        if (value.op != WEFT_OP_SAMPLE || value.aux != ir::kSlope) return false;
        const weft_ir_value& number = text.values[text.args[value.args]];
        return number.op == WEFT_OP_SAMPLE && number.aux == use;
    });
}

}  // namespace

const ir::InputShape* BatchBuilder::shape(sema::StrandId id) {
    const sema::Strand& strand = build_.program.strands[id];
    switch (build_.program.instances[strand.instance].kind) {
        case sema::InstanceKind::source: return build_.sources.shape(id);
        case sema::InstanceKind::cache: return &build_.plan.cache_shape.at(id);
        case sema::InstanceKind::computed:
        case sema::InstanceKind::parameter: break;
    }
    return nullptr;
}

bool BatchBuilder::is_inside(sema::StrandId strand) const {
    const auto found = build_.stored_in.find(strand);
    return found != build_.stored_in.end() && found->second == number_;
}

bool BatchBuilder::lower() {
    add_outputs();
    if (makes_analyses()) {
        return true;
    }
    for (const PlannedKernel& kernel : planned_.kernels) {
        if (!add_kernel(kernel)) {
            return false;
        }
    }
    return true;
}

// In a live show: frames read it of sound, or sound of frames.
bool BatchBuilder::crosses(const Item& cache) const {
    const bool in_sound = cache.domain == ir::Domain::stream;
    const auto is_other_that_reads = [&](const Item& item) {
        return (item.domain == ir::Domain::stream) != in_sound &&
               std::any_of(item.reads.begin(), item.reads.end(),
                           [&](const Read& read) { return read.strand == cache.strand; });
    };
    return build_.show.sound_slack != 0 &&
           std::any_of(build_.plan.items.begin(), build_.plan.items.end(), is_other_that_reads);
}

// Slots of a cache beyond those that are asked for. Of samples: what one call computes, and what is
// computed while a frame reads it. Of frames: what is written while sound reads it.
std::uint64_t BatchBuilder::room(const Item& cache) const {
    const bool live = build_.show.sound_slack != 0;
    // Another room is other memory: what is long, or small, and what an edit may make the other
    // part read, has it at once, and keeps its memory then.
    if (cache.domain != ir::Domain::stream) {
        return crosses(cache) || (live && !cache.on_grid) ? runtime::TickGate::kSpare : 0;
    }
    const sema::Strand& strand = build_.program.strands[cache.strand];
    const bool is_long = build_.program.instances[strand.instance].ticks >= kLongHistory;
    return crosses(cache) || (live && is_long) ? build_.show.sound_slack : build_.show.max_samples;
}

void BatchBuilder::add_cache_output(const Item& item) {
    const sema::Strand& strand = build_.program.strands[item.strand];
    const sema::Instance& instance = build_.program.instances[strand.instance];
    weft_output output{};
    output.node = cpp::to_str(instance.name);
    output.strand = cpp::to_str(strand.name);
    output.kind = WEFT_OUTPUT_CACHE;
    output.ticks = instance.ticks;
    output.id = outputs_.size();
    weft_grid& grid = output.grid;
    // The reference keeps its caches in f64; every other back end in f32, half the memory.
    const bool exact = backend_.backend->wants_raw_ir();
    const std::int64_t size = exact ? 8 : 4;
    grid.format = exact ? WEFT_FORMAT_F64 : WEFT_FORMAT_F32;
    grid.channels = 1;
    std::int64_t slot = size;
    if (item.on_grid) {
        const auto width = static_cast<std::int64_t>(item.width);
        grid.axes[grid.axis_count++] = cpp::picture_axis(WEFT_FIELD_X, item.width, size);
        grid.axes[grid.axis_count++] = cpp::picture_axis(WEFT_FIELD_Y, item.height, size * width);
        grid.axes[0].wrap = grid.axes[1].wrap = wrap_of(instance);
        slot = size * width * static_cast<std::int64_t>(item.height);
    }
    weft_axis& k = grid.axes[grid.axis_count++];
    k.field = WEFT_FIELD_OWN;
    k.filter = WEFT_FILTER_FLOOR;
    k.wrap = WEFT_WRAP_RING;
    k.tick = tick_of(item);
    k.count = instance.ticks;
    k.capacity = instance.ticks + room(item);
    build_.show.sound_reads_frames |= item.domain != ir::Domain::stream && crosses(item);
    if (item.domain == ir::Domain::stream) {
        // Sound asks for what ended up to a hop before its first sample.
        k.capacity += is_analysis(instance) ? analysis_steps(instance, build_.program).hop : 0;
    }
    k.step = 1;
    k.stride = slot;
    outputs_.push_back(output);
}

void BatchBuilder::add_target_output(std::uint32_t item) {
    const std::uint32_t target = build_.target_of.at(item);
    const runtime::TargetLayout& layout = build_.show.targets[target];
    weft_output output{};
    const sema::Sink& sink = build_.program.sinks[build_.plan.items[item].sinks.front()];
    output.node = cpp::to_str(graph::name_of(sink.kind));
    output.kind = WEFT_OUTPUT_TARGET;
    output.target = target;
    output.id = outputs_.size();
    weft_grid& grid = output.grid;
    grid.format = layout.format;
    grid.channels = layout.channels;
    grid.channel_stride = static_cast<std::int64_t>(layout.plane_bytes);
    if (layout.kind == runtime::TargetKind::picture) {
        const std::int64_t pixel = layout.format == WEFT_FORMAT_RGBA16 ? 8 : 4;
        grid.axes[0] = cpp::picture_axis(WEFT_FIELD_X, layout.width, pixel);
        grid.axes[1] = cpp::picture_axis(WEFT_FIELD_Y, layout.height,
                                         pixel * static_cast<std::int64_t>(layout.width));
        grid.axis_count = 2;
    } else if (layout.kind == runtime::TargetKind::sound) {
        grid.axes[0].field = WEFT_FIELD_SAMPLE;
        grid.axes[0].count = build_.show.max_samples;
        grid.axes[0].step = 1;
        grid.axes[0].stride = sizeof(float);
        grid.axis_count = 1;
    }
    outputs_.push_back(output);
}

void BatchBuilder::add_values_outputs(const Item& item) {
    for (std::size_t v = 0; v < item.roots.size(); ++v) {
        weft_output output{};
        output.kind = WEFT_OUTPUT_VALUES;
        output.id = outputs_.size();
        values_outputs_.push_back(static_cast<std::uint32_t>(outputs_.size()));
        outputs_.push_back(output);
    }
}

void BatchBuilder::add_outputs() {
    for (const PlannedKernel& kernel : planned_.kernels) {
        for (const std::uint32_t i : kernel.items) {
            const Item& item = build_.plan.items[i];
            output_of_item_[i] = static_cast<std::uint32_t>(outputs_.size());
            switch (item.kind) {
                case ItemKind::analysis: add_analysis(i); break;
                case ItemKind::cache:
                    cache_outputs_[item.strand] = static_cast<std::uint32_t>(outputs_.size());
                    add_cache_output(item);
                    break;
                case ItemKind::values: add_values_outputs(item); break;
                case ItemKind::sink: add_target_output(i); break;
            }
            spans_.resize(outputs_.size(), asked_at(item));
        }
    }
}

// The statement that something is computed for; of an expression of `weft eval` none.
weft_span BatchBuilder::asked_at(const Item& item) const {
    Span span;
    switch (item.kind) {
        case ItemKind::cache:
        case ItemKind::analysis: span = build_.program.strands[item.strand].span; break;
        case ItemKind::sink: span = build_.program.sinks[item.sinks.front()].span; break;
        case ItemKind::values: return {WEFT_NO_FILE, 0, 0};
    }
    return {span.file, span.begin, span.end};
}

bool BatchBuilder::add_kernel(const PlannedKernel& planned) {
    const Plan& plan = build_.plan;
    Piece& piece = pieces_.emplace_back();
    ir::LowerRequest lower;
    lower.program = &build_.program;
    lower.live = &build_.live;
    std::vector<std::size_t> first_root;
    for (const std::uint32_t i : planned.items) {
        const Item& item = plan.items[i];
        lower.domain = item.domain;
        piece.width = item.width;
        piece.height = item.height;
        first_root.push_back(lower.roots.size());
        lower.roots.insert(lower.roots.end(), item.roots.begin(), item.roots.end());
    }
    lower.input = [this](sema::StrandId id) { return shape(id); };
    lower.stored_here = [&](sema::StrandId id) {
        const auto found = plan.cache_item.find(id);
        return found != plan.cache_item.end() && lower.domain == ir::Domain::stream &&
               std::find(planned.items.begin(), planned.items.end(), found->second) !=
                   planned.items.end();
    };
    // What another back end made; its own a kernel reads in order, without the host.
    lower.complete = [&](sema::StrandId id) {
        const auto found = plan.cache_item.find(id);
        if (found == plan.cache_item.end()) {
            return false;
        }
        const Item& item = plan.items[found->second];
        return item.domain != ir::Domain::stream &&
               build_.backends[item.backend].backend != backend_.backend;
    };
    lower.raw = backend_.backend->wants_raw_ir();
    lower.dump_after = build_.session.options().dump_after;
    lower.dump = [](std::string_view pass, const std::string& text) {
        std::fprintf(stderr, "--- after %.*s\n%s", static_cast<int>(pass.size()), pass.data(),
                     text.c_str());
    };
    piece.ir = ir::lower(lower, build_.session.diagnostics());
    if (build_.session.diagnostics().has_errors()) {
        return false;
    }
    for (std::size_t n = 0; n < planned.items.size(); ++n) {
        const Item& item = plan.items[planned.items[n]];
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
    piece.first_uniform = uniforms_;
    uniforms_ += piece.ir.ir.uniform_count;
    return add_uses(piece);
}

// Inputs of the batch are what its kernels sample; what only the host samples is none of the back
// end's business.
bool BatchBuilder::add_uses(Piece& piece) {
    const std::size_t count = piece.ir.uses.size();
    const std::vector<bool> in_kernel = sampled(piece.ir.ir, count);
    const std::vector<bool> on_host = sampled(piece.ir.host.ir, count);
    for (std::size_t u = 0; u < count; ++u) {
        Use use;
        use.strand = piece.ir.uses[u].strand;
        use.on_host = on_host[u];
        use.in_sound = piece.ir.domain == ir::Domain::stream;
        use.smooth = is_smoothed(piece.ir.host.ir, static_cast<std::uint32_t>(u));
        const sema::Strand& strand = build_.program.strands[use.strand];
        const sema::Instance& instance = build_.program.instances[strand.instance];
        if (instance.kind == sema::InstanceKind::source) {
            if (!open_source(piece, piece.ir.uses[u], use)) {
                return false;
            }
        } else if (!build_.stored_in.contains(use.strand)) {
            build_.session.diagnostics().add(Code::unreadable_strand, strand.span,
                                             {instance.name, strand.name});
            return false;
        }
        if (in_kernel[u]) {
            if (is_scanned(use)) {
                if (!build_.sources.keep(strand.instance, use.source->open)) {
                    return false;
                }
                use.source->is_kept = true;
                build_.show.sound_reads_frames = true;
            }
            weft_input input{};
            input.node = cpp::to_str(instance.name);
            input.strand = cpp::to_str(strand.name);
            input.internal_output = WEFT_NOT_INTERNAL;
            input.id = inputs_.size();
            if (const auto own = cache_outputs_.find(use.strand); own != cache_outputs_.end()) {
                input.internal_output = own->second;
            }
            use.input = static_cast<std::uint32_t>(inputs_.size());
            inputs_.push_back(input);
            input_strands_.push_back(use.strand);
        }
        piece.uses.push_back(use);
    }
    // The ABI numbers inputs over the whole batch.
    for (weft_ir_value& value : piece.ir.ir.values) {
        if (value.op == WEFT_OP_SAMPLE) {
            value.aux = piece.uses[value.aux].input;
        }
    }
    return true;
}

// By sound of a live show: a film or a camera, which frames go on to write meanwhile.
bool BatchBuilder::is_scanned(const Use& use) const {
    return build_.show.sound_slack != 0 && use.in_sound && use.source &&
           use.source->open.has_handle && is_film_frame(use.source->open.handle.grid);
}

bool BatchBuilder::open_source(const Piece& piece, const ir::InputUse& use, Use& bound) {
    const sema::Strand& strand = build_.program.strands[use.strand];
    if (is_analysis(build_.program.instances[strand.instance])) {
        bound.analysis =
            build_.plan.analysis_item.at({use.strand, piece.ir.domain == ir::Domain::stream});
        return true;
    }
    const ir::InputShape* form = build_.sources.shape(use.strand);
    const auto stage = static_cast<std::uint32_t>(pieces_.size() - 1);
    SourceUse source;
    std::optional<OpenStrand> open;
    if (form->frame_by_frame && piece.ir.domain == ir::Domain::points) {
        source.by_points = true;
    } else if (form->frame_by_frame && use.needs_window) {
        open = build_.sources.open(use.strand, SourceSet::View::whole);
        if (!open) {
            return false;
        }
    } else if (form->frame_by_frame) {
        const ir::HostProgram& host = piece.ir.host;
        const weft_ir_value& time = host.ir.values[host.outputs[use.time_uniform]];
        if (time.op != WEFT_OP_FIELD || time.aux != WEFT_FIELD_TIME) {
            auto& film = films_[{strand.instance, stage, use.time_uniform}];
            if (film.empty()) {
                film = build_.sources.open_alone(strand.instance);
                if (film.empty()) {
                    return false;
                }
                film_times_.push_back({film[0].source, stage, use.time_uniform});
            }
            open = film[strand.output];
        }
    }
    if (!open) {
        open = build_.sources.open(use.strand, SourceSet::View::frame);
    }
    if (!open) {
        return false;
    }
    source.open = *open;
    bound.source = source;
    return true;
}

std::vector<sema::StrandId> BatchBuilder::computed() const {
    std::vector<sema::StrandId> strands;
    for (const Piece& piece : pieces_) {
        strands.insert(strands.end(), piece.ir.computed.begin(), piece.ir.computed.end());
    }
    std::sort(strands.begin(), strands.end());
    strands.erase(std::unique(strands.begin(), strands.end()), strands.end());
    return strands;
}

// "vulkan (trail@v, display)": who makes what, for messages and traces.
std::string BatchBuilder::batch_name() const {
    constexpr std::size_t kMost = 3;
    std::string made;
    std::size_t count = 0;
    for (const PlannedKernel& kernel : planned_.kernels) {
        for (const std::uint32_t i : kernel.items) {
            const Item& item = build_.plan.items[i];
            if (++count > kMost) {
                continue;
            }
            made += count == 1 ? "" : ", ";
            switch (item.kind) {
                case ItemKind::cache:
                case ItemKind::analysis: made += strand_name(item.strand); break;
                case ItemKind::values: made += "values"; break;
                case ItemKind::sink:
                    made += graph::name_of(build_.program.sinks[item.sinks.front()].kind);
                    break;
            }
        }
    }
    return backend_.backend->name() + " (" + made + (count > kMost ? ", ...)" : ")");
}

std::vector<std::uint32_t> BatchBuilder::needs() const {
    std::vector<std::uint32_t> batches;
    for (const Piece& piece : pieces_) {
        for (const Use& use : piece.uses) {
            if (use.analysis != sema::kNone) {
                batches.push_back(build_.made_in.at(use.analysis));
            } else if (!use.source && !is_inside(use.strand)) {
                batches.push_back(build_.stored_in.at(use.strand));
            }
        }
    }
    for (const Analysed& analysed : analysed_) {
        batches.push_back(build_.stored_in.at(analysed.use.strand));
    }
    return batches;
}

void BatchBuilder::announce() const {
    for (const Piece& piece : pieces_) {
        for (const Use& use : piece.uses) {
            if (!use.source && use.analysis == sema::kNone) {
                announce(use);
            }
        }
    }
    for (const Analysed& analysed : analysed_) {
        announce(analysed.use);
    }
}

void BatchBuilder::announce(const Use& use) const {
    const Item& item = build_.plan.items[build_.plan.cache_item.at(use.strand)];
    SharedCache& cache = build_.negotiation.cache(use.strand);
    cache.producer = build_.backends[item.backend].backend;
    const std::uint64_t size = cache.producer->wants_raw_ir() ? 8 : 4;
    cache.tick_bytes = item.domain == ir::Domain::stream ? size * build_.show.max_samples
                                                         : size * item.width * item.height;
    const sema::Strand& strand = build_.program.strands[use.strand];
    const std::uint64_t ticks = build_.program.instances[strand.instance].ticks;
    const std::uint64_t slots = ticks + room(item);
    cache.all_bytes = item.domain == ir::Domain::stream ? size * slots : cache.tick_bytes * slots;
    // Rows and ticks may begin on lines and pages; a filter's memory is kept in f64.
    const std::uint64_t row = (size * item.width + 255) / 256 * 256;
    cache.lent_bytes = item.domain == ir::Domain::stream
                           ? 8 * (cache.all_bytes / size + 2 * build_.show.max_samples)
                           : (row * item.height + 4095) / 4096 * 4096 * slots;
    const bool in_kernel = use.input != WEFT_NOT_INTERNAL;
    if (is_inside(use.strand)) {
        cache.read_inside |= in_kernel;
    } else if (in_kernel) {
        build_.negotiation.add_reader(use.strand, *backend_.backend);
    }
    cache.read_by_host |= use.on_host && !is_inside(use.strand);
}

}  // namespace weft::driver
