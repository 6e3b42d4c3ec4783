#include "driver/validate/own_sources.h"

#include <weft/backend.h>

#include <algorithm>
#include <filesystem>

#include "base/read_file.h"

namespace weft::validate {
namespace {

namespace fs = std::filesystem;

// False: a file that it names is not there.
bool complete(plugin::OwnBuiltin& builtin, const fs::path& directory) {
    if (builtin.context != WEFT_CONTEXT_FILE) return true;
    for (plugin::OwnBuiltin::Argument& argument : builtin.example) {
        if (!argument.is_text) continue;
        const fs::path path = directory / argument.text;
        std::error_code ignored;
        if (!fs::exists(path, ignored)) return false;
        argument.text = path.string();
    }
    return true;
}

}  // namespace

std::vector<plugin::OwnBuiltin> own_sources(const std::string& manifest) {
    if (manifest.empty()) return {};
    const fs::path path = fs::absolute(manifest);
    const auto text = read_file(manifest);
    if (!text) return {};
    auto read = plugin::parse_manifest(*text, path.stem().string());
    if (!read) return {};
    std::vector<plugin::OwnBuiltin> result = std::move(read->own_builtins);
    std::erase_if(result, [&](plugin::OwnBuiltin& one) {
        return !one.has_example || !complete(one, path.parent_path());
    });
    return result;
}

}  // namespace weft::validate
