// One window: its place on the screens, what is done in it, and what it draws with.
#pragma once

#include <weft/window.h>

#include <atomic>
#include <deque>
#include <string>

#include "window_drawing.h"

namespace weft::vulkan {

using WindowEvents = std::deque<weft_window_event>;

// A window of GLFW, and nothing of Vulkan.
class OpenWindow {
public:
    OpenWindow(std::shared_ptr<Glfw> glfw, const weft_window_wish& wish);
    OpenWindow(const OpenWindow&) = delete;
    OpenWindow& operator=(const OpenWindow&) = delete;
    ~OpenWindow();

    [[nodiscard]] const std::shared_ptr<Glfw>& glfw() const { return glfw_; }
    [[nodiscard]] GLFWwindow* get() const { return window_; }
    // Pixels; 0 while it is put away.
    [[nodiscard]] Extent content() const;
    // Pixels of the content a unit of GLFW's coordinates.
    [[nodiscard]] Point pixels_a_unit() const;
    // Pixels a point: 2 on a screen of high density.
    [[nodiscard]] double scale() const;
    [[nodiscard]] double refresh() const;

    void change(const weft_window_wish& wish);
    // Full again on its monitor, if that was away: a projector that was switched off.
    void settle();

private:
    void show_full(GLFWmonitor* monitor);
    void show_framed(GLFWmonitor* monitor);
    // The monitor that shows most of it.
    [[nodiscard]] GLFWmonitor* nearest() const;

    std::shared_ptr<Glfw> glfw_;
    GLFWwindow* window_ = nullptr;
    int x_ = 0, y_ = 0, width_ = 0, height_ = 0;  // when it is not full
    bool full_ = false;
    std::string full_on_;  // name of the monitor
};

class Window {
public:
    // `events` outlives it.
    Window(cpp::Host host, OpenWindow& open, std::uint32_t index, bool vsync, WindowEvents& events);
    Window(const Window&) = delete;
    Window& operator=(const Window&) = delete;
    ~Window();

    [[nodiscard]] OpenWindow& open() const { return open_; }
    // What it draws with: to be had before it shows anything, and anew when the device was lost.
    void take(WindowDevice& device);
    void drop() { drawing_.reset(); }

    void present(const weft_window_picture& picture);
    void overlay(std::string_view text);
    void set_vsync(bool vsync) { vsync_ = vsync; }
    // Of what was shown last, 0 before.
    [[nodiscard]] Extent extent() const {
        return drawing_ != nullptr ? drawing_->extent() : Extent{};
    }
    void read(void* pixels) { drawing_->read(pixels); }
    void tell(weft_window_counters& counters) const;  // [any thread]

private:
    void listen();
    void put(weft_window_event event) const;
    [[nodiscard]] Point on_shown(double x, double y) const;
    void letter();
    [[nodiscard]] static Window& of(GLFWwindow* window);

    cpp::Host host_;
    OpenWindow& open_;
    std::uint32_t index_;
    bool vsync_;
    WindowEvents& events_;
    Extent picture_;  // of the last one

    std::string text_;
    std::unique_ptr<Lettering> lettering_;
    bool no_font_ = false;

    std::unique_ptr<Drawing> drawing_;
    std::atomic<bool> shared_{false};
    std::atomic<std::uint64_t> presented_{0}, missed_{0}, copied_{0};
    std::atomic<double> refresh_{0};
};

// The name of a key in programs, "" for those without.
[[nodiscard]] std::string key_name(const Glfw& glfw, int key, int scancode);

}  // namespace weft::vulkan
