#include "driver/compile/edges.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace weft::driver {
namespace {

// From the cheapest to the dearest; NONE, values at points, is what is left.
constexpr std::array<std::uint32_t, 4> kLadder = {WEFT_HANDLE_LOCAL, WEFT_HANDLE_OPAQUE_FD,
                                                  WEFT_HANDLE_DMA_BUF, WEFT_HANDLE_HOST};

// Bytes a second where a device does not say: a bus of the present day.
constexpr double kAssumedRate = 10e9;
// A picture read point by point is dearer than any copy of it.
constexpr double kPointByPoint = 1e6;

double seconds(std::uint64_t bytes, double rate) {
    return static_cast<double>(bytes) / (rate > 0 ? rate : kAssumedRate);
}

std::uint32_t bit(std::uint32_t kind) {
    return 1u << kind;
}

}  // namespace

const SharedCache* Negotiation::find(sema::StrandId strand) const {
    const auto found = caches_.find(strand);
    return found == caches_.end() ? nullptr : &found->second;
}

void Negotiation::add_reader(sema::StrandId strand, plugin::Backend& backend) {
    auto& readers = caches_[strand].readers;
    if (std::none_of(readers.begin(), readers.end(),
                     [&](const SharedCache::Reader& r) { return r.backend == &backend; })) {
        readers.push_back({&backend, {}});
    }
}

std::string Negotiation::refusal(sema::StrandId strand, plugin::Backend& producer,
                                 plugin::Backend& reader, std::uint32_t kind) {
    if (const auto found = refused_.find({strand, &reader, kind}); found != refused_.end()) {
        return found->second;
    }
    return trials_.prove(producer, reader, kind).refusal;
}

bool Negotiation::refuse(sema::StrandId strand, const plugin::Backend& reader, std::uint32_t kind,
                         const std::string& reason) {
    return refused_.emplace(Edge{strand, &reader, kind}, reason).second;
}

// Why the reader is not given host memory, to use in place or, if that is not its way, to copy.
// What it says that it uses in place it would not copy, so that its trial decides.
std::string Negotiation::copy_refusal(sema::StrandId strand, plugin::Backend& producer,
                                      plugin::Backend& reader) {
    if (trials_.side(reader).imports(WEFT_HANDLE_HOST)) {
        return refusal(strand, producer, reader, WEFT_HANDLE_HOST);
    }
    if (const auto found = refused_.find({strand, &reader, WEFT_HANDLE_HOST});
        found != refused_.end()) {
        return found->second;
    }
    return trials_.prove_readable(producer).refusal;
}

// Why the reader does not lend an opaque fd for the producer to live in.
std::string Negotiation::loan_refusal(sema::StrandId strand, plugin::Backend& producer,
                                      plugin::Backend& reader) {
    if (!trials_.side(reader).exports(WEFT_HANDLE_OPAQUE_FD)) {
        return "the consumer " + reader.name() + " does not export it";
    }
    if (!trials_.side(producer).imports(WEFT_HANDLE_OPAQUE_FD)) {
        return "the producer " + producer.name() + " does not import it";
    }
    return refusal(strand, reader, producer, WEFT_HANDLE_OPAQUE_FD);
}

// What it costs when the cache lives in memory of kind `home`.
Negotiation::Plan Negotiation::plan(sema::StrandId strand, SharedCache& cache, std::uint32_t home,
                                    plugin::Backend& maker) {
    const MemorySide& from = trials_.side(*cache.producer);
    const std::uint64_t bytes = cache.tick_bytes;
    const double down = seconds(bytes, from.caps.download_rate);
    Plan plan;
    plan.kinds = bit(home);
    plan.lender = &maker == cache.producer ? nullptr : &maker;
    const bool crosses = home == WEFT_HANDLE_HOST && !from.unified();
    if (crosses) {
        // Its stores cross the bus, and so do its own readings.
        plan.cost += cache.read_inside ? 2 * down : down;
    }
    const bool can_mirror = home != WEFT_HANDLE_HOST && from.exports(WEFT_HANDLE_HOST);
    bool mirrored = false;
    for (const SharedCache::Reader& reader : cache.readers) {
        const MemorySide& to = trials_.side(*reader.backend);
        // Whoever copies takes all ticks; what is used in place is read as often as it is written.
        const double up = seconds(bytes, to.caps.upload_rate);
        Route route;
        if (refusal(strand, maker, *reader.backend, home).empty()) {
            route.kind = home;
            route.predicted = home == WEFT_HANDLE_HOST && !to.unified() ? up : 0;
            plan.cost += route.predicted;
            route.predicted += crosses ? down : 0;
            route.measured = trials_.prove(maker, *reader.backend, home).measured;
        } else if ((can_mirror || home == WEFT_HANDLE_HOST) &&
                   copy_refusal(strand, *cache.producer, *reader.backend).empty()) {
            route.kind = WEFT_HANDLE_HOST;
            route.mirrored = home != WEFT_HANDLE_HOST;
            route.uploaded = !to.imports(WEFT_HANDLE_HOST);
            route.measured = trials_.prove_readable(*cache.producer).measured;
            route.copied = (route.mirrored ? bytes : 0) + (route.uploaded ? cache.all_bytes : 0);
            route.predicted = (route.mirrored ? down : 0) +
                              (route.uploaded ? seconds(cache.all_bytes, to.caps.upload_rate)
                               : to.unified() ? 0
                                              : up);
            // The mirror is made once, whoever reads it.
            plan.copied += route.copied - (mirrored && route.mirrored ? bytes : 0);
            plan.cost += route.predicted - (mirrored && route.mirrored ? down : 0);
            mirrored |= route.mirrored;
        } else {
            plan.cost += kPointByPoint;
        }
        plan.routes.push_back(std::move(route));
    }
    if (mirrored) {
        plan.kinds |= bit(WEFT_HANDLE_HOST);
    }
    return plan;
}

