#include "plugin/border.h"

#include <array>
#include <utility>

#include "plugin/border_parts.h"

namespace weft::plugin {
namespace border {

thread_local constinit const Crossing* t_innermost = nullptr;

namespace {

// The functions in front of a plugin's have no argument of their own to know the plugin by: each
// room has its own functions (border_tables.cpp).
std::mutex g_mutex;
std::array<std::unique_ptr<Room>, Border::kMostGuests> g_rooms;

}  // namespace

Room& room(std::uint32_t number) noexcept {
    return *g_rooms[number];
}

}  // namespace border

using border::g_mutex;
using border::g_rooms;
using border::Room;

const Crossing* innermost_crossing() noexcept {
    return border::t_innermost;
}

Border::Border(std::vector<Watcher*> watchers) : watchers_(std::move(watchers)) {}

Border::~Border() {
    const std::lock_guard lock(g_mutex);
    for (const std::uint32_t number : guests_) g_rooms[number].reset();
}

const weft_backend_api* Border::wrap(const weft_backend_api* api, std::string name,
                                     std::string library) {
    const std::lock_guard lock(g_mutex);
    for (const std::uint32_t number : guests_)
        if (g_rooms[number]->api == api)
            return &std::get<border::Table<weft_backend_api>>(g_rooms[number]->tables).outer;
    for (std::uint32_t number = 0; number < kMostGuests; ++number) {
        if (g_rooms[number] != nullptr) continue;
        g_rooms[number] = std::make_unique<Room>();
        Room& made = *g_rooms[number];
        made.name = std::move(name);
        made.library = std::move(library);
        made.number = number;
        made.api = api;
        made.border = this;
        guests_.push_back(number);
        return static_cast<const weft_backend_api*>(border::front_of(made, {}, api));
    }
    return api;
}

}  // namespace weft::plugin
