#include "driver/compile/plan.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "base/strong_components.h"
#include "driver/compile/plan_batches.h"
#include "eval/eval.h"
#include "ir/dag.h"

namespace weft::driver {
namespace {

using sema::InstanceKind;
using sema::SinkKind;
using sema::StrandId;

// Of each value the number that it is wherever it is evaluated; NaN where it is none.
std::vector<double> numbers_of(const ir::IrText& text) {
    std::vector<double> numbers;
    for (const weft_ir_value& value : text.values) {
        double number = std::nan("");
        if (value.op == WEFT_OP_CONST) {
            number = value.imm;
        } else if (ir::is_operator(value.op)) {
            double args[3] = {};
            bool known = true;
            for (std::uint32_t i = 0; i < value.arg_count; ++i) {
                args[i] = numbers[text.args[value.args + i]];
                known = known && !std::isnan(args[i]);
            }
            if (known) {
                number = weft_eval_op(value.op, args);
            }
        }
        numbers.push_back(number);
    }
    return numbers;
}

class Planner {
public:
    Planner(const PlanRequest& request, Diagnostics& diagnostics)
        : request_(request), program_(*request.program), diagnostics_(diagnostics) {}

    Plan run() {
        add_roots();
        find_caches();
        if (!diagnostics_.has_errors()) {
            settle_grids();
        }
        if (!diagnostics_.has_errors()) {
            drop_unwanted();
            find_units();
            make_batches(request_, unit_count_, plan_);
        }
        return std::move(plan_);
    }

private:
    // --- items -----------------------------------------------------------------------------

    void add_roots() {
        add_sound();
        for (std::uint32_t s = 0; s < program_.sinks.size(); ++s) {
            add_sink(s);
        }
        std::stable_sort(plan_.items.begin(), plan_.items.end(),
                         [&](const Item& a, const Item& b) { return order_of(a) < order_of(b); });
        if (!request_.values.empty()) {
            Item item;
            item.kind = ItemKind::values;
            item.domain = ir::Domain::points;
            item.context = WEFT_CONTEXT_COMPUTE;
            for (const sema::Expr* value : request_.values) {
                item.roots.push_back({{value}, ir::Conversion::none});
            }
            plan_.items.push_back(std::move(item));
        }
    }

    [[nodiscard]] std::uint32_t order_of(const Item& item) const {
        return program_.sinks[item.sinks.front()].order;
    }

    // All `play` statements mix into one output with as many channels as the widest has.
    void add_sound() {
        Item item;
        std::size_t channels = 0;
        for (std::uint32_t s = 0; s < program_.sinks.size(); ++s) {
            if (program_.sinks[s].kind == SinkKind::play) {
                item.sinks.push_back(s);
                channels = std::max(channels, program_.sinks[s].values.size());
            }
        }
        if (item.sinks.empty()) {
            return;
        }
        item.roots.resize(channels);
        for (const std::uint32_t s : item.sinks) {
            const sema::Sink& sink = program_.sinks[s];
            for (std::size_t c = 0; c < channels; ++c) {
                if (sink.spreads) {
                    item.roots[c].addends.push_back(sink.values[0]);
                } else if (c < sink.values.size() && sink.values[c] != nullptr) {
                    item.roots[c].addends.push_back(sink.values[c]);
                }
            }
        }
        for (ir::Root& root : item.roots) {
            root.conversion = ir::Conversion::sound;
        }
        item.context = WEFT_CONTEXT_AUDIO;
        item.domain = ir::Domain::stream;
        plan_.items.push_back(std::move(item));
    }

    void add_sink(std::uint32_t s) {
        const sema::Sink& sink = program_.sinks[s];
        Item item;
        item.sinks = {s};
        item.context = sink.context;
        ir::Conversion conversion = ir::Conversion::none;
        switch (sink.kind) {
            case SinkKind::play: return;
            case SinkKind::display:
            case SinkKind::render: conversion = ir::Conversion::picture; break;
            case SinkKind::export_file:
                conversion = sink.is_sound ? ir::Conversion::sound : ir::Conversion::picture;
                break;
            case SinkKind::osc:
            case SinkKind::midi:
            case SinkKind::data:
            case SinkKind::compute: break;
        }
        if (conversion == ir::Conversion::sound) {
            item.domain = ir::Domain::stream;
        } else if (conversion == ir::Conversion::picture) {
            set_raster(item);
        }
        for (const sema::Expr* value : sink.values) {
            item.roots.push_back({{value}, conversion});
        }
        plan_.items.push_back(std::move(item));
    }

