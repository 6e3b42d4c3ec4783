// What mouse and keyboard do in a window, as events of the ABI.

#include <weft/cpp/backend.hpp>
#include <weft/cpp/wake.hpp>

#include "window.h"

namespace weft::vulkan {
namespace {

// When nobody polls for long, the oldest go.
constexpr std::size_t kMostEvents = 16384;

struct Named {
    int key;
    const char* name;
};
constexpr Named kNamed[] = {
    {GLFW_KEY_SPACE, "space"},
    {GLFW_KEY_ESCAPE, "escape"},
    {GLFW_KEY_ENTER, "enter"},
    {GLFW_KEY_KP_ENTER, "enter"},
    {GLFW_KEY_TAB, "tab"},
    {GLFW_KEY_BACKSPACE, "backspace"},
    {GLFW_KEY_INSERT, "insert"},
    {GLFW_KEY_DELETE, "delete"},
    {GLFW_KEY_RIGHT, "right"},
    {GLFW_KEY_LEFT, "left"},
    {GLFW_KEY_DOWN, "down"},
    {GLFW_KEY_UP, "up"},
    {GLFW_KEY_PAGE_UP, "pageup"},
    {GLFW_KEY_PAGE_DOWN, "pagedown"},
    {GLFW_KEY_HOME, "home"},
    {GLFW_KEY_END, "end"},
    {GLFW_KEY_CAPS_LOCK, "capslock"},
    {GLFW_KEY_PRINT_SCREEN, "print"},
    {GLFW_KEY_PAUSE, "pause"},
    {GLFW_KEY_LEFT_SHIFT, "shift"},
    {GLFW_KEY_RIGHT_SHIFT, "shift"},
    {GLFW_KEY_LEFT_CONTROL, "control"},
    {GLFW_KEY_RIGHT_CONTROL, "control"},
    {GLFW_KEY_LEFT_ALT, "alt"},
    {GLFW_KEY_RIGHT_ALT, "alt"},
    {GLFW_KEY_LEFT_SUPER, "super"},
    {GLFW_KEY_RIGHT_SUPER, "super"},
    {GLFW_KEY_MENU, "menu"},
};

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

}  // namespace

// Letters as they are printed on the keyboard in use; where those are not of the Latin alphabet, as
// they would be on one that is.
std::string key_name(const Glfw& glfw, int key, int scancode) {
    for (const Named& one : kNamed)
        if (one.key == key) return one.name;
    if (key >= GLFW_KEY_F1 && key <= GLFW_KEY_F25)
        return "f" + std::to_string(key - GLFW_KEY_F1 + 1);
    if (key >= GLFW_KEY_KP_0 && key <= GLFW_KEY_KP_9)
        return "kp" + std::to_string(key - GLFW_KEY_KP_0);
    const char* const printed = glfw->GetKeyName(key, scancode);
    if (printed != nullptr && printed[0] != '\0' && printed[1] == '\0') {
        if (is_letter_or_digit(printed[0])) return printed;
        if (key == GLFW_KEY_UNKNOWN || key < GLFW_KEY_0 || key > GLFW_KEY_Z) return printed;
    }
    if (key >= GLFW_KEY_A && key <= GLFW_KEY_Z)
        return std::string(1, static_cast<char>('a' + key - GLFW_KEY_A));
    if (key >= GLFW_KEY_0 && key <= GLFW_KEY_9)
        return std::string(1, static_cast<char>('0' + key - GLFW_KEY_0));
    return {};
}

Window& Window::of(GLFWwindow* window) {
    return *static_cast<Window*>((*Glfw::hold())->GetWindowUserPointer(window));
}

void Window::put(weft_window_event event) const {
    event.window = index_;
    event.time = cpp::now();
    if (events_.size() >= kMostEvents) events_.pop_front();
    events_.push_back(event);
}

Point Window::on_shown(double x, double y) const {
    const Point unit = open_.pixels_a_unit();
    return on_picture(place_picture(picture_, open_.content()), x * unit.x, y * unit.y);
}

void Window::listen() {
    const Glfw& glfw = *open_.glfw();
    GLFWwindow* const window = open_.get();
    glfw->SetWindowUserPointer(window, this);
    glfw->SetWindowCloseCallback(window, [](GLFWwindow* w) {
        (*Glfw::hold())->SetWindowShouldClose(w, GLFW_FALSE);
        weft_window_event event{};
        event.kind = WEFT_WINDOW_EVENT_CLOSE;
        of(w).put(event);
    });
    glfw->SetFramebufferSizeCallback(window, [](GLFWwindow* w, int width, int height) {
        weft_window_event event{};
        event.kind = WEFT_WINDOW_EVENT_RESIZE;
        event.x = width;
        event.y = height;
        of(w).put(event);
    });
    glfw->SetCursorPosCallback(window, [](GLFWwindow* w, double x, double y) {
        const Point point = of(w).on_shown(x, y);
        weft_window_event event{};
        event.kind = WEFT_WINDOW_EVENT_MOVE;
        event.x = point.x;
        event.y = point.y;
        of(w).put(event);
    });
    glfw->SetMouseButtonCallback(window, [](GLFWwindow* w, int button, int action, int modifiers) {
        double x = 0;
        double y = 0;
        (*Glfw::hold())->GetCursorPos(w, &x, &y);
        const Point point = of(w).on_shown(x, y);
        weft_window_event event{};
        event.kind = WEFT_WINDOW_EVENT_BUTTON;
        event.pressed = action == GLFW_PRESS ? 1 : 0;
        event.key = static_cast<std::uint32_t>(button);
        event.modifiers = static_cast<std::uint32_t>(modifiers) & 15u;
        event.x = point.x;
        event.y = point.y;
        of(w).put(event);
    });
    glfw->SetScrollCallback(window, [](GLFWwindow* w, double x, double y) {
        weft_window_event event{};
        event.kind = WEFT_WINDOW_EVENT_SCROLL;
        event.x = x;
        event.y = y;
        of(w).put(event);
    });
    glfw->SetKeyCallback(window,
                         [](GLFWwindow* w, int key, int scancode, int action, int modifiers) {
                             if (action == GLFW_REPEAT) return;
                             weft_window_event event{};
                             event.kind = WEFT_WINDOW_EVENT_KEY;
                             event.pressed = action == GLFW_PRESS ? 1 : 0;
                             event.key = static_cast<std::uint32_t>(key);
                             event.modifiers = static_cast<std::uint32_t>(modifiers) & 15u;
                             const std::string name = key_name(*Glfw::hold(), key, scancode);
                             if (name.empty()) return;
                             cpp::copy_text(event.name, name);
                             of(w).put(event);
                         });
}

}  // namespace weft::vulkan
