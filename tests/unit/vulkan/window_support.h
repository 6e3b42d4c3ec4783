// Windows of a test: a private screen, pictures in shared memory, what is seen, what is heard.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>

#include <cstring>
#include <functional>

#include "screen.h"
#include "support.h"
#include "window_system.h"

namespace weft::vulkan {

struct Colour {
    int r = 0, g = 0, b = 0;
    bool operator==(const Colour&) const = default;
};

// What a window shows.
struct Seen {
    std::uint32_t width = 0, height = 0;
    std::vector<unsigned char> pixels;
    [[nodiscard]] Colour at(std::uint32_t x, std::uint32_t y) const {
        const unsigned char* p = &pixels[(std::size_t{y} * width + x) * 4];
        return {p[0], p[1], p[2]};
    }
};

// A picture in shared memory, as the host's pool makes it.
class Picture {
public:
    Picture(std::uint32_t width, std::uint32_t height, std::uint32_t format = WEFT_FORMAT_RGBA8) {
        const std::uint32_t row = width * pixel_bytes(format);
        size_ = (std::uint64_t{row} * height + 4095) / 4096 * 4096;
        fd_ = ::memfd_create("picture", MFD_CLOEXEC);
        EXPECT_EQ(::ftruncate(fd_, static_cast<off_t>(size_)), 0);
        data_ = static_cast<unsigned char*>(
            ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0));
        told.struct_size = sizeof told;
        told.format = format;
        told.width = width;
        told.height = height;
        told.pixels = data_;
        told.row_stride = row;
        told.memory_fd = fd_;
        told.memory = data_;
        told.memory_size = size_;
    }
    Picture(const Picture&) = delete;
    Picture& operator=(const Picture&) = delete;
    ~Picture() {
        ::munmap(data_, size_);
        ::close(fd_);
    }
    // Each pixel another colour.
    void fill(unsigned seed) {
        for (std::uint64_t i = 0; i < size_ / 4; ++i) {
            const std::uint32_t word =
                static_cast<std::uint32_t>(i * 2654435761u + seed * 97u) | 0xff000000u;
            std::memcpy(data_ + i * 4, &word, 4);
        }
    }
    void fill_with(Colour c, int alpha = 255) {
        for (std::uint64_t i = 0; i < size_; i += 4) {
            data_[i] = static_cast<unsigned char>(c.r);
            data_[i + 1] = static_cast<unsigned char>(c.g);
            data_[i + 2] = static_cast<unsigned char>(c.b);
            data_[i + 3] = static_cast<unsigned char>(alpha);
        }
    }
    [[nodiscard]] unsigned char* data() const { return data_; }
    [[nodiscard]] Colour at(std::uint32_t x, std::uint32_t y) const {
        const unsigned char* p = data_ + y * told.row_stride + std::uint64_t{x} * 4;
        return {p[0], p[1], p[2]};
    }
    weft_window_picture told{};

private:
    int fd_ = -1;
    std::uint64_t size_ = 0;
    unsigned char* data_ = nullptr;
};

class WindowTest : public testing::Test {
protected:
    static void SetUpTestSuite() {
        screen_ = new PrivateScreen;
        ::setenv("DISPLAY", screen_->name().c_str(), 1);
        ::unsetenv("WAYLAND_DISPLAY");
    }
    static void TearDownTestSuite() {
        delete screen_;
        screen_ = nullptr;
        ::unsetenv("DISPLAY");
    }
    void SetUp() override {
        if (screen_->name().empty()) return test::absent("no X server (xvfb)");
        try {
            const Instance instance(std::nullopt);
        } catch (const cpp::Failure& failure) {
            test::absent(failure.what());
        }
    }
    void TearDown() override {
        for (WindowSystem::Entry* entry : opened_) system_.close(*entry);
        EXPECT_EQ(listener_.errors(), std::vector<std::string>());
    }

    WindowSystem::Entry& open(std::uint32_t width, std::uint32_t height, std::uint32_t flags = 0,
                              std::string_view monitor = {}) {
        weft_window_wish wish{};
        wish.struct_size = sizeof wish;
        wish.flags = flags;
        wish.title = cpp::to_str("test");
        wish.monitor = cpp::to_str(monitor);
        wish.width = width;
        wish.height = height;
        WindowSystem::Entry& entry = system_.open(wish);
        opened_.push_back(&entry);
        return entry;
    }
    void close(WindowSystem::Entry& entry) {
        std::erase(opened_, &entry);
        system_.close(entry);
    }
    Seen see(WindowSystem::Entry& entry) {
        Seen seen;
        const Extent extent = entry.window.extent();
        seen.width = extent.width;
        seen.height = extent.height;
        seen.pixels.resize(std::size_t{extent.width} * extent.height * 4);
        system_.read(entry, seen.pixels.data());
        return seen;
    }
    static weft_window_counters counters(const WindowSystem::Entry& entry) {
        weft_window_counters told{};
        told.struct_size = sizeof told;
        entry.window.tell(told);
        return told;
    }
    // Presents until the content has that size: a window system takes its time.
    void resize(WindowSystem::Entry& entry, int width, int height, const Picture& picture) {
        (*entry.open.glfw())->SetWindowSize(entry.open.get(), width, height);
        const Extent wanted{static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height)};
        until([&] {
            system_.present(entry, picture.told);
            return entry.window.extent() == wanted;
        });
    }
    // Events as they come, until one is what is wanted.
    weft_window_event event(const std::function<bool(const weft_window_event&)>& wanted) {
        weft_window_event found{};
        until([&] {
            weft_window_event events[64];
            const std::uint32_t count = system_.poll(events, 64);
            heard_.insert(heard_.end(), events, events + count);
            while (!heard_.empty()) {
                found = heard_.front();
                heard_.pop_front();
                if (wanted(found)) return true;
            }
            return false;
        });
        return found;
    }
    static void until(const std::function<bool()>& reached) {
        for (int i = 0; i < 2000; ++i) {
            if (reached()) return;
            ::usleep(5000);
        }
        FAIL() << "it does not happen";
    }
    static void hand(const std::string& command) {
        EXPECT_EQ(std::system(("xdotool " + command + " >/dev/null 2>&1").c_str()), 0) << command;
    }
    static bool has_hands() { return std::system("command -v xdotool >/dev/null 2>&1") == 0; }

    Listener listener_;
    WindowSystem system_{listener_.host()};

private:
    static inline PrivateScreen* screen_ = nullptr;
    std::vector<WindowSystem::Entry*> opened_;
    WindowEvents heard_;
};

}  // namespace weft::vulkan
