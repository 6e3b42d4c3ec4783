#include "window_x11.h"

// Before anything else that could suffer from its macros.
#include <X11/Xlib.h>
#include <dlfcn.h>

#include "window_glfw.h"

namespace weft::vulkan {
namespace {

template <class Function>
Function* find(void* library, const char* name) {
    return reinterpret_cast<Function*>(::dlsym(library, name));
}

// Where XCB, which drivers present through, notices the end first, Xlib finds no room for requests
// any more, and its macros then write to address 0. The members below are bufptr, buffer and bufmax
// of Xlib's own header, which have been where they are since X11R6. What is in the buffer is sent
// to nobody. 2048 is the least that Xlib makes one of.
void make_room(Display* display) {
    auto* const connection = reinterpret_cast<_XPrivDisplay>(display);
    connection->private13 = connection->private12;
    connection->private14 = connection->private12 + 2048;
}

void on_end(Display* display, void* user) {
    *static_cast<bool*>(user) = true;
    make_room(display);
}

}  // namespace

void outlive_server(const GlfwApi& glfw, bool& lost) {
    // GLFW has loaded it, where it speaks X11 at all.
    void* const xlib = ::dlopen("libX11.so.6", RTLD_NOW | RTLD_NOLOAD);
    if (xlib == nullptr || glfw.GetX11Display == nullptr) return;
    Display* const display = glfw.GetX11Display();
    const auto on_error = find<decltype(XSetIOErrorHandler)>(xlib, "XSetIOErrorHandler");
    const auto on_exit = find<decltype(XSetIOErrorExitHandler)>(xlib, "XSetIOErrorExitHandler");
    if (display != nullptr && on_error != nullptr && on_exit != nullptr) {
        on_error([](Display*) { return 0; });  // Xlib's own one writes to the terminal
        on_exit(display, on_end, &lost);
    }
    ::dlclose(xlib);
}

void notice_end(const GlfwApi& glfw) {
    void* const xlib = ::dlopen("libX11.so.6", RTLD_NOW | RTLD_NOLOAD);
    if (xlib == nullptr || glfw.GetX11Display == nullptr) return;
    Display* const display = glfw.GetX11Display();
    const auto pending = find<decltype(XPending)>(xlib, "XPending");
    if (display != nullptr && pending != nullptr) pending(display);
    ::dlclose(xlib);
}

void forget_requests(const GlfwApi& glfw) {
    if (glfw.GetX11Display == nullptr) return;
    Display* const display = glfw.GetX11Display();
    if (display != nullptr) make_room(display);
}

}  // namespace weft::vulkan