    void set_raster(Item& item) const {
        item.width = static_cast<std::uint64_t>(program_.settings[WEFT_FIELD_WIDTH]);
        item.height = static_cast<std::uint64_t>(program_.settings[WEFT_FIELD_HEIGHT]);
    }

    // --- lowering for a look ------------------------------------------------------------------

    [[nodiscard]] const ir::InputShape* shape_of(StrandId id) {
        const sema::Strand& strand = program_.strands[id];
        switch (program_.instances[strand.instance].kind) {
            case InstanceKind::source: return request_.source_shape(id);
            case InstanceKind::cache: {
                const auto [it, added] = plan_.cache_shape.try_emplace(id);
                if (added) {
                    it->second.axes = {{WEFT_FIELD_OWN, strand.instance}};
                }
                return &it->second;
            }
            case InstanceKind::computed:
            case InstanceKind::parameter: break;
        }
        return nullptr;
    }

    [[nodiscard]] ir::Kernel look(const Item& item) {
        ir::LowerRequest lower;
        lower.program = &program_;
        lower.domain = item.domain;
        lower.roots = item.roots;
        lower.raw = true;
        lower.input = [this](StrandId id) { return shape_of(id); };
        return ir::lower(lower, diagnostics_);
    }

    // Walks from the sinks, in source order, to every cache they need; the first sink to need a
    // cache gives it its tick.
    void find_caches() {
        for (std::size_t i = 0; i < plan_.items.size() && !diagnostics_.has_errors(); ++i) {
            reach(static_cast<std::uint32_t>(i), plan_.items[i].context, plan_.items[i].domain);
        }
    }

    void reach(std::uint32_t index, std::uint32_t context, ir::Domain domain) {
        std::vector<std::uint32_t> todo{index};
        while (!todo.empty() && !diagnostics_.has_errors()) {
            const std::uint32_t at = todo.back();
            todo.pop_back();
            const ir::Kernel kernel = look(plan_.items[at]);
            for (const ir::InputUse& use : kernel.uses) {
                const sema::Strand& strand = program_.strands[use.strand];
                if (is_analysis(program_.instances[strand.instance])) {
                    add_analysis(use.strand, plan_.items[at].domain);
                    continue;
                }
                if (program_.instances[strand.instance].kind != InstanceKind::cache ||
                    plan_.cache_item.contains(use.strand)) {
                    continue;
                }
                Item item;
                item.kind = ItemKind::cache;
                item.strand = use.strand;
                item.context = context;
                item.domain = domain == ir::Domain::stream ? domain : ir::Domain::raster;
                item.roots.push_back({{strand.value}, ir::Conversion::none});
                const auto id = static_cast<std::uint32_t>(plan_.items.size());
                plan_.cache_item.emplace(use.strand, id);
                plan_.items.push_back(std::move(item));
                todo.push_back(id);
            }
        }
    }

    // What is made of a strand, for frames or for sound, and the samples that it is made of. They
    // are sound, whoever asks.
    void add_analysis(StrandId strand, ir::Domain domain) {
        const bool sound = domain == ir::Domain::stream;
        const auto add = [&](ItemKind kind, std::uint32_t context, ir::Domain where) {
            Item item;
            item.kind = kind;
            item.strand = strand;
            item.context = context;
            item.domain = where;
            plan_.items.push_back(std::move(item));
            return static_cast<std::uint32_t>(plan_.items.size() - 1);
        };
        if (!plan_.cache_item.contains(strand)) {
            const std::uint32_t cache =
                add(ItemKind::cache, WEFT_CONTEXT_AUDIO, ir::Domain::stream);
            plan_.items[cache].roots = {{{program_.strands[strand].value}, ir::Conversion::none}};
            plan_.cache_item.emplace(strand, cache);
            reach(cache, WEFT_CONTEXT_AUDIO, ir::Domain::stream);
        }
        if (!plan_.analysis_item.contains({strand, sound})) {
            const std::uint32_t item =
                add(ItemKind::analysis, sound ? WEFT_CONTEXT_AUDIO : WEFT_CONTEXT_VISUAL,
                    sound ? domain : ir::Domain::raster);
            plan_.analysis_item.emplace(std::pair(strand, sound), item);
        }
    }

