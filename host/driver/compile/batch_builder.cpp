#include "driver/compile/batch_builder.h"

#include <algorithm>

#include "base/trace.h"
#include "eval/eval.h"

namespace weft::driver {

// Where the caches of this batch shall live, as all their readers have agreed. False if a reader
// does not lend what was agreed upon.
bool BatchBuilder::prepare_outputs() {
    homes_.assign(outputs_.size(), nullptr);
    lent_.assign(outputs_.size(), nullptr);
    for (const auto& [strand, output] : cache_outputs_) {
        const SharedCache* cache = build_.negotiation.find(strand);
        const bool read = cache != nullptr && (!cache->readers.empty() || cache->read_by_host);
        outputs_[output].kinds = read ? cache->kinds : 0;
        outputs_[output].shared = read && (!cache->readers.empty() || cache->kinds != 0) ? 1 : 0;
        if (!read || cache->lender == nullptr) {
            continue;
        }
        auto lent =
            build_.session.trials().lend(*cache->lender, WEFT_HANDLE_OPAQUE_FD, cache->lent_bytes);
        if (!lent) {
            (void)build_.negotiation.refuse(strand, *cache->lender, WEFT_HANDLE_OPAQUE_FD,
                                            lent.error().message);
            return false;
        }
        homes_[output] = &(*lent)->handle();
        lent_[output] = std::move(*lent);
    }
    return true;
}

// Only within one instance of a back end can memory change hands.
void BatchBuilder::prepare_inheritance() {
    inherit_.assign(outputs_.size(), {});
    for (const auto& [strand, output] : cache_outputs_) {
        const auto heir = build_.heirs.find(strand);
        if (heir != build_.heirs.end() && &heir->second.program->backend() == backend_.backend) {
            inherit_[output].program = heir->second.program->handle();
            inherit_[output].output = heir->second.output;
        }
    }
}

// What a cache lives in stays as long as it does, whoever it was lent to first.
void BatchBuilder::keep_lent_memory() {
    for (const auto& [strand, output] : cache_outputs_) {
        if (inherit_[output].taken != 0) {
            lent_[output] = build_.heirs.at(strand).lent;
        }
        if (lent_[output] != nullptr) {
            build_.show.lent.push_back(lent_[output]);
        }
    }
}

bool BatchBuilder::goes_on(sema::StrandId cache) const {
    return inherit_[cache_outputs_.at(cache)].taken != 0;
}

CachePlaces BatchBuilder::cache_places() const {
    CachePlaces places;
    for (const auto& [strand, output] : cache_outputs_) {
        const Producer& producer = build_.producers.at(strand);
        places[strand] = {name_of(build_.program, strand), producer.program, output, lent_[output]};
    }
    return places;
}

BatchBuilder::Outcome BatchBuilder::compile() {
    edges_ = {};
    records_.clear();
    awaited_.clear();
    step_ = {};
    step_.backend = backend_;
    step_.name = batch_name();
    step_.label = trace::keep(step_.name);
    const trace::Span span(trace::What::compile, step_.label);
    step_.timeline = plugin::Timeline(*backend_.backend);
    step_.semaphores = plugin::Semaphores(*backend_.backend);
    step_.films = film_times_;
    step_.uniforms.resize(uniforms_);
    if (!prepare_outputs()) {
        return Outcome::refused;
    }
    for (const Analysed& analysed : analysed_) {
        if (!bind_input(analysed.use)) {
            return Outcome::refused;
        }
    }
    std::vector<weft_source> sources;
    std::deque<std::vector<weft_arg>> arguments;
    describe_analyses(sources, arguments);
    std::vector<weft_kernel> kernels;
    for (const Piece& piece : pieces_) {
        for (const Use& use : piece.uses) {
            if (use.input != WEFT_NOT_INTERNAL && !bind_input(use)) {
                return Outcome::refused;
            }
        }
        runtime::HostStage& stage = step_.stages.emplace_back();
        stage.uniform_count = piece.ir.ir.uniform_count;
        stage.first_uniform = piece.first_uniform;
        stage.program = piece.ir.host;
        bind_host(piece, stage);
        record_params(piece);
        const weft_ir view = stage.program.ir.view();
        stage.scratch.resize(weft_eval_scratch(&view));

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
    settle_order();
    for (const PlannedKernel& kernel : planned_.kernels) {
        for (const std::uint32_t i : kernel.items) {
            const ItemKind kind = build_.plan.items[i].kind;
            step_.captures |= kind == ItemKind::cache || kind == ItemKind::analysis;
            step_.delivers |= kind == ItemKind::sink;
        }
    }
    weft_batch batch{};
    batch.struct_size = sizeof batch;
    batch.context = build_.plan.items[planned_.kernels.front().items.front()].context;
    batch.name = {step_.name.data(), step_.name.size()};
    batch.sources = sources.data();
    batch.source_count = static_cast<std::uint32_t>(sources.size());
    batch.kernels = kernels.data();
    batch.kernel_count = static_cast<std::uint32_t>(kernels.size());
    batch.inputs = inputs_.data();
    batch.input_count = static_cast<std::uint32_t>(inputs_.size());
    batch.outputs = outputs_.data();
    batch.output_count = static_cast<std::uint32_t>(outputs_.size());
    batch.param_count = build_.live.count;
    batch.settings = build_.program.settings.data();
    batch.homes = homes_.data();
    prepare_inheritance();
    batch.inherit = inherit_.data();
    batch.spans = spans_.data();

    weft_error detail{};
    auto compiled = backend_.backend->compile(batch, edges_, &detail);
    if (!compiled) {
        const std::string& message = compiled.error().message;
        if (compiled.error().status == WEFT_UNSUPPORTED && step_down(detail, message)) {
            return Outcome::refused;
        }
        report(detail, compiled.error());
        return Outcome::failed;
    }
    step_.program = std::move(*compiled);
    keep_lent_memory();
    return Outcome::built;
}

// One step down for an edge that the back end may have refused: the one whose node it names, else
// one that needs more of it than reading plain memory. False if there is none: then it is not an
// edge that it cannot do.
bool BatchBuilder::step_down(const weft_error& detail, const std::string& reason) {
    if (first_refusal_.empty()) {
        first_refusal_ = reason;
    }
    const std::string_view node(detail.node);
    for (const weft_input& input : inputs_) {
        if (!node.empty() && node == std::string_view(input.node.data, input.node.size) &&
            refuse_input(input, reason)) {
            return true;
        }
    }
    for (const auto& [strand, output] : cache_outputs_) {
        const SharedCache* cache = build_.negotiation.find(strand);
        if (cache == nullptr || outputs_[output].kinds == 0) {
            continue;
        }
        bool fewer = false;
        for (const SharedCache::Reader& reader : cache->readers) {
            const bool special =
                reader.route.kind != WEFT_HANDLE_NONE && reader.route.kind != WEFT_HANDLE_HOST;
            fewer |= special &&
                     build_.negotiation.refuse(strand, *reader.backend, reader.route.kind, reason);
        }
        if (fewer) {
            return true;
        }
    }
    for (const weft_input& input : inputs_) {
        const auto binding = edges_.inputs.find(input.id);
        if (binding != edges_.inputs.end() && binding->second.kind != WEFT_HANDLE_HOST &&
            refuse_input(input, reason)) {
            return true;
        }
    }
    return false;
}

bool BatchBuilder::refuse_input(const weft_input& input, const std::string& reason) {
    const auto binding = edges_.inputs.find(input.id);
    return binding != edges_.inputs.end() && binding->second.kind != WEFT_HANDLE_NONE &&
           build_.negotiation.refuse(input_strands_[input.id], *backend_.backend,
                                     binding->second.kind, reason);
}

// What a fault without a place can only be about: the statement for which all of the batch is made.
Span BatchBuilder::only_statement() const {
    if (spans_.empty() || spans_.front().file >= build_.session.sources().size()) return {};
    const weft_span& first = spans_.front();
    const bool alone = std::ranges::all_of(spans_, [&](const weft_span& span) {
        return span.file == first.file && span.begin == first.begin && span.end == first.end;
    });
    return alone ? Span{first.file, first.begin, first.end} : Span{};
}

void BatchBuilder::report(const weft_error& detail, const Error& error) {
    Span span;
    if (detail.span.file != WEFT_NO_FILE && detail.span.file < build_.session.sources().size()) {
        span = {detail.span.file, detail.span.begin, detail.span.end};
    } else if (const sema::InstanceId node = build_.program.find(detail.node);
               node != sema::kNone) {
        span = build_.program.instances[node].span;
    } else {
        span = only_statement();
    }
    const std::string& message = error.message;
    const bool asks_too_much = error.status == WEFT_UNSUPPORTED || error.status == WEFT_INVALID;
    const bool stepped = !first_refusal_.empty() && first_refusal_ != message;
    auto& diagnostic = build_.session.diagnostics().add(
        asks_too_much ? Code::plugin_call_failed : Code::device_failed, span,
        {stepped ? first_refusal_ : message});
    if (stepped) {
        diagnostic.note({}, "with less asked of the edge: " + message);
    }
}

}  // namespace weft::driver
