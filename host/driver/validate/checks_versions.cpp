// Hosts of every age: each struct that the host hands over, at every length that it ever had, and
// longer than it is today. Behind the last byte lies memory that nobody may touch.
#include <fmt/format.h>
#include <weft/audio.h>
#include <weft/memory.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <weft/cpp/text.hpp>

#include "driver/validate/context.h"

namespace weft::validate {
namespace {

// --- Lengths -------------------------------------------------------------------------------------

// What a struct ever was, and is.
struct History {
    std::string_view name;
    std::array<std::size_t, 8> sizes;
};
constexpr History kHistory[] = {
#define WEFT_GROWS(type, ...) {#type, {__VA_ARGS__}},
#include "abi/history.def"
};

// Whoever adds to a struct of which plugins are given one adds a check of its lengths here.
consteval bool all_tried() {
    constexpr std::array<std::string_view, 9> kTried = {
        "weft_host",   "weft_batch",       "weft_frame",      "weft_error",       "weft_probe",
        "weft_handle", "weft_memory_caps", "weft_audio_wish", "weft_audio_state",
    };
    return std::ranges::all_of(kHistory, [&](const History& history) {
        return history.sizes[1] == 0 || std::ranges::count(kTried, history.name) == 1;
    });
}
static_assert(all_tried(), "a struct that has grown is not tried at its earlier lengths");

// The newest last.
std::vector<std::size_t> sizes_of(std::string_view name, std::size_t today) {
    std::vector<std::size_t> sizes;
    for (const History& history : kHistory)
        if (history.name == name)
            for (const std::size_t size : history.sizes)
                if (size != 0 && size < today) sizes.push_back(size);
    sizes.push_back(today);
    return sizes;
}

template <class T>
Guarded as_long_as(const char* name, const T& value, std::size_t size) {
    return sized(fmt::format("the {} of {} bytes", name, size), value, size);
}

// A struct as a host of the future hands it over: what is behind what we know is not ours.
template <class T>
class Longer {
public:
    explicit Longer(const T& value) {
        std::memset(bytes_.data(), kFill, bytes_.size());
        std::memcpy(bytes_.data(), &value, sizeof value);
        get()->struct_size = kSize;
    }
    [[nodiscard]] T* get() { return reinterpret_cast<T*>(bytes_.data()); }
    // Fails when the end was written, or the size.
    bool expect_kept(Context& context, std::string_view name) {
        const bool kept = std::all_of(bytes_.begin() + sizeof(T), bytes_.end(),
                                      [](unsigned char byte) { return byte == kFill; });
        context.expect(kept, fmt::format("it wrote behind the part of {} that it knows", name));
        return context.expect(get()->struct_size == kSize,
                              fmt::format("it changed struct_size of {}", name)) &&
               kept;
    }

private:
    static constexpr unsigned char kFill = 0x5a;
    static constexpr std::uint32_t kSize = sizeof(T) + 64;
    alignas(16) std::array<unsigned char, kSize> bytes_;
};

// --- One struct after the other ------------------------------------------------------------------

void host_table(Context& context) {
    std::vector<Work> works = context.works();
    for (const std::size_t size : sizes_of("weft_host", sizeof(weft_host))) {
        TestHost host(size);
        weft_backend* backend = nullptr;
        weft_error error = empty_error();
        const weft_status status = context.calls().create(host.table(), &backend, &error);
        if (status != WEFT_OK) return context.skip(said(status, error));
        for (Work& work : works) {
            weft_program* const program = context.compile(backend, work, host);
            if (!program) return;
            const Frame frame(work, 0);
            if (!context.execute(program, frame)) return;
            context.calls().release(program);
        }
        context.calls().cleanup(backend);
    }
}

void batch(Context& context) {
    for (Work& work : context.works()) {
        for (const std::size_t size : sizes_of("weft_batch", sizeof(weft_batch))) {
            context.host().inputs = work.bindings;
            const Guarded batch = as_long_as("weft_batch", work.batch(), size);
            weft_program* program = nullptr;
            weft_error error = empty_error();
            const weft_status status = context.calls().compile(
                context.backend(), batch.as<const weft_batch>(), &program, &error);
            if (!context.expect(status == WEFT_OK && program,
                                fmt::format("'{}' in a weft_batch of {} bytes gave {}", work.name(),
                                            size, said(status, error))))
                return;
            const Frame frame(work, 0);
            if (!context.execute(program, frame)) return;
            context.calls().release(program);
        }
    }
}

void frame(Context& context) {
    for (Work& work : context.works()) {
        weft_program* const program = context.compile(context.backend(), work);
        if (!program) return;
        std::int64_t number = 0;
        for (const std::size_t size : sizes_of("weft_frame", sizeof(weft_frame))) {
            const Frame given(work, number++);
            const Guarded frame = as_long_as("weft_frame", given.view, size);
            weft_error error = empty_error();
            const weft_status status =
                context.calls().execute(program, frame.as<const weft_frame>(), &error);
            if (!context.expect(status == WEFT_OK,
                                fmt::format("'{}' with a weft_frame of {} bytes gave {}",
                                            work.name(), size, said(status, error))))
                return;
        }
        context.calls().release(program);
    }
}

void error_record(Context& context) {
    if (!context.backend()) return;
    for (const std::size_t size : sizes_of("weft_error", sizeof(weft_error))) {
        const Guarded record = as_long_as("weft_error", empty_error(), size);
        auto* const error = record.as<weft_error>();
        weft_probe probe{};
        probe.struct_size = sizeof probe;
        (void)context.calls().probe(&probe, error);
        // An operator that there is not: a failure of everybody.
        Work work("an unknown operator");
        kit::KernelText& kernel = work.kernel(WEFT_DOMAIN_RASTER, 4, 4);
        kernel.store(work.target_picture(4, 4), {kernel.ir.op(60000, {})});
        const weft_batch batch = work.batch();
        weft_program* program = nullptr;
        if (context.calls().compile(context.backend(), &batch, &program, error) == WEFT_OK)
            return context.skip("it compiles anything; errors.operator looks at that");
    }
}

void probe_result(Context& context) {
    for (const std::size_t size : sizes_of("weft_probe", sizeof(weft_probe))) {
        const Guarded result = as_long_as("weft_probe", weft_probe{}, size);
        weft_error error = empty_error();
        (void)context.calls().probe(result.as<weft_probe>(), &error);
        context.expect(result.as<weft_probe>()->struct_size == size,
                       "it changed struct_size of weft_probe");
    }
}

void handle(Context& context) {
    for (Work& work : context.works()) {
        weft_program* const program = context.compile(context.backend(), work);
        if (!program) return;
        for (std::uint32_t output = 0; output < work.outputs.size(); ++output) {
            weft_handle empty{};
            empty.memory_fd = -1;
            const Guarded handle = as_long_as("weft_handle", empty, sizeof empty);
            weft_error error = empty_error();
            (void)context.calls().get_handle(program, output, handle.as<weft_handle>(), &error);
            if (!context.expect(handle.as<weft_handle>()->struct_size >= sizeof empty,
                                "get_handle set struct_size of the handle to less than it is"))
                return;
        }
        context.calls().release(program);
    }
}

// What a plugin hands to the host has a length too.
void own_structs(Context& context) {
    for (Work& work : context.works()) {
        weft_program* const program = context.compile(context.backend(), work);
        if (!program) return;
        for (const auto& [id, handle] : context.host().exposed())
            context.expect(handle.struct_size >= sizeof handle,
                           fmt::format("the handle that it exposes says that it is {} bytes long",
                                       handle.struct_size));
        for (const std::uint32_t size : context.host().binding_sizes())
            context.expect(size >= sizeof(weft_binding),
                           fmt::format("the weft_binding that it gives to lookup says that it is "
                                       "{} bytes long",
                                       size));
        context.calls().release(program);
    }
}

void memory_caps(Context& context) {
    const auto* const memory = context.extension<weft_memory_api>(WEFT_MEMORY_EXTENSION);
    if (!memory) return context.skip("it does not offer " WEFT_MEMORY_EXTENSION);
    if (!context.backend()) return;
    for (const std::size_t size : sizes_of("weft_memory_caps", sizeof(weft_memory_caps))) {
        const Guarded caps = as_long_as("weft_memory_caps", weft_memory_caps{}, size);
        weft_error error = empty_error();
        const weft_status status = context.calls().call("caps", "of weft.memory/1", [&] {
            return memory->caps(context.backend(), caps.as<weft_memory_caps>(), &error);
        });
        context.expect(status == WEFT_OK, fmt::format("caps gave {}", said(status, error)));
    }
}

// A wish that is refused is read nevertheless.
void audio_wish(Context& context) {
    const auto* const audio = context.extension<weft_audio_api>(WEFT_AUDIO_EXTENSION);
    if (!audio) return context.skip("it does not offer " WEFT_AUDIO_EXTENSION);
    if (!context.backend()) return;
    for (const std::size_t size : sizes_of("weft_audio_wish", sizeof(weft_audio_wish))) {
        weft_audio_wish wanted{};
        wanted.output = cpp::to_str("no device of this machine is called so");
        wanted.output_channels = 2;
        const Guarded wish = as_long_as("weft_audio_wish", wanted, size);
        weft_audio_stream* stream = nullptr;
        weft_error error = empty_error();
        (void)context.calls().call("open", "of weft.audio/1", [&] {
            return audio->open(
                context.backend(), wish.as<const weft_audio_wish>(),
                [](void*, const weft_audio_block*) {}, nullptr, &stream, &error);
        });
        if (stream) audio->close(stream);
    }
}

// Of whatever device there is, or of one that is waited for.
void audio_state(Context& context) {
    const auto* const audio = context.extension<weft_audio_api>(WEFT_AUDIO_EXTENSION);
    if (!audio) return context.skip("it does not offer " WEFT_AUDIO_EXTENSION);
    if (!context.backend()) return;
    weft_audio_wish wish{};
    wish.struct_size = sizeof wish;
    wish.output_channels = 2;
    wish.flags = WEFT_AUDIO_LATER;
    weft_audio_stream* stream = nullptr;
    weft_error error = empty_error();
    const weft_status status = context.calls().call("open", "of weft.audio/1", [&] {
        return audio->open(
            context.backend(), &wish, [](void*, const weft_audio_block*) {}, nullptr, &stream,
            &error);
    });
    if (status != WEFT_OK || !stream)
        return context.skip(fmt::format("no device was opened: {}", said(status, error)));
    for (const std::size_t size : sizes_of("weft_audio_state", sizeof(weft_audio_state))) {
        const Guarded told = as_long_as("weft_audio_state", weft_audio_state{}, size);
        context.calls().call("state", "of weft.audio/1",
                             [&] { audio->state(stream, told.as<weft_audio_state>()); });
    }
    audio->close(stream);
}

// --- Structs of the future -----------------------------------------------------------------------

void newer_frame_and_batch(Context& context) {
    for (Work& work : context.works()) {
        context.host().inputs = work.bindings;
        Longer<weft_batch> batch(work.batch());
        Longer<weft_error> error(empty_error());
        weft_program* program = nullptr;
        const weft_status made =
            context.calls().compile(context.backend(), batch.get(), &program, error.get());
        if (!context.expect(made == WEFT_OK && program,
                            fmt::format("'{}' in a longer weft_batch gave {}", work.name(),
                                        said(made, *error.get()))))
            return;
        const Frame given(work, 0);
        Longer<weft_frame> frame(given.view);
        const weft_status ran = context.calls().execute(program, frame.get(), error.get());
        if (!context.expect(ran == WEFT_OK,
                            fmt::format("a longer weft_frame gave {}", said(ran, *error.get()))) ||
            !frame.expect_kept(context, "weft_frame") || !batch.expect_kept(context, "weft_batch"))
            return;
        context.calls().release(program);
    }
}

void newer_results(Context& context) {
    Longer<weft_probe> probe(weft_probe{});
    Longer<weft_error> error(empty_error());
    (void)context.calls().probe(probe.get(), error.get());
    probe.expect_kept(context, "weft_probe");
    for (Work& work : context.works()) {
        weft_program* const program = context.compile(context.backend(), work);
        if (!program) return;
        const auto beyond = static_cast<std::uint32_t>(work.outputs.size());
        for (std::uint32_t output = 0; output <= beyond; ++output) {
            weft_handle empty{};
            empty.memory_fd = -1;
            Longer<weft_handle> handle(empty);
            const weft_status status =
                context.calls().get_handle(program, output, handle.get(), error.get());
            const bool filled = status == WEFT_OK;
            // A handle is the plugin's to describe: it may say how much of it is there.
            handle.get()->struct_size = sizeof(weft_handle) + 64;
            if ((filled && !handle.expect_kept(context, "weft_handle")) ||
                !error.expect_kept(context, "weft_error"))
                return;
        }
        context.calls().release(program);
    }
}

constexpr Check kChecks[] = {
    {"versions.host", Level::quick, "of a weft_host no more is read than struct_size says",
     "abi.h, growth rules; host.h", host_table},
    {"versions.batch", Level::quick, "of a weft_batch no more is read than struct_size says",
     "abi.h, growth rules; batch.h", batch},
    {"versions.frame", Level::quick, "of a weft_frame no more is read than struct_size says",
     "abi.h, growth rules; frame.h", frame},
    {"versions.error", Level::quick, "of a weft_error no more is written than struct_size says",
     "abi.h, growth rules; weft_error", error_record},
    {"versions.probe", Level::quick, "of a weft_probe no more is written than struct_size says",
     "abi.h, growth rules; backend.h", probe_result},
    {"versions.handle", Level::quick, "of a weft_handle no more is written than struct_size says",
     "abi.h, growth rules; grid.h", handle},
    {"versions.own", Level::quick,
     "what the plugin hands to lookup and expose says with struct_size how long it is",
     "abi.h, growth rules; host.h", own_structs},
    {"versions.memory-caps", Level::standard,
     "of a weft_memory_caps no more is written than struct_size says",
     "abi.h, growth rules; "
     "memory.h",
     memory_caps},
    {"versions.audio-wish", Level::standard,
     "of a weft_audio_wish no more is read than struct_size says", "abi.h, growth rules; audio.h",
     audio_wish},
    {"versions.audio-state", Level::standard,
     "of a weft_audio_state no more is written than struct_size says",
     "abi.h, growth rules; audio.h", audio_state},
    {"versions.newer-input", Level::standard,
     "a batch and a frame that are longer than the plugin knows are as good as its own",
     "abi.h, growth rules", newer_frame_and_batch},
    {"versions.newer-result", Level::standard,
     "of results that are longer than the plugin knows the end is left alone",
     "abi.h, growth rules", newer_results},
};

}  // namespace

std::span<const Check> version_checks() {
    return kChecks;
}

}  // namespace weft::validate