    // A cache whose source depends on neither x nor y is one number a tick. Which ones do is a
    // least fixed point, because a cache that reads a picture's cache becomes a picture itself.
    void settle_grids() {
        bool changed = true;
        while (changed && !diagnostics_.has_errors()) {
            changed = false;
            for (Item& item : plan_.items) {
                const ir::Kernel kernel = look(item);
                if (item.kind == ItemKind::cache && item.domain == ir::Domain::raster &&
                    !item.on_grid && uses_place(kernel)) {
                    item.on_grid = true;
                    set_raster(item);
                    auto& axes = plan_.cache_shape[item.strand].axes;
                    axes.insert(axes.begin(), {{WEFT_FIELD_X}, {WEFT_FIELD_Y}});
                    changed = true;
                }
                item.reads = reads_of(kernel);
                if (item.kind == ItemKind::analysis) {
                    item.reads = {{item.strand, false, false, false}};
                }
            }
            // What x and y of a new grid are replaced by may read caches that nothing needed so
            // far.
            if (changed) {
                find_caches();
            }
        }
    }

    [[nodiscard]] static bool uses_place(const ir::Kernel& kernel) {
        return std::any_of(kernel.ir.values.begin(), kernel.ir.values.end(),
                           [](const weft_ir_value& value) {
                               return value.op == WEFT_OP_FIELD &&
                                      (value.aux == WEFT_FIELD_X || value.aux == WEFT_FIELD_Y);
                           });
    }

    [[nodiscard]] std::vector<Read> reads_of(const ir::Kernel& kernel) const {
        std::vector<Read> reads;
        std::map<StrandId, std::size_t> seen;
        const std::vector<double> numbers = numbers_of(kernel.ir);
        for (const weft_ir_value& value : kernel.ir.values) {
            if (value.op != WEFT_OP_SAMPLE) {
                continue;
            }
            const StrandId strand = kernel.uses[value.aux].strand;
            if (is_analysis(program_.instances[program_.strands[strand].instance])) {
                if (seen.emplace(strand, reads.size()).second) {
                    reads.push_back({strand, false, false, true});
                }
                continue;
            }
            if (!plan_.cache_item.contains(strand)) {
                continue;
            }
            const auto [it, added] = seen.emplace(strand, reads.size());
            if (added) {
                reads.push_back({strand, true, true, false});
            }
            Read& read = reads[it->second];
            // k is the last axis of every cache.
            const double k = numbers[kernel.ir.args[value.args + value.arg_count - 1]];
            if (std::isnan(k)) {
                read.constant_lag = read.past_only = false;
                continue;
            }
            const sema::Strand& source = program_.strands[strand];
            const auto ticks = static_cast<double>(program_.instances[source.instance].ticks);
            const double lag = std::floor(k);
            if (!std::isfinite(lag) || lag - ticks * std::floor(lag / ticks) < 1) {
                read.past_only = false;
            }
        }
        return reads;
    }

