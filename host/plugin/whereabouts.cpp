#include "plugin/whereabouts.h"

namespace weft::plugin {

// Whoever sees one of the new values sees that the sequence has moved on.
void Whereabouts::tell(bool works, const PluginCall* inside) noexcept {
    const std::uint64_t sequence = sequence_.load(std::memory_order_relaxed);
    sequence_.store(sequence + 1, std::memory_order_relaxed);
    works_.store(works, std::memory_order_release);
    plugin_.set(inside != nullptr ? inside->plugin : std::string_view());
    function_.set(inside != nullptr ? inside->function : std::string_view());
    part_.set(inside != nullptr ? inside->part : std::string_view());
    sequence_.store(sequence + 2, std::memory_order_release);
}

Whereabouts::Place Whereabouts::look() const noexcept {
    Place place;
    const std::uint64_t before = sequence_.load(std::memory_order_acquire);
    place.moves = before;
    place.works = works_.load(std::memory_order_acquire);
    const std::string_view plugin = plugin_.get();
    const std::string_view function = function_.get();
    const std::string_view part = part_.get();
    if (before % 2 == 0 && sequence_.load(std::memory_order_relaxed) == before) {
        place.plugin = plugin;
        place.function = function;
        place.part = part;
    }
    return place;
}

}  // namespace weft::plugin
