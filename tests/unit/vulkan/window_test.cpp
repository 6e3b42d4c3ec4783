// Windows on a private screen: what they show, pixel by pixel, and what happens in them.
#include <malloc.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>

#include "window_support.h"

namespace weft::vulkan {
namespace {

TEST_F(WindowTest, ShowsEveryPixelAsItIs) {
    Picture picture(320, 180);
    WindowSystem::Entry& entry = open(320, 180);
    for (unsigned turn = 0; turn < 3; ++turn) {
        picture.fill(turn);
        system_.present(entry, picture.told);
        const Seen seen = see(entry);
        ASSERT_EQ(seen.width, 320u);
        ASSERT_EQ(seen.height, 180u);
        for (std::uint32_t y = 0; y < 180; ++y)
            for (std::uint32_t x = 0; x < 320; ++x) ASSERT_EQ(seen.at(x, y), picture.at(x, y));
    }
    EXPECT_EQ(counters(entry).presented, 3u);
    EXPECT_EQ(counters(entry).missed, 0u);
}

TEST_F(WindowTest, ReadsSharedMemoryInPlace) {
    Picture picture(256, 128);
    WindowSystem::Entry& entry = open(256, 128);
    picture.fill(1);
    system_.present(entry, picture.told);
    EXPECT_EQ(counters(entry).shared, 1u);
    EXPECT_EQ(counters(entry).copied, 0u);
    // What is written afterwards is there, although nobody was told.
    picture.fill(2);
    EXPECT_EQ(see(entry).at(7, 5), picture.at(7, 5));

    weft_window_picture plain = picture.told;
    plain.memory_fd = -1;
    plain.memory = nullptr;
    system_.present(entry, plain);
    EXPECT_EQ(counters(entry).shared, 0u);
    EXPECT_EQ(counters(entry).copied, 256u * 128 * 4);
    EXPECT_EQ(see(entry).at(255, 127), picture.at(255, 127));
}

TEST_F(WindowTest, OneDescriptorForTwoMemories) {
    WindowSystem::Entry& entry = open(64, 64);
    for (unsigned turn = 0; turn < 80; ++turn) {
        Picture picture(64, 64);  // the number of its descriptor is used again
        picture.fill(turn);
        system_.present(entry, picture.told);
        ASSERT_EQ(see(entry).at(9, 8), picture.at(9, 8));
    }
    EXPECT_EQ(counters(entry).copied, 0u);
}

TEST_F(WindowTest, APartOfTheMemory) {
    Picture picture(128, 128);
    picture.fill(3);
    WindowSystem::Entry& entry = open(64, 64);
    weft_window_picture part = picture.told;
    part.pixels = picture.data() + 16 * part.row_stride + std::uint64_t{8} * 4;
    part.width = part.height = 64;
    system_.present(entry, part);
    EXPECT_EQ(counters(entry).copied, 0u);
    EXPECT_EQ(see(entry).at(3, 2), picture.at(11, 18));
}

TEST_F(WindowTest, WholeFactorsKeepPixelsAndOthersAreBlack) {
    Picture picture(160, 90);
    picture.fill(4);
    WindowSystem::Entry& entry = open(160, 90);
    resize(entry, 500, 270, picture);
    const Seen seen = see(entry);
    for (std::uint32_t y = 0; y < 270; ++y)
        for (std::uint32_t x = 0; x < 500; ++x) {
            const bool outside = x < 10 || x >= 490;
            ASSERT_EQ(seen.at(x, y), outside ? Colour{} : picture.at((x - 10) / 3, y / 3));
        }
}

TEST_F(WindowTest, OtherFactorsAreLinear) {
    Picture picture(100, 50);
    for (std::uint32_t y = 0; y < 50; ++y)
        for (std::uint32_t x = 0; x < 100; ++x) {
            unsigned char* p = picture.data() + y * picture.told.row_stride + x * 4;
            p[0] = static_cast<unsigned char>(x * 2);
            p[1] = static_cast<unsigned char>(y * 4);
            p[2] = 0;
            p[3] = 255;
        }
    WindowSystem::Entry& entry = open(100, 50);
    for (const int width : {150, 66}) {
        resize(entry, width, width / 2, picture);
        const Seen seen = see(entry);
        const double scale = width / 100.0;
        for (std::uint32_t x = 4; x + 4 < seen.width; ++x)
            EXPECT_NEAR(seen.at(x, 10).r, ((x + 0.5) / scale - 0.5) * 2, 1.01) << x;
    }
    // Half of it: each is the middle of four.
    picture.fill(5);
    resize(entry, 50, 25, picture);
    const Seen seen = see(entry);
    const int sum =
        picture.at(20, 10).g + picture.at(21, 10).g + picture.at(20, 11).g + picture.at(21, 11).g;
    EXPECT_NEAR(seen.at(10, 5).g, sum / 4.0, 1.0);
}

TEST_F(WindowTest, AlphaIsOverBlackAndSixteenBitsAreShown) {
    Picture picture(64, 64);
    WindowSystem::Entry& entry = open(64, 64);
    picture.fill_with({200, 100, 40}, 128);
    system_.present(entry, picture.told);
    EXPECT_NEAR(see(entry).at(1, 1).r, 200 * 128 / 255.0, 0.51);
    Picture deep(64, 64, WEFT_FORMAT_RGBA16);
    const std::uint16_t values[4] = {65535, 32896, 257, 65535};
    for (int i = 0; i < 64 * 64; ++i) std::memcpy(deep.data() + i * 8, values, 8);
    system_.present(entry, deep.told);
    EXPECT_EQ(see(entry).at(63, 63), (Colour{255, 128, 1}));
    EXPECT_EQ(counters(entry).copied, 0u);
}

TEST_F(WindowTest, TextOverThePicture) {
    if (find_font().empty()) return test::absent("no font (fonts-dejavu-core)");
    Picture picture(320, 200);
    picture.fill_with({200, 200, 200});
    WindowSystem::Entry& entry = open(320, 200);
    system_.present(entry, picture.told);
    const Seen without = see(entry);
    entry.window.overlay("60 fps\n\xc3\xa4 \xff|");
    system_.present(entry, picture.told);
    const Seen with = see(entry);
    int bright = 0, dark = 0, same = 0;
    for (std::uint32_t y = 0; y < 200; ++y)
        for (std::uint32_t x = 0; x < 320; ++x) {
            bright += with.at(x, y).r > 240;
            dark += with.at(x, y).r == 50;
            same += with.at(x, y) == without.at(x, y);
        }
    EXPECT_GT(bright, 30);
    EXPECT_GT(dark, 1000);
    EXPECT_GT(same, 320 * 100);
    EXPECT_EQ(with.at(319, 199), without.at(319, 199));
    entry.window.overlay("");
    system_.present(entry, picture.told);
    EXPECT_EQ(see(entry).pixels, without.pixels);
}

TEST_F(WindowTest, WithoutAFontTheLogSaysSo) {
    ::setenv("WEFT_FONT", "/dev/null", 1);  // which is none
    Picture picture(64, 64);
    picture.fill(1);
    WindowSystem::Entry& entry = open(64, 64);
    system_.present(entry, picture.told);
    const Seen without = see(entry);
    entry.window.overlay("text");
    system_.present(entry, picture.told);
    EXPECT_EQ(see(entry).pixels, without.pixels);
    ::unsetenv("WEFT_FONT");
}

TEST_F(WindowTest, FreeAndWaiting) {
    Picture picture(64, 64);
    for (const std::uint32_t flags : {0u, WEFT_WINDOW_VSYNC}) {
        WindowSystem::Entry& entry = open(64, 64, flags);
        for (unsigned turn = 0; turn < 12; ++turn) {
            picture.fill(turn);
            system_.present(entry, picture.told);
        }
        EXPECT_EQ(counters(entry).presented, 12u);
    }
}

TEST_F(WindowTest, TwoWindowsShowTwoPictures) {
    Picture red(64, 64), blue(96, 64);
    red.fill_with({255, 0, 0});
    blue.fill_with({0, 0, 255});
    WindowSystem::Entry& one = open(64, 64);
    WindowSystem::Entry& two = open(96, 64);
    system_.present(one, red.told);
    system_.present(two, blue.told);
    EXPECT_EQ(see(one).at(5, 5), (Colour{255, 0, 0}));
    EXPECT_EQ(see(two).at(90, 60), (Colour{0, 0, 255}));
    close(one);
    system_.present(two, red.told);
    EXPECT_EQ(see(two).at(48, 32), (Colour{255, 0, 0}));
}

TEST_F(WindowTest, FullScreenAndBack) {
    Picture picture(64, 36);
    picture.fill(6);
    WindowSystem::Entry& entry = open(64, 36, WEFT_WINDOW_FULL_SCREEN);
    const auto shown = [&](Extent wanted) {
        until([&] {
            (void)system_.poll(nullptr, 0);
            system_.present(entry, picture.told);
            return entry.window.extent() == wanted;
        });
    };
    shown({1280, 720});
    EXPECT_EQ(see(entry).at(640, 360), picture.at(32, 18));
    weft_window_wish wish{};
    wish.struct_size = sizeof wish;
    entry.open.change(wish);
    shown({64, 36});
    EXPECT_EQ(see(entry).pixels.size(), 64u * 36 * 4);
}

TEST_F(WindowTest, MonitorsByNameAndNumber) {
    weft_monitor monitors[4] = {};
    ASSERT_EQ(list_monitors(monitors, 4), 1u);
    EXPECT_EQ(monitors[0].width, 1280u);
    EXPECT_EQ(monitors[0].height, 720u);
    EXPECT_EQ(monitors[0].primary, 1u);
    (void)open(64, 64, 0, "0");
    (void)open(64, 64, 0, std::string(monitors[0].name).substr(1));
    try {
        (void)open(64, 64, 0, "beamer");
        FAIL() << "there is none of that name";
    } catch (const cpp::Failure& failure) {
        EXPECT_EQ(failure.code(), WEFT_INVALID);
        EXPECT_NE(std::string(failure.what()).find(monitors[0].name), std::string::npos);
    }
}

TEST_F(WindowTest, WithoutAScreenItSaysWhy) {
    const std::string display = std::getenv("DISPLAY");
    ::unsetenv("DISPLAY");
    try {
        (void)open(64, 64);
        ADD_FAILURE() << "there is no screen";
    } catch (const cpp::Failure& failure) {
        EXPECT_EQ(failure.code(), WEFT_UNAVAILABLE);
        EXPECT_NE(std::string(failure.what()).find("DISPLAY"), std::string::npos);
    }
    ::setenv("DISPLAY", ":nowhere", 1);
    EXPECT_THROW((void)open(64, 64), cpp::Failure);
    ::setenv("DISPLAY", display.c_str(), 1);
}

TEST_F(WindowTest, MouseAndKeys) {
    if (!has_hands()) return test::absent("no hands (xdotool)");
    Picture picture(100, 100);
    picture.fill(7);
    WindowSystem::Entry& entry = open(100, 100);
    resize(entry, 300, 200, picture);
    int x = 0, y = 0;
    (*entry.open.glfw())->GetWindowPos(entry.open.get(), &x, &y);
    const auto to = [&](int dx, int dy) {
        return std::to_string(x + dx) + " " + std::to_string(y + dy);
    };
    hand("mousemove " + to(10, 10));
    hand("mousemove " + to(100, 150));
    const weft_window_event moved = event([](const weft_window_event& e) {
        return e.kind == WEFT_WINDOW_EVENT_MOVE && std::abs(e.y - 0.75) < 0.01;
    });
    EXPECT_NEAR(moved.x, 0.25, 0.01);  // the picture stands between 50 and 250
    EXPECT_GT(moved.time, 0);
    hand("mousemove " + to(5, 100));
    (void)event(
        [](const weft_window_event& e) { return e.kind == WEFT_WINDOW_EVENT_MOVE && e.x == 0; });
    hand("click 3");
    const auto button = [&](std::uint32_t pressed) {
        return event([&](const weft_window_event& e) {
            return e.kind == WEFT_WINDOW_EVENT_BUTTON && e.pressed == pressed;
        });
    };
    EXPECT_EQ(button(1).key, 1u);
    EXPECT_EQ(button(0).key, 1u);
    hand("key ctrl+a");
    const auto key = [&](const std::string& name, std::uint32_t pressed) {
        return event([&](const weft_window_event& e) {
            return e.kind == WEFT_WINDOW_EVENT_KEY && e.name == name && e.pressed == pressed;
        });
    };
    EXPECT_EQ(key("a", 1).modifiers, 2u);
    EXPECT_EQ(key("a", 0).window, 0u);
    for (const auto& [typed, name] :
         std::vector<std::pair<std::string, std::string>>{{"space", "space"},
                                                          {"Left", "left"},
                                                          {"F11", "f11"},
                                                          {"Return", "enter"},
                                                          {"Escape", "escape"},
                                                          {"7", "7"}}) {
        hand("key " + typed);
        (void)key(name, 1);
        (void)key(name, 0);
    }
}

TEST_F(WindowTest, ALostDeviceIsMadeAnew) {
    Picture picture(64, 64);
    picture.fill(8);
    WindowSystem::Entry& one = open(64, 64);
    WindowSystem::Entry& two = open(64, 64);
    system_.present(one, picture.told);
    system_.present(two, picture.told);
    system_.device()->context.vk.QueueSubmit = [](VkQueue, std::uint32_t, const VkSubmitInfo*,
                                                  VkFence) { return VK_ERROR_DEVICE_LOST; };
    try {
        system_.present(one, picture.told);
        FAIL() << "the device is lost";
    } catch (const cpp::Failure& failure) {
        EXPECT_EQ(failure.code(), WEFT_DEVICE_LOST);
    }
    system_.present(one, picture.told);
    system_.present(two, picture.told);
    EXPECT_EQ(see(one).at(5, 6), picture.at(5, 6));
    EXPECT_EQ(see(two).at(5, 6), picture.at(5, 6));
}

TEST_F(WindowTest, AServerThatEndsTakesItsWindowsAndNothingElse) {
    const std::string display = std::getenv("DISPLAY");
    Picture picture(64, 64);
    picture.fill(8);
    for (const int signal : {SIGTERM, SIGKILL}) {
        PrivateScreen other("320x200x24");
        ::setenv("DISPLAY", other.name().c_str(), 1);
        WindowSystem::Entry& one = open(64, 64, WEFT_WINDOW_VSYNC);
        WindowSystem::Entry& two = open(64, 64);
        system_.present(one, picture.told);
        other.end(signal);
        until([&] {
            try {
                (void)system_.poll(nullptr, 0);
                system_.present(one, picture.told);
                return false;
            } catch (const cpp::Failure& failure) {
                return failure.code() == WEFT_UNAVAILABLE;
            }
        });
        EXPECT_THROW(system_.present(two, picture.told), cpp::Failure);
        close(one);
        close(two);
        EXPECT_THROW((void)open(64, 64), cpp::Failure);
    }
    ::setenv("DISPLAY", display.c_str(), 1);
    WindowSystem::Entry& again = open(64, 64);
    system_.present(again, picture.told);
    EXPECT_EQ(see(again).at(5, 6), picture.at(5, 6));
}

std::size_t entries(const char* directory) {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(directory),
                                                  std::filesystem::directory_iterator()));
}