    // Keeps the sinks that are wanted and what they read.
    void drop_unwanted() {
        std::vector<bool> kept(plan_.items.size(), false);
        std::vector<std::uint32_t> todo;
        const auto keep = [&](std::uint32_t i) {
            if (!kept[i]) {
                kept[i] = true;
                todo.push_back(i);
            }
        };
        for (std::uint32_t i = 0; i < plan_.items.size(); ++i) {
            const Item& item = plan_.items[i];
            if (item.kind == ItemKind::values ||
                std::any_of(item.sinks.begin(), item.sinks.end(), [&](std::uint32_t sink) {
                    return !request_.wanted || request_.wanted(sink);
                })) {
                keep(i);
            }
        }
        while (!todo.empty()) {
            const std::uint32_t i = todo.back();
            todo.pop_back();
            for (const Read& read : plan_.items[i].reads) {
                keep(item_of(plan_, plan_.items[i], read));
            }
        }
        std::vector<Item> items;
        plan_.cache_item.clear();
        plan_.analysis_item.clear();
        for (std::uint32_t i = 0; i < plan_.items.size(); ++i) {
            if (!kept[i]) {
                continue;
            }
            const Item& item = plan_.items[i];
            const auto now = static_cast<std::uint32_t>(items.size());
            if (item.kind == ItemKind::cache) {
                plan_.cache_item.emplace(item.strand, now);
            } else if (item.kind == ItemKind::analysis) {
                plan_.analysis_item.emplace(std::pair(item.strand, is_sound(item)), now);
            }
            items.push_back(std::move(plan_.items[i]));
        }
        plan_.items = std::move(items);
    }

    // --- order ----------------------------------------------------------------------------------

    // Items of a feedback loop are one unit: same owner, same batch. Units are numbered so that
    // what is read comes first.
    void find_units() {
        std::vector<std::vector<std::uint32_t>> needs(plan_.items.size());
        for (std::uint32_t i = 0; i < plan_.items.size(); ++i) {
            for (const Read& read : plan_.items[i].reads) {
                needs[i].push_back(item_of(plan_, plan_.items[i], read));
            }
        }
        const StrongComponents units = strong_components(needs);
        unit_count_ = static_cast<std::uint32_t>(units.circular.size());
        for (std::uint32_t i = 0; i < plan_.items.size(); ++i) {
            plan_.items[i].unit = units.of[i];
        }
        // The first item that needs a unit decides who owns it, unless somebody chose by hand.
        std::vector<std::uint32_t> owner(unit_count_, sema::kNone);
        for (const bool by_hand : {true, false}) {
            for (const Item& item : plan_.items) {
                std::uint32_t& unit = owner[item.unit];
                const std::uint32_t chosen = by_hand ? forced(item) : natural_owner(item);
                unit = unit == sema::kNone ? chosen : unit;
            }
        }
        for (Item& item : plan_.items) {
            item.backend = owner[item.unit];
        }
        if (request_.live) {
            refuse_mixed_loops();
        }
    }

    // Frames and samples run on threads of their own.
    void refuse_mixed_loops() {
        std::vector<const Item*> sound(unit_count_, nullptr);
        for (const Item& item : plan_.items) {
            if (is_sound(item)) {
                sound[item.unit] = &item;
            }
        }
        for (const Item& item : plan_.items) {
            const Item* other = sound[item.unit];
            if (!is_sound(item) && other != nullptr) {
                const sema::Strand& strand = program_.strands[other->strand];
                diagnostics_.add(Code::sound_in_loop, strand.span,
                                 {program_.instances[strand.instance].name});
                return;
            }
        }
    }

    [[nodiscard]] static bool is_sound(const Item& item) {
        return item.domain == ir::Domain::stream;
    }

    [[nodiscard]] std::uint32_t natural_owner(const Item& item) const {
        if (item.kind == ItemKind::analysis) {
            return request_.analysed_by[is_sound(item) ? 1 : 0];
        }
        return request_
            .backend_of[request_.live && is_sound(item) ? WEFT_CONTEXT_AUDIO : item.context];
    }

    // The back end chosen by hand for a cache, kNone if nobody chose.
    [[nodiscard]] std::uint32_t forced(const Item& item) const {
        if (item.kind != ItemKind::cache || (request_.live && is_sound(item))) {
            return sema::kNone;
        }
        const auto found = request_.forced_owner.find(program_.strands[item.strand].instance);
        return found == request_.forced_owner.end() ? sema::kNone : found->second;
    }

    const PlanRequest& request_;
    const sema::Program& program_;
    Diagnostics& diagnostics_;
    Plan plan_;
    std::uint32_t unit_count_ = 0;
};

}  // namespace

Plan make_plan(const PlanRequest& request, Diagnostics& diagnostics) {
    return Planner(request, diagnostics).run();
}

}  // namespace weft::driver
