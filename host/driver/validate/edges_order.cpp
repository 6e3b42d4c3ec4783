// Order between works that run beside the host: one back end's works see each other in the order of
// their submission, and memory is what its trial promised. Nobody reads a producer before it is
// done.
#include "driver/validate/edges.h"
#include "driver/validate/lent.h"
#include "driver/validate/trial_memory.h"

#include <fmt/format.h>
#include <weft/async.h>

namespace weft::validate {
namespace {

std::string unlike_trial(Context& context, const Instance& instance, const weft_memory_api& api,
                         const weft_handle& handle, std::uint32_t seed) {
    std::uint64_t sum = 0;
    weft_error error = empty_error();
    const weft_status status = context.calls().call("weft_memory_api.trial_read", "", [&] {
        return api.trial_read(instance.backend, &handle, &sum, &error);
    });
    if (status != WEFT_OK) return "trial_read fails: " + said(status, error);
    return sum == sum_of(seed) ? "" : fmt::format("trial_read finds {}, not {}", sum, sum_of(seed));
}

// A producer and a reader of its cache, through the kind of memory that costs least.
struct Pair {
    Kept kept;
    std::unique_ptr<Driven> producer;
    Work reading;
    std::unique_ptr<Driven> reader;

    Pair(Context& context, const Instance& instance, std::uint32_t of, std::uint32_t kind)
        : kept(of, 1u << kind),
          producer(std::make_unique<Driven>(context, instance, kept.work)),
          reading("", of) {
        weft_binding binding{};
        binding.struct_size = sizeof binding;
        binding.kind = kind;
        if (!producer->ok() || !producer->handle(kept.output, kind, binding.handle)) return;
        reading = shown(of, binding, true);
        reader = std::make_unique<Driven>(context, instance, reading);
    }
    [[nodiscard]] bool ok() const { return reader && reader->ok(); }
};

// What was lent is gone with the call, all but targets.
weft_status submit(Context& context, const weft_async_api& api, Driven& program, LentFrame& lent,
                   std::uint64_t& value) {
    const Work& work = program.work();
    lent.memory().make_read_only();
    weft_error error = empty_error();
    const weft_status status = context.calls().call("weft_async_api.submit", work.name(), [&] {
        return api.submit(program.program(), lent.get(), &value, &error);
    });
    context.expect(status == WEFT_OK,
                   fmt::format("submit of '{}' fails: {}", work.name(), said(status, error)));
    lent.memory().make_untouchable();
    return status;
}

bool wait(Context& context, const Instance& instance, const weft_async_api& api,
          std::uint64_t value) {
    weft_error error = empty_error();
    const weft_status status = context.calls().call("weft_async_api.wait", "", [&] {
        return api.wait(instance.backend, value, UINT64_MAX, &error);
    });
    return context.expect(status == WEFT_OK, "wait fails: " + said(status, error));
}

void check_pair(Context& context, const Instance& instance, const weft_async_api& api,
                std::uint32_t of, std::uint32_t kind) {
    Pair pair(context, instance, of, kind);
    if (context.ended() || !pair.ok()) return;
    std::uint64_t last = 0;
    for (std::int64_t n = 0; n < 5; ++n) {
        Frame made(pair.kept.work, n);
        Frame read(pair.reading, n);
        LentFrame lent_to_producer(made.view, 0, 0);
        LentFrame lent_to_reader(read.view, 0, 0);
        std::uint64_t first = 0, second = 0;
        if (submit(context, api, *pair.producer, lent_to_producer, first) != WEFT_OK) return;
        if (submit(context, api, *pair.reader, lent_to_reader, second) != WEFT_OK) return;
        weft_error error = empty_error();
        const weft_status at_once = context.calls().call("weft_async_api.wait", "not at all", [&] {
            return api.wait(instance.backend, second, 0, &error);
        });
        context.expect(at_once == WEFT_OK || at_once == WEFT_TIMEOUT,
                       "wait for no time fails: " + said(at_once, error));
        if (!wait(context, instance, api, second)) return;
        context.expect(first > last && second > first, "the values of its timeline do not rise");
        last = second;
        const std::string unlike = unlike_kept(read, n);
        if (!context.expect(unlike.empty(),
                            fmt::format("submitted behind its producer, through {}: {}",
                                        kind_name(kind), unlike)))
            return;
    }
}

// A descriptor of something else, as one of another device or driver is.
void read_of_another(Context& context, const Instance& instance, const weft_memory_api& api,
                     const weft_memory_caps& caps) {
    for (const std::uint32_t kind : {WEFT_HANDLE_OPAQUE_FD, WEFT_HANDLE_DMA_BUF}) {
        if ((caps.imports >> kind & 1) == 0) continue;
        weft_view view{};
        weft_handle handle{};
        handle.struct_size = sizeof handle;
        handle.kind = kind;
        handle.view = &view;
        handle.memory_fd = 1 << 20;  // nobody's
        handle.memory_size = kTrialBytes;
        handle.grid.axis_count = handle.grid.channels = 1;
        handle.grid.axes[0].count = kTrialBytes / 4;
        std::uint64_t sum = 0;
        weft_error error = empty_error();
        const weft_status status = context.calls().call("weft_memory_api.trial_read", "", [&] {
            return api.trial_read(instance.backend, &handle, &sum, &error);
        });
        if (context.expect(status != WEFT_OK, "trial_read reads memory that there is not"))
            context.expect_error("trial_read", status, error);
    }
}

}  // namespace

void check_memory_trials(Context& context) {
    const auto* const api = context.extension<weft_memory_api>(WEFT_MEMORY_EXTENSION);
    if (!api) return context.skip("it has no weft.memory/1");
    const Instance instance = instance_of(context);
    weft_memory_caps caps;
    if (!instance.backend || !caps_of(context, instance, caps)) return;
    for (std::uint32_t kind = WEFT_HANDLE_HOST; kind < 32 && !context.ended(); ++kind) {
        const std::uint32_t seed = 12345 + kind;
        const TrialMemory trial(context, instance, *api, kind, seed);
        const bool exports = (caps.exports >> kind & 1) != 0;
        if (!exports && trial.trial && kind > WEFT_HANDLE_LOCAL)
            context.fail(fmt::format("it makes memory of kind {}, which nobody knows", kind));
        if (!exports) continue;
        if (!context.expect(trial.trial != nullptr,
                            fmt::format("it says that it exports {}, and trial_begin fails: {}",
                                        kind_name(kind), trial.refusal)))
            return;
        if (kind == WEFT_HANDLE_HOST) {
            const auto* const words = static_cast<const std::uint32_t*>(trial.handle.view->data);
            for (std::uint64_t i = 0; i < kTrialBytes / 4 && !context.ended(); ++i)
                context.expect(words[i] == static_cast<std::uint32_t>(seed + i * 2654435761u),
                               fmt::format("word {} of a trial's host memory is not what it must "
                                           "write",
                                           i));
        }
        if ((caps.imports >> kind & 1) == 0) continue;
        const std::string unlike = unlike_trial(context, instance, *api, trial.handle, seed);
        context.expect(unlike.empty(), fmt::format("its own {}: {}", kind_name(kind), unlike));
    }
    if (!context.ended()) read_of_another(context, instance, *api, caps);
}

void check_order(Context& context) {
    const auto* const api = context.extension<weft_async_api>(WEFT_ASYNC_EXTENSION);
    if (!api) return context.skip("it has no weft.async/1");
    const std::uint32_t of = kernel_context(context, WEFT_CONTEXT_VISUAL);
    if (of == WEFT_CONTEXT_COUNT) return;
    const Instance instance = instance_of(context);
    weft_memory_caps caps;
    if (!instance.backend || !caps_of(context, instance, caps)) return;
    const std::uint32_t both = caps.exports & caps.imports;
    for (std::uint32_t kind = WEFT_HANDLE_HOST; kind < 32 && !context.ended(); ++kind)
        if ((both >> kind & 1) != 0) check_pair(context, instance, *api, of, kind);
}

}  // namespace weft::validate
