// Windows, sound devices and semaphores are recorded and replayed like everything else.
#include <atomic>
#include <chrono>
#include <cstring>
#include <thread>

#include <weft/audio.h>
#include <weft/semaphore.h>
#include <weft/window.h>

#include "recorded.h"

namespace {

using namespace weft;
using test::g_behaviour;
using test::Recorded;
using test::replayed;

// --- Windows -------------------------------------------------------------------------------------

std::vector<std::string> g_shown;  // what a window was given

const weft_window_api kWindows = {
    sizeof kWindows,
    0,
    [](weft_backend*, weft_monitor* monitors, std::uint32_t capacity) {
        if (capacity != 0) monitors[0].width = 640;
        return 1u;
    },
    [](weft_backend*, const weft_window_wish* wish, weft_window** window, weft_error*) {
        g_shown.emplace_back(wish->title.data, wish->title.size);
        *window = reinterpret_cast<weft_window*>(&test::g_object);
        return weft_status{WEFT_OK};
    },
    [](weft_window*, const weft_window_picture* picture, weft_error*) {
        std::string seen;
        for (std::uint32_t y = 0; y < picture->height; ++y)
            seen.append(static_cast<const char*>(picture->pixels) + y * picture->row_stride,
                        picture->width * std::size_t{4});
        g_shown.push_back(seen);
        return weft_status{WEFT_OK};
    },
    [](weft_window*, weft_str text, weft_error*) {
        g_shown.emplace_back(text.data, text.size);
        return weft_status{WEFT_OK};
    },
    [](weft_backend*, weft_window_event*, std::uint32_t) { return 0u; },
    [](weft_window*, const weft_window_wish* wish, weft_error*) {
        g_shown.push_back("flags " + std::to_string(wish->flags));
        return weft_status{WEFT_OK};
    },
    [](weft_window*, weft_window_counters*) {},
    [](weft_window*, void* pixels, std::uint64_t size, std::uint32_t* width, std::uint32_t* height,
       weft_error*) {
        *width = 2;
        *height = 1;
        if (pixels != nullptr) std::memset(pixels, 1, size);
        return weft_status{WEFT_OK};
    },
    [](weft_window*) { g_shown.emplace_back("closed"); }};

// Three rows of two pixels, with as much again between them.
weft_window_picture picture_of(const std::string& pixels) {
    weft_window_picture picture{};
    picture.struct_size = sizeof picture;
    picture.format = WEFT_FORMAT_RGBA8;
    picture.width = 2;
    picture.height = 3;
    picture.pixels = pixels.data();
    picture.row_stride = 16;
    picture.memory_fd = -1;
    return picture;
}

TEST(RecorderLive, WindowsShowTheSamePictures) {
    Recorded r;
    g_shown.clear();
    g_behaviour.extension = [](std::string_view id) -> const void* {
        return id == WEFT_WINDOW_EXTENSION ? &kWindows : nullptr;
    };
    r.visit.begin();
    const auto* api = r.visit.extension<weft_window_api>(WEFT_WINDOW_EXTENSION);
    weft_window_wish wish{};
    wish.struct_size = sizeof wish;
    wish.title = {"picture", 7};
    weft_window* window = nullptr;
    weft_monitor monitor{};
    EXPECT_EQ(api->monitors(r.visit.backend, &monitor, 1), 1u);
    ASSERT_EQ(api->open(r.visit.backend, &wish, &window, &r.visit.error), WEFT_OK);
    const std::string one(40, 'a'), two(40, 'b');
    for (const std::string* pixels : {&one, &one, &two, &one}) {
        const weft_window_picture picture = picture_of(*pixels);
        EXPECT_EQ(api->present(window, &picture, &r.visit.error), WEFT_OK);
    }
    replay::Mapping mapping(4096);
    std::memset(mapping.data(), 'c', 4096);
    weft_window_picture shared = picture_of("");
    shared.memory = mapping.data();
    shared.pixels = mapping.data() + 128;
    shared.memory_fd = mapping.file();
    shared.memory_size = mapping.size();
    EXPECT_EQ(api->present(window, &shared, &r.visit.error), WEFT_OK);
    EXPECT_EQ(api->overlay(window, {"text", 4}, &r.visit.error), WEFT_OK);
    wish.flags = WEFT_WINDOW_VSYNC;
    EXPECT_EQ(api->change(window, &wish, &r.visit.error), WEFT_OK);
    std::uint32_t width = 0, height = 0;
    char pixels[8];
    EXPECT_EQ(api->read(window, pixels, sizeof pixels, &width, &height, &r.visit.error), WEFT_OK);
    api->close(window);
    r.visit.end();
    const std::vector<std::string> shown = std::exchange(g_shown, {});
    EXPECT_EQ(shown.size(), 9u);
    EXPECT_EQ(replayed(*r.trace()), std::vector<std::string>{});
    EXPECT_EQ(g_shown, shown);
}

// What no host would say is refused before a plugin is given it.
TEST(RecorderLive, PicturesAreNotBelieved) {
    replay::PictureCall call;
    const std::string pixels(40, 'a');
    call.picture = picture_of(pixels);
    call.size = 40;
    EXPECT_EQ(replay::wrong_with(call), "");
    call.size = 41;
    EXPECT_EQ(replay::wrong_with(call), "its picture makes no sense");
    call.size = 40;
    call.picture.memory_fd = 3;
    call.picture.memory_size = 48;
    call.offset = 8;
    EXPECT_EQ(replay::wrong_with(call), "");
    call.offset = 9;
    EXPECT_EQ(replay::wrong_with(call), "its picture does not lie in its memory");
    call.picture.width = 5;  // more than a row
    EXPECT_EQ(replay::wrong_with(call), "its picture makes no sense");
}

// --- Sound devices -------------------------------------------------------------------------------

std::atomic<int> g_blocks;

struct FakeDevice {
    std::atomic<bool> ends{false};
    std::thread thread;
};

const weft_audio_api kSound = {
    sizeof kSound,
    0,
    [](weft_backend*, weft_audio_device*, std::uint32_t) { return 0u; },
    [](weft_backend*, const weft_audio_wish* wish, weft_audio_process process, void* user,
       weft_audio_stream** stream, weft_error*) {
        auto* device = new FakeDevice;
        EXPECT_EQ(wish->output_map[0], 1u);
        device->thread = std::thread([=, channels = wish->output_channels] {
            while (!device->ends) {
                float samples[16] = {};
                float* outputs[1] = {samples};
                weft_audio_block block{};
                block.struct_size = sizeof block;
                block.count = 16;
                block.output = outputs;
                if (channels == 1) process(user, &block);
                ++g_blocks;
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
            }
        });
        *stream = reinterpret_cast<weft_audio_stream*>(device);
        return weft_status{WEFT_OK};
    },
    [](weft_audio_stream*, weft_audio_state*) {},
    [](weft_audio_stream* stream) {
        auto* device = reinterpret_cast<FakeDevice*>(stream);
        device->ends = true;
        device->thread.join();
        delete device;
    }};

TEST(RecorderLive, SoundDevicesRunAsLong) {
    Recorded r;
    g_behaviour.extension = [](std::string_view id) -> const void* {
        return id == WEFT_AUDIO_EXTENSION ? &kSound : nullptr;
    };
    r.visit.begin();
    const auto* api = r.visit.extension<weft_audio_api>(WEFT_AUDIO_EXTENSION);
    const std::uint32_t map[] = {1};
    weft_audio_wish wish{};
    wish.struct_size = sizeof wish;
    wish.output_channels = 1;
    wish.output_map = map;
    weft_audio_stream* stream = nullptr;
    g_blocks = 0;
    std::atomic<int> played{0};
    ASSERT_EQ(
        api->open(
            r.visit.backend, &wish,
            [](void* user, const weft_audio_block*) { ++*static_cast<std::atomic<int>*>(user); },
            &played, &stream, &r.visit.error),
        WEFT_OK);
    while (played < 20) std::this_thread::yield();
    api->close(stream);
    r.visit.end();
    g_blocks = 0;
    EXPECT_EQ(replayed(*r.trace()), std::vector<std::string>{});
    EXPECT_GE(g_blocks, 20);
}

// --- Semaphores ----------------------------------------------------------------------------------

std::vector<std::int32_t> g_imported;

const weft_semaphore_api kSemaphores = {
    sizeof kSemaphores,
    0,
    [](weft_backend*, weft_semaphore_caps*, weft_error*) { return weft_status{WEFT_OK}; },
    [](weft_backend*, weft_semaphore** semaphore, std::int32_t* fd, weft_error*) {
        static std::int32_t next = 100;
        *semaphore = reinterpret_cast<weft_semaphore*>(&test::g_object);
        *fd = next++;
        return weft_status{WEFT_OK};
    },
    [](weft_backend*, std::int32_t fd, weft_semaphore** semaphore, weft_error*) {
        g_imported.push_back(fd);
        *semaphore = reinterpret_cast<weft_semaphore*>(&g_imported);
        return weft_status{WEFT_OK};
    },
    [](weft_backend*, weft_semaphore*) {},
    [](weft_program*, const weft_frame*, weft_semaphore* const* waits, std::uint32_t wait_count,
       weft_semaphore* const*, std::uint32_t signal_count, std::uint64_t* value, weft_error*) {
        for (std::uint32_t i = 0; i < wait_count; ++i)
            EXPECT_EQ(waits[i], reinterpret_cast<weft_semaphore*>(&g_imported));
        *value = 10 * wait_count + signal_count;
        g_imported.push_back(static_cast<std::int32_t>(*value));
        return weft_status{WEFT_OK};
    },
    [](weft_backend*, weft_semaphore* semaphore, weft_error*) {
        EXPECT_NE(semaphore, nullptr);
        return weft_status{WEFT_OK};
    },
    nullptr,
    nullptr,
    nullptr};

const void* with_semaphores(std::string_view id) {
    return id == WEFT_SEMAPHORE_EXTENSION ? &kSemaphores : nullptr;
}

TEST(RecorderLive, ASemaphoreIsTheOneOfTheReplay) {
    Recorded r;
    g_imported.clear();
    g_behaviour.extension = with_semaphores;
    r.visit.begin();
    const auto* api = r.visit.extension<weft_semaphore_api>(WEFT_SEMAPHORE_EXTENSION);
    weft_semaphore *own = nullptr, *imported = nullptr;
    std::int32_t fd = -1;
    std::uint64_t value = 0;
    ASSERT_EQ(api->create(r.visit.backend, &own, &fd, &r.visit.error), WEFT_OK);
    ASSERT_EQ(api->import(r.visit.backend, fd, &imported, &r.visit.error), WEFT_OK);
    ASSERT_EQ(
        api->submit(r.visit.program, &r.visit.frame, &imported, 1, &own, 1, &value, &r.visit.error),
        WEFT_OK);
    api->release(r.visit.backend, imported);
    api->release(r.visit.backend, own);
    r.visit.end();
    const std::vector<std::int32_t> before = std::exchange(g_imported, {});
    EXPECT_EQ(before, (std::vector<std::int32_t>{fd, 11}));
    EXPECT_EQ(replayed(*r.trace()), std::vector<std::string>{});
    // Another descriptor, made in the replay.
    EXPECT_EQ(g_imported, (std::vector<std::int32_t>{fd + 1, 11}));
}

TEST(RecorderLive, ASemaphoreOfAnotherIsLeftOutAndSaid) {
    Recorded r;
    g_imported.clear();
    g_behaviour.extension = with_semaphores;
    r.visit.begin();
    static const weft_backend_api other_api = test::kGuest;
    const weft_backend_api* const other = r.border->wrap(&other_api, "other");
    const auto* const others = static_cast<const weft_semaphore_api*>(
        other->extension({WEFT_SEMAPHORE_EXTENSION, sizeof WEFT_SEMAPHORE_EXTENSION - 1}));
    const auto* const api = r.visit.extension<weft_semaphore_api>(WEFT_SEMAPHORE_EXTENSION);
    weft_semaphore *theirs = nullptr, *imported = nullptr;
    std::int32_t fd = -1;
    std::uint64_t value = 0;
    ASSERT_EQ(others->create(r.visit.backend, &theirs, &fd, &r.visit.error), WEFT_OK);
    ASSERT_EQ(api->import(r.visit.backend, fd, &imported, &r.visit.error), WEFT_OK);
    for (int frame = 0; frame < 2; ++frame)
        ASSERT_EQ(api->submit(r.visit.program, &r.visit.frame, &imported, 1, nullptr, 0, &value,
                              &r.visit.error),
                  WEFT_OK);
    ASSERT_EQ(api->unblock(r.visit.backend, imported, &r.visit.error), WEFT_OK);
    api->release(r.visit.backend, imported);
    r.visit.end();
    g_imported.clear();
    const auto trace = r.trace();
    EXPECT_EQ(replayed(*trace),
              (std::vector<std::string>{
                  "call 6, weft_semaphore_api.import of 'guest': left out, as its semaphore is "
                  "shared with 'other', which is not replayed: --with other",
                  "call 7, weft_semaphore_api.submit of 'guest': made without a semaphore: its "
                  "semaphore is shared with 'other', which is not replayed: --with other (and 1 "
                  "more)",
                  "call 9, weft_semaphore_api.unblock of 'guest': left out, as its semaphore was "
                  "not made (and 1 more)"}));
    EXPECT_EQ(g_imported, (std::vector<std::int32_t>{0, 0}));
}

}  // namespace
