// Writers and control sessions: files go to a directory of their own, and what is sent is sent.
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "replay/replayer.h"

namespace weft::replay {
namespace {

// Never where the trace says: a file of the artist's must not be written over.
std::string own_path(std::string_view recorded) {
    const std::filesystem::path name = std::filesystem::path(recorded).filename();
    std::error_code ignored;
    const auto directory = std::filesystem::temp_directory_path(ignored) / "weft-replay";
    std::filesystem::create_directories(directory, ignored);
    return (directory / (name.empty() || name == ".." || name == "." ? "file" : name)).string();
}

}  // namespace

void Replayer::open_writer(const Call& call) {
    const auto* api = table<weft_writer_api>(WEFT_WRITER_EXTENSION);
    auto asked = Trace::parse<OpenWriterCall>(call.arguments, arena_);
    if (api == nullptr) return;
    const std::string path = own_path({asked.path.data, static_cast<std::size_t>(asked.path.size)});
    asked.options.struct_size = sizeof asked.options;
    weft_writer* writer = nullptr;
    weft_error* const error = clear_error();
    const weft_status status =
        api->open({path.data(), path.size()}, &asked.options, &writer, error);
    const Answer before = expected(call);
    compare(call, before, status);
    if (writer == nullptr) return;
    set_object(before.made, writer);
    writers_[before.made] = asked.options;
    writers_[before.made].columns = nullptr;
}

void Replayer::make_writer_call(const Call& call) {
    if (call.head.function == row_weft_writer_api_open) return open_writer(call);
    const auto* api = table<weft_writer_api>(WEFT_WRITER_EXTENSION);
    const bool ends = call.head.function == row_weft_writer_api_finish ||
                      call.head.function == row_weft_writer_api_abort;
    const auto plain = ends ? Trace::parse<PlainCall>(call.arguments, arena_) : PlainCall{};
    const auto asked = ends ? MemoryCall{plain.object, 0, 0, 0, nullptr}
                            : Trace::parse<MemoryCall>(call.arguments, arena_);
    auto* const writer = object<weft_writer>(asked.object);
    if (api == nullptr || writer == nullptr) return;
    const weft_writer_options& options = writers_[asked.object];
    weft_error* const error = clear_error();
    // A trace whose memory is not what the writer was opened for.
    const auto fits = [&](std::uint64_t needed) {
        if (needed <= asked.size) return true;
        refused_ = text_of(trace_, call) + ": its memory does not fit its file";
        return false;
    };
    switch (call.head.function) {
        case row_weft_writer_api_picture: {
            const bool planes = options.picture_format == WEFT_FORMAT_F32;
            if (asked.a > asked.size || asked.b > asked.size || options.height > asked.size ||
                !fits(planes ? 4 * asked.b : asked.a * options.height))
                return;
            compare(call, expected(call),
                    api->picture(writer, asked.bytes, asked.a, asked.b, error));
            return;
        }
        case row_weft_writer_api_sound: {
            const std::uint64_t count = asked.a;
            if (count > asked.size || !fits(count * options.channels * sizeof(float))) return;
            const auto* samples = reinterpret_cast<const float*>(asked.bytes);
            compare(call, expected(call), api->sound(writer, samples, count, count, error));
            return;
        }
        case row_weft_writer_api_row:
            if (!fits(options.column_count * sizeof(double))) return;
            compare(call, expected(call),
                    api->row(writer, reinterpret_cast<const double*>(asked.bytes), error));
            return;
        case row_weft_writer_api_finish:
            compare(call, expected(call), api->finish(writer, error));
            break;
        default: api->abort(writer); break;
    }
    forget<weft_writer>(asked.object);
    writers_.erase(asked.object);
}

void Replayer::make_session_call(const Call& call) {
    const auto* api = table<weft_control_api>(WEFT_CONTROL_EXTENSION);
    if (api == nullptr) return;
    weft_error* const error = clear_error();
    if (call.head.function == row_weft_control_api_open) {
        static const weft_control_host kHost = {
            sizeof kHost,
            0,
            nullptr,
            [](void*, const weft_control_event*, std::uint32_t) {},
            [](void*, const weft_source*, std::uint32_t, double) {},
            [](void*, const weft_control_tempo*) {}};
        auto asked = Trace::parse<OpenSessionCall>(call.arguments, arena_);
        auto* const backend = object<weft_backend>(asked.backend);
        if (backend == nullptr) return;
        asked.wish.struct_size = sizeof asked.wish;
        weft_control_session* session = nullptr;
        const Answer before = expected(call);
        compare(call, before, api->open(backend, &asked.wish, &kHost, &session, error));
        if (session != nullptr) set_object(before.made, session);
        sinks_[before.made].clear();
        for (std::uint32_t i = 0; i < asked.wish.sink_count; ++i)
            sinks_[before.made].push_back(asked.wish.sinks[i].value_count);
        return;
    }
    if (call.head.function == row_weft_control_api_send) {
        const auto asked = Trace::parse<MemoryCall>(call.arguments, arena_);
        auto* const session = object<weft_control_session>(asked.object);
        const auto& sinks = sinks_[asked.object];
        if (session == nullptr || asked.a >= sinks.size() ||
            asked.size < sinks[asked.a] * sizeof(double))
            return;
        return compare(call, expected(call),
                       api->send(session, static_cast<std::uint32_t>(asked.a),
                                 reinterpret_cast<const double*>(asked.bytes), error));
    }
    if (call.head.function == row_weft_control_api_tempo) {
        const auto asked = Trace::parse<TempoCall>(call.arguments, arena_);
        auto* const session = object<weft_control_session>(asked.object);
        if (session != nullptr && api->tempo != nullptr) api->tempo(session, &asked.tempo);
        return;
    }
    const auto plain = Trace::parse<PlainCall>(call.arguments, arena_);
    auto* const session = object<weft_control_session>(plain.object);
    if (session == nullptr) return;
    switch (call.head.function) {
        case row_weft_control_api_flush:
            return compare(call, expected(call), api->flush(session, plain.time, error));
        case row_weft_control_api_counters: {
            weft_control_counters counters{};
            counters.struct_size = sizeof counters;
            return api->counters(session, &counters);
        }
        case row_weft_control_api_close:
            api->close(session);
            return forget<weft_control_session>(plain.object);
        default: return;
    }
}

}  // namespace weft::replay