void Negotiation::settle(sema::StrandId strand, SharedCache& cache) {
    const MemorySide& from = trials_.side(*cache.producer);
    std::optional<Plan> best;
    const auto consider = [&](Plan option) {
        if (!best || std::tie(option.cost, option.copied) < std::tie(best->cost, best->copied)) {
            best = std::move(option);
        }
    };
    // Where its memory shall live must be something that it can make at all.
    for (const std::uint32_t home : kLadder) {
        if (from.exports(home)) {
            consider(plan(strand, cache, home, *cache.producer));
        }
    }
    // Or that one of its readers makes, and it can live in.
    for (const SharedCache::Reader& reader : cache.readers) {
        if (reader.backend != cache.producer &&
            loan_refusal(strand, *cache.producer, *reader.backend).empty() &&
            !refused_.contains({strand, reader.backend, WEFT_HANDLE_OPAQUE_FD})) {
            consider(plan(strand, cache, WEFT_HANDLE_OPAQUE_FD, *reader.backend));
        }
    }
    // What only the host reads, at points, is where the producer likes it best; in host memory if
    // that is its own.
    if (!best || cache.readers.empty() || best->cost >= kPointByPoint * cache.readers.size()) {
        const bool in_place = from.unified() && from.exports(WEFT_HANDLE_HOST);
        cache.kinds = in_place ? bit(WEFT_HANDLE_HOST) : 0;
        cache.lender = nullptr;
    } else {
        cache.kinds = best->kinds;
        cache.lender = best->lender;
    }
    for (std::size_t r = 0; r < cache.readers.size(); ++r) {
        SharedCache::Reader& reader = cache.readers[r];
        reader.route = best ? std::move(best->routes[r]) : Route();
        state_refusals(strand, *cache.producer, *reader.backend, reader.route);
        settle_order(cache, reader);
    }
}

// Who waits, as the path has been chosen.
void Negotiation::settle_order(SharedCache& cache, SharedCache::Reader& reader) {
    Route& route = reader.route;
    plugin::Backend& producer = *cache.producer;
    const bool in_place = route.kind != WEFT_HANDLE_NONE && !route.uploaded;
    if (!plugin::Timeline(producer)) {
        route.sync = Sync::on_return;
    } else if (&producer == reader.backend && in_place) {
        route.sync = Sync::same_queue;
    } else if (&producer != reader.backend && route.kind == WEFT_HANDLE_OPAQUE_FD) {
        const OrderTrial& trial = orders_.prove(producer, *reader.backend,
                                                cache.lender != nullptr ? *cache.lender : producer);
        route.sync = trial.refusal.empty() ? Sync::semaphore : Sync::host_waits;
        route.producer_makes = trial.producer_makes;
        if (!trial.refusal.empty()) {
            route.refused.push_back("semaphore: " + trial.refusal);
        }
    } else {
        route.sync = Sync::host_waits;
        std::string reason = "the host takes part in what is read";
        if (in_place) {
            reason = orders_.refusal(producer, *reader.backend);
        }
        route.refused.push_back("semaphore: " +
                                (reason.empty() ? "it orders memory behind an opaque fd" : reason));
    }
}

void Negotiation::settle() {
    for (auto& [strand, cache] : caches_) {
        settle(strand, cache);
    }
}

// Why every better path than the one taken was not.
void Negotiation::state_refusals(sema::StrandId strand, plugin::Backend& producer,
                                 plugin::Backend& reader, Route& route) {
    for (const std::uint32_t kind : kLadder) {
        const bool copies = route.mirrored || route.uploaded;
        if (kind == route.kind && !copies) {
            break;
        }
        std::string reason = refusal(strand, producer, reader, kind);
        if (reason.empty()) {
            reason = kind == route.kind
                         ? "it lives in the producer's own memory, which its own kernels read"
                         : "its memory serves other readers too, and lives elsewhere for less";
        }
        route.refused.push_back(kind_name(kind) + ": " + reason);
        if (kind == WEFT_HANDLE_OPAQUE_FD && trials_.side(producer).memory &&
            &producer != &reader) {
            reason = loan_refusal(strand, producer, reader);
            route.refused.push_back("opaque fd of the consumer: " +
                                    (reason.empty() ? "it costs more here" : reason));
        }
    }
    if (route.kind == WEFT_HANDLE_NONE) {
        const std::string reason = copy_refusal(strand, producer, reader);
        route.refused.push_back("pinned copy: " +
                                (reason.empty() ? "values at points are cheaper" : reason));
    }
}

