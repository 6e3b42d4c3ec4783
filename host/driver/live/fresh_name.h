// Names of files that a show writes one after the other: when an edit changes size or frame rate of
// what goes to a file, that one is complete, and the next one must not be written over it.
#pragma once

#include <set>
#include <string>

namespace weft::driver {

// `path`, or where it was given before: "film-2.mkv", "film-3.mkv". "-" stays.
[[nodiscard]] std::string fresh_name(std::set<std::string>& given, const std::string& path);

}  // namespace weft::driver
