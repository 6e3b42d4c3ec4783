// The memory layout of what the extensions of a live show pass: sound, control and windows. The
// rules are layout_test.cpp's.
#include <weft/audio.h>
#include <weft/control.h>
#include <weft/window.h>

#include "layout.h"

namespace {

TEST(LiveLayout, AudioDevice) {
    SIZE(weft_audio_device, 352);
    AT(weft_audio_device, struct_size, 0);
    AT(weft_audio_device, flags, 4);
    AT(weft_audio_device, inputs, 8);
    AT(weft_audio_device, outputs, 12);
    AT(weft_audio_device, rate, 16);
    AT(weft_audio_device, latency, 24);
    AT(weft_audio_device, api, 32);
    AT(weft_audio_device, name, 96);
}

TEST(LiveLayout, AudioWish) {
    SIZE(weft_audio_wish, 96);
    AT(weft_audio_wish, struct_size, 0);
    AT(weft_audio_wish, block, 4);
    AT(weft_audio_wish, rate, 8);
    AT(weft_audio_wish, output, 16);
    AT(weft_audio_wish, input, 32);
    AT(weft_audio_wish, output_channels, 48);
    AT(weft_audio_wish, input_channels, 52);
    AT(weft_audio_wish, output_map, 56);
    AT(weft_audio_wish, input_map, 64);
    AT(weft_audio_wish, client, 72);
    AT(weft_audio_wish, flags, 88);
    AT(weft_audio_wish, reserved, 92);
}

TEST(LiveLayout, AudioBlock) {
    SIZE(weft_audio_block, 48);
    AT(weft_audio_block, struct_size, 0);
    AT(weft_audio_block, flags, 4);
    AT(weft_audio_block, count, 8);
    AT(weft_audio_block, input, 16);
    AT(weft_audio_block, output, 24);
    AT(weft_audio_block, output_time, 32);
    AT(weft_audio_block, input_time, 40);
}

TEST(LiveLayout, AudioState) {
    SIZE(weft_audio_state, 608);
    AT(weft_audio_state, struct_size, 0);
    AT(weft_audio_state, state, 4);
    AT(weft_audio_state, rate, 8);
    AT(weft_audio_state, input_latency, 16);
    AT(weft_audio_state, output_latency, 24);
    AT(weft_audio_state, load, 32);
    AT(weft_audio_state, block, 40);
    AT(weft_audio_state, blocks, 48);
    AT(weft_audio_state, underruns, 56);
    AT(weft_audio_state, overruns, 64);
    AT(weft_audio_state, losses, 72);
    AT(weft_audio_state, last_xrun, 80);
    AT(weft_audio_state, device, 88);
    AT(weft_audio_state, reason, 344);
    AT(weft_audio_state, slow_blocks, 600);
}

TEST(LiveLayout, AudioApi) {
    SIZE(weft_audio_api, 40);
    AT(weft_audio_api, struct_size, 0);
    AT(weft_audio_api, reserved, 4);
    AT(weft_audio_api, devices, 8);
    AT(weft_audio_api, open, 16);
    AT(weft_audio_api, state, 24);
    AT(weft_audio_api, close, 32);
}

TEST(LiveLayout, ControlEvent) {
    SIZE(weft_control_event, 24);
    AT(weft_control_event, input, 0);
    AT(weft_control_event, output, 4);
    AT(weft_control_event, value, 8);
    AT(weft_control_event, time, 16);
}

TEST(LiveLayout, ControlTempo) {
    SIZE(weft_control_tempo, 32);
    AT(weft_control_tempo, struct_size, 0);
    AT(weft_control_tempo, playing, 4);
    AT(weft_control_tempo, time, 8);
    AT(weft_control_tempo, beat, 16);
    AT(weft_control_tempo, bpm, 24);
}

TEST(LiveLayout, ControlHost) {
    SIZE(weft_control_host, 40);
    AT(weft_control_host, struct_size, 0);
    AT(weft_control_host, reserved, 4);
    AT(weft_control_host, context, 8);
    AT(weft_control_host, post, 16);
    AT(weft_control_host, heard, 24);
    AT(weft_control_host, tempo, 32);
}

TEST(LiveLayout, ControlSink) {
    SIZE(weft_control_sink, 56);
    AT(weft_control_sink, sink, 0);
    AT(weft_control_sink, args, 16);
    AT(weft_control_sink, labels, 24);
    AT(weft_control_sink, arg_count, 32);
    AT(weft_control_sink, value_count, 36);
    AT(weft_control_sink, span, 40);
}

TEST(LiveLayout, ControlWish) {
    SIZE(weft_control_wish, 40);
    AT(weft_control_wish, struct_size, 0);
    AT(weft_control_wish, input_count, 4);
    AT(weft_control_wish, inputs, 8);
    AT(weft_control_wish, sinks, 16);
    AT(weft_control_wish, sink_count, 24);
    AT(weft_control_wish, option_count, 28);
    AT(weft_control_wish, options, 32);
}

TEST(LiveLayout, ControlCounters) {
    SIZE(weft_control_counters, 320);
    AT(weft_control_counters, struct_size, 0);
    AT(weft_control_counters, reserved, 4);
    AT(weft_control_counters, received, 8);
    AT(weft_control_counters, unmatched, 16);
    AT(weft_control_counters, malformed, 24);
    AT(weft_control_counters, late, 32);
    AT(weft_control_counters, sent, 40);
    AT(weft_control_counters, unsent, 48);
    AT(weft_control_counters, reconnects, 56);
    AT(weft_control_counters, reason, 64);
}

TEST(LiveLayout, ControlApi) {
    SIZE(weft_control_api, 56);
    AT(weft_control_api, struct_size, 0);
    AT(weft_control_api, reserved, 4);
    AT(weft_control_api, open, 8);
    AT(weft_control_api, send, 16);
    AT(weft_control_api, flush, 24);
    AT(weft_control_api, tempo, 32);
    AT(weft_control_api, counters, 40);
    AT(weft_control_api, close, 48);
}

TEST(LiveLayout, WindowWish) {
    SIZE(weft_window_wish, 48);
    AT(weft_window_wish, struct_size, 0);
    AT(weft_window_wish, flags, 4);
    AT(weft_window_wish, title, 8);
    AT(weft_window_wish, monitor, 24);
    AT(weft_window_wish, width, 40);
    AT(weft_window_wish, height, 44);
}

TEST(LiveLayout, Monitor) {
    SIZE(weft_monitor, 160);
    AT(weft_monitor, struct_size, 0);
    AT(weft_monitor, primary, 4);
    AT(weft_monitor, width, 8);
    AT(weft_monitor, height, 12);
    AT(weft_monitor, refresh, 16);
    AT(weft_monitor, scale, 24);
    AT(weft_monitor, name, 32);
}

TEST(LiveLayout, WindowEvent) {
    SIZE(weft_window_event, 80);
    AT(weft_window_event, kind, 0);
    AT(weft_window_event, window, 4);
    AT(weft_window_event, pressed, 8);
    AT(weft_window_event, key, 12);
    AT(weft_window_event, modifiers, 16);
    AT(weft_window_event, reserved, 20);
    AT(weft_window_event, x, 24);
    AT(weft_window_event, y, 32);
    AT(weft_window_event, time, 40);
    AT(weft_window_event, name, 48);
}

TEST(LiveLayout, WindowPicture) {
    SIZE(weft_window_picture, 56);
    AT(weft_window_picture, struct_size, 0);
    AT(weft_window_picture, format, 4);
    AT(weft_window_picture, width, 8);
    AT(weft_window_picture, height, 12);
    AT(weft_window_picture, pixels, 16);
    AT(weft_window_picture, row_stride, 24);
    AT(weft_window_picture, memory_fd, 32);
    AT(weft_window_picture, reserved, 36);
    AT(weft_window_picture, memory, 40);
    AT(weft_window_picture, memory_size, 48);
}

TEST(LiveLayout, WindowCounters) {
    SIZE(weft_window_counters, 40);
    AT(weft_window_counters, struct_size, 0);
    AT(weft_window_counters, shared, 4);
    AT(weft_window_counters, presented, 8);
    AT(weft_window_counters, missed, 16);
    AT(weft_window_counters, copied, 24);
    AT(weft_window_counters, refresh, 32);
}

TEST(LiveLayout, WindowApi) {
    SIZE(weft_window_api, 80);
    AT(weft_window_api, struct_size, 0);
    AT(weft_window_api, reserved, 4);
    AT(weft_window_api, monitors, 8);
    AT(weft_window_api, open, 16);
    AT(weft_window_api, present, 24);
    AT(weft_window_api, overlay, 32);
    AT(weft_window_api, poll, 40);
    AT(weft_window_api, change, 48);
    AT(weft_window_api, counters, 56);
    AT(weft_window_api, read, 64);
    AT(weft_window_api, close, 72);
}

}  // namespace