// Bytes that the allocator has handed out.
std::size_t allocated() {
    return ::mallinfo2().uordblks;
}

// What the driver, its loader and layers, and the window system's library leave behind, a window.
constexpr std::size_t kLeftByDrivers = 16384;

TEST_F(WindowTest, OpeningAndClosingLeavesNothing) {
    Picture picture(64, 64);
    picture.fill(9);
    const int turns = std::getenv("WEFT_TEST_LONG") != nullptr ? 100 : 10;
    for (const bool another : {false, true}) {  // that stays open, and with it the device
        if (another) (void)open(64, 64);
        const auto turn = [&] {
            WindowSystem::Entry& entry = open(64, 64);
            system_.present(entry, picture.told);
            weft_window_event events[64];
            while (system_.poll(events, 64) != 0) continue;
            close(entry);
        };
        for (int i = 0; i < 3; ++i) turn();
        const std::size_t descriptors = entries("/proc/self/fd");
        const std::size_t threads = entries("/proc/self/task");
        // A leak grows in every round; what a driver keeps for good comes in one of them.
        std::size_t more = SIZE_MAX;
        for (int round = 0; round < 3; ++round) {
            const std::size_t bytes = allocated();
            for (int i = 0; i < turns; ++i) turn();
            more = std::min(more, allocated() > bytes ? allocated() - bytes : 0);
        }
        EXPECT_LE(entries("/proc/self/fd"), descriptors);
        EXPECT_LE(entries("/proc/self/task"), threads);
        EXPECT_LE(more / static_cast<std::size_t>(turns), kLeftByDrivers);
    }
}

}  // namespace
}  // namespace weft::vulkan
