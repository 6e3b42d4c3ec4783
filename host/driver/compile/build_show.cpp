#include "driver/compile/build_show.h"

#include <algorithm>

#include <weft/clock.h>

#include "base/trace.h"
#include "driver/compile/batch_builder.h"
#include "driver/compile/source_set.h"

namespace weft::driver {
namespace {

class ShowBuilder {
public:
    ShowBuilder(Session& session, const BuildRequest& request)
        : session_(session),
          request_(request),
          program_(*request.program),
          sources_(session, program_, request.heard,
                   request.before != nullptr ? &request.before->show->sources : nullptr),
          show_(std::make_unique<runtime::Show>()),
          negotiation_(session.trials(), session.order_trials()),
          context_{session,    program_,   built_.plan,  built_.live, sources_, *show_, backends_,
                   target_of_, stored_in_, negotiation_, {},          {},       {},     {}} {}

    std::optional<BuiltShow> run() {
        Diagnostics& diagnostics = session_.diagnostics();
        if (!choose_backends() || !force_owners()) {
            return std::nullopt;
        }
        built_.plan = plan();
        if (diagnostics.has_errors() || !identify_program()) {
            return std::nullopt;
        }
        fill_show();
        for (const runtime::BackendRef& backend : backends_) {
            built_.backends.push_back(backend.backend->name());
        }
        if (!lower_batches() || !compile_batches()) {
            return std::nullopt;
        }
        record_duplicates();
        record_caches();
        order_steps();
        show_->sources = sources_.take_sources();
        show_->sound_inputs = sources_.take_heard();
        built_.same_sound = has_same_sound();
        for (auto& getter : sources_.take_getters()) {
            show_->getters.push_back(std::move(getter));
        }
        built_.show = std::move(show_);
        return std::move(built_);
    }

private:
    // The back end of every context that the program has sinks for.
    bool choose_backends() {
        plan_request_.backend_of.fill(0);
        std::array<bool, WEFT_CONTEXT_COUNT> needed{};
        for (const sema::Sink& sink : program_.sinks) {
            needed[sink.context] = true;
            needed[WEFT_CONTEXT_AUDIO] |= request_.live && sink.is_sound;
        }
        if (!request_.values.empty()) {
            needed[WEFT_CONTEXT_COMPUTE] = true;
        }
        const bool analyses =
            std::any_of(program_.instances.begin(), program_.instances.end(), is_analysis);
        needed[WEFT_CONTEXT_AUDIO] |= analyses;
        for (std::uint32_t context = 0; context < WEFT_CONTEXT_COUNT; ++context) {
            if (!needed[context]) {
                continue;
            }
            const auto backend = session_.backend_for(context);
            if (!backend) {
                return false;
            }
            plan_request_.backend_of[context] = index_of(*backend);
        }
        return !analyses || choose_analysts();
    }

    // Who analyses strands, on the threads of frames and on those of sound.
    bool choose_analysts() {
        for (const sema::Instance& instance : program_.instances) {
            if (!is_analysis(instance)) {
                continue;
            }
            const auto names = session_.plugins().for_builtin(instance.builtin);
            if (names.empty()) {
                session_.plugins().explain_missing_builtin(instance.builtin, instance.span,
                                                           session_.diagnostics());
                return false;
            }
            for (const bool sound : {false, true}) {
                const auto backend = session_.backend(
                    names.front(), sound ? WEFT_CONTEXT_AUDIO : WEFT_CONTEXT_VISUAL);
                if (!backend) {
                    return false;
                }
                plan_request_.analysed_by[sound ? 1 : 0] = index_of(*backend);
            }
        }
        return true;
    }

    std::uint32_t index_of(const runtime::BackendRef& backend) {
        for (std::uint32_t i = 0; i < backends_.size(); ++i) {
            if (backends_[i].backend == backend.backend && backends_[i].group == backend.group) {
                return i;
            }
        }
        backends_.push_back(backend);
        return static_cast<std::uint32_t>(backends_.size() - 1);
    }

    // "--owner INSTANCE=BACKEND".
    bool force_owners() {
        for (const std::string& text : session_.options().owners) {
            const std::size_t equals = text.find('=');
            const sema::InstanceId instance = program_.find(text.substr(0, equals));
            if (equals == std::string::npos || instance == sema::kNone) {
                session_.diagnostics().add(Code::owner_of_nothing, {}, {text});
                return false;
            }
            const auto backend = session_.computing(text.substr(equals + 1), WEFT_CONTEXT_COMPUTE);
            if (!backend) {
                return false;
            }
            if (program_.instances[instance].kind != sema::InstanceKind::cache) {
                session_.diagnostics().add(Code::owner_unused, {},
                                           {text, program_.instances[instance].name});
            }
            plan_request_.forced_owner[instance] = index_of(*backend);
        }
        return true;
    }

