#include "driver/batch_builder.h"

#include <algorithm>

#include "eval/eval.h"

namespace weft::driver {

// Where the caches of this batch shall live, as all their readers have agreed. False if a reader
// does not lend what was agreed upon.
bool BatchBuilder::prepare_outputs() {
    homes_.assign(outputs_.size(), nullptr);
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
        build_.show.lent.push_back(std::move(*lent));
    }
    return true;
}

BatchBuilder::Outcome BatchBuilder::compile() {
    edges_ = {};
    records_.clear();
    step_ = {};
    step_.backend = backend_;
    step_.name = batch_name();
    step_.timeline = plugin::Timeline(*backend_.backend);
    step_.films = film_times_;
    step_.uniforms.resize(uniforms_);
    if (!prepare_outputs()) {
        return Outcome::refused;
    }
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
    for (const PlannedKernel& kernel : planned_.kernels) {
        for (const std::uint32_t i : kernel.items) {
            step_.captures |= build_.plan.items[i].kind == ItemKind::cache;
            step_.delivers |= build_.plan.items[i].kind == ItemKind::sink;
        }
    }
    weft_batch batch{};
    batch.struct_size = sizeof batch;
    batch.context = build_.plan.items[planned_.kernels.front().items.front()].context;
    batch.name = {step_.name.data(), step_.name.size()};
    batch.kernels = kernels.data();
    batch.kernel_count = static_cast<std::uint32_t>(kernels.size());
    batch.inputs = inputs_.data();
    batch.input_count = static_cast<std::uint32_t>(inputs_.size());
    batch.outputs = outputs_.data();
    batch.output_count = static_cast<std::uint32_t>(outputs_.size());
    batch.param_count = static_cast<std::uint32_t>(build_.program.params.size());
    batch.settings = build_.program.settings.data();
    batch.homes = homes_.data();

    weft_error detail{};
    auto compiled = backend_.backend->compile(batch, edges_, &detail);
    if (!compiled) {
        const std::string& message = compiled.error().message;
        if (compiled.error().status == WEFT_UNSUPPORTED && step_down(detail, message)) {
            return Outcome::refused;
        }
        report(detail, message);
        return Outcome::failed;
    }
    step_.program = std::move(*compiled);
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

void BatchBuilder::report(const weft_error& detail, const std::string& message) {
    Span span;
    if (detail.span.file != WEFT_NO_FILE && detail.span.file < build_.session.sources().size()) {
        span = {detail.span.file, detail.span.begin, detail.span.end};
    }
    const bool stepped = !first_refusal_.empty() && first_refusal_ != message;
    auto& diagnostic = build_.session.diagnostics().add(Code::plugin_call_failed, span,
                                                        {stepped ? first_refusal_ : message});
    if (stepped) {
        diagnostic.note({}, "with less asked of the edge: " + message);
    }
}

}  // namespace weft::driver
