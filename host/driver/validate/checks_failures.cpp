// The host fails, at every step at which it can: an error comes back, nothing stays allocated, and
// the next try works.
#include <fmt/format.h>

#include <algorithm>

#include "driver/validate/context.h"

namespace weft::validate {
namespace {

// How one attempt ended in which the host's n-th call failed.
struct Attempt {
    std::string failed;  // the service; "": it has no n-th call
    weft_status status = WEFT_OK;
};

// Compiles `work` while the n-th call fails; what is then wrong has failed the check, where it was
// a call of `service`.
Attempt attempt(Context& context, Work& work, std::uint64_t n, std::string_view service) {
    TestHost& host = context.host();
    const std::uint64_t before = host.live_memory();
    host.inputs = work.bindings;
    const weft_batch batch = work.batch();
    auto* const unset = reinterpret_cast<weft_program*>(&work);
    weft_program* program = unset;
    weft_error error = empty_error();
    host.fail_at(n);
    Attempt result;
    result.status = context.calls().compile(context.backend(), &batch, &program, &error);
    result.failed = host.failed();
    host.fail_at(0);
    if (result.status == WEFT_OK) {
        if (result.failed == service) {
            // It found another way; it must not have kept what it was not given.
            const Frame frame(work, 0);
            context.execute(program, frame);
        }
        context.calls().release(program);
        return result;
    }
    if (result.failed != service) return result;
    context.expect(program == nullptr, fmt::format("{} failed in compile of '{}', which then left "
                                                   "*program as it was, not NULL",
                                                   result.failed, work.name()));
    const std::uint64_t kept = host.live_memory() - std::min(before, host.live_memory());
    context.expect(kept == 0, fmt::format("{} failed in compile of '{}', which then kept {} pieces "
                                          "of the host's memory",
                                          result.failed, work.name(), kept));
    return result;
}

// Every call in turn, of all works; counts those of `service` that failed, and stops where one of
// them is no failure though it has to be one.
void at_every_call(Context& context, std::string_view service, bool must_fail) {
    constexpr std::uint64_t kMost = 200;
    std::uint64_t tried = 0;
    for (Work& work : context.works()) {
        for (std::uint64_t n = 1; n <= kMost; ++n) {
            const Attempt made = attempt(context, work, n, service);
            if (context.ended()) return;
            if (made.failed.empty()) break;
            if (made.failed != service) continue;
            ++tried;
            if (must_fail && !context.expect(made.status != WEFT_OK,
                                             fmt::format("{} failed in compile of '{}', which "
                                                         "succeeded all the same",
                                                         service, work.name())))
                return;
            // As if nothing had been.
            weft_program* const program = context.compile(context.backend(), work);
            if (!program) return;
            const Frame frame(work, 0);
            if (!context.execute(program, frame)) return;
            context.calls().release(program);
        }
    }
    if (tried == 0) context.skip(fmt::format("it does not call {} in compile", service));
}

void memory(Context& context) {
    at_every_call(context, "memory_alloc", false);
}

void lookup(Context& context) {
    at_every_call(context, "lookup", true);
}

void expose(Context& context) {
    at_every_call(context, "expose", false);
}

// What create itself takes from the host.
void create(Context& context) {
    for (std::uint64_t n = 1;; ++n) {
        TestHost host;
        host.fail_at(n);
        auto* const unset = reinterpret_cast<weft_backend*>(&host);
        weft_backend* backend = unset;
        weft_error error = empty_error();
        const weft_status status = context.calls().create(host.table(), &backend, &error);
        const std::string failed = host.failed();
        if (status == WEFT_OK) context.calls().cleanup(backend);
        if (failed.empty()) {
            if (status != WEFT_OK)
                context.skip(fmt::format("there is no instance here: {}", said(status, error)));
            else if (n == 1)
                context.skip("it asks nothing of the host in create that could fail");
            return;
        }
        if (!context.expect(host.live_memory() == 0,
                            fmt::format("{} failed in create, and {} pieces of the host's memory "
                                        "are not freed",
                                        failed, host.live_memory())))
            return;
    }
}

constexpr Check kChecks[] = {
    {"failures.create", Level::standard,
     "create that fails for want of memory keeps none of the host's", "backend.h, create", create},
    {"failures.memory", Level::standard,
     "compile that fails for want of memory keeps nothing, and the next one works",
     "backend.h, compile; host.h, memory_alloc", memory},
    {"failures.lookup", Level::standard,
     "compile fails when an input cannot be looked up, keeps nothing, and the next one works",
     "backend.h, compile; host.h, lookup", lookup},
    {"failures.expose", Level::standard,
     "compile that cannot expose an output keeps nothing, and the next one works",
     "backend.h, compile; host.h, expose", expose},
};

}  // namespace

std::span<const Check> failure_checks() {
    return kChecks;
}

}  // namespace weft::validate
