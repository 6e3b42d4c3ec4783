// What GLFW leaves to Xlib: a server that ends takes the program with it, unless somebody objects.
#pragma once

namespace weft::vulkan {

struct GlfwApi;

// From now on the end of the X server behind GLFW's connection sets `lost` instead. After it all
// that GLFW does is nothing, until it is terminated and begun again. Without X11, and with an Xlib
// before 1.7, nothing is done.
void outlive_server(const GlfwApi& glfw, bool& lost);
// If that end has come without being noticed, it is now. No event is taken.
void notice_end(const GlfwApi& glfw);
// After that end: what GLFW still asks for finds room, and goes nowhere.
void forget_requests(const GlfwApi& glfw);

}  // namespace weft::vulkan
