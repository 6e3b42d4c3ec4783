// What the structs of the ABI hold, member by member, once for writing and for reading: `A` is Out
// or In, and a struct that is read is not const.
#pragma once

#include <weft/audio.h>
#include <weft/batch.h>
#include <weft/control.h>
#include <weft/frame.h>
#include <weft/host.h>
#include <weft/memory.h>
#include <weft/semaphore.h>
#include <weft/window.h>
#include <weft/writer.h>

#include "replay/trace_bytes.h"

namespace weft::replay {

// A struct that has grown is written and read anew here, and kVersion raised.
static_assert(sizeof(weft_batch) == 112 && sizeof(weft_kernel) == 96 && sizeof(weft_ir) == 56);
static_assert(sizeof(weft_source) == 64 && sizeof(weft_arg) == 48 && sizeof(weft_input) == 48);
static_assert(sizeof(weft_output) == 312 && sizeof(weft_inherit) == 16);
static_assert(sizeof(weft_frame) == 88 && sizeof(weft_points) == 48 && sizeof(weft_handle) == 288);
static_assert(sizeof(weft_binding) == 312 && sizeof(weft_writer_options) == 64);
static_assert(sizeof(weft_control_wish) == 40 && sizeof(weft_control_sink) == 56);
static_assert(sizeof(weft_control_tempo) == 32 && sizeof(weft_audio_wish) == 96);
static_assert(sizeof(weft_window_wish) == 48 && sizeof(weft_window_picture) == 56);

template <class A, class T>
void item_handle(A& a, T& v) {
    a.plain(v.struct_size, v.kind, v.grid, v.memory_fd, v.memory_offset, v.memory_size);
    a.address(v.view);
}

template <class A, class T>
void item_span(A& a, T& v) {
    a.plain(v.file, v.begin, v.end);
}

template <class A, class T>
void item_arg(A& a, T& v) {
    a.text(v.name);
    a.plain(v.kind, v.number);
    a.text(v.text);
}

template <class A, class T>
void item_source(A& a, T& v) {
    a.text(v.node);
    a.text(v.builtin);
    a.plain(v.arg_count, v.first_output, v.output_count);
    a.items(v.args, v.arg_count, [](A& b, auto& w) { item_arg(b, w); });
    item_span(a, v.span);
}

template <class A, class T>
void item_input(A& a, T& v) {
    a.text(v.node);
    a.text(v.strand);
    a.plain(v.internal_output, v.channel, v.id);
}

template <class A, class T>
void item_output(A& a, T& v) {
    a.text(v.node);
    a.text(v.strand);
    a.plain(v.kind, v.target, v.ticks, v.grid, v.id, v.shared, v.kinds);
}

template <class A, class T>
void item_ir(A& a, T& v) {
    a.plain(v.struct_size, v.value_count, v.arg_count, v.loop_count, v.affine_count,
            v.uniform_count);
    a.plains(v.values, v.value_count);
    a.plains(v.args, v.arg_count);
    a.plains(v.loops, v.loop_count);
    a.plains(v.affines, v.affine_count);
}

template <class A, class T>
void item_kernel(A& a, T& v) {
    a.plain(v.domain, v.width, v.height, v.store_count, v.first_uniform);
    item_ir(a, v.ir);
    a.plains(v.stores, v.store_count);
}

template <class A, class T>
void item_inherit(A& a, T& v) {
    a.address(v.program);
    a.plain(v.output, v.taken);
}

// A lent piece of memory; the table may have holes.
template <class A, class T>
void item_home(A& a, T& v) {
    if constexpr (A::reads) {
        const weft_handle* one = nullptr;
        std::uint32_t count = 1;
        a.items(one, count, [](A& b, auto& w) { item_handle(b, w); });
        v = one;
    } else {
        a.items(v, 1u, [](A& b, auto& w) { item_handle(b, w); });
    }
}

template <class A, class T>
void item_batch(A& a, T& v) {
    a.plain(v.struct_size, v.context, v.source_count, v.kernel_count, v.input_count, v.output_count,
            v.param_count);
    a.text(v.name);
    a.items(v.sources, v.source_count, [](A& b, auto& w) { item_source(b, w); });
    a.items(v.kernels, v.kernel_count, [](A& b, auto& w) { item_kernel(b, w); });
    a.items(v.inputs, v.input_count, [](A& b, auto& w) { item_input(b, w); });
    a.items(v.outputs, v.output_count, [](A& b, auto& w) { item_output(b, w); });
    std::uint32_t settings = WEFT_FIELD_COUNT;
    a.plains(v.settings, settings);
    a.items(v.homes, v.output_count, [](A& b, auto& w) { item_home(b, w); });
    a.items(v.inherit, v.output_count, [](A& b, auto& w) { item_inherit(b, w); });
    a.plains(v.spans, v.output_count);
}

// The bytes of a grid around the first one of its data; none where they make no sense.
struct Extent {
    std::int64_t low = 0;  // <= 0
    std::int64_t high = 0;
    [[nodiscard]] std::uint64_t size() const { return static_cast<std::uint64_t>(high - low); }
};
[[nodiscard]] inline Extent extent_of(const weft_grid& grid) {
    constexpr std::int64_t kMost = std::int64_t{1} << 40;
    Extent extent;
    bool sane = true;
    const auto add = [&](std::int64_t stride, std::uint64_t steps) {
        std::int64_t span = 0;
        sane = sane && steps < static_cast<std::uint64_t>(kMost) &&
               !__builtin_mul_overflow(stride, static_cast<std::int64_t>(steps), &span) &&
               span < kMost && span > -kMost;
        if (sane) (span < 0 ? extent.low : extent.high) += span;
    };
    const bool four = grid.format == WEFT_FORMAT_F32 || grid.format == WEFT_FORMAT_RGBA8;
    extent.high = four ? 4 : 8;
    if (grid.channels > 1) add(grid.channel_stride, grid.channels - 1);
    for (std::uint32_t i = 0; i < grid.axis_count && i < WEFT_MAX_AXES; ++i) {
        const weft_axis& axis = grid.axes[i];
        const std::uint64_t count = axis.count > axis.capacity ? axis.count : axis.capacity;
        if (count > 1) add(axis.stride, count - 1);
    }
    return sane ? extent : Extent{};
}

// How many numbers stand behind pointers of a frame whose length only the batch tells.
struct FrameSizes {
    std::uint32_t params = 0;
    std::uint32_t uniforms = 0;
};

// Targets are told by their sizes; what they hold is the plugin's to write.
template <class A, class T, class Sizes>
void item_frame(A& a, T& v, Sizes& sizes) {
    a.plain(v.struct_size, v.target_count, sizes.params, sizes.uniforms, v.first_sample,
            v.sample_count, v.capture, v.skip_targets, v.more, v.left_out);
    std::uint32_t fields = WEFT_FIELD_COUNT;
    a.plains(v.fields, fields);
    a.plains(v.params, sizes.params);
    a.plains(v.uniforms, sizes.uniforms);
    a.items(v.targets, v.target_count, [](A& b, auto& w) { b.plain(w.size); });
}

template <class A, class T, class Count>
void item_points(A& a, T& v, Count& params) {
    a.plain(v.struct_size, v.count, params);
    std::uint32_t fields = WEFT_FIELD_COUNT;
    a.items(v.fields, fields, [&](A& b, auto& w) { b.plains(w, v.count); });
    a.plains(v.constants, fields);
    a.plains(v.own, v.count);
    a.plains(v.params, params);
}

// What lookup answered; the getter as a number.
template <class A, class T>
void item_binding(A& a, T& v) {
    a.plain(v.struct_size, v.kind);
    item_handle(a, v.handle);
    a.address(v.getter);
}

template <class A, class T>
void item_sink(A& a, T& v) {
    a.text(v.sink);
    a.plain(v.arg_count, v.value_count);
    a.items(v.args, v.arg_count, [](A& b, auto& w) { item_arg(b, w); });
    a.items(v.labels, v.value_count, [](A& b, auto& w) { b.text(w); });
    item_span(a, v.span);
}

template <class A, class T>
void item_wish(A& a, T& v) {
    a.plain(v.struct_size, v.input_count, v.sink_count, v.option_count);
    a.items(v.inputs, v.input_count, [](A& b, auto& w) { item_source(b, w); });
    a.items(v.sinks, v.sink_count, [](A& b, auto& w) { item_sink(b, w); });
    a.items(v.options, v.option_count, [](A& b, auto& w) { item_arg(b, w); });
}

template <class A, class T>
void item_writer_options(A& a, T& v) {
    a.plain(v.struct_size, v.picture_format, v.width, v.height, v.fps, v.rate, v.channels,
            v.has_alpha, v.quality, v.column_count);
    a.items(v.columns, v.column_count, [](A& b, auto& w) { b.text(w); });
}

template <class A, class T>
void item_window_wish(A& a, T& v) {
    a.plain(v.struct_size, v.flags, v.width, v.height);
    a.text(v.title);
    a.text(v.monitor);
}

// What lies where the pixels point to is told beside it (trace_calls.h).
template <class A, class T>
void item_picture(A& a, T& v) {
    a.plain(v.struct_size, v.format, v.width, v.height, v.row_stride, v.memory_fd, v.memory_size);
    a.address(v.memory);
}

// The bytes from the first pixel of a picture to its last; 0 where there are none, or where its
// rows lie over each other.
[[nodiscard]] inline std::uint64_t extent_of(const weft_window_picture& picture) {
    constexpr std::uint64_t kMost = std::uint64_t{1} << 32;
    const std::uint64_t row =
        picture.width * (picture.format == WEFT_FORMAT_RGBA16 ? std::uint64_t{8} : 4);
    if (row == 0 || picture.height == 0 || picture.row_stride < row || picture.row_stride > kMost)
        return 0;
    return picture.row_stride * (picture.height - 1) + row;
}

template <class A, class T>
void item_audio_wish(A& a, T& v) {
    a.plain(v.struct_size, v.block, v.rate, v.output_channels, v.input_channels, v.flags);
    a.text(v.output);
    a.text(v.input);
    a.plains(v.output_map, v.output_channels);
    a.plains(v.input_map, v.input_channels);
    a.text(v.client);
}

}  // namespace weft::replay