const Route& Negotiation::route(sema::StrandId strand, const plugin::Backend& reader) const {
    static const Route kPoints;
    const SharedCache* cache = find(strand);
    if (cache != nullptr) {
        for (const SharedCache::Reader& known : cache->readers) {
            if (known.backend == &reader) {
                return known.route;
            }
        }
    }
    return kPoints;
}

Route Negotiation::source_route(sema::StrandId strand, plugin::Backend& producer,
                                plugin::Backend& reader, std::uint64_t bytes) {
    Route route;
    if (copy_refusal(strand, producer, reader).empty()) {
        const MemorySide& to = trials_.side(reader);
        const Trial& trial = trials_.prove(producer, reader, WEFT_HANDLE_HOST);
        route.kind = WEFT_HANDLE_HOST;
        route.uploaded = !to.imports(WEFT_HANDLE_HOST);
        route.copied = route.uploaded ? bytes : 0;
        route.predicted = route.uploaded || !to.unified() ? seconds(bytes, to.caps.upload_rate) : 0;
        route.measured = trial.measured;
    }
    state_refusals(strand, producer, reader, route);
    return route;
}

Route Negotiation::host_route(plugin::Backend& reader, std::uint64_t bytes) {
    const MemorySide& to = trials_.side(reader);
    const Trial& trial = trials_.prove_host(reader);
    Route route;
    route.kind = WEFT_HANDLE_HOST;
    route.uploaded = !trial.refusal.empty();
    route.copied = route.uploaded ? bytes : 0;
    route.predicted = route.uploaded || !to.unified() ? seconds(bytes, to.caps.upload_rate) : 0;
    route.measured = trial.measured;
    route.sync = Sync::on_return;
    if (route.uploaded) {
        route.refused.push_back(kind_name(WEFT_HANDLE_HOST) + ": " + trial.refusal);
    }
    return route;
}

Route Negotiation::kept_route(plugin::Backend& reader, std::uint64_t bytes) {
    Route route = host_route(reader, bytes);
    route.copied += bytes;
    route.predicted += seconds(bytes, 0);
    route.refused.push_back(
        "in place: the next picture is written over the one that sound reads meanwhile");
    return route;
}

void Negotiation::check_place(Route& route, plugin::Backend& producer, plugin::Backend& reader,
                              const weft_handle& handle, std::uint64_t bytes) {
    const MemorySide& to = trials_.side(reader);
    const std::uint64_t alignment = to.caps.host_alignment;
    if (&producer == &reader || route.kind != WEFT_HANDLE_HOST || route.uploaded || alignment < 2) {
        return;
    }
    // Memory behind a memfd consists of whole pages, whatever its size.
    const auto address = reinterpret_cast<std::uintptr_t>(handle.view->data);
    if (address % alignment == 0 &&
        (handle.memory_fd >= 0 || handle.memory_size % alignment == 0)) {
        return;
    }
    route.uploaded = true;
    route.copied += bytes;
    route.predicted += seconds(bytes, to.caps.upload_rate);
    route.refused.push_back(kind_name(WEFT_HANDLE_HOST) +
                            fmt::format(": the producer {}'s memory does not begin and end at "
                                        "multiples of the {} bytes that {} imports",
                                        producer.name(), alignment, reader.name()));
}

std::string sync_name(Sync sync) {
    switch (sync) {
        case Sync::same_queue: return "same queue";
        case Sync::semaphore: return "semaphore";
        case Sync::on_return: return "complete on return";
        default: return "host waits";
    }
}

std::string layout_text(const weft_grid& grid) {
    static constexpr std::array<const char*, 4> kFormats = {"f32", "f64", "rgba8", "rgba16"};
    std::string text = grid.format < kFormats.size() ? kFormats[grid.format] : "unknown";
    std::string size;
    std::string ticks;
    for (std::uint32_t a = 0; a < std::min(grid.axis_count, WEFT_MAX_AXES); ++a) {
        const weft_axis& axis = grid.axes[a];
        if (axis.wrap == WEFT_WRAP_RING) {
            ticks = fmt::format(", {} tick{}", axis.count, axis.count == 1 ? "" : "s");
        } else {
            size += fmt::format("{}{}", size.empty() ? "" : "x", axis.count);
        }
    }
    return text + (size.empty() ? "" : " " + size) + ticks;
}

std::uint64_t bytes_of(const weft_grid& grid) {
    std::uint64_t bytes = grid.format == WEFT_FORMAT_F64 ? 8 : 4;
    for (std::uint32_t a = 0; a < grid.axis_count; ++a) {
        bytes *= std::max<std::uint64_t>(1, grid.axes[a].count);
    }
    return bytes;
}

}  // namespace weft::driver
