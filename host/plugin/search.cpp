#include "plugin/search.h"

#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <string_view>

#include <dlfcn.h>
#include <link.h>

namespace weft::plugin {
namespace fs = std::filesystem;

namespace {

// Seen from what this code is part of: libweft, in whatever program; or a program that has it
// within, as tests. Empty: nobody can tell.
fs::path installed_directory() {
    static const char here = 0;
    Dl_info unused{};
    void* loaded = nullptr;
    if (dladdr1(&here, &unused, &loaded, RTLD_DL_LINKMAP) == 0) return {};
    const std::string_view library = static_cast<const link_map*>(loaded)->l_name;
    std::error_code failed;
    if (!library.empty()) return fs::absolute(library, failed).parent_path() / "weft";
    const fs::path program = fs::read_symlink("/proc/self/exe", failed);
    if (failed) return {};
    return program.parent_path().parent_path() / "lib" / "weft";
}

}  // namespace

std::string page_of_the_manual(const std::string& page) {
    std::error_code failed;
    const fs::path prefix = installed_directory().lexically_normal().parent_path().parent_path();
    const fs::path installed = prefix / "share" / "doc" / "weft" / page;
    return fs::is_regular_file(installed, failed) ? installed.string() : page;
}

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
    if (options.use_installed)
        if (const fs::path directory = installed_directory(); !directory.empty())
            add(directory.lexically_normal().string(), kInstalled);
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
