// One attempt a process.
#include "api.h"

#include <dlfcn.h>

#include <weft/cpp/text.hpp>

namespace weft::cuda {
namespace {

struct Loaded {
    Api api;
    std::string why;
};

template <class Pointer>
void find(void* library, const char* library_name, const char* name, Pointer& function,
          std::string& why) {
    function = reinterpret_cast<Pointer>(::dlsym(library, name));
    if (function == nullptr && why.empty())
        why = std::string(library_name) + " is too old: it has no " + name;
}

std::string last_error() {
    const char* error = ::dlerror();
    return error != nullptr ? error : "unknown";
}

void open_driver(Loaded& loaded) {
    constexpr const char* kName = "libcuda.so.1";
    void* library = ::dlopen(kName, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
        loaded.why = "no CUDA driver: " + last_error();
        return;
    }
#define WEFT_CUDA_FIND(member, name, parameters) \
    find(library, kName, name, loaded.api.driver.member, loaded.why);
    WEFT_CUDA_DRIVER(WEFT_CUDA_FIND)
#undef WEFT_CUDA_FIND
    if (!loaded.why.empty()) return;
    const Result result = loaded.api.driver.init(0);
    if (result != kSuccess)
        loaded.why = result == kNoDevice
                         ? "the CUDA driver finds no device"
                         : "the CUDA driver does not start: error " + std::to_string(result);
}

void open_compiler(Loaded& loaded) {
    // Its name has the version of the toolkit that it came with; the newest first.
    constexpr const char* kNames[] = {"libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so.11.2",
                                      "libnvrtc.so"};
    void* library = nullptr;
    const char* found = nullptr;
    for (const char* name : kNames) {
        if (library != nullptr) break;
        library = ::dlopen(name, RTLD_NOW | RTLD_LOCAL);
        found = name;
    }
    if (library == nullptr) {
        loaded.why = "no compiler for CUDA kernels: " + last_error();
        return;
    }
#define WEFT_CUDA_FIND(member, name, parameters) \
    find(library, found, name, loaded.api.compiler.member, loaded.why);
    WEFT_CUDA_COMPILER(WEFT_CUDA_FIND)
#undef WEFT_CUDA_FIND
}

Loaded open() {
    Loaded loaded;
    open_driver(loaded);
    if (loaded.why.empty()) open_compiler(loaded);
    return loaded;
}

}  // namespace

const Api& load() {
    static const Loaded loaded = open();
    if (!loaded.why.empty()) throw cpp::Failure(WEFT_UNAVAILABLE, loaded.why);
    return loaded.api;
}

}  // namespace weft::cuda
