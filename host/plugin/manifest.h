// What is known of a plugin before its library is opened: the text file NAME.json beside NAME.so.
//
//   {
//     "name": "tape",                      the name of both files
//     "version": "1.0", "summary": "...",  for people
//     "abi_min": 1, "abi_target": 1,       as in weft_plugin
//     "contexts": ["visual"],              those it compiles kernels for; may be empty
//     "flags": ["deterministic"],          also "raw_ir"; may be left out
//     "builtins": ["load",                 may be left out. One of the language by its name, one
//         {"name": "tide",                 of the plugin's own with what a program may write:
//          "context": "file",              the context at home with it
//          "arguments": "nn", "least": 1,  one letter each: n a number, t a text (of context file:
//                                          a path), d, last and of context control, what it is
//                                          until something came; how many must be there (all)
//          "outputs": [1, 3],              at least, at most, 255: any number ([1, 1])
//          "axis": "past",                 name of a coordinate of its own ("")
//          "options": "wrap",              named arguments, separated by spaces ("")
//          "example": [12.4],              arguments with which `weft validate` may open it, paths
//                                          beside the manifest; none: it does not
//          "summary": "..."}],
//     "sinks": ["osc"],                    may be left out
//     "extensions": ["weft.audio/1"],      those that the host looks for: weft.audio/1,
//                                          weft.window/1, weft.control/1, weft.tempo/1;
//                                          may be left out
//     "writes": [{"extension": "png", "kinds": ["picture"], "summary": "..."}]
//   }                                      kinds: picture, pictures, sound, table; may be left out
//
// An unknown key is an error: a misspelt one would otherwise be silently without effect.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/contexts.h"
#include "base/result.h"

namespace weft::plugin {

struct WriterFormat {
    std::string extension;     // "png"
    std::uint32_t writes = 0;  // WEFT_WRITES_*
    std::string summary;
};

// A source that the plugin brought with it.
struct OwnBuiltin {
    struct Argument {
        bool is_text = false;
        std::string text;
        double number = 0;
    };

    std::string name;
    std::uint32_t context = 0;
    std::uint32_t least = 0;  // arguments
    std::uint32_t least_outputs = 1;
    std::uint32_t most_outputs = 1;
    std::string axis, arguments, options, summary;
    std::vector<Argument> example;
    bool has_example = false;
};

struct Manifest {
    std::string name;
    std::string version;
    std::string summary;
    std::uint32_t abi_min = 0;
    std::uint32_t abi_target = 0;
    std::uint32_t contexts = 0;         // bit 1 << WEFT_CONTEXT_*
    std::uint32_t flags = 0;            // WEFT_BACKEND_*
    std::vector<std::string> builtins;  // all that are opened here
    std::vector<OwnBuiltin> own_builtins;
    std::vector<std::string> sinks;
    std::vector<std::string> extensions;
    std::vector<WriterFormat> formats;
};

// `name` is the file's name without ".json", which the manifest must repeat.
[[nodiscard]] Result<Manifest> parse_manifest(std::string_view text, std::string_view name);

}  // namespace weft::plugin
