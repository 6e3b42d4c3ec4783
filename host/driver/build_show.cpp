#include "driver/build_show.h"

#include <algorithm>

#include <weft/clock.h>

#include "driver/batch_builder.h"
#include "driver/source_set.h"

namespace weft::driver {
namespace {

class ShowBuilder {
public:
    ShowBuilder(Session& session, const BuildRequest& request)
        : session_(session),
          request_(request),
          program_(*request.program),
          sources_(session, program_),
          show_(std::make_unique<runtime::Show>()) {}

    std::optional<BuiltShow> run() {
        Diagnostics& diagnostics = session_.diagnostics();
        if (!choose_backends() || !force_owners()) {
            return std::nullopt;
        }
        built_.plan = plan();
        if (diagnostics.has_errors()) {
            return std::nullopt;
        }
        fill_show();
        for (const PlannedBatch& batch : built_.plan.batches) {
            if (!add_step(batch)) {
                return std::nullopt;
            }
        }
        show_->sources = sources_.take_sources();
        for (auto& getter : sources_.take_getters()) {
            show_->getters.push_back(std::move(getter));
        }
        built_.show = std::move(show_);
        for (const runtime::BackendRef& backend : backends_) {
            built_.backends.push_back(backend.backend->name());
        }
        return std::move(built_);
    }

private:
    // The back end of every context that the program has sinks for.
    bool choose_backends() {
        plan_request_.backend_of.fill(0);
        std::array<bool, WEFT_CONTEXT_COUNT> needed{};
        for (const sema::Sink& sink : program_.sinks) {
            needed[sink.context] = true;
        }
        if (!request_.values.empty()) {
            needed[WEFT_CONTEXT_COMPUTE] = true;
        }
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
            const auto backend = session_.backend(text.substr(equals + 1), WEFT_CONTEXT_COMPUTE);
            if (!backend) {
                return false;
            }
            plan_request_.forced_owner[instance] = index_of(*backend);
        }
        return true;
    }

    Plan plan() {
        plan_request_.program = &program_;
        plan_request_.values = request_.values;
        plan_request_.wanted = request_.wanted;
        plan_request_.source_shape = [this](sema::StrandId id) { return sources_.shape(id); };
        return make_plan(plan_request_, session_.diagnostics());
    }

    void fill_show() {
        runtime::Show& show = *show_;
        show.settings = program_.settings;
        for (const sema::Param& param : program_.params) {
            show.initial_params.push_back(param.initial);
        }
        show.run_up_frames = built_.plan.run_up_frames;
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

    bool add_step(const PlannedBatch& planned) {
        BatchBuilder builder(session_, program_, built_.plan, sources_, producers_, target_of_,
                             *show_);
        std::optional<runtime::Step> step =
            builder.build(planned, backends_[planned.backend], built_.edges);
        if (!step) {
            return false;
        }
        const auto index = static_cast<std::uint32_t>(show_->steps.size());
        for (const auto& [strand, output] : builder.cache_outputs()) {
            producers_[strand] = {step->program.get(), output};
        }
        if (!builder.values_outputs().empty()) {
            show_->values_step = index;
            show_->values_outputs = builder.values_outputs();
        }
        show_->steps.push_back(std::move(*step));
        return true;
    }

    Session& session_;
    const BuildRequest& request_;
    const sema::Program& program_;
    SourceSet sources_;
    std::unique_ptr<runtime::Show> show_;
    BuiltShow built_;
    PlanRequest plan_request_;
    std::vector<runtime::BackendRef> backends_;
    std::map<std::uint32_t, std::uint32_t> target_of_;  // item -> target
    Producers producers_;
};

}  // namespace

std::optional<BuiltShow> build_show(Session& session, const BuildRequest& request) {
    return ShowBuilder(session, request).run();
}

}  // namespace weft::driver
