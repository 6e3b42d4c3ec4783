#include "gpu/choice.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>

#include <weft/cpp/backend.hpp>

namespace weft::gpu {
namespace {

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

// A number beyond the list is a part of a name: "4090".
bool is_meant(const std::string& wanted, const std::vector<DeviceOption>& all, std::size_t number) {
    for (std::size_t i = 0; i < all.size(); ++i)
        if (wanted == std::to_string(i)) return i == number;
    return lower(all[number].name).find(lower(wanted)) != std::string::npos;
}

}  // namespace

std::size_t choose_device(const char* variable, const std::vector<DeviceOption>& all) {
    if (all.empty())
        throw cpp::Failure(WEFT_UNAVAILABLE, "its loader finds no driver with a device");
    const char* asked = std::getenv(variable);
    const std::string wanted = asked != nullptr ? asked : "";
    std::size_t best = all.size();
    std::string lacking;
    std::string names;
    for (std::size_t i = 0; i < all.size(); ++i) {
        names += (i == 0 ? "" : "; ") + std::to_string(i) + ": " + all[i].name;
        if (!is_meant(wanted, all, i)) continue;
        if (!all[i].missing.empty()) {
            lacking += (lacking.empty() ? "" : "; ") + all[i].name + ' ' + all[i].missing;
        } else if (best == all.size() || all[i].score > all[best].score) {
            best = i;
        }
    }
    if (best != all.size()) return best;
    if (!lacking.empty()) throw cpp::Failure(WEFT_UNAVAILABLE, lacking);
    throw cpp::Failure(WEFT_UNAVAILABLE, std::string(variable) + " asks for \"" + wanted +
                                             "\", and there is " + names);
}

std::uint32_t list_devices(const char* variable, const std::vector<DeviceOption>& all,
                           weft_device* devices, std::uint32_t room) {
    std::size_t chosen = all.size();
    try {
        chosen = choose_device(variable, all);
    } catch (const cpp::Failure&) {
        // None is; each has its reason, or was not asked for.
    }
    for (std::size_t i = 0; i < all.size() && i < room; ++i) {
        devices[i].chosen = i == chosen ? 1 : 0;
        devices[i].score = all[i].score;
        cpp::copy_text(devices[i].name, all[i].name);
        cpp::copy_text(devices[i].reason, all[i].missing);
    }
    return static_cast<std::uint32_t>(all.size());
}

}  // namespace weft::gpu
