#include "replay/trace.h"

#include <utility>

#include <weft/calls.h>

namespace weft::replay {
namespace {

constexpr std::uint32_t kMostGuests = 256;
constexpr std::size_t kHeader = sizeof(std::uint32_t) + 1;

bool is_sound(const MemoryRecord& memory) {
    return memory.low <= 0 && memory.size <= INT64_MAX &&
           memory.low >= -static_cast<std::int64_t>(memory.size);
}

// Reads and judges the arguments of one call; "": they are sound.
template <class T>
std::string judge(std::string_view payload) {
    Arena arena;
    In in(payload, arena);
    T value;
    io(in, value);
    if (!in.ok() || !in.at_end()) return "its arguments cannot be read";
    if constexpr (std::is_same_v<T, CompileCall>) return wrong_with(value.batch);
    if constexpr (std::is_same_v<T, ValuesCall>) return wrong_with(value.points);
    if constexpr (std::is_same_v<T, FrameCall>)
        if (value.frame.fields == nullptr) return "its frame has no fields";
    if constexpr (std::is_same_v<T, OrderedCall>) {
        if (value.work.frame.fields == nullptr) return "its frame has no fields";
        if ((value.wait_count != 0 && value.waits == nullptr) ||
            (value.signal_count != 0 && value.signals == nullptr))
            return "its semaphores are missing";
    }
    if constexpr (std::is_same_v<T, TrialReadCall>)
        if (!is_sound(value.memory)) return "its memory makes no sense";
    if constexpr (std::is_same_v<T, PictureCall>) return wrong_with(value);
    if constexpr (std::is_same_v<T, OpenStreamCall>) return wrong_with(value.wish);
    if constexpr (std::is_same_v<T, MemoryCall>)
        if (value.bytes == nullptr && value.size != 0) return "its memory is missing";
    if constexpr (std::is_same_v<T, OpenWriterCall>)
        if (value.options.columns == nullptr && value.options.column_count != 0)
            return "its columns are missing";
    if constexpr (std::is_same_v<T, GatherCall>) {
        if (value.coords == nullptr || value.axes > WEFT_MAX_AXES) return "its points are missing";
        for (std::uint32_t i = 0; i < value.axes; ++i)
            if (value.coords[i] == nullptr) return "its points are missing";
    }
    if constexpr (std::is_same_v<T, OpenSessionCall>) {
        const weft_control_wish& wish = value.wish;
        if ((wish.input_count != 0 && wish.inputs == nullptr) ||
            (wish.sink_count != 0 && wish.sinks == nullptr) ||
            (wish.option_count != 0 && wish.options == nullptr))
            return "its wish is incomplete";
    }
    return "";
}

std::string judge_arguments(std::uint16_t row, std::string_view payload) {
    switch (row) {
        case row_weft_backend_api_compile: return judge<CompileCall>(payload);
        case row_weft_backend_api_get_values:
        case row_weft_binding_get_values: return judge<ValuesCall>(payload);
        case row_weft_backend_api_execute:
        case row_weft_async_api_submit: return judge<FrameCall>(payload);
        case row_weft_backend_api_extension:
        case row_weft_host_log: return judge<ExtensionCall>(payload);
        case row_weft_host_expose: return judge<ExposeCall>(payload);
        case row_weft_gather_api_gather: return judge<GatherCall>(payload);
        case row_weft_control_api_open: return judge<OpenSessionCall>(payload);
        case row_weft_writer_api_open: return judge<OpenWriterCall>(payload);
        case row_weft_writer_api_picture:
        case row_weft_writer_api_sound:
        case row_weft_writer_api_row:
        case row_weft_control_api_send: return judge<MemoryCall>(payload);
        case row_weft_control_api_tempo: return judge<TempoCall>(payload);
        case row_weft_memory_api_trial_read: return judge<TrialReadCall>(payload);
        case row_weft_semaphore_api_submit: return judge<OrderedCall>(payload);
        case row_weft_semaphore_api_trial_write:
        case row_weft_semaphore_api_trial_read: return judge<OrderTrialCall>(payload);
        case row_weft_window_api_open:
        case row_weft_window_api_change: return judge<WindowWishCall>(payload);
        case row_weft_window_api_present: return judge<PictureCall>(payload);
        case row_weft_window_api_overlay: return judge<TextCall>(payload);
        case row_weft_audio_api_open: return judge<OpenStreamCall>(payload);
        default: return judge<PlainCall>(payload);
    }
}

struct RowText {
    std::uint16_t number;
    std::string_view name;
    std::uint32_t side;
};
constexpr RowText kRows[] = {
#define WEFT_CALL(number, table, function, side, threads, state, tags, since) \
    {number, #table "." #function, side},
#define WEFT_CALLBACK(number, name, side, threads, state, tags, since) {number, #name, side},
#include <weft/calls.def>
};

const RowText* find_row(std::uint16_t number) {
    for (const RowText& row : kRows)
        if (row.number == number) return &row;
    return nullptr;
}

}  // namespace

std::string_view row_name(std::uint16_t row) {
    const RowText* found = find_row(row);
    return found != nullptr ? found->name : std::string_view();
}

bool is_host_call(std::uint16_t row) {
    const RowText* found = find_row(row);
    return found != nullptr && found->side == WEFT_CALL_HOST;
}

std::string Trace::take(Kind kind, std::string_view payload) {
    In in(payload, *arena_);
    const auto read = [&] { return in.ok() && in.at_end(); };
    switch (kind) {
        case Kind::guest: {
            GuestRecord guest;
            io(in, guest);
            if (!read() || guest.number >= kMostGuests) return "it tells of a plugin in no way";
            guests_[guest.number] = guest;
            return "";
        }
        case Kind::memory: {
            Arena scratch;
            In bytes(payload, scratch);
            MemoryRecord memory;
            io(bytes, memory);
            if (!bytes.ok() || !bytes.at_end() || !is_sound(memory))
                return "its memory cannot be read";
            return "";
        }
        case Kind::blocks: {
            BlocksRecord blocks;
            io(in, blocks);
            return read() ? "" : "its blocks cannot be read";
        }
        case Kind::enter: {
            Call call;
            io(in, call.head);
            if (!in.ok()) return "its call cannot be read";
            if (row_name(call.head.function).empty()) return "there is no such function";
            if (!guests_.contains(call.head.guest)) return "its call is of no plugin";
            call.arguments = payload.substr(payload.size() - in.left());
            call.begin = records_.size();
            if (call.head.complete != 0) {
                const std::string wrong = judge_arguments(call.head.function, call.arguments);
                if (!wrong.empty()) return std::string(row_name(call.head.function)) + ": " + wrong;
            }
            if (!open_.emplace(call.head.id, calls_.size()).second) return "it begins twice";
            calls_.push_back(call);
            return "";
        }
        case Kind::leave: {
            Arena scratch;
            In bytes(payload, scratch);
            Answer answer;
            io(bytes, answer);
            if (!bytes.ok() || !bytes.at_end()) return "its answer cannot be read";
            const auto open = open_.find(answer.id);
            if (open == open_.end()) return "it answers a call that was not made";
            calls_[open->second].end = records_.size();
            open_.erase(open);
            return "";
        }
    }
    return "it is of no kind that there is";
}

std::optional<Trace> Trace::read(std::string bytes, std::string& why) {
    Trace trace;
    trace.bytes_ = std::make_unique<std::string>(std::move(bytes));
    std::string_view rest = *trace.bytes_;
    const auto refuse = [&](std::string reason) {
        why = std::move(reason);
        return std::nullopt;
    };
    if (rest.substr(0, kMagic.size()) != kMagic) return refuse("it is not a trace of calls");
    rest.remove_prefix(kMagic.size());
    std::uint32_t version = 0;
    if (rest.size() < sizeof version) return refuse("it ends within its head");
    std::memcpy(&version, rest.data(), sizeof version);
    rest.remove_prefix(sizeof version);
    if (version < kOldestVersion || version > kVersion)
        return refuse("it is of version " + std::to_string(version) + "; this program reads " +
                      std::to_string(kOldestVersion) + " to " + std::to_string(kVersion));
    while (!rest.empty()) {
        const std::string record = "record " + std::to_string(trace.records_.size());
        std::uint32_t size = 0;
        if (rest.size() < kHeader) return refuse("it ends within " + record);
        std::memcpy(&size, rest.data(), sizeof size);
        const auto kind = static_cast<Kind>(rest[sizeof size]);
        rest.remove_prefix(kHeader);
        if (size > rest.size()) return refuse("it ends within " + record);
        const std::string_view payload = rest.substr(0, size);
        rest.remove_prefix(size);
        const std::string wrong = trace.take(kind, payload);
        if (!wrong.empty()) return refuse(record + " makes no sense: " + wrong);
        trace.records_.push_back({kind, payload});
    }
    return trace;
}

}  // namespace weft::replay
