// GLFW, opened when the first window is: whoever computes without a screen never loads it, let
// alone the libraries of the window system behind it. All on the main thread.
#pragma once

#include <memory>
#include <string>

#include "context.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

namespace weft::vulkan {

#define WEFT_GLFW_FUNCTIONS(F)       \
    F(CreateWindow)                  \
    F(CreateWindowSurface)           \
    F(DestroyWindow)                 \
    F(FocusWindow)                   \
    F(GetCursorPos)                  \
    F(GetError)                      \
    F(GetFramebufferSize)            \
    F(GetKeyName)                    \
    F(GetMonitorContentScale)        \
    F(GetMonitorName)                \
    F(GetMonitors)                   \
    F(GetMonitorWorkarea)            \
    F(GetRequiredInstanceExtensions) \
    F(GetVideoMode)                  \
    F(GetWindowAttrib)               \
    F(GetWindowContentScale)         \
    F(GetWindowMonitor)              \
    F(GetWindowPos)                  \
    F(GetWindowSize)                 \
    F(GetWindowUserPointer)          \
    F(Init)                          \
    F(PollEvents)                    \
    F(SetCursorPosCallback)          \
    F(SetFramebufferSizeCallback)    \
    F(SetInputMode)                  \
    F(SetKeyCallback)                \
    F(SetMouseButtonCallback)        \
    F(SetScrollCallback)             \
    F(SetWindowCloseCallback)        \
    F(SetWindowMonitor)              \
    F(SetWindowPos)                  \
    F(SetWindowShouldClose)          \
    F(SetWindowSize)                 \
    F(SetWindowTitle)                \
    F(SetWindowUserPointer)          \
    F(ShowWindow)                    \
    F(Terminate)                     \
    F(WindowHint)

struct GlfwApi {
#define WEFT_GLFW_POINTER(name) decltype(&::glfw##name) name = nullptr;
    WEFT_GLFW_FUNCTIONS(WEFT_GLFW_POINTER)
#undef WEFT_GLFW_POINTER
    // Null in a GLFW that speaks no X11.  NOLINTNEXTLINE(bugprone-reserved-identifier)
    struct _XDisplay* (*GetX11Display)() = nullptr;
};

// In GLFW's coordinates.
struct Area {
    int x = 0, y = 0, width = 0, height = 0;
};

// GLFW's connection to the window system, which ends with the last that holds it.
class Glfw {
public:
    // Throws cpp::Failure(WEFT_UNAVAILABLE) with the reason where there is no screen.
    [[nodiscard]] static std::shared_ptr<Glfw> hold();
    explicit Glfw(const GlfwApi& functions);
    Glfw(const Glfw&) = delete;
    Glfw& operator=(const Glfw&) = delete;
    ~Glfw();

    [[nodiscard]] const GlfwApi* operator->() const { return &api_; }
    // What went wrong last: "...: X11: Failed to open display :3".
    [[nodiscard]] std::string failure(const std::string& doing) const;

    // The number of the monitor that is meant by part of its name or by its number; throws
    // cpp::Failure(WEFT_INVALID) that tells which there are.
    [[nodiscard]] GLFWmonitor* find_monitor(const std::string& wanted) const;
    [[nodiscard]] std::vector<GLFWmonitor*> monitors() const;
    // Nothing and null where the window system has ended: GLFW takes for granted that it answers.
    [[nodiscard]] Area work_area(GLFWmonitor* monitor) const;
    [[nodiscard]] const GLFWvidmode* video_mode(GLFWmonitor* monitor) const;

    // The window system has ended, and all windows with it. What is called does nothing, until
    // nobody holds this any more and it is held anew.
    [[nodiscard]] bool lost() const { return lost_; }

private:
    [[nodiscard]] bool answers() const;

    GlfwApi api_;
    bool lost_ = false;
};

}  // namespace weft::vulkan