    Plan plan() {
        const trace::Span span(trace::What::compile, "plan");
        plan_request_.program = &program_;
        plan_request_.values = request_.values;
        plan_request_.wanted = request_.wanted;
        plan_request_.apart = request_.apart;
        plan_request_.live = request_.live;
        plan_request_.source_shape = [this](sema::StrandId id) { return sources_.shape(id); };
        return make_plan(plan_request_, session_.diagnostics());
    }

    // False where nobody wants what it turns out to be.
    bool identify_program() {
        if (!request_.live && !request_.replaceable) {
            return true;
        }
        built_.identity = identify({&plan_request_, &built_.plan, stamps_of});
        if (const BuiltShow* before = request_.before; before != nullptr) {
            context_.heirs =
                find_heirs(built_.identity, program_, before->identity, before->caches);
        }
        return is_wanted();
    }

    [[nodiscard]] bool is_wanted() const {
        return !request_.still_wanted || request_.still_wanted(built_.identity);
    }

    void record_caches() {
        for (const BatchBuilder& builder : builders_) {
            for (auto& [strand, place] : builder.cache_places()) {
                (builder.goes_on(strand) ? built_.kept : built_.begun).push_back(place.name);
                built_.caches.emplace(strand, place);
            }
        }
    }

    // Does its sound go on where that of the version before is? It means the same, hears by the
    // same rings, and all that it remembers is there.
    [[nodiscard]] bool has_same_sound() const {
        const BuiltShow* const before = request_.before;
        if (before == nullptr || before->identity.sound != built_.identity.sound ||
            before->identity.params != built_.identity.params ||
            (before->live.tempo == sema::kNone) != (built_.live.tempo == sema::kNone) ||
            !std::equal(show_->sound_inputs.begin(), show_->sound_inputs.end(),
                        before->show->sound_inputs.begin(), before->show->sound_inputs.end(),
                        [](const auto& a, const auto& b) { return a.ring == b.ring; })) {
            return false;
        }
        const auto begins = [&](const Item& item) {
            const bool remembers = item.kind == ItemKind::cache || item.kind == ItemKind::analysis;
            return item.domain == ir::Domain::stream && remembers &&
                   (item.kind == ItemKind::analysis || !goes_on(item.strand));
        };
        return std::none_of(built_.plan.items.begin(), built_.plan.items.end(), begins);
    }

    [[nodiscard]] bool goes_on(sema::StrandId cache) const {
        return builders_[stored_in_.at(cache)].goes_on(cache);
    }

    void fill_show() {
        runtime::Show& show = *show_;
        show.settings = program_.settings;
        add_params();
        show.deadline_ns = session_.options().deadline_ns;
        show.run_up_frames = built_.plan.run_up_frames;
        if (session_.options().live) {
            show.sound_slack = sound_room(session_.options(), program_);
        }
        show.max_samples = static_cast<std::uint64_t>(program_.settings[WEFT_FIELD_RATE] /
                                                      program_.settings[WEFT_FIELD_FPS]) +
                           2;
        for (std::uint32_t i = 0; i < built_.plan.items.size(); ++i) {
            const Item& item = built_.plan.items[i];
            if (item.kind == ItemKind::sink) {
                target_of_[i] = static_cast<std::uint32_t>(show.targets.size());
                show.targets.push_back(target(item));
            }
        }
    }

    // The program's parameters, then those that only a live show has.
    void add_params() {
        std::vector<double>& values = show_->initial_params;
        for (const sema::Param& param : program_.params) {
            values.push_back(param.initial);
        }
        ir::LiveParams& live = built_.live;
        const auto hidden = [&](double initial) {
            values.push_back(initial);
            return static_cast<sema::ParamId>(values.size() - 1);
        };
        if (session_.options().live) {
            add_smoothed(live, hidden);
        }
        if (request_.tempo) {
            live.tempo = hidden(0);
            (void)hidden(0);
            (void)hidden(program_.settings[WEFT_FIELD_BPM]);
        }
        live.count = static_cast<std::uint32_t>(values.size());
    }

    template <class Hidden>
    void add_smoothed(ir::LiveParams& live, const Hidden& hidden) const {
        const auto is_smooth_picture = [](const sema::Instance& instance) {
            return instance.smooth && instance.kind != sema::InstanceKind::parameter;
        };
        if (request_.live &&
            std::any_of(program_.instances.begin(), program_.instances.end(), is_smooth_picture)) {
            live.first = hidden(0);
        }
        sema::ParamId first = live.first;
        for (sema::ParamId param = 0; param < program_.params.size(); ++param) {
            if (program_.params[param].smooth) {
                first = first == sema::kNone ? hidden(0) : first;
                live.smooth.push_back({param, hidden(0), first});
            }
        }
    }

