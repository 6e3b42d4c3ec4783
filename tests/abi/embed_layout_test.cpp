// The memory layout of what libweft passes. The rules are layout_test.cpp's.
#include <weft/weft.h>

#include "layout.h"

namespace {

TEST(EmbedLayout, EngineOptions) {
    SIZE(weft_engine_options, 88);
    AT(weft_engine_options, struct_size, 0);
    AT(weft_engine_options, flags, 4);
    AT(weft_engine_options, plugin_directories, 8);
    AT(weft_engine_options, include_directories, 16);
    AT(weft_engine_options, plugin_directory_count, 24);
    AT(weft_engine_options, include_directory_count, 28);
    AT(weft_engine_options, backend, 32);
    AT(weft_engine_options, threads, 48);
    AT(weft_engine_options, reserved, 52);
    AT(weft_engine_options, memory, 56);
    AT(weft_engine_options, deadline_ns, 64);
    AT(weft_engine_options, log, 72);
    AT(weft_engine_options, user, 80);
}

TEST(EmbedLayout, Load) {
    SIZE(weft_load, 80);
    AT(weft_load, struct_size, 0);
    AT(weft_load, flags, 4);
    AT(weft_load, file, 8);
    AT(weft_load, text, 24);
    AT(weft_load, pixels, 40);
    AT(weft_load, reserved, 44);
    AT(weft_load, width, 48);
    AT(weft_load, height, 56);
    AT(weft_load, fps, 64);
    AT(weft_load, rate, 72);
}

TEST(EmbedLayout, ShowInfo) {
    SIZE(weft_show_info, 56);
    AT(weft_show_info, struct_size, 0);
    AT(weft_show_info, display_count, 4);
    AT(weft_show_info, param_count, 8);
    AT(weft_show_info, channel_count, 12);
    AT(weft_show_info, spreads, 16);
    AT(weft_show_info, width, 20);
    AT(weft_show_info, height, 24);
    AT(weft_show_info, setting_count, 28);
    AT(weft_show_info, fps, 32);
    AT(weft_show_info, rate, 40);
    AT(weft_show_info, settings, 48);
}

TEST(EmbedLayout, DisplayInfo) {
    SIZE(weft_display_info, 24);
    AT(weft_display_info, struct_size, 0);
    AT(weft_display_info, has_alpha, 4);
    AT(weft_display_info, target, 8);
}

TEST(EmbedLayout, ParamInfo) {
    SIZE(weft_param_info, 88);
    AT(weft_param_info, struct_size, 0);
    AT(weft_param_info, reserved, 4);
    AT(weft_param_info, name, 8);
    AT(weft_param_info, kind, 24);
    AT(weft_param_info, label, 40);
    AT(weft_param_info, low, 56);
    AT(weft_param_info, high, 64);
    AT(weft_param_info, initial, 72);
    AT(weft_param_info, value, 80);
}

TEST(EmbedLayout, Picture) {
    SIZE(weft_picture, 48);
    AT(weft_picture, struct_size, 0);
    AT(weft_picture, display, 4);
    AT(weft_picture, frame, 8);
    AT(weft_picture, pixels, 16);
    AT(weft_picture, reserved, 20);
    AT(weft_picture, data, 24);
    AT(weft_picture, size, 32);
    AT(weft_picture, row_stride, 40);
}

TEST(EmbedLayout, Sound) {
    SIZE(weft_sound, 40);
    AT(weft_sound, struct_size, 0);
    AT(weft_sound, channel_count, 4);
    AT(weft_sound, channels, 8);
    AT(weft_sound, stride, 16);
    AT(weft_sound, first, 24);
    AT(weft_sound, count, 32);
}

TEST(EmbedLayout, Values) {
    SIZE(weft_values, 64);
    AT(weft_values, struct_size, 0);
    AT(weft_values, field_count, 4);
    AT(weft_values, expression, 8);
    AT(weft_values, fields, 24);
    AT(weft_values, count, 32);
    AT(weft_values, values, 40);
    AT(weft_values, capacity, 48);
    AT(weft_values, strands, 56);
    AT(weft_values, reserved, 60);
}

TEST(EmbedLayout, Diagnostic) {
    SIZE(weft_diagnostic, 96);
    AT(weft_diagnostic, struct_size, 0);
    AT(weft_diagnostic, severity, 4);
    AT(weft_diagnostic, code, 8);
    AT(weft_diagnostic, line, 12);
    AT(weft_diagnostic, column, 16);
    AT(weft_diagnostic, end_line, 20);
    AT(weft_diagnostic, end_column, 24);
    AT(weft_diagnostic, reserved, 28);
    AT(weft_diagnostic, file, 32);
    AT(weft_diagnostic, message, 48);
    AT(weft_diagnostic, help, 64);
    AT(weft_diagnostic, text, 80);
}

}  // namespace
