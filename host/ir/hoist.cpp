// Moves what does not vary within a frame to the host, which computes it once a frame in f64, and
// binds SAMPLE values to numbered uses of inputs.
//
// Caches of the same batch stay in the kernel even where they are read at a uniform place: they are
// stored by a kernel that runs after the host's part.
#include <map>
#include <tuple>

#include "ir/passes.h"
#include "ir/ranges.h"
#include "ir/rates.h"

namespace weft::ir {

namespace {

class Hoist {
public:
    Hoist(Module& module, bool move)
        : module_(module),
          move_(move),
          old_(std::move(module.dag)),
          map_(old_.size(), kNoValue),
          host_map_(old_.size(), kNoValue),
          ranges_(module) {}

    void run(std::vector<std::uint8_t> masks) {
        masks_ = std::move(masks);
        find_hoistable();
        module_.host.keep_loops_of(old_);
        Dag fresh;
        fresh.keep_loops_of(old_);
        const std::vector<bool> live = kept_values();
        for (ValueId id = 0; id < old_.size(); ++id) {
            if (live[id]) map_[id] = kept(fresh, id);
        }
        for (ValueId& root : module_.roots) root = map_[root];
        module_.dag = std::move(fresh);
        for (const ValueId time : times_) module_.host_outputs.push_back(time);
        for (InputUse& use : module_.uses) {
            if (use.time_uniform != sema::kNone)
                use.time_uniform += static_cast<std::uint32_t>(module_.uniform_varies.size());
        }
        module_.bound = true;
    }

private:
    void find_hoistable() {
        hoistable_.assign(old_.size(), false);
        for (ValueId id = 0; id < old_.size(); ++id) {
            const Value& value = old_[id];
            bool fits = value.known || (masks_[id] & ~kUniform) == 0;
            if (value.op == WEFT_OP_SAMPLE) fits = fits && module_.is_settled(value);
            if (module_.domain == Domain::points) fits = value.known;
            for (const ValueId arg : old_.args(id)) fits = fits && hoistable_[arg];
            hoistable_[id] = fits;
        }
    }

    // Not worth a number of its own, or part of a loop that stays or goes as a whole.
    [[nodiscard]] bool is_moved(ValueId id) const {
        const Value& value = old_[id];
        return move_ && hoistable_[id] && !value.known && value.loops == 0 &&
               value.op != WEFT_OP_LOOP && value.arg_count != 0;
    }

    // What the kernel still needs when moved values need nothing there.
    [[nodiscard]] std::vector<bool> kept_values() const {
        std::vector<bool> live(old_.size());
        for (const ValueId root : module_.roots) live[root] = true;
        for (ValueId id = old_.size(); id-- > 0;) {
            if (!live[id] || is_moved(id)) continue;
            for (const ValueId arg : old_.args(id)) live[arg] = true;
        }
        return live;
    }

    [[nodiscard]] ValueId kept(Dag& fresh, ValueId id) {
        const Value& value = old_[id];
        if (is_moved(id)) {
            module_.host_outputs.push_back(on_host(id));
            module_.uniform_varies.push_back(masks_[id]);
            module_.uniform_ranges.push_back(ranges_.of(old_, id));
            return fresh.leaf(WEFT_OP_UNIFORM,
                              static_cast<std::uint32_t>(module_.uniform_varies.size() - 1));
        }
        std::vector<ValueId> args;
        for (const ValueId arg : old_.args(id)) args.push_back(map_[arg]);
        // What a kernel reads in place is held.
        if (value.op == WEFT_OP_SAMPLE && value.aux == kSlope) return fresh.constant(0);
        if (value.op == WEFT_OP_SAMPLE) return fresh.make(value.op, args, use_of(id));
        return copy_value(fresh, value, args);
    }

    // Copies a value and what it needs to the host's part. Operands have smaller numbers, so that
    // their order is the order of copying.
    [[nodiscard]] ValueId on_host(ValueId root) {
        std::vector<ValueId> open{root};
        while (!open.empty()) {
            const ValueId id = open.back();
            bool ready = true;
            for (const ValueId arg : old_.args(id)) {
                if (host_map_[arg] != kNoValue) continue;
                open.push_back(arg);
                ready = false;
            }
            if (!ready) continue;
            open.pop_back();
            if (host_map_[id] != kNoValue) continue;
            const Value& value = old_[id];
            std::vector<ValueId> args;
            for (const ValueId arg : old_.args(id)) args.push_back(host_map_[arg]);
            host_map_[id] = value.op == WEFT_OP_SAMPLE
                                ? module_.host.make(value.op, args, use_of(id))
                                : copy_value(module_.host, value, args);
        }
        return host_map_[root];
    }

    [[nodiscard]] std::uint32_t use_of(ValueId sample) {
        if (old_[sample].aux == kSlope) return kSlope;
        InputUse use;
        use.strand = old_[sample].aux;
        const InputShape* shape = module_.request->input(use.strand);
        if (shape != nullptr && shape->frame_by_frame) {
            use.needs_window = true;
            for (std::uint32_t i = 0; i < shape->axes.size(); ++i) {
                const ValueId time = old_.arg(sample, i);
                if (shape->axes[i].field != WEFT_FIELD_TIME || !hoistable_[time]) continue;
                if (old_[time].loops != 0) continue;
                use.time_uniform = time_output(on_host(time));
                use.needs_window = false;
            }
        }
        const auto key = std::make_tuple(use.strand, use.time_uniform, use.needs_window);
        const auto [at, fresh] =
            use_ids_.try_emplace(key, static_cast<std::uint32_t>(module_.uses.size()));
        if (fresh) module_.uses.push_back(use);
        return at->second;
    }

    [[nodiscard]] std::uint32_t time_output(ValueId time) {
        for (std::uint32_t i = 0; i < times_.size(); ++i) {
            if (times_[i] == time) return i;
        }
        times_.push_back(time);
        return static_cast<std::uint32_t>(times_.size() - 1);
    }

    Module& module_;
    bool move_;
    Dag old_;
    std::vector<ValueId> map_;
    std::vector<ValueId> host_map_;
    Ranges ranges_;
    std::vector<std::uint8_t> masks_;
    std::vector<bool> hoistable_;
    std::vector<ValueId> times_;
    std::map<std::tuple<sema::StrandId, std::uint32_t, bool>, std::uint32_t> use_ids_;
};

void run_hoist(Module& module, bool move) {
    std::vector<std::uint8_t> masks = rates(module);
    Hoist(module, move).run(std::move(masks));
}

}  // namespace

bool hoist(Module& module) {
    run_hoist(module, true);
    return true;
}

void bind_inputs(Module& module) {
    run_hoist(module, false);
}

}  // namespace weft::ir
