// The memory layout of every struct that crosses the ABI, written down once more: a plugin that was
// built yesterday must find everything where it was. Numbers here change only where a struct grew
// at its end, and then only its size. (64-bit, as on every platform that weft supports.)
#include <weft/plugin.h>
#include <weft/writer.h>

#include "layout.h"

namespace {

TEST(Layout, Str) {
    SIZE(weft_str, 16);
    AT(weft_str, data, 0);
    AT(weft_str, size, 8);
}

TEST(Layout, Span) {
    SIZE(weft_span, 12);
    AT(weft_span, file, 0);
    AT(weft_span, begin, 4);
    AT(weft_span, end, 8);
}

TEST(Layout, Error) {
    SIZE(weft_error, 596);
    AT(weft_error, struct_size, 0);
    AT(weft_error, code, 4);
    AT(weft_error, message, 8);
    AT(weft_error, node, 520);
    AT(weft_error, span, 584);
}

TEST(Layout, Axis) {
    SIZE(weft_axis, 56);
    AT(weft_axis, field, 0);
    AT(weft_axis, filter, 4);
    AT(weft_axis, wrap, 8);
    AT(weft_axis, tick, 12);
    AT(weft_axis, count, 16);
    AT(weft_axis, capacity, 24);
    AT(weft_axis, origin, 32);
    AT(weft_axis, step, 40);
    AT(weft_axis, stride, 48);
}

TEST(Layout, Grid) {
    SIZE(weft_grid, 248);
    AT(weft_grid, axis_count, 0);
    AT(weft_grid, format, 4);
    AT(weft_grid, channels, 8);
    AT(weft_grid, reserved, 12);
    AT(weft_grid, channel_stride, 16);
    AT(weft_grid, axes, 24);
}

TEST(Layout, View) {
    SIZE(weft_view, 24);
    AT(weft_view, data, 0);
    AT(weft_view, generation, 8);
    AT(weft_view, tick, 16);
}

TEST(Layout, Handle) {
    SIZE(weft_handle, 288);
    AT(weft_handle, struct_size, 0);
    AT(weft_handle, kind, 4);
    AT(weft_handle, grid, 8);
    AT(weft_handle, view, 256);
    AT(weft_handle, memory_fd, 264);
    AT(weft_handle, reserved, 268);
    AT(weft_handle, memory_offset, 272);
    AT(weft_handle, memory_size, 280);
}

TEST(Layout, IrValue) {
    SIZE(weft_ir_value, 24);
    AT(weft_ir_value, op, 0);
    AT(weft_ir_value, varies, 2);
    AT(weft_ir_value, precision, 3);
    AT(weft_ir_value, arg_count, 4);
    AT(weft_ir_value, args, 8);
    AT(weft_ir_value, aux, 12);
    AT(weft_ir_value, imm, 16);
}

TEST(Layout, IrLoop) {
    SIZE(weft_ir_loop, 16);
    AT(weft_ir_loop, value, 0);
    AT(weft_ir_loop, body_count, 4);
    AT(weft_ir_loop, carried_count, 8);
    AT(weft_ir_loop, next, 12);
}

TEST(Layout, IrAffine) {
    SIZE(weft_ir_affine, 24);
    AT(weft_ir_affine, value, 0);
    AT(weft_ir_affine, arg, 4);
    AT(weft_ir_affine, field, 8);
    AT(weft_ir_affine, base, 12);
    AT(weft_ir_affine, scale, 16);
}

TEST(Layout, Ir) {
    SIZE(weft_ir, 56);
    AT(weft_ir, struct_size, 0);
    AT(weft_ir, value_count, 4);
    AT(weft_ir, values, 8);
    AT(weft_ir, args, 16);
    AT(weft_ir, arg_count, 24);
    AT(weft_ir, loop_count, 28);
    AT(weft_ir, loops, 32);
    AT(weft_ir, affines, 40);
    AT(weft_ir, affine_count, 48);
    AT(weft_ir, uniform_count, 52);
}

TEST(Layout, Arg) {
    SIZE(weft_arg, 48);
    AT(weft_arg, name, 0);
    AT(weft_arg, kind, 16);
    AT(weft_arg, reserved, 20);
    AT(weft_arg, number, 24);
    AT(weft_arg, text, 32);
}

TEST(Layout, Source) {
    SIZE(weft_source, 64);
    AT(weft_source, node, 0);
    AT(weft_source, builtin, 16);
    AT(weft_source, args, 32);
    AT(weft_source, arg_count, 40);
    AT(weft_source, first_output, 44);
    AT(weft_source, output_count, 48);
    AT(weft_source, span, 52);
}

TEST(Layout, Input) {
    SIZE(weft_input, 48);
    AT(weft_input, node, 0);
    AT(weft_input, strand, 16);
    AT(weft_input, internal_output, 32);
    AT(weft_input, channel, 36);
    AT(weft_input, id, 40);
}

TEST(Layout, Output) {
    SIZE(weft_output, 312);
    AT(weft_output, node, 0);
    AT(weft_output, strand, 16);
    AT(weft_output, kind, 32);
    AT(weft_output, target, 36);
    AT(weft_output, ticks, 40);
    AT(weft_output, grid, 48);
    AT(weft_output, id, 296);
    AT(weft_output, shared, 304);
    AT(weft_output, kinds, 308);
}

TEST(Layout, Store) {
    SIZE(weft_store, 16);
    AT(weft_store, output, 0);
    AT(weft_store, channel, 4);
    AT(weft_store, value_count, 8);
    AT(weft_store, values, 12);
}

TEST(Layout, Kernel) {
    SIZE(weft_kernel, 96);
    AT(weft_kernel, domain, 0);
    AT(weft_kernel, reserved, 4);
    AT(weft_kernel, width, 8);
    AT(weft_kernel, height, 16);
    AT(weft_kernel, ir, 24);
    AT(weft_kernel, stores, 80);
    AT(weft_kernel, store_count, 88);
    AT(weft_kernel, first_uniform, 92);
}

TEST(Layout, Batch) {
    SIZE(weft_batch, 112);
    AT(weft_batch, struct_size, 0);
    AT(weft_batch, context, 4);
    AT(weft_batch, name, 8);
    AT(weft_batch, sources, 24);
    AT(weft_batch, kernels, 32);
    AT(weft_batch, inputs, 40);
    AT(weft_batch, outputs, 48);
    AT(weft_batch, source_count, 56);
    AT(weft_batch, kernel_count, 60);
    AT(weft_batch, input_count, 64);
    AT(weft_batch, output_count, 68);
    AT(weft_batch, param_count, 72);
    AT(weft_batch, reserved, 76);
    AT(weft_batch, settings, 80);
    AT(weft_batch, homes, 88);
    AT(weft_batch, inherit, 96);
    AT(weft_batch, spans, 104);
    SIZE(weft_inherit, 16);
    AT(weft_inherit, program, 0);
    AT(weft_inherit, output, 8);
    AT(weft_inherit, taken, 12);
}

TEST(Layout, Target) {
    SIZE(weft_target, 16);
    AT(weft_target, data, 0);
    AT(weft_target, size, 8);
}

TEST(Layout, Frame) {
    SIZE(weft_frame, 88);
    AT(weft_frame, struct_size, 0);
    AT(weft_frame, target_count, 4);
    AT(weft_frame, fields, 8);
    AT(weft_frame, params, 16);
    AT(weft_frame, uniforms, 24);
    AT(weft_frame, targets, 32);
    AT(weft_frame, first_sample, 40);
    AT(weft_frame, sample_count, 48);
    AT(weft_frame, capture, 56);
    AT(weft_frame, skip_targets, 60);
    AT(weft_frame, cancel, 64);
    AT(weft_frame, more, 72);
    AT(weft_frame, reserved, 76);
    AT(weft_frame, left_out, 80);
}

TEST(Layout, Points) {
    SIZE(weft_points, 48);
    AT(weft_points, struct_size, 0);
    AT(weft_points, reserved, 4);
    AT(weft_points, count, 8);
    AT(weft_points, fields, 16);
    AT(weft_points, constants, 24);
    AT(weft_points, own, 32);
    AT(weft_points, params, 40);
}

TEST(Layout, Binding) {
    SIZE(weft_binding, 312);
    AT(weft_binding, struct_size, 0);
    AT(weft_binding, kind, 4);
    AT(weft_binding, handle, 8);
    AT(weft_binding, get_values, 296);
    AT(weft_binding, getter, 304);
}

TEST(Layout, Memory) {
    SIZE(weft_memory, 32);
    AT(weft_memory, data, 0);
    AT(weft_memory, size, 8);
    AT(weft_memory, fd, 16);
    AT(weft_memory, reserved, 20);
    AT(weft_memory, owner, 24);
}

TEST(Layout, Host) {
    SIZE(weft_host, 88);
    AT(weft_host, struct_size, 0);
    AT(weft_host, abi_version, 4);
    AT(weft_host, context, 8);
    AT(weft_host, log, 16);
    AT(weft_host, lookup, 24);
    AT(weft_host, expose, 32);
    AT(weft_host, memory_alloc, 40);
    AT(weft_host, memory_free, 48);
    AT(weft_host, parallel, 56);
    AT(weft_host, concurrency, 64);
    AT(weft_host, cache_directory, 72);
    AT(weft_host, device_memory, 80);
}

TEST(Layout, BackendInfo) {
    SIZE(weft_backend_info, 88);
    AT(weft_backend_info, struct_size, 0);
    AT(weft_backend_info, flags, 4);
    AT(weft_backend_info, name, 8);
    AT(weft_backend_info, version, 24);
    AT(weft_backend_info, summary, 40);
    AT(weft_backend_info, contexts, 56);
    AT(weft_backend_info, builtin_count, 60);
    AT(weft_backend_info, builtins, 64);
    AT(weft_backend_info, sink_count, 72);
    AT(weft_backend_info, reserved, 76);
    AT(weft_backend_info, sinks, 80);
}

TEST(Layout, Probe) {
    SIZE(weft_probe, 400);
    AT(weft_probe, struct_size, 0);
    AT(weft_probe, available, 4);
    AT(weft_probe, score, 8);
    AT(weft_probe, reserved, 12);
    AT(weft_probe, device, 16);
    AT(weft_probe, reason, 144);
}

TEST(Layout, BackendApi) {
    SIZE(weft_backend_api, 96);
    AT(weft_backend_api, struct_size, 0);
    AT(weft_backend_api, reserved, 4);
    AT(weft_backend_api, describe, 8);
    AT(weft_backend_api, probe, 16);
    AT(weft_backend_api, create, 24);
    AT(weft_backend_api, compile, 32);
    AT(weft_backend_api, get_handle, 40);
    AT(weft_backend_api, get_values, 48);
    AT(weft_backend_api, execute, 56);
    AT(weft_backend_api, cancel, 64);
    AT(weft_backend_api, release, 72);
    AT(weft_backend_api, cleanup, 80);
    AT(weft_backend_api, extension, 88);
}

TEST(Layout, Plugin) {
    SIZE(weft_plugin, 40);
    AT(weft_plugin, struct_size, 0);
    AT(weft_plugin, abi_min, 4);
    AT(weft_plugin, abi_target, 8);
    AT(weft_plugin, reserved, 12);
    AT(weft_plugin, build_id, 16);
    AT(weft_plugin, backend, 32);
}

TEST(Layout, WriterFormat) {
    SIZE(weft_writer_format, 40);
    AT(weft_writer_format, extension, 0);
    AT(weft_writer_format, writes, 16);
    AT(weft_writer_format, picture_format, 20);
    AT(weft_writer_format, summary, 24);
}

TEST(Layout, WriterOptions) {
    SIZE(weft_writer_options, 64);
    AT(weft_writer_options, struct_size, 0);
    AT(weft_writer_options, picture_format, 4);
    AT(weft_writer_options, width, 8);
    AT(weft_writer_options, height, 16);
    AT(weft_writer_options, fps, 24);
    AT(weft_writer_options, rate, 32);
    AT(weft_writer_options, channels, 40);
    AT(weft_writer_options, has_alpha, 44);
    AT(weft_writer_options, quality, 48);
    AT(weft_writer_options, column_count, 52);
    AT(weft_writer_options, columns, 56);
}

TEST(Layout, WriterApi) {
    SIZE(weft_writer_api, 64);
    AT(weft_writer_api, struct_size, 0);
    AT(weft_writer_api, format_count, 4);
    AT(weft_writer_api, formats, 8);
    AT(weft_writer_api, open, 16);
    AT(weft_writer_api, picture, 24);
    AT(weft_writer_api, sound, 32);
    AT(weft_writer_api, row, 40);
    AT(weft_writer_api, finish, 48);
    AT(weft_writer_api, abort, 56);
}

// Numbers that travel in values.
TEST(Layout, Numbers) {
    EXPECT_EQ(WEFT_ABI_VERSION, 1u);
    EXPECT_EQ(WEFT_OK, 0);
    EXPECT_EQ(WEFT_INTERNAL, 8);
    EXPECT_EQ(static_cast<int>(WEFT_OP_ADD), 32);
    EXPECT_EQ(static_cast<int>(WEFT_OP_SELECT), 48);
    EXPECT_EQ(static_cast<int>(WEFT_OP_NOISE), 75);
    EXPECT_EQ(WEFT_OP_LOOP_RESULT, 8u);
    EXPECT_EQ(static_cast<int>(WEFT_FIELD_X), 0);
    EXPECT_EQ(static_cast<int>(WEFT_FIELD_LOOP), 19);
    EXPECT_EQ(WEFT_FIELD_OWN, 128u);
    EXPECT_EQ(WEFT_CONTEXT_FILE, 4u);
    EXPECT_EQ(WEFT_WRAP_RING, 4u);
    EXPECT_EQ(WEFT_FORMAT_RGBA16, 3u);
    EXPECT_STREQ(WEFT_PLUGIN_SYMBOL, "weft_plugin_entry");
    EXPECT_STREQ(WEFT_WRITER_EXTENSION, "weft.writer/1");
}

}  // namespace
