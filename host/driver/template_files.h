// The files of sdk/templates as strings of the program, so that `weft new-plugin` needs nothing
// beside it. cmake/WeftTemplates.cmake writes the definition.
#pragma once

#include <span>
#include <string_view>

namespace weft::driver {

struct TemplateFile {
    std::string_view path;  // "c/src/plugin.c"
    std::string_view text;
};

[[nodiscard]] std::span<const TemplateFile> template_files();

}  // namespace weft::driver
