// Which back ends the tests run on: WEFT_TEST_BACKENDS, names between spaces; else those whose
// drivers scripts/packages.txt installs.
#pragma once

#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

namespace weft::test {

inline std::vector<std::string> tested_backends() {
    const char* chosen = std::getenv("WEFT_TEST_BACKENDS");
    std::istringstream words(chosen ? chosen : "reference cpu vulkan opencl");
    std::vector<std::string> names;
    for (std::string name; words >> name;) names.push_back(name);
    return names;
}

}  // namespace weft::test
