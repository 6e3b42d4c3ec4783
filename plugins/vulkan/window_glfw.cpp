#include "window_glfw.h"

#include <dlfcn.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include "window_x11.h"

namespace weft::vulkan {
namespace {

struct Loaded {
    GlfwApi api;
    std::string why;
};

// Stays open: the libraries of window systems do not like to be closed.
Loaded open_library() {
    Loaded loaded;
    void* library = ::dlopen("libglfw.so.3", RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        const char* error = ::dlerror();
        loaded.why =
            std::string("windows need GLFW (libglfw3): ") + (error != nullptr ? error : "");
        return loaded;
    }
#define WEFT_GLFW_FIND(name)                                                                       \
    loaded.api.name = reinterpret_cast<decltype(loaded.api.name)>(::dlsym(library, "glfw" #name)); \
    if (loaded.api.name == nullptr) loaded.why = "GLFW is older than 3.3: no glfw" #name;
    WEFT_GLFW_FUNCTIONS(WEFT_GLFW_FIND)
#undef WEFT_GLFW_FIND
    loaded.api.GetX11Display =
        reinterpret_cast<decltype(loaded.api.GetX11Display)>(::dlsym(library, "glfwGetX11Display"));
    return loaded;
}

bool is_set(const char* variable) {
    const char* value = std::getenv(variable);
    return value != nullptr && value[0] != '\0';
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

}  // namespace

std::shared_ptr<Glfw> Glfw::hold() {
    static std::weak_ptr<Glfw> held;
    if (auto here = held.lock()) return here;
    if (!is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY"))
        throw cpp::Failure(WEFT_UNAVAILABLE,
                           "there is no screen: neither DISPLAY nor WAYLAND_DISPLAY is set");
    static const Loaded loaded = open_library();
    if (!loaded.why.empty()) throw cpp::Failure(WEFT_UNAVAILABLE, loaded.why);
    auto made = std::make_shared<Glfw>(loaded.api);
    held = made;
    return made;
}

Glfw::Glfw(const GlfwApi& functions) : api_(functions) {
    if (api_.Init() != GLFW_TRUE)
        throw cpp::Failure(WEFT_UNAVAILABLE, failure("there is no screen"));
    outlive_server(api_, lost_);
}

Glfw::~Glfw() {
    if (lost_) forget_requests(api_);
    api_.Terminate();
}

std::string Glfw::failure(const std::string& doing) const {
    const char* text = nullptr;
    api_.GetError(&text);
    return text != nullptr ? doing + ": " + text : doing;
}

std::vector<GLFWmonitor*> Glfw::monitors() const {
    int count = 0;
    GLFWmonitor** const all = api_.GetMonitors(&count);
    return {all, all + count};
}

bool Glfw::answers() const {
    if (!lost_) notice_end(api_);
    return !lost_;
}

Area Glfw::work_area(GLFWmonitor* monitor) const {
    Area area;
    if (answers()) api_.GetMonitorWorkarea(monitor, &area.x, &area.y, &area.width, &area.height);
    return area;
}

const GLFWvidmode* Glfw::video_mode(GLFWmonitor* monitor) const {
    return answers() ? api_.GetVideoMode(monitor) : nullptr;
}

GLFWmonitor* Glfw::find_monitor(const std::string& wanted) const {
    const std::vector<GLFWmonitor*> all = monitors();
    for (std::size_t i = 0; i < all.size(); ++i)
        if (wanted == std::to_string(i)) return all[i];
    std::string there;
    for (std::size_t i = 0; i < all.size(); ++i) {
        const std::string name = api_.GetMonitorName(all[i]);
        if (lower(name).find(lower(wanted)) != std::string::npos) return all[i];
        there += (i == 0 ? "" : ", ") + std::to_string(i) + ": " + name;
    }
    throw cpp::Failure(WEFT_INVALID, "there is no monitor \"" + wanted + "\"; there is " +
                                         (there.empty() ? "none" : there));
}

}  // namespace weft::vulkan
