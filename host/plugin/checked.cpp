#include "plugin/checked.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <utility>

#include "plugin/thread_roles.h"

namespace weft::plugin {

std::string_view rule_name(Rule rule) {
    switch (rule) {
        case Rule::thread: return "thread";
        case Rule::state: return "state";
        case Rule::at_once: return "at once";
        case Rule::promise: return "promise";
        case Rule::status: return "status";
        case Rule::result: return "result";
        case Rule::message: return "message";
        case Rule::size: return "size";
        case Rule::handle: return "handle";
        case Rule::generation: return "generation";
        case Rule::memory: return "memory";
    }
    return "";
}

Checker::Checker(Report report, bool at_once) : report_(std::move(report)), at_once_(at_once) {}

Checker::~Checker() {
    flush();
}

void Checker::enter(const Crossing& call) noexcept {
    if ((t_thread_roles & WEFT_THREAD_AUDIO) == 0) flush();
    if (call.row().side == WEFT_CALL_PLUGIN) {
        enter_plugin(call);
    } else {
        enter_host(call);
    }
    enter_alone(call);
    begin_views(call);
    check_memory(call, true);
}

void Checker::leave(const Crossing& call) noexcept {
    check_memory(call, false);
    check_status(call);
    if (call.result != nullptr) check_result(call);
    check_views(call);
    leave_alone(call);
    note_objects(call);
}

void Checker::offence(const Crossing& call, Rule rule, bool by_host, const char* format,
                      ...) noexcept {
    const std::size_t kind =
        call.guest.number * kCallCount + static_cast<std::size_t>(call.function);
    const auto bit = static_cast<std::uint16_t>(1u << static_cast<unsigned>(rule));
    if ((told_[kind].fetch_or(bit, std::memory_order_relaxed) & bit) != 0) return;

    Offence found;
    call.guest.name.copy(found.plugin, sizeof found.plugin - 1);
    found.function = call.row().name;
    found.call = call.function;
    found.rule = rule;
    found.by_host = by_host;
    std::va_list arguments;
    va_start(arguments, format);
    (void)std::vsnprintf(found.text, sizeof found.text, format, arguments);
    va_end(arguments);

    if (at_once_ || (t_thread_roles & WEFT_THREAD_AUDIO) == 0) {
        const std::lock_guard lock(report_mutex_);
        report_(found);
        return;
    }
    const std::size_t place = found_.fetch_add(1, std::memory_order_relaxed);
    if (place >= kWaiting) return;
    waiting_[place].offence = found;
    waiting_[place].whole.store(true, std::memory_order_release);
}

void Checker::flush() noexcept {
    const auto waits = [&](std::size_t place) {
        return place < kWaiting && waiting_[place].whole.load(std::memory_order_acquire);
    };
    if (!waits(flushed_.load(std::memory_order_relaxed))) return;
    const std::lock_guard lock(report_mutex_);
    std::size_t next = flushed_.load(std::memory_order_relaxed);
    for (; waits(next); ++next) report_(waiting_[next].offence);
    flushed_.store(next, std::memory_order_relaxed);
}

}  // namespace weft::plugin
