#include "driver/live/fresh_name.h"

#include <fmt/format.h>

namespace weft::driver {

std::string fresh_name(std::set<std::string>& given, const std::string& path) {
    if (path == "-" || given.insert(path).second) {
        return path;
    }
    const std::size_t slash = path.find_last_of('/');
    const std::size_t dot = path.rfind('.');
    const bool has_extension =
        dot != std::string::npos && (slash == std::string::npos || dot > slash);
    const std::size_t end = has_extension ? dot : path.size();
    for (int number = 2;; ++number) {
        std::string name = fmt::format("{}-{}{}", path.substr(0, end), number, path.substr(end));
        if (given.insert(name).second) {
            return name;
        }
    }
}

}  // namespace weft::driver
