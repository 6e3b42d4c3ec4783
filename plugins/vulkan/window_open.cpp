// Where a window is: framed or full, on which monitor, how many pixels.
#include <algorithm>
#include <cmath>

#include <weft/cpp/backend.hpp>

#include "window.h"

namespace weft::vulkan {
namespace {

int shared_length(int a, int a_length, int b, int b_length) {
    return std::max(0, std::min(a + a_length, b + b_length) - std::max(a, b));
}

}  // namespace

OpenWindow::OpenWindow(std::shared_ptr<Glfw> glfw, const weft_window_wish& wish)
    : glfw_(std::move(glfw)) {
    const Glfw& g = *glfw_;
    const std::string monitor(cpp::view(wish.monitor));
    GLFWmonitor* const named = monitor.empty() ? nullptr : g.find_monitor(monitor);
    g->WindowHint(GLFW_CLIENT_API, GLFW_NO_API);
    g->WindowHint(GLFW_VISIBLE, GLFW_FALSE);
    width_ = static_cast<int>(std::clamp(wish.width, 1u, 16384u));
    height_ = static_cast<int>(std::clamp(wish.height, 1u, 16384u));
    window_ = g->CreateWindow(width_, height_, std::string(cpp::view(wish.title)).c_str(), nullptr,
                              nullptr);
    if (window_ == nullptr)
        throw cpp::Failure(WEFT_UNAVAILABLE, g.failure("no window can be opened"));
    // Where a unit is more than a pixel, fewer units make as many pixels; what is larger than the
    // screen begins smaller.
    const Point unit = pixels_a_unit();
    double wide = width_ / unit.x;
    double high = height_ / unit.y;
    GLFWmonitor* const where = named != nullptr ? named : nearest();
    if (where != nullptr) {
        const Area area = g.work_area(where);
        const double fit = std::min({1.0, area.width / wide, area.height / high});
        if (fit > 0) {
            wide *= fit;
            high *= fit;
        }
    }
    width_ = std::max(1, static_cast<int>(std::lround(wide)));
    height_ = std::max(1, static_cast<int>(std::lround(high)));
    g->SetWindowSize(window_, width_, height_);
    g->GetWindowPos(window_, &x_, &y_);
    if (named != nullptr) show_framed(named);
    g->ShowWindow(window_);
    change(wish);
}

OpenWindow::~OpenWindow() {
    (*glfw_)->DestroyWindow(window_);
}

Extent OpenWindow::content() const {
    if ((*glfw_)->GetWindowAttrib(window_, GLFW_ICONIFIED) == GLFW_TRUE) return {};
    int width = 0;
    int height = 0;
    (*glfw_)->GetFramebufferSize(window_, &width, &height);
    return {static_cast<std::uint32_t>(std::max(width, 0)),
            static_cast<std::uint32_t>(std::max(height, 0))};
}

Point OpenWindow::pixels_a_unit() const {
    int width = 0, height = 0, pixels_x = 0, pixels_y = 0;
    (*glfw_)->GetWindowSize(window_, &width, &height);
    (*glfw_)->GetFramebufferSize(window_, &pixels_x, &pixels_y);
    if (width <= 0 || height <= 0 || pixels_x <= 0 || pixels_y <= 0) return {1, 1};
    return {pixels_x / static_cast<double>(width), pixels_y / static_cast<double>(height)};
}

double OpenWindow::scale() const {
    float x = 1;
    float y = 1;
    (*glfw_)->GetWindowContentScale(window_, &x, &y);
    return std::clamp(static_cast<double>(y), 1.0, 8.0);
}

GLFWmonitor* OpenWindow::nearest() const {
    const Glfw& g = *glfw_;
    if (GLFWmonitor* const full = g->GetWindowMonitor(window_); full != nullptr) return full;
    Area own;
    g->GetWindowPos(window_, &own.x, &own.y);
    g->GetWindowSize(window_, &own.width, &own.height);
    GLFWmonitor* best = nullptr;
    long most = -1;
    for (GLFWmonitor* const monitor : g.monitors()) {
        const Area area = g.work_area(monitor);
        const long both = long{shared_length(own.x, own.width, area.x, area.width)} *
                          shared_length(own.y, own.height, area.y, area.height);
        if (both > most) {
            most = both;
            best = monitor;
        }
    }
    return best;
}

double OpenWindow::refresh() const {
    GLFWmonitor* const monitor = nearest();
    const GLFWvidmode* const mode = monitor != nullptr ? glfw_->video_mode(monitor) : nullptr;
    return mode != nullptr ? mode->refreshRate : 0;
}

void OpenWindow::show_full(GLFWmonitor* monitor) {
    const Glfw& g = *glfw_;
    if (!full_) {
        g->GetWindowPos(window_, &x_, &y_);
        g->GetWindowSize(window_, &width_, &height_);
    }
    const GLFWvidmode* const mode = g.video_mode(monitor);
    if (mode == nullptr) return;
    full_ = true;
    full_on_ = g->GetMonitorName(monitor);
    if (monitor != nearest()) {  // a window manager fills the monitor that the window is on
        const Area area = g.work_area(monitor);
        g->SetWindowPos(window_, area.x, area.y);
    }
    g->SetWindowMonitor(window_, monitor, 0, 0, mode->width, mode->height, mode->refreshRate);
}

void OpenWindow::show_framed(GLFWmonitor* monitor) {
    const Glfw& g = *glfw_;
    if (full_) g->SetWindowMonitor(window_, nullptr, x_, y_, width_, height_, GLFW_DONT_CARE);
    full_ = false;
    if (monitor == nullptr || monitor == nearest()) return;
    const Area area = g.work_area(monitor);
    x_ = area.x + std::max(0, (area.width - width_) / 2);
    y_ = area.y + std::max(0, (area.height - height_) / 2);
    g->SetWindowPos(window_, x_, y_);
}

// GLFW frames a window whose monitor goes.
void OpenWindow::settle() {
    const Glfw& g = *glfw_;
    if (!full_ || g->GetWindowMonitor(window_) != nullptr) return;
    for (GLFWmonitor* const monitor : g.monitors())
        if (full_on_ == g->GetMonitorName(monitor)) return show_full(monitor);
}

void OpenWindow::change(const weft_window_wish& wish) {
    const Glfw& g = *glfw_;
    const std::string wanted(cpp::view(wish.monitor));
    GLFWmonitor* const named = wanted.empty() ? nullptr : g.find_monitor(wanted);
    g->SetWindowTitle(window_, std::string(cpp::view(wish.title)).c_str());
    const bool full = (wish.flags & WEFT_WINDOW_FULL_SCREEN) != 0;
    GLFWmonitor* const where = named != nullptr ? named : nearest();
    if (full && where != nullptr && where != g->GetWindowMonitor(window_)) show_full(where);
    if (!full && (full_ || named != nullptr)) show_framed(named);
    g->SetInputMode(
        window_, GLFW_CURSOR,
        (wish.flags & WEFT_WINDOW_NO_CURSOR) != 0 ? GLFW_CURSOR_HIDDEN : GLFW_CURSOR_NORMAL);
}

}  // namespace weft::vulkan
