#include "driver/validate/trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstring>
#include <optional>

namespace weft::validate {
namespace {

TracePage* g_page = nullptr;

thread_local std::optional<std::uint32_t> t_slot;
thread_local char t_name[sizeof TracePage::Thread::name] = {};
thread_local std::string_view t_function;

template <std::size_t N>
void put(char (&to)[N], std::string_view text, std::size_t at = 0) {
    const std::size_t size = text.copy(to + at, N - 1 - at);
    to[at + size] = '\0';
}

template <std::size_t N>
std::string_view text_of(const char (&text)[N]) {
    return {text, strnlen(text, N)};
}

// This thread's place in the page; null where there are more threads than places.
TracePage::Thread* slot() {
    if (!t_slot) {
        t_slot = g_page->thread_count.fetch_add(1);
        if (*t_slot < TracePage::kThreads) put(g_page->threads[*t_slot].name, thread_name());
    }
    return *t_slot < TracePage::kThreads ? &g_page->threads[*t_slot] : nullptr;
}

std::string_view name_of_area(std::uintptr_t address) {
    for (const TracePage::Area& area : g_page->areas)
        if (area.begin != 0 && area.begin <= address && address < area.end)
            return text_of(area.name);
    return {};
}

// Only what may be done in a handler: the page is there, and nothing is allocated.
void on_signal(int number, siginfo_t* info, void*) {
    if (g_page->signal == 0) {
        g_page->signal = static_cast<std::uint32_t>(number);
        g_page->crashed_thread = t_slot && *t_slot < TracePage::kThreads ? *t_slot + 1 : 0;
        if (number == SIGSEGV || number == SIGBUS)
            put(g_page->touched, name_of_area(reinterpret_cast<std::uintptr_t>(info->si_addr)));
    }
    ::signal(number, SIG_DFL);
    ::raise(number);
}

}  // namespace

void set_trace(TracePage* page) {
    g_page = page;
}

TracePage& trace() {
    return *g_page;
}

void name_thread(std::string_view name) {
    put(t_name, name);
    if (TracePage::Thread* const thread = slot()) put(thread->name, name);
}

std::string_view thread_name() {
    return t_name[0] == '\0' ? "a thread of the plugin's own" : text_of(t_name);
}

// --- Calls ---------------------------------------------------------------------------------------

InCall::InCall(std::string_view function, std::string_view arguments) : before_(t_function) {
    t_function = function;
    TracePage::Thread* const thread = slot();
    if (!thread) return;
    put(thread->call, function);
    if (!arguments.empty()) {
        put(thread->call, " ", text_of(thread->call).size());
        put(thread->call, arguments, text_of(thread->call).size());
    }
    put(thread->inside, "");
    thread->order = ++g_page->calls;
    ++thread->depth;
}

InCall::~InCall() {
    t_function = before_;
    if (TracePage::Thread* const thread = slot()) --thread->depth;
}

std::string_view InCall::current() {
    return t_function;
}

InHost::InHost(std::string_view function) {
    if (TracePage::Thread* const thread = slot()) put(thread->inside, function);
}

InHost::~InHost() {
    if (TracePage::Thread* const thread = slot()) put(thread->inside, "");
}

// --- Areas and signals ---------------------------------------------------------------------------

void trace_area(std::uintptr_t begin, std::uintptr_t end, std::string_view name) {
    for (TracePage::Area& area : g_page->areas) {
        std::uintptr_t none = 0;
        if (!area.begin.compare_exchange_strong(none, begin)) continue;
        area.end = end;
        put(area.name, name);
        return;
    }
    // More than there is room for: these stay without a name.
}

void forget_area(std::uintptr_t begin) {
    for (TracePage::Area& area : g_page->areas)
        if (area.begin == begin) area.begin = 0;
}

void report_signals() {
    static std::array<char, 65536> stack;  // of its own: the other one may be used up
    const stack_t own = {stack.data(), 0, stack.size()};
    ::sigaltstack(&own, nullptr);
    for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) {
        struct sigaction action {};
        action.sa_sigaction = on_signal;
        action.sa_flags = SA_SIGINFO | SA_ONSTACK;
        ::sigaction(number, &action, nullptr);
    }
}

// --- The report ----------------------------------------------------------------------------------

namespace {

std::string describe(const TracePage::Thread& thread) {
    const std::string_view inside = text_of(thread.inside);
    return fmt::format("{}, called from {}{}", text_of(thread.call), text_of(thread.name),
                       inside.empty() ? "" : fmt::format(", which had called {}", inside));
}

}  // namespace

std::string last_call(const TracePage& page) {
    const TracePage::Thread* busy = nullptr;
    const TracePage::Thread* last = nullptr;
    const std::uint32_t count = std::min(page.thread_count.load(), TracePage::kThreads);
    for (std::uint32_t i = 0; i < count; ++i) {
        const TracePage::Thread& thread = page.threads[i];
        if (thread.order == 0) continue;
        if (thread.depth != 0 && (!busy || thread.order > busy->order)) busy = &thread;
        if (!last || thread.order > last->order) last = &thread;
    }
    if (page.signal != 0) {
        const bool known = page.crashed_thread != 0;
        const TracePage::Thread* crashed = known ? &page.threads[page.crashed_thread - 1] : nullptr;
        if (crashed && crashed->depth != 0) return "in " + describe(*crashed);
        if (busy) return "in a thread of its own, during " + describe(*busy);
    }
    if (busy) return "in " + describe(*busy);
    if (last) return "outside of every call; the last was " + describe(*last);
    return "before its first call";
}

}  // namespace weft::validate
