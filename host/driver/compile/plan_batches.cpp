// The order of what was planned: batches of one back end, their kernels, and how far back it looks.
#include "driver/compile/plan_batches.h"

#include <algorithm>
#include <cmath>

#include "passes/passes.h"

namespace weft::driver {
namespace {

class Batches {
public:
    Batches(const PlanRequest& request, std::uint32_t unit_count, Plan& plan)
        : request_(request), program_(*request.program), plan_(plan), unit_count_(unit_count) {}

    // Units in an order that follows what they read, with the fewest changes of back end; every
    // change begins a batch.
    void make_batches() {
        std::vector<std::vector<std::uint32_t>> members(unit_count_);
        std::vector<std::vector<std::uint32_t>> needs(unit_count_);
        std::vector<std::uint32_t> backend(unit_count_, 0);
        for (std::uint32_t i = 0; i < plan_.items.size(); ++i) {
            const Item& item = plan_.items[i];
            members[item.unit].push_back(i);
            backend[item.unit] = item.backend;
            for (const Read& read : item.reads) {
                const std::uint32_t from = plan_.items[item_of(plan_, item, read)].unit;
                if (from != item.unit) {
                    needs[item.unit].push_back(from);
                }
            }
        }
        std::vector<std::uint32_t> units;
        for (const std::uint32_t unit : passes::fewest_changes(backend, needs)) {
            if (!units.empty() && (request_.apart || backend[units.back()] != backend[unit])) {
                add_batch(backend[units.back()], units, members);
                units.clear();
            }
            units.push_back(unit);
        }
        if (!units.empty()) {
            add_batch(backend[units.back()], units, members);
        }
    }

    // Items of a batch share a kernel when they have one domain and neither reads what the other
    // stores in this tick. In a stream a constant lag of 0 is the stored value itself, so that only
    // variable lags keep items apart.
    void add_batch(std::uint32_t backend, const std::vector<std::uint32_t>& units,
                   const std::vector<std::vector<std::uint32_t>>& members) {
        PlannedBatch batch;
        batch.backend = backend;
        std::vector<std::uint32_t> todo;
        for (const std::uint32_t unit : units) {
            todo.insert(todo.end(), members[unit].begin(), members[unit].end());
        }
        std::map<std::uint32_t, std::uint32_t> level;  // item -> kernel level
        for (const std::uint32_t i : todo) {
            level[i] = 0;
        }
        for (std::size_t turn = 0; turn <= todo.size(); ++turn) {
            bool moved = false;
            for (const std::uint32_t i : todo) {
                std::uint32_t wanted = level[i];
                for (const Read& read : plan_.items[i].reads) {
                    const std::uint32_t from = item_of(plan_, plan_.items[i], read);
                    const auto found = level.find(from);
                    if (found == level.end() || from == i) {
                        continue;
                    }
                    const bool streams = plan_.items[i].domain == ir::Domain::stream &&
                                         plan_.items[from].domain == ir::Domain::stream;
                    if (streams) {
                        wanted = std::max(wanted, found->second + (read.constant_lag ? 0 : 1));
                    } else if (!read.past_only) {
                        wanted = std::max(wanted, found->second + 1);
                    }
                }
                moved |= wanted != level[i];
                level[i] = wanted;
            }
            if (!moved) {
                break;
            }
        }
        std::map<std::tuple<std::uint32_t, ir::Domain, std::uint64_t, std::uint64_t, bool>,
                 std::size_t>
            kernels;
        std::stable_sort(todo.begin(), todo.end(),
                         [&](std::uint32_t a, std::uint32_t b) { return level[a] < level[b]; });
        for (const std::uint32_t i : todo) {
            const Item& item = plan_.items[i];
            // Caches and pictures of one size share work; a run-up needs caches only, so that
            // pictures that no cache shares a kernel with can be left out.
            const bool cache = item.kind == ItemKind::cache || item.domain == ir::Domain::stream;
            const auto key = std::tuple(level[i], item.domain, item.width, item.height, cache);
            const auto [it, added] = kernels.emplace(key, batch.kernels.size());
            if (added) {
                batch.kernels.emplace_back();
            }
            batch.kernels[it->second].items.push_back(i);
        }
        plan_.batches.push_back(std::move(batch));
    }

    // How many frames before a wanted one still matter to it.
    [[nodiscard]] std::optional<std::uint64_t> run_up() const {
        std::vector<std::uint64_t> depth(unit_count_, 0);
        std::uint64_t most = 0;
        // Units are numbered with what they read before them; walk from readers to what they read.
        std::vector<const Item*> by_unit;
        for (const Item& item : plan_.items) {
            by_unit.push_back(&item);
        }
        std::stable_sort(by_unit.begin(), by_unit.end(),
                         [](const Item* a, const Item* b) { return a->unit > b->unit; });
        for (const Item* item : by_unit) {
            for (const Read& read : item->reads) {
                const Item& from = plan_.items[item_of(plan_, *item, read)];
                if (from.unit == item->unit) {
                    return std::nullopt;
                }
                const sema::Strand& strand = program_.strands[read.strand];
                std::uint64_t ticks = read.analysis ? 0 : program_.instances[strand.instance].ticks;
                if (ticks != 0 && from.domain == ir::Domain::stream) {
                    const double frames =
                        std::ceil(static_cast<double>(ticks) * program_.settings[WEFT_FIELD_FPS] /
                                  program_.settings[WEFT_FIELD_RATE]);
                    ticks = static_cast<std::uint64_t>(frames) + 1;
                }
                depth[from.unit] = std::max(depth[from.unit], depth[item->unit] + ticks);
                most = std::max(most, depth[from.unit]);
            }
        }
        return most;
    }

private:
    const PlanRequest& request_;
    const sema::Program& program_;
    Plan& plan_;
    std::uint32_t unit_count_;
};

}  // namespace

void make_batches(const PlanRequest& request, std::uint32_t unit_count, Plan& plan) {
    Batches batches(request, unit_count, plan);
    batches.make_batches();
    plan.run_up_frames = batches.run_up();
}

}  // namespace weft::driver
