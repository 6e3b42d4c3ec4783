// `weft new-plugin`: a directory with a back end that builds, runs and is tested, to change.
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace weft::driver {

struct NewPluginOptions {
    std::string name;
    std::string language = "c";  // also "c++", "rust"
    std::string directory;       // "": the name
};

// Describes the command and its options, which are read into `options`.
CLI::App* add_new_plugin(CLI::App& app, NewPluginOptions& options);
// The exit code. Nothing that is there already is touched, and on failure nothing is left.
[[nodiscard]] int new_plugin(const NewPluginOptions& options);

}  // namespace weft::driver