    [[nodiscard]] runtime::TargetLayout target(const Item& item) const {
        runtime::TargetLayout layout;
        layout.sinks = item.sinks;
        const sema::Sink& sink = program_.sinks[item.sinks.front()];
        if (item.domain == ir::Domain::stream) {
            layout.kind = runtime::TargetKind::sound;
            layout.format = WEFT_FORMAT_F32;
            layout.channels = static_cast<std::uint32_t>(item.roots.size());
            layout.plane_bytes = show_->max_samples * sizeof(float);
            layout.bytes = layout.plane_bytes * layout.channels;
        } else if (item.roots.front().conversion == ir::Conversion::picture) {
            layout.width = item.width;
            layout.height = item.height;
            layout.format =
                request_.picture_format ? request_.picture_format(sink) : WEFT_FORMAT_RGBA8;
            const std::uint64_t pixels = item.width * item.height;
            if (layout.format == WEFT_FORMAT_F32) {
                layout.plane_bytes = pixels * sizeof(float);
                layout.bytes = layout.plane_bytes * 4;
            } else {
                layout.channels = 1;
                layout.bytes = pixels * (layout.format == WEFT_FORMAT_RGBA16 ? 8 : 4);
            }
        } else {
            layout.kind = runtime::TargetKind::numbers;
            layout.format = WEFT_FORMAT_F64;
            layout.channels = static_cast<std::uint32_t>(item.roots.size());
            layout.plane_bytes = sizeof(double);
            layout.bytes = layout.plane_bytes * layout.channels;
        }
        return layout;
    }

    bool lower_batches() {
        const trace::Span span(trace::What::compile, "lower");
        const Plan& plan = built_.plan;
        for (std::uint32_t b = 0; b < plan.batches.size(); ++b) {
            for (const PlannedKernel& kernel : plan.batches[b].kernels) {
                for (const std::uint32_t i : kernel.items) {
                    if (plan.items[i].kind == ItemKind::cache) {
                        stored_in_[plan.items[i].strand] = b;
                    } else if (plan.items[i].kind == ItemKind::analysis) {
                        context_.made_in[i] = b;
                    }
                }
            }
        }
        for (std::uint32_t b = 0; b < plan.batches.size(); ++b) {
            if (!builders_.emplace_back(context_, b).lower()) {
                return false;
            }
            builders_.back().announce();
        }
        return true;
    }

    // Compiles all batches, again from the first one whenever an edge was refused: where memory
    // lives is decided before its producer is compiled. Every refusal takes an option away, so that
    // this ends.
    bool compile_batches() {
        const trace::Span span(trace::What::compile, "build");
        while (true) {
            negotiation_.settle();
            show_->clear_steps();
            show_->getters.clear();
            context_.producers.clear();
            context_.analyses.clear();
            built_.edges.clear();
            bool refused = false;
            for (std::uint32_t b = 0; b < builders_.size() && !refused; ++b) {
                if (!is_wanted()) {
                    return false;
                }
                const BatchBuilder::Outcome outcome = builders_[b].compile();
                if (outcome == BatchBuilder::Outcome::failed) {
                    return false;
                }
                refused = outcome == BatchBuilder::Outcome::refused;
                if (!refused) {
                    add_step(b);
                }
            }
            if (!refused) {
                return true;
            }
        }
    }

    void add_step(std::uint32_t number) {
        BatchBuilder& builder = builders_[number];
        show_->steps.push_back(builder.take_step());
        runtime::Step& step = show_->steps.back();
        step.of_sound = request_.live && computes_sound(number);
        for (const auto& [strand, output] : builder.cache_outputs()) {
            context_.producers[strand] = {step.program.get(), output, number};
        }
        for (const auto& [item, output] : builder.analysis_outputs()) {
            context_.analyses[item] = {step.program.get(), output, number};
        }
        // Several kernels of a batch may read one strand in one way: that is one edge.
        for (EdgeRecord& record : builder.take_records()) {
            if (std::find(built_.edges.begin(), built_.edges.end(), record) == built_.edges.end()) {
                built_.edges.push_back(std::move(record));
            }
        }
    }

    [[nodiscard]] bool computes_sound(std::uint32_t number) const {
        const Plan& plan = built_.plan;
        const std::uint32_t first = plan.batches[number].kernels.front().items.front();
        return plan.items[first].domain == ir::Domain::stream;
    }

