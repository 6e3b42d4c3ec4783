// The edges of a batch: what its back end and the host's part of its kernels are given to read, and
// the lines of the ledger that say so.
#include <algorithm>

#include <fmt/format.h>

#include "driver/compile/batch_builder.h"

namespace weft::driver {
namespace {

void add_once(std::vector<std::uint32_t>& list, std::uint32_t number) {
    if (std::find(list.begin(), list.end(), number) == list.end()) {
        list.push_back(number);
    }
}

constexpr const char* kHost = "host";
constexpr const char* kWrittenAhead = "written before the sample that is read";
constexpr const char* kCompleteFrame = "complete when a block begins";

// What EdgeRecord::crossing says.
constexpr const char* kRing = "ring";
constexpr const char* kHeld = "slot, held";
constexpr const char* kSmoothed = "slot, smoothed";
constexpr const char* kNewest = "newest picture, held";

// Of what the host itself asks for, or reads.
std::string host_sync(plugin::Backend& producer) {
    return sync_name(plugin::Timeline(producer) ? Sync::host_waits : Sync::on_return);
}

}  // namespace

std::string BatchBuilder::strand_name(sema::StrandId id) const {
    return name_of(build_.program, id);
}

EdgeRecord BatchBuilder::record(sema::StrandId strand) const {
    EdgeRecord edge;
    edge.strand = strand_name(strand);
    edge.consumer = backend_.backend->name();
    return edge;
}

// How pictures reach sound, and sound pictures; "" where neither does.
std::string BatchBuilder::crossing(const Use& use, bool by_host) const {
    const sema::Strand& strand = build_.program.strands[use.strand];
    const sema::Instance& instance = build_.program.instances[strand.instance];
    const auto cache = build_.plan.cache_item.find(use.strand);
    bool of_sound = use.source && use.source->open.source == sema::kNone;
    if (use.analysis != sema::kNone) {
        return "";  // each part has its own
    }
    if (!use.source) {
        of_sound = tick_of(build_.plan.items[cache->second]) == WEFT_TICK_SAMPLE;
    }
    if (of_sound) {
        return use.in_sound ? "" : kRing;
    }
    const bool changes = instance.kind == sema::InstanceKind::cache ||
                         (use.source && build_.sources.shape(use.strand)->frame_by_frame);
    if (!use.in_sound || !changes) {
        return "";
    }
    return !by_host ? kNewest : use.smooth ? kSmoothed : kHeld;
}

// Knobs and live inputs that sound reads.
void BatchBuilder::record_params(const Piece& piece) {
    if (piece.ir.domain != ir::Domain::stream) {
        return;
    }
    for (const ir::IrText* text : {&piece.ir.ir, &piece.ir.host.ir}) {
        for (const weft_ir_value& value : text->values) {
            if (value.op != WEFT_OP_PARAM || value.aux >= build_.program.params.size()) {
                continue;
            }
            EdgeRecord edge;
            edge.strand = build_.program.params[value.aux].name;
            edge.producer = kHost;
            edge.consumer = backend_.backend->name();
            edge.path = "parameter";
            edge.memory = "one number";
            edge.sync = "the newest when a block begins";
            edge.bytes = sizeof(double);
            edge.crossing = build_.live.smoothed(value.aux) != nullptr ? kSmoothed : kHeld;
            records_.push_back(std::move(edge));
        }
    }
}

void BatchBuilder::describe(const Route& route, const weft_grid& grid, EdgeRecord& edge) const {
    const bool shared = route.kind != WEFT_HANDLE_NONE;
    edge.path = shared ? "handle" : "getter";
    edge.memory = route.mirrored || route.uploaded ? "pinned copy" : kind_name(route.kind);
    edge.refused.insert(edge.refused.end(), route.refused.begin(), route.refused.end());
    edge.copied = route.copied;
    edge.predicted = route.predicted;
    edge.measured = route.measured;
    if (shared) {
        edge.layout = layout_text(grid);
        edge.bytes = bytes_of(grid);
    } else {
        edge.latency = "none: each value is computed when it is asked for";
    }
}

// --- What kernels read
// -----------------------------------------------------------------------------

bool BatchBuilder::bind_input(const Use& use) {
    const weft_input& input = inputs_[use.input];
    EdgeRecord edge = record(use.strand);
    edge.crossing = crossing(use, false);
    if (input.internal_output != WEFT_NOT_INTERNAL) {
        const weft_grid& grid = outputs_[input.internal_output].grid;
        edge.producer = edge.consumer;
        edge.path = "internal";
        edge.memory = "same batch";
        edge.layout = layout_text(grid);
        edge.sync = sync_name(Sync::same_queue);
        edge.bytes = bytes_of(grid);
        records_.push_back(std::move(edge));
        return true;
    }
    weft_binding& binding = edges_.inputs[input.id];
    binding.struct_size = sizeof binding;
    binding.get_values = plugin::Program::get_values_of;
    if (use.source) {
        bind_source(use, binding, edge);
    } else if (use.analysis != sema::kNone) {
        if (!bind_analysis(use, binding, edge)) {
            return false;
        }
    } else if (!bind_cache(use, binding, edge)) {
        return false;
    }
    step_.asks_points |= binding.kind == WEFT_HANDLE_NONE;
    records_.push_back(std::move(edge));
    return true;
}

// What the host keeps: nobody is asked for it, and nobody waits for it.
void BatchBuilder::bind_kept(const Use& use, weft_binding& binding, EdgeRecord& edge) {
    const OpenStrand& open = use.source->open;
    const std::uint64_t bytes = bytes_of(open.handle.grid);
    const Route route = use.source->is_kept
                            ? build_.negotiation.kept_route(*backend_.backend, bytes)
                            : build_.negotiation.host_route(*backend_.backend, bytes);
    binding.kind = route.kind;
    binding.handle = open.handle;
    edge.producer = kHost;
    edge.sync = kWrittenAhead;
    if (use.source->is_kept) {
        edge.producer = build_.sources.source(open.source).backend.backend->name();
        edge.sync = kCompleteFrame;
    }
    describe(route, open.handle.grid, edge);
}

void BatchBuilder::bind_source(const Use& use, weft_binding& binding, EdgeRecord& edge) {
    const OpenStrand& open = use.source->open;
    if (open.source == sema::kNone || use.source->is_kept) {
        bind_kept(use, binding, edge);
        return;
    }
    const runtime::Source& source = build_.sources.source(open.source);
    edge.producer = source.backend.backend->name();
    edge.sync = host_sync(*source.backend.backend);
    edge.refused.push_back("duplicate: a source is opened by its own back end");
    Route route;
    if (use.source->by_points) {
        route.refused.push_back("handle: every point may ask for another moment of the film");
    } else if (!open.has_handle) {
        route.refused.push_back("handle: the producer shares no memory for this strand");
    } else {
        // Pictures and tables stay as they are.
        const std::uint64_t bytes =
            is_film_frame(open.handle.grid) ? bytes_of(open.handle.grid) : 0;
        route = build_.negotiation.source_route(use.strand, *source.backend.backend,
                                                *backend_.backend, bytes);
        build_.negotiation.check_place(route, *source.backend.backend, *backend_.backend,
                                       open.handle, bytes);
    }
    binding.kind = route.kind;
    binding.getter = build_.sources.getter(open);
    if (route.kind != WEFT_HANDLE_NONE) {
        binding.handle = open.handle;
    } else {
        // A getter is asked by the coordinates of these axes.
        weft_grid& grid = binding.handle.grid;
        for (const ir::InputShape::Axis& axis : shape(use.strand)->axes) {
            grid.axes[grid.axis_count++].field = axis.field;
        }
    }
    describe(route, binding.handle.grid, edge);
}

bool BatchBuilder::bind_cache(const Use& use, weft_binding& binding, EdgeRecord& edge) {
    const Producer& producer = build_.producers.at(use.strand);
    plugin::Backend& from = producer.program->backend();
    edge.producer = from.name();
    edge.refused.push_back("duplicate: a cache remembers what only its owner has computed");
    Route route = build_.negotiation.route(use.strand, *backend_.backend);
    if (const SharedCache* cache = build_.negotiation.find(use.strand);
        cache->lender != nullptr && route.kind == WEFT_HANDLE_OPAQUE_FD) {
        edge.lender = cache->lender->name();
    }
    binding = points_of(producer, use.strand);
    if (route.kind != WEFT_HANDLE_NONE) {
        auto handle = producer.program->get_handle(producer.output, route.kind);
        if (!handle) {
            (void)build_.negotiation.refuse(use.strand, *backend_.backend, route.kind,
                                            handle.error().message);
            return false;
        }
        binding.kind = route.kind;
        binding.handle = *handle;
        build_.negotiation.check_place(route, from, *backend_.backend, *handle,
                                       build_.negotiation.find(use.strand)->all_bytes);
    }
    describe(route, binding.handle.grid, edge);
    awaited_.push_back({records_.size(), producer.batch, &from, route.sync, route.producer_makes});
    return true;
}

// Who waits for whom, once all edges are bound: where the host waits for a batch anyway, no
// semaphore is made for another edge from it.
void BatchBuilder::settle_order() {
    for (Awaited& awaited : awaited_) {
        EdgeRecord& edge = records_[awaited.record];
        if (awaited.sync == Sync::semaphore && step_.asks_points) {
            awaited.sync = Sync::host_waits;
            edge.refused.push_back(
                "semaphore: the batch of the consumer asks others for values while it runs");
        }
        if (awaited.sync == Sync::host_waits) {
            add_once(step_.before_run, awaited.batch);
        }
    }
    for (Awaited& awaited : awaited_) {
        EdgeRecord& edge = records_[awaited.record];
        if (awaited.sync == Sync::semaphore && !join_to(awaited, edge)) {
            awaited.sync = Sync::host_waits;
            add_once(step_.before_run, awaited.batch);
        }
        edge.sync = sync_name(awaited.sync);
    }
}

// False, with the reason in the ledger, where the host waits.
bool BatchBuilder::join_to(const Awaited& awaited, EdgeRecord& edge) {
    const auto among = [&](const std::vector<std::uint32_t>& waits) {
        return std::find(waits.begin(), waits.end(), awaited.batch) != waits.end();
    };
    if (among(step_.before_run) || among(step_.before_host)) {
        edge.refused.push_back("semaphore: another edge has the host wait for the same batch");
        return false;
    }
    const bool joined = std::any_of(
        build_.show.joins.begin(), build_.show.joins.end(),
        [&](const auto& join) { return join->from == awaited.batch && join->to == number_; });
    if (joined) {
        return true;
    }
    auto made = runtime::Join::make(*awaited.producer, *backend_.backend, awaited.producer_makes);
    if (!made) {
        edge.refused.push_back("semaphore: " + made.error().message);
        return false;
    }
    (*made)->from = awaited.batch;
    (*made)->to = number_;
    build_.show.joins.push_back(std::move(*made));
    return true;
}

weft_binding BatchBuilder::points_of(const Producer& producer, sema::StrandId strand) {
    build_.show.getters.push_back(std::make_unique<plugin::Program::Getter>(
        plugin::Program::Getter{producer.program, producer.output}));
    weft_binding binding{};
    binding.struct_size = sizeof binding;
    binding.kind = WEFT_HANDLE_NONE;
    binding.get_values = plugin::Program::get_values_of;
    binding.getter = build_.show.getters.back().get();
    weft_grid& grid = binding.handle.grid;
    for (const ir::InputShape::Axis& axis : shape(strand)->axes) {
        grid.axes[grid.axis_count++].field = axis.field;
    }
    if (const auto item = build_.plan.cache_item.find(strand);
        item != build_.plan.cache_item.end()) {
        weft_axis& k = grid.axes[grid.axis_count - 1];
        k.wrap = WEFT_WRAP_RING;
        k.tick = tick_of(build_.plan.items[item->second]);
    }
    return binding;
}

// --- What the host reads
// ---------------------------------------------------------------------------

void BatchBuilder::bind_host(const Piece& piece, runtime::HostStage& stage) {
    for (std::uint32_t u = 0; u < piece.uses.size(); ++u) {
        const Use& use = piece.uses[u];
        runtime::HostInput& input = stage.inputs.emplace_back();
        if (const ir::InputShape* form = shape(use.strand); form != nullptr) {
            input.axes = form->axes;
        }
        if (!use.on_host) {
            continue;
        }
        if (use.analysis != sema::kNone) {
            bind_host_analysis(u, piece, stage);
            continue;
        }
        if (!use.source) {
            bind_host_cache(u, piece, stage);
            continue;
        }
        const OpenStrand& open = use.source->open;
        const bool heard = open.source == sema::kNone;
        input.binding.struct_size = sizeof input.binding;
        if (!heard) {
            input.binding.get_values = plugin::Program::get_values_of;
            input.binding.getter = build_.sources.getter(open);
        }
        // Of a film any moment may be asked for.
        if (open.has_handle && !shape(use.strand)->frame_by_frame) {
            input.binding.kind = WEFT_HANDLE_HOST;
            input.binding.handle = open.handle;
        }
        input.crosses = input.binding.kind == WEFT_HANDLE_NONE;
        if (use.input == WEFT_NOT_INTERNAL) {
            EdgeRecord edge = record(use.strand);
            edge.crossing = crossing(use, true);
            edge.producer = kHost;
            edge.sync = kWrittenAhead;
            if (!heard) {
                plugin::Backend& from = *build_.sources.source(open.source).backend.backend;
                edge.producer = from.name();
                edge.sync = host_sync(from);
            }
            Route route;
            route.kind = input.binding.kind;
            describe(route, open.handle.grid, edge);
            records_.push_back(std::move(edge));
        }
    }
}

void BatchBuilder::bind_host_cache(std::uint32_t number, const Piece& piece,
                                   runtime::HostStage& stage) {
    const Use& use = piece.uses[number];
    const Producer& producer = build_.producers.at(use.strand);
    plugin::Backend& from = producer.program->backend();
    runtime::HostInput& input = stage.inputs[number];
    EdgeRecord edge = record(use.strand);
    edge.crossing = crossing(use, true);
    const Item& made_by = build_.plan.items[build_.plan.cache_item.at(use.strand)];
    input.crosses = made_by.domain != ir::Domain::stream;
    edge.producer = from.name();
    edge.sync = host_sync(from);
    edge.refused.push_back("duplicate: a cache remembers what only its owner has computed");
    add_once(step_.before_host, producer.batch);
    Route route;
    auto handle = producer.program->get_handle(producer.output, WEFT_HANDLE_HOST);
    const Trial& trial = build_.session.trials().prove_readable(from);
    if (handle && trial.refusal.empty()) {
        input.binding = points_of(producer, use.strand);
        input.binding.kind = route.kind = WEFT_HANDLE_HOST;
        input.binding.handle = *handle;
        route.measured = trial.measured;
        describe(route, handle->grid, edge);
        edge.latency = "none: the host reads points of this frame's for it, once a frame";
        records_.push_back(std::move(edge));
        return;
    }
    edge.refused.push_back(kind_name(WEFT_HANDLE_HOST) + ": " +
                           (handle ? trial.refusal : handle.error().message));
    if (!gather(producer, number, stage, edge)) {
        input.binding = points_of(producer, use.strand);
        describe(route, {}, edge);
        edge.latency = "none: after its producer, once a frame";
    }
    records_.push_back(std::move(edge));
}

// Points that are known now are read by the producer itself; what it leaves are plain numbers. True
// if no other readings are left.
bool BatchBuilder::gather(const Producer& producer, std::uint32_t use, runtime::HostStage& stage,
                          EdgeRecord& edge) const {
    ir::IrText& text = stage.program.ir;
    const plugin::Gatherer gatherer(producer.program->backend());
    std::vector<weft_ir_value*> found;
    std::vector<std::vector<double>> coords(stage.inputs[use].axes.size());
    bool all = true;
    for (weft_ir_value& value : text.values) {
        if (value.op != WEFT_OP_SAMPLE || value.aux != use) {
            continue;
        }
        const std::uint32_t* args = text.args.data() + value.args;
        const bool known = value.arg_count == coords.size() &&
                           std::all_of(args, args + value.arg_count,
                                       [&](auto a) { return text.values[a].op == WEFT_OP_CONST; });
        if (!known) {
            all = false;
            continue;
        }
        for (std::uint32_t a = 0; a < value.arg_count; ++a) {
            coords[a].push_back(text.values[args[a]].imm);
        }
        found.push_back(&value);
    }
    if (found.empty()) {
        edge.refused.push_back("gather: its points are not known when the program is compiled");
        return false;
    }
    std::vector<const double*> axes;
    for (const std::vector<double>& axis : coords) {
        axes.push_back(axis.data());
    }
    auto values = gatherer.gather(*producer.program, producer.output, found.size(), axes);
    if (!values) {
        edge.refused.push_back("gather: " + values.error().message);
        return false;
    }
    auto first = static_cast<std::uint32_t>(stage.gathered.size());
    stage.gathers.push_back({*values, static_cast<std::uint32_t>(found.size()), first});
    stage.gathered.resize(stage.gathered.size() + found.size());
    for (weft_ir_value* value : found) {
        value->op = WEFT_OP_UNIFORM;
        value->arg_count = 0;
        value->aux = first++;
    }
    if (!all) {
        edge.refused.push_back(
            "gather: some of its points are not known when the program is compiled");
        return false;
    }
    edge.path = "getter";
    edge.memory = kGather;
    edge.bytes = found.size() * sizeof(double);
    edge.latency = fmt::format("none: {} number{} of this frame, there when its producer is done",
                               found.size(), found.size() == 1 ? "" : "s");
    return true;
}

}  // namespace weft::driver
