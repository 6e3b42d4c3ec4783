// What a record of a trace holds: who calls which function, its arguments, and the answer. The
// recorder fills these structs with what it sees, the replayer calls with what it reads.
#pragma once

#include "replay/trace_items.h"

namespace weft::replay {

// A plugin of the trace.
struct GuestRecord {
    std::uint32_t number = 0;
    weft_str name{};
    weft_str library{};  // its file; empty: built in
};
template <class A, class T>
void io(A& a, T& v, GuestRecord*) {
    a.plain(v.number);
    a.text(v.name);
    a.text(v.library);
}

// Memory of others that the plugin reads through a view: the state of that view, and the bytes
// [low, low + size) around the first of its data. `bytes` is missing where they are as they were,
// or more than is recorded.
struct MemoryRecord {
    std::uint64_t view = 0;
    std::uint64_t generation = 0;
    std::int64_t tick = -1;
    std::int64_t low = 0;
    std::uint64_t size = 0;
    std::uint64_t hash = 0;
    std::uint8_t too_large = 0;
    const char* bytes = nullptr;
};
template <class A, class T>
void io(A& a, T& v, MemoryRecord*) {
    a.plain(v.view, v.generation, v.tick, v.low, v.size, v.hash, v.too_large);
    a.plains(v.bytes, v.size);
}

// How often the sound devices of a plugin have asked for a block so far. What they were given is
// the host's, and not told.
struct BlocksRecord {
    std::uint32_t guest = 0;
    std::uint64_t count = 0;
};
template <class A, class T>
void io(A& a, T& v, BlocksRecord*) {
    a.plain(v.guest, v.count);
}

struct CallHead {
    std::uint64_t id = 0;
    std::uint32_t thread = 0;  // a number for each
    std::uint32_t roles = 0;   // WEFT_THREAD_*; 0: not known
    std::uint32_t guest = 0;
    std::uint16_t function = 0;  // the number of its row in calls.def
    std::uint8_t within = 0;     // 1: within another call of the same plugin
    std::uint8_t complete = 0;   // 0: the arguments are not recorded
};
template <class A, class T>
void io(A& a, T& v, CallHead*) {
    a.plain(v.id, v.thread, v.roles, v.guest, v.function, v.within, v.complete);
}

// --- Arguments -----------------------------------------------------------------------------------

// Functions that take an object and at most plain numbers beside it.
struct PlainCall {
    std::uint64_t object = 0;
    // get_handle: output; wait: value; send: sink; trial_begin: size; lookup: id; trial_end, and
    // release and unblock of a semaphore: what it is about; import: descriptor; devices, monitors,
    // poll: capacity; read of a window: size
    std::uint64_t a = 0;
    std::uint64_t b = 0;  // get_handle: kind; wait: timeout; trial_begin: kind; read: has pixels
    std::uint64_t c = 0;  // trial_begin: seed
    double time = 0;      // flush
};
template <class A, class T>
void io(A& a, T& v, PlainCall*) {
    a.plain(v.object, v.a, v.b, v.c, v.time);
}

struct ExtensionCall {
    weft_str id{};
};
template <class A, class T>
void io(A& a, T& v, ExtensionCall*) {
    a.text(v.id);
}

struct CompileCall {
    std::uint64_t backend = 0;
    weft_batch batch{};
};
template <class A, class T>
void io(A& a, T& v, CompileCall*) {
    a.plain(v.backend);
    item_batch(a, v.batch);
}

// What a target of a frame held before: whoever writes only a part of it leaves the rest. `bytes`
// is missing where they are many, or not this program's.
struct TargetBefore {
    std::uint64_t hash = 0;
    std::uint64_t size = 0;
    const char* bytes = nullptr;
};
struct FrameCall {
    std::uint64_t program = 0;
    weft_frame frame{};
    FrameSizes sizes;
    const TargetBefore* before = nullptr;  // of each target
};
template <class A, class T>
void io(A& a, T& v, FrameCall*) {
    a.plain(v.program);
    item_frame(a, v.frame, v.sizes);
    a.items(v.before, v.frame.target_count, [](A& b, auto& w) {
        b.plain(w.hash, w.size);
        b.plains(w.bytes, w.size);
    });
}

// Of a program, or of a getter that lookup answered.
struct ValuesCall {
    std::uint64_t object = 0;
    std::uint32_t output = 0;
    std::uint32_t params = 0;
    weft_points points{};
};
template <class A, class T>
void io(A& a, T& v, ValuesCall*) {
    a.plain(v.object, v.output);
    item_points(a, v.points, v.params);
}

struct ExposeCall {
    std::uint64_t id = 0;
    weft_handle handle{};
};
template <class A, class T>
void io(A& a, T& v, ExposeCall*) {
    a.plain(v.id);
    item_handle(a, v.handle);
}

struct GatherCall {
    std::uint64_t program = 0;
    std::uint32_t output = 0;
    std::uint32_t axes = 0;
    std::uint64_t count = 0;
    const double* const* coords = nullptr;
};
template <class A, class T>
void io(A& a, T& v, GatherCall*) {
    a.plain(v.program, v.output, v.axes, v.count);
    a.items(v.coords, v.axes, [&](A& b, auto& w) { b.plains(w, v.count); });
}

struct OpenSessionCall {
    std::uint64_t backend = 0;
    weft_control_wish wish{};
};
template <class A, class T>
void io(A& a, T& v, OpenSessionCall*) {
    a.plain(v.backend);
    item_wish(a, v.wish);
}

struct OpenWriterCall {
    weft_str path{};
    weft_writer_options options{};
};
template <class A, class T>
void io(A& a, T& v, OpenWriterCall*) {
    a.text(v.path);
    item_writer_options(a, v.options);
}

// Memory that a function reads: pixels, samples (one channel behind the other), a row of a table,
// the values of a sink.
struct MemoryCall {
    std::uint64_t object = 0;
    std::uint64_t a = 0;  // picture: row_stride; sound: count of a channel; send: sink
    std::uint64_t b = 0;  // picture: plane_stride
    std::uint64_t size = 0;
    const char* bytes = nullptr;
};
template <class A, class T>
void io(A& a, T& v, MemoryCall*) {
    a.plain(v.object, v.a, v.b, v.size);
    a.plains(v.bytes, v.size);
}

// Memory that a trial reads. `memory` is what it held, where it is the host's.
struct TrialReadCall {
    std::uint64_t backend = 0;
    weft_handle handle{};
    MemoryRecord memory;
};
template <class A, class T>
void io(A& a, T& v, TrialReadCall*) {
    a.plain(v.backend);
    item_handle(a, v.handle);
    io(a, v.memory, static_cast<MemoryRecord*>(nullptr));
}

// trial_write and trial_read of a semaphore.
struct OrderTrialCall {
    std::uint64_t backend = 0;
    std::uint64_t memory = 0;  // a trial of this plugin; 0: what the handle describes
    weft_handle handle{};
    std::uint64_t semaphore = 0;
    std::uint32_t seed = 0;
    std::uint64_t timeout = 0;
};
template <class A, class T>
void io(A& a, T& v, OrderTrialCall*) {
    a.plain(v.backend, v.memory, v.semaphore, v.seed, v.timeout);
    item_handle(a, v.handle);
}

// submit between semaphores, which are told by their addresses.
struct OrderedCall {
    FrameCall work;
    std::uint32_t wait_count = 0;
    std::uint32_t signal_count = 0;
    weft_semaphore* const* waits = nullptr;
    weft_semaphore* const* signals = nullptr;
};
template <class A, class T>
void io(A& a, T& v, OrderedCall*) {
    io(a, v.work, static_cast<FrameCall*>(nullptr));
    a.plain(v.wait_count, v.signal_count);
    a.items(v.waits, v.wait_count, [](A& b, auto& w) { b.address(w); });
    a.items(v.signals, v.signal_count, [](A& b, auto& w) { b.address(w); });
}

// open and change of a window.
struct WindowWishCall {
    std::uint64_t object = 0;
    weft_window_wish wish{};
};
template <class A, class T>
void io(A& a, T& v, WindowWishCall*) {
    a.plain(v.object);
    item_window_wish(a, v.wish);
}

// present: the picture begins `offset` bytes into its mapping, if it has one. `bytes`, `size` of
// them, are missing where they are those of this window's picture before, or more than is recorded.
struct PictureCall {
    std::uint64_t window = 0;
    weft_window_picture picture{};
    std::uint64_t offset = 0;
    std::uint64_t size = 0;
    std::uint8_t too_large = 0;
    const char* bytes = nullptr;
};
template <class A, class T>
void io(A& a, T& v, PictureCall*) {
    a.plain(v.window, v.offset, v.size, v.too_large);
    item_picture(a, v.picture);
    a.plains(v.bytes, v.size);
}

// overlay.
struct TextCall {
    std::uint64_t object = 0;
    weft_str text{};
};
template <class A, class T>
void io(A& a, T& v, TextCall*) {
    a.plain(v.object);
    a.text(v.text);
}

struct OpenStreamCall {
    std::uint64_t backend = 0;
    weft_audio_wish wish{};
};
template <class A, class T>
void io(A& a, T& v, OpenStreamCall*) {
    a.plain(v.backend);
    item_audio_wish(a, v.wish);
}

struct TempoCall {
    std::uint64_t object = 0;
    weft_control_tempo tempo{};
};
template <class A, class T>
void io(A& a, T& v, TempoCall*) {
    a.plain(v.object, v.tempo);
}

// --- Answers -------------------------------------------------------------------------------------

struct Written {
    std::uint64_t size = 0;
    std::uint64_t hash = 0;
};

struct Answer {
    std::uint64_t id = 0;  // of the call
    std::uint8_t threw = 0;
    weft_status status = WEFT_OK;
    weft_str message{};
    std::uint64_t made = 0;  // the new object
    // submit: value; concurrency, device_memory: the answer; create of a semaphore: its descriptor;
    // trial_read: the sum
    std::uint64_t number = 0;
    std::uint8_t has_handle = 0;
    weft_handle handle{};      // get_handle, lookup, trial_begin
    std::uint64_t getter = 0;  // lookup
    std::uint64_t value_count = 0;
    const double* values = nullptr;  // get_values
    std::uint32_t written_count = 0;
    const Written* written = nullptr;  // of execute: its targets
};
template <class A, class T>
void io(A& a, T& v, Answer*) {
    a.plain(v.id, v.threw, v.status, v.made, v.number, v.has_handle, v.getter, v.value_count,
            v.written_count);
    a.text(v.message);
    if (v.has_handle != 0) item_handle(a, v.handle);
    a.plains(v.values, v.value_count);
    a.plains(v.written, v.written_count);
}

// Writes or reads any of them.
template <class T, class A>
void io(A& a, T& v) {
    io(a, v, static_cast<std::remove_const_t<T>*>(nullptr));
}

}  // namespace weft::replay
