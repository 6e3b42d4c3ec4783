// Who may call what, where and when: the words of calls.def against what the threads do.
#include "plugin/checked.h"
#include "plugin/thread_roles.h"

namespace weft::plugin {
namespace {

constexpr std::uint32_t kAlone = WEFT_THREAD_FRAME | WEFT_THREAD_COMPILE | WEFT_THREAD_WORKER;

// A name of the calling thread that no other has.
std::uintptr_t this_thread() noexcept {
    static thread_local constinit char t_place = 0;
    return reinterpret_cast<std::uintptr_t>(&t_place);
}

// "compile-thread or frame-thread"
struct Expected {
    char text[96] = "";
    explicit Expected(std::uint32_t threads) noexcept {
        static constexpr const char* kWords[] = {"any-thread",   "main-thread",  "compile-thread",
                                                 "frame-thread", "audio-thread", "worker"};
        std::size_t size = 0;
        for (std::size_t i = 0; i < std::size(kWords); ++i) {
            if ((threads >> i & 1u) == 0) continue;
            for (const char* c = size == 0 ? "" : " or "; *c != '\0'; ++c) text[size++] = *c;
            for (const char* c = kWords[i]; *c != '\0'; ++c) text[size++] = *c;
        }
        text[size] = '\0';
    }
};

// The plugin's function that the thread is in, if it is in one of this plugin's.
const Crossing* around(const Crossing& call) noexcept {
    const Crossing* outer = call.outer;
    return outer != nullptr && &outer->guest == &call.guest ? outer : nullptr;
}

// The nearest call around it, of the same plugin, whose function has one of these tags.
const Crossing* promised(const Crossing& call, std::uint32_t tags) noexcept {
    for (const Crossing* c = around(call); c != nullptr; c = around(*c))
        if (c->row().side == WEFT_CALL_PLUGIN && (c->row().tags & tags) != 0) return c;
    return nullptr;
}

bool within_compile(const Crossing& call) noexcept {
    for (const Crossing* c = around(call); c != nullptr; c = around(*c))
        if (c->function == Function::weft_backend_api_compile && c->object == call.object)
            return true;
    return false;
}

bool ends(Function function) noexcept {
    switch (function) {
        case Function::weft_backend_api_release:
        case Function::weft_backend_api_cleanup:
        case Function::weft_audio_api_close:
        case Function::weft_control_api_close:
        case Function::weft_window_api_close:
        case Function::weft_writer_api_finish:
        case Function::weft_writer_api_abort: return true;
        default: return false;
    }
}

const char* gone_word(Subject subject) noexcept {
    switch (subject) {
        case Subject::backend: return "after cleanup";
        case Subject::program: return "after release";
        default: return "after it was closed";
    }
}

}  // namespace

void Checker::enter_plugin(const Crossing& call) noexcept {
    const CallRow& row = call.row();
    if (t_thread_roles != 0 && (row.threads & (WEFT_THREAD_ANY | t_thread_roles)) == 0)
        offence(call, Rule::thread, true, "called on %s; expected %s", thread_word(t_thread_roles),
                Expected(row.threads).text);
    if (call.subject == Subject::none) return;
    if (call.object == nullptr) {
        if ((row.tags & WEFT_CALL_TAKES_NULL) == 0)
            offence(call, Rule::state, true, "called with NULL");
        return;
    }
    Object* object = objects_.find(call.guest, call.subject, call.object);
    if (object == nullptr) return;
    if (object->state.load(std::memory_order_acquire) == CheckedObjects::State::gone)
        offence(call, Rule::state, true, "called %s", gone_word(call.subject));
    if (ends(call.function))
        object->state.store(CheckedObjects::State::ending, std::memory_order_release);
}

void Checker::enter_host(const Crossing& call) noexcept {
    const CallRow& row = call.row();
    if (const Object* object = objects_.find(call.guest, call.subject, call.object);
        object != nullptr &&
        object->state.load(std::memory_order_acquire) == CheckedObjects::State::gone)
        return offence(call, Rule::state, false, "called %s", gone_word(call.subject));
    if ((row.threads & (WEFT_THREAD_ANY | WEFT_THREAD_AUDIO)) != 0) return;

    const Crossing* inside = around(call);
    const bool audio = (t_thread_roles & WEFT_THREAD_AUDIO) != 0;
    if (inside == nullptr)
        return offence(call, Rule::thread, false,
                       "called on %s, which is in no call of this plugin; expected %s",
                       audio ? "the audio-thread" : "a thread of its own",
                       Expected(row.threads).text);
    const bool asks = (row.tags & (WEFT_CALL_ALLOCATES | WEFT_CALL_QUERY)) != 0;
    if (audio && asks)
        return offence(call, Rule::thread, false,
                       "called on the audio-thread, within %s; expected %s",
                       inside->row().name.data(), Expected(row.threads).text);
    if (row.state == WEFT_STATE_COMPILING && !within_compile(call))
        return offence(call, Rule::state, false, "called within %s; expected within compile",
                       inside->row().name.data());
    if ((row.threads & inside->row().threads) == 0)
        return offence(call, Rule::thread, false, "called on %s, within %s; expected %s",
                       thread_word(inside->row().threads), inside->row().name.data(),
                       Expected(row.threads).text);
    if ((row.tags & WEFT_CALL_ALLOCATES) != 0) {
        if (const Crossing* c = promised(call, WEFT_CALL_NO_ALLOCATION))
            return offence(call, Rule::promise, false,
                           "called within %s, which promises no allocation", c->row().name.data());
    }
    if ((row.tags & WEFT_CALL_QUERY) != 0) {
        if (const Crossing* c = promised(call, WEFT_CALL_NO_QUERY))
            return offence(call, Rule::promise, false,
                           "called within %s, which promises no host query", c->row().name.data());
    }
}

// What one thread at a time may be in: a back end for its compile-thread, else the object itself.
Checker::Object* Checker::held_alone(const Crossing& call) const noexcept {
    const CallRow& row = call.row();
    const bool callback = call.function == Function::weft_audio_process;
    if (!callback && (row.side != WEFT_CALL_PLUGIN || (row.threads & kAlone) == 0)) return nullptr;
    Object* object = objects_.find(call.guest, call.subject, call.object);
    if (object == nullptr || callback) return object;
    if (call.subject == Subject::program && (row.threads & WEFT_THREAD_COMPILE) != 0)
        return objects_.find(call.guest, Subject::backend,
                             object->backend.load(std::memory_order_relaxed));
    // Waits for the work of several programs, which others may submit meanwhile.
    const bool whole_backend =
        call.subject == Subject::backend && (row.threads & WEFT_THREAD_FRAME) != 0;
    return whole_backend ? nullptr : object;
}

void Checker::enter_alone(const Crossing& call) noexcept {
    Object* held = held_alone(call);
    if (held == nullptr) return;
    std::uintptr_t other = 0;
    if (held->within.compare_exchange_strong(other, this_thread(), std::memory_order_acquire) ||
        other == this_thread())
        return;
    offence(call, Rule::at_once, call.row().side == WEFT_CALL_PLUGIN,
            "called while another thread is in one of its functions; expected one at a time");
}

void Checker::leave_alone(const Crossing& call) noexcept {
    Object* held = held_alone(call);
    if (held == nullptr || held->within.load(std::memory_order_relaxed) != this_thread()) return;
    for (const Crossing* c = call.outer; c != nullptr; c = c->outer)
        if (held_alone(*c) == held) return;
    held->within.store(0, std::memory_order_release);
}

void Checker::note_objects(const Crossing& call) noexcept {
    if (ends(call.function)) {
        if (Object* object = objects_.find(call.guest, call.subject, call.object))
            object->state.store(CheckedObjects::State::gone, std::memory_order_release);
    }
    if (call.makes == Subject::none || call.status == nullptr || *call.status != WEFT_OK ||
        *call.made == nullptr)
        return;
    const std::lock_guard lock(mutex_);
    Object* made = objects_.add(call.guest, call.makes, *call.made);
    if (made == nullptr) return;
    if (call.makes == Subject::program) made->backend.store(call.object);
    if (call.makes == Subject::backend)
        made->host.store(call.argument<const weft_host*>(0)->context);
    note_shown(call, *made);
}

}  // namespace weft::plugin
