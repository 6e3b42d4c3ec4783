// All windows of a back end: the device they share, their events in one row, and the table of
// "weft.window/1". On the main thread, but for counters.
#pragma once

#include <memory>
#include <vector>

#include "window.h"

namespace weft::vulkan {

class WindowSystem {
public:
    explicit WindowSystem(cpp::Host host) : host_(host) {}
    WindowSystem(const WindowSystem&) = delete;
    WindowSystem& operator=(const WindowSystem&) = delete;

    // What the ABI's opaque window is.
    struct Entry {
        Entry(WindowSystem& of, std::shared_ptr<Glfw> glfw, const weft_window_wish& wish);
        WindowSystem& system;
        OpenWindow open;
        Window window;
    };

    [[nodiscard]] Entry& open(const weft_window_wish& wish);
    void close(Entry& entry);
    // On WEFT_DEVICE_LOST everything was made anew when it throws.
    void present(Entry& entry, const weft_window_picture& picture);
    void read(Entry& entry, void* pixels);
    [[nodiscard]] std::uint32_t poll(weft_window_event* events, std::uint32_t capacity);

    // The device that shows; null without windows. For tests.
    [[nodiscard]] WindowDevice* device() const { return device_.get(); }

private:
    template <class Work>
    void on_device(Work&& work);
    // Throws when the window system has ended.
    void check_screen();
    void drop();
    void renew();

    cpp::Host host_;
    std::unique_ptr<WindowDevice> device_;  // before GLFW, after all windows
    std::vector<std::unique_ptr<Entry>> entries_;
    WindowEvents events_;
    std::uint32_t opened_ = 0;
};

[[nodiscard]] std::uint32_t list_monitors(weft_monitor* monitors, std::uint32_t capacity);

// `system_of` finds a back end's windows.
using WindowSystemOf = WindowSystem& (*)(weft_backend* backend);
[[nodiscard]] const weft_window_api* window_api(WindowSystemOf system_of);

}  // namespace weft::vulkan
