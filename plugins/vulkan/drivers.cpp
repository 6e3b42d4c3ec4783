#include "drivers.h"

#include <dlfcn.h>
#include <link.h>

#include <algorithm>

namespace weft::vulkan {
namespace {

std::vector<std::string> libraries() {
    std::vector<std::string> names;
    dl_iterate_phdr(
        [](dl_phdr_info* info, std::size_t, void* list) {
            if (info->dlpi_name != nullptr && info->dlpi_name[0] != '\0')
                static_cast<std::vector<std::string>*>(list)->emplace_back(info->dlpi_name);
            return 0;
        },
        &names);
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace

KeepDrivers::KeepDrivers() : before_(libraries()) {}

KeepDrivers::~KeepDrivers() {
    for (const std::string& name : libraries()) {
        if (std::binary_search(before_.begin(), before_.end(), name)) continue;
        void* library = ::dlopen(name.c_str(), RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
        if (library != nullptr) ::dlclose(library);
    }
}

}  // namespace weft::vulkan
