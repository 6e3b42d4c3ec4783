#include "replay/exchange.h"

namespace weft::replay {

// A descriptor is the semaphore's that was made with it last.
Exchange::Exchange(const Trace& trace, std::set<std::uint32_t> guests)
    : trace_(trace), guests_(std::move(guests)) {
    std::map<std::uint64_t, std::uint64_t> latest;
    for (const Call& call : trace.calls()) {
        Arena arena;
        if (call.head.function == row_weft_semaphore_api_create && call.end != 0) {
            const auto made = Trace::parse<Answer>(trace.records()[call.end].payload, arena);
            if (made.status != WEFT_OK) continue;
            latest[made.number] = call.head.id;
            users_[call.head.id].insert(call.head.guest);
        } else if (call.head.function == row_weft_semaphore_api_import && call.head.complete != 0) {
            const auto asked = Trace::parse<PlainCall>(call.arguments, arena);
            const auto found = latest.find(asked.a);
            if (found == latest.end()) continue;
            makers_[call.head.id] = found->second;
            users_[found->second].insert(call.head.guest);
        }
    }
}

void Exchange::give(const weft_view* recorded, const weft_handle& handle) {
    views_[recorded] = handle.view;
    handles_[{recorded, handle.kind}] = handle;
}

void Exchange::forget(const weft_view* recorded) {
    views_.erase(recorded);
    handles_.erase(handles_.lower_bound({recorded, 0}), handles_.upper_bound({recorded, ~0u}));
}

bool Exchange::take(weft_handle& handle) const {
    const auto view = views_.find(handle.view);
    if (view == views_.end()) return false;
    const auto given = handles_.find({handle.view, handle.kind});
    const bool by_fd = handle.kind == WEFT_HANDLE_OPAQUE_FD || handle.kind == WEFT_HANDLE_DMA_BUF;
    if (given == handles_.end() && by_fd) return false;
    handle.view = view->second;
    handle.memory_fd = given != handles_.end() ? given->second.memory_fd : -1;
    if (given == handles_.end()) return true;
    handle.memory_offset = given->second.memory_offset;
    handle.memory_size = given->second.memory_size;
    return true;
}

std::string Exchange::not_replayed(std::uint32_t guest) const {
    const weft_str& text = trace_.guests().at(guest).name;
    const std::string name(text.data, static_cast<std::size_t>(text.size));
    return "'" + name + "', which is not replayed: --with " + name;
}

std::string Exchange::why_alone(const Call& call) const {
    std::uint64_t create = call.head.id;
    if (call.head.function == row_weft_semaphore_api_import) {
        const auto maker = makers_.find(call.head.id);
        if (maker == makers_.end()) return "the trace does not tell whose semaphore it is";
        create = maker->second;
    }
    const auto users = users_.find(create);
    if (users == users_.end()) return "";
    for (const std::uint32_t user : users->second)
        if (!guests_.contains(user)) return "its semaphore is shared with " + not_replayed(user);
    return "";
}

std::int32_t Exchange::take_semaphore(const Call& import) const {
    const auto maker = makers_.find(import.head.id);
    const auto fd = maker != makers_.end() ? fds_.find(maker->second) : fds_.end();
    return fd != fds_.end() ? fd->second : -1;
}

}  // namespace weft::replay
