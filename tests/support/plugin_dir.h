// A directory of plugins made for one test: the fixtures of tests/plugins under any name, with
// manifests as the test wants them.
#pragma once

#include <weft_paths.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "plugin/plugin.h"
#include "tests/support/temp_dir.h"

namespace weft::test {

class PluginDir {
public:
    [[nodiscard]] const std::string& path() const { return directory_.path().native(); }

    // What tests/plugins/common.h says of itself.
    static std::string manifest(const std::string& name) {
        return R"({"name": ")" + name +
               R"(", "version": "1.0", "summary": "a fixture", "abi_min": 1, "abi_target": 1,)"
               R"( "contexts": ["visual"]})";
    }
    static std::string fixture(const std::string& name) {
        return in_build("/tests/plugins/") + name + ".so";
    }

    void text(const std::string& file, const std::string& content) const {
        std::ofstream(directory_ / file, std::ios::binary) << content;
    }
    void library(const std::string& name, const std::string& target) const {
        std::filesystem::create_symlink(target, directory_ / (name + ".so"));
    }
    // Fixture `name` under its own name.
    void add(const std::string& name, const std::string& json = {}) const {
        library(name, fixture(name));
        text(name + ".json", json.empty() ? manifest(name) : json);
    }
    // Only what is in here.
    [[nodiscard]] plugin::PluginOptions options() const {
        plugin::PluginOptions o;
        o.directories = {path()};
        o.use_environment = false;
        o.use_installed = false;
        return o;
    }

private:
    TempDir directory_;
};

}  // namespace weft::test