    // Pure strands that more than one back end needs are computed by each of them.
    void record_duplicates() {
        std::map<sema::StrandId, std::vector<std::uint32_t>> where;
        for (std::uint32_t b = 0; b < builders_.size(); ++b) {
            const std::uint32_t backend = built_.plan.batches[b].backend;
            for (const sema::StrandId strand : builders_[b].computed()) {
                std::vector<std::uint32_t>& known = where[strand];
                if (std::find(known.begin(), known.end(), backend) == known.end()) {
                    known.push_back(backend);
                }
            }
        }
        for (const auto& [id, backends] : where) {
            const sema::Strand& strand = program_.strands[id];
            const std::string& instance = program_.instances[strand.instance].name;
            for (std::size_t n = 1; n < backends.size(); ++n) {
                EdgeRecord record;
                record.strand = strand.name.empty() ? instance : instance + "@" + strand.name;
                record.producer = built_.backends[backends[0]];
                record.consumer = built_.backends[backends[n]];
                record.path = "duplicate";
                record.memory = "computed again";
                record.sync = "none";
                built_.edges.push_back(std::move(record));
            }
        }
    }

    [[nodiscard]] bool is_joined(std::uint32_t from, std::uint32_t to) const {
        return std::any_of(show_->joins.begin(), show_->joins.end(),
                           [&](const auto& join) { return join->from == from && join->to == to; });
    }

    // Layer by layer, and in a layer first what runs beside the host: before all what waits for
    // nobody. What a back end completes in order, or semaphores do, does not begin a new layer.
    void order_steps() {
        std::vector<runtime::Step>& steps = show_->steps;
        std::vector<std::uint32_t> order;
        std::vector<int> rank(steps.size());
        for (std::uint32_t b = 0; b < steps.size(); ++b) {
            runtime::Step& step = steps[b];
            const std::vector<std::uint32_t> needs = builders_[b].needs();
            for (const std::uint32_t need : needs) {
                const bool in_order =
                    step.timeline &&
                    (steps[need].backend.backend == step.backend.backend || is_joined(need, b));
                step.layer = std::max(step.layer, steps[need].layer + (in_order ? 0 : 1));
            }
            const bool waits = !step.before_host.empty() || !step.before_run.empty();
            rank[b] = !step.timeline ? 2 : waits ? 1 : 0;
            for (const std::uint32_t need : needs) {
                if (steps[need].layer == step.layer) {
                    rank[b] = std::max(rank[b], rank[need]);
                }
            }
            order.push_back(b);
        }
        std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
            return std::pair(steps[a].layer, rank[a]) < std::pair(steps[b].layer, rank[b]);
        });
        std::vector<std::uint32_t> place(steps.size());
        std::vector<runtime::Step> sorted;
        for (std::uint32_t s = 0; s < order.size(); ++s) {
            place[order[s]] = s;
            if (!builders_[order[s]].values_outputs().empty()) {
                show_->values_step = s;
                show_->values_outputs = builders_[order[s]].values_outputs();
            }
            sorted.push_back(std::move(steps[order[s]]));
        }
        for (runtime::Step& step : sorted) {
            for (auto* list : {&step.before_host, &step.before_run}) {
                for (std::uint32_t& batch : *list) {
                    batch = place[batch];
                }
            }
        }
        for (const auto& join : show_->joins) {
            join->from = place[join->from];
            join->to = place[join->to];
        }
        steps = std::move(sorted);
    }

    Session& session_;
    const BuildRequest& request_;
    const sema::Program& program_;
    SourceSet sources_;
    std::unique_ptr<runtime::Show> show_;
    BuiltShow built_;
    PlanRequest plan_request_;
    std::vector<runtime::BackendRef> backends_;
    std::map<std::uint32_t, std::uint32_t> target_of_;   // item -> target
    std::map<sema::StrandId, std::uint32_t> stored_in_;  // cache's strand -> batch
    Negotiation negotiation_;
    BuildContext context_;
    std::deque<BatchBuilder> builders_;
};

}  // namespace

bool sound_reads_frames(const BuiltShow& built) {
    const Plan& plan = built.plan;
    const auto reads_frames = [&](const Item& item) {
        return item.domain == ir::Domain::stream &&
               std::any_of(item.reads.begin(), item.reads.end(), [&](const Read& read) {
                   return plan.items[item_of(plan, item, read)].domain != ir::Domain::stream;
               });
    };
    return built.show->sound_reads_frames ||
           std::any_of(plan.items.begin(), plan.items.end(), reads_frames) ||
           std::any_of(
               built.show->steps.begin(), built.show->steps.end(),
               [](const runtime::Step& step) { return step.of_sound && !step.films.empty(); });
}

std::optional<BuiltShow> build_show(Session& session, const BuildRequest& request) {
    return ShowBuilder(session, request).run();
}

}  // namespace weft::driver
