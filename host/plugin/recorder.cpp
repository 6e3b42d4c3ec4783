#include "plugin/recorder.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>

#include "plugin/thread_roles.h"

namespace weft::plugin {
namespace {

using replay::Answer;
using replay::Kind;
using replay::Out;

constexpr std::size_t kHeader = sizeof(std::uint32_t) + 1;

// Calls that the thread is in, with the numbers that they were recorded under.
thread_local std::vector<std::pair<const Crossing*, std::uint64_t>> t_calls;

std::uint32_t this_thread() {
    static std::atomic<std::uint32_t> next{1};
    static thread_local const std::uint32_t t_number = next.fetch_add(1);
    return t_number;
}

// A sound device's blocks are too many, and the host's own code: they are counted.
bool is_recorded(const Crossing& call) {
    return call.function != Function::weft_audio_process;
}

bool within_another(const Crossing& call) {
    for (const Crossing* c = call.outer; c != nullptr; c = c->outer)
        if (&c->guest == &call.guest && c->row().side == WEFT_CALL_PLUGIN) return true;
    return false;
}

}  // namespace

Result<std::unique_ptr<Recorder>> Recorder::open(const std::string& path,
                                                 std::uint64_t most_memory) {
    const int file =
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
    if (file < 0)
        return Error{WEFT_UNAVAILABLE,
                     "the trace cannot be written to " + path + ": " + std::strerror(errno)};
    std::string head(replay::kMagic);
    Out(head).plain(replay::kVersion);
    if (::write(file, head.data(), head.size()) != static_cast<ssize_t>(head.size())) {
        ::close(file);
        return Error{WEFT_UNAVAILABLE, "the trace cannot be written to " + path};
    }
    return std::unique_ptr<Recorder>(new Recorder(file, most_memory));
}

Recorder::~Recorder() {
    ::close(file_);
}

// One write for one record: those of two threads do not mix.
template <class Write>
void Recorder::record(Kind kind, Write&& write) {
    if (broken_.load(std::memory_order_relaxed)) return;
    static thread_local std::string t_bytes;
    t_bytes.assign(kHeader, '\0');
    Out out(t_bytes);
    write(out);
    const std::size_t size = t_bytes.size() - kHeader;
    if (size > replay::kMostRecord) return;
    const auto told = static_cast<std::uint32_t>(size);
    std::memcpy(t_bytes.data(), &told, sizeof told);
    t_bytes[sizeof told] = static_cast<char>(kind);
    ssize_t done = 0;
    do {
        done = ::write(file_, t_bytes.data(), t_bytes.size());
    } while (done < 0 && errno == EINTR);
    if (done == static_cast<ssize_t>(t_bytes.size()) || broken_.exchange(true)) return;
    std::fprintf(stderr, "warning: the trace of calls ends here: %s\n", std::strerror(errno));
}

void Recorder::enter(const Crossing& call) noexcept {
    if (!is_recorded(call)) {
        blocks_[call.guest.number].fetch_add(1, std::memory_order_relaxed);
        return;
    }
    const std::uint64_t id = next_id_.fetch_add(1, std::memory_order_relaxed);
    t_calls.emplace_back(&call, id);
    write_enter(call, id);
}

void Recorder::leave(const Crossing& call) noexcept {
    if (!is_recorded(call) || t_calls.empty() || t_calls.back().first != &call) return;
    const std::uint64_t id = t_calls.back().second;
    t_calls.pop_back();
    write_leave(call, id);
}

void Recorder::write_guest(const Guest& guest) {
    {
        const std::lock_guard lock(mutex_);
        if (std::exchange(known_[guest.number], true)) return;
    }
    record(Kind::guest, [&](Out& out) {
        const replay::GuestRecord told{guest.number,
                                       {guest.name.data(), guest.name.size()},
                                       {guest.library.data(), guest.library.size()}};
        io(out, told);
    });
}

void Recorder::write_memory(const Crossing& call, const Program& program) {
    for (const weft_handle& handle : program.inputs) {
        const weft_view& view = *handle.view;
        if (view.data == nullptr) continue;
        const replay::Extent extent = replay::extent_of(handle.grid);
        replay::MemoryRecord told;
        told.view = reinterpret_cast<std::uintptr_t>(handle.view);
        told.generation = view.generation;
        told.tick = view.tick;
        told.low = extent.low;
        told.size = extent.size();
        const char* const begin = static_cast<const char*>(view.data) + extent.low;
        told.hash = replay::hash_of(begin, told.size);
        {
            const std::lock_guard lock(mutex_);
            Seen& before = seen_[{call.guest.number, handle.view}];
            const bool same = before.data == view.data && before.hash == told.hash;
            if (same && before.generation == told.generation) continue;
            told.too_large = told.size > most_memory_;
            if (!same && told.too_large == 0) told.bytes = begin;
            before = {told.generation, told.hash, view.data};
        }
        record(Kind::memory, [&](Out& out) { io(out, told); });
    }
}

// By the next call of whomever, so that a replay lets devices run as long as they had.
void Recorder::write_blocks() {
    for (std::uint32_t guest = 0; guest < blocks_.size(); ++guest) {
        const std::uint64_t count = blocks_[guest].load(std::memory_order_relaxed);
        if (told_blocks_[guest].exchange(count, std::memory_order_relaxed) == count) continue;
        const replay::BlocksRecord told{guest, count};
        record(Kind::blocks, [&](Out& out) { io(out, told); });
    }
}

void Recorder::write_enter(const Crossing& call, std::uint64_t id) {
    write_guest(call.guest);
    write_blocks();
    const bool frame =
        call.subject == Subject::program && (call.row().threads & WEFT_THREAD_FRAME) != 0;
    if (const auto of = frame ? program(call) : nullptr) write_memory(call, *of);
    record(Kind::enter, [&](Out& out) {
        replay::CallHead head;
        head.id = id;
        head.thread = this_thread();
        head.roles = t_thread_roles;
        head.guest = call.guest.number;
        head.function = static_cast<std::uint16_t>(call.row().number);
        head.within = within_another(call);
        std::string told;
        Out arguments_out(told);
        head.complete = arguments(call, arguments_out);
        io(out, head);
        if (head.complete != 0) out.raw(told.data(), told.size());
    });
}

void Recorder::write_leave(const Crossing& call, std::uint64_t id) {
    const std::vector<replay::Written> targets = written(call);
    record(Kind::leave, [&](Out& out) {
        Answer told;
        told.id = id;
        answer(call, told);
        told.written_count = static_cast<std::uint32_t>(targets.size());
        told.written = targets.data();
        io(out, told);
    });
    note_made(call);
}

}  // namespace weft::plugin
