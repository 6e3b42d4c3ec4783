// What is known of a plugin before its library is opened: the text file NAME.json beside NAME.so.
//
//   {
//     "name": "tape",                      the name of both files
//     "version": "1.0", "summary": "...",  for people
//     "abi_min": 1, "abi_target": 1,       as in weft_plugin
//     "contexts": ["visual"],              those it compiles kernels for; may be empty
//     "flags": ["deterministic"],          also "raw_ir"; may be left out
//     "builtins": ["load"],                may be left out
//     "sinks": ["osc"],                    may be left out
//     "writes": [{"extension": "png", "kinds": ["picture"], "summary": "..."}]
//   }                                      kinds: picture, pictures, sound, table; may be left out
//
// An unknown key is an error: a misspelt one would otherwise be silently without effect.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace weft::plugin {

struct WriterFormat {
    std::string extension;     // "png"
    std::uint32_t writes = 0;  // WEFT_WRITES_*
    std::string summary;
};

struct Manifest {
    std::string name;
    std::string version;
    std::string summary;
    std::uint32_t abi_min = 0;
    std::uint32_t abi_target = 0;
    std::uint32_t contexts = 0;  // bit 1 << WEFT_CONTEXT_*
    std::uint32_t flags = 0;     // WEFT_BACKEND_*
    std::vector<std::string> builtins;
    std::vector<std::string> sinks;
    std::vector<WriterFormat> formats;
};

// `name` is the file's name without ".json", which the manifest must repeat.
[[nodiscard]] Result<Manifest> parse_manifest(std::string_view text, std::string_view name);

// "visual", "audio", "control", "compute", "file".
[[nodiscard]] std::string_view context_name(std::uint32_t context);

}  // namespace weft::plugin
