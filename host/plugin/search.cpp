#include "plugin/search.h"

#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <string_view>

namespace weft::plugin {
namespace fs = std::filesystem;

std::vector<SearchPath> search_paths(const PluginOptions& options) {
    std::vector<SearchPath> paths;
    const auto add = [&](std::string directory, const char* origin) {
        std::error_code failed;
        const bool exists = fs::is_directory(directory, failed);
        paths.push_back({std::move(directory), origin, exists});
    };
    for (const std::string& directory : options.directories) add(directory, "--plugin-dir");
    if (const char* variable = std::getenv("WEFT_PLUGIN_PATH");
        variable && options.use_environment) {
        std::string_view rest = variable;
        while (!rest.empty()) {
            const auto colon = rest.find(':');
            if (const auto part = rest.substr(0, colon); !part.empty())
                add(std::string(part), "WEFT_PLUGIN_PATH");
            rest = colon == std::string_view::npos ? "" : rest.substr(colon + 1);
        }
    }
    if (options.use_installed) {
        std::error_code failed;
        const fs::path program = fs::read_symlink("/proc/self/exe", failed);
        if (!failed)
            add((program.parent_path().parent_path() / "lib" / "weft").string(),
                "beside the program");
    }
    return paths;
}

std::vector<Found> find_plugins(const std::vector<SearchPath>& paths) {
    std::vector<Found> found;
    std::set<fs::path> visited;
    for (const SearchPath& path : paths) {
        std::error_code failed;
        const fs::path directory = fs::canonical(path.directory, failed);
        if (failed || !visited.insert(directory).second) continue;
        std::map<std::string, Found> here;
        for (fs::directory_iterator it(directory, failed), end; !failed && it != end;
             it.increment(failed)) {
            const fs::path file = it->path();
            const std::string name = file.stem().string();
            // Libraries that plugins bring along are called lib*.so.
            if (file.extension() == ".json") {
                here[name].manifest = file.string();
            } else if (file.extension() == ".so" && name.rfind("lib", 0) != 0) {
                here[name].library = file.string();
            }
        }
        for (auto& [name, candidate] : here) {
            candidate.name = name;
            found.push_back(std::move(candidate));
        }
    }
    return found;
}

}  // namespace weft::plugin
