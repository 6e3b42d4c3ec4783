// What of an older version of a program goes on in a newer one: memory of caches that mean the
// same, and sources that are open.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "driver/compile/identity.h"
#include "plugin/extensions.h"
#include "runtime/show.h"
#include "sema/program.h"

namespace weft::driver {

// Where a cache of a built show is.
struct CachePlace {
    std::string name;  // "trail@v"
    plugin::Program* program = nullptr;
    std::uint32_t output = 0;
    std::shared_ptr<plugin::SharedMemory::Trial> lent;  // the memory it lives in, where it is lent
};
using CachePlaces = std::map<sema::StrandId, CachePlace>;

// For caches of a new program, by their strands, those of the old one whose places they may take.
// Of several that mean the same, the one of the same name; each has one heir.
[[nodiscard]] CachePlaces find_heirs(const ProgramIdentity& now, const sema::Program& program,
                                     const ProgramIdentity& before, const CachePlaces& places);

// "trail@v", or the instance's name alone.
[[nodiscard]] std::string name_of(const sema::Program& program, sema::StrandId strand);

// Tells what a file holds from what it held before: size, time and place on its disk; "" for what
// is no file.
[[nodiscard]] std::string stamp_of(const std::string& file);
// Files that a source may open, and all their stamps.
[[nodiscard]] std::vector<std::string> files_of(const sema::Instance& source);
[[nodiscard]] std::string stamps_of(const sema::Instance& source);

}  // namespace weft::driver
