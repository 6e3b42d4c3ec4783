// `weft validate PLUGIN.so`: whether a plugin keeps the contract.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "driver/validate/check.h"

namespace CLI {
class App;
}

namespace weft::validate {

struct ValidateOptions {
    std::string plugin;  // path of NAME.so, or a name to be searched for
    std::string beside;  // another one, likewise; "": none
    std::vector<std::string> plugin_directories;
    std::string level = "standard";
    std::vector<std::string> words;  // only checks with one of these in their ids; none: all
    std::optional<std::uint64_t> seed;
    double patience = 1;
    std::string junit;  // a file to write
    std::string child;  // for weft itself: what a process that it has started is to do
    bool list = false;
    bool json = false;
    bool in_process = false;
};

// `options` lives until the command line was parsed.
CLI::App* add_validate(CLI::App& app, ValidateOptions& options);

// 0: it passed; 1: a check failed; 2: the command line is wrong; 3: checks cannot be run here; 130:
// interrupted.
[[nodiscard]] int validate_plugin(const ValidateOptions& options);

}  // namespace weft::validate
