#include "driver/compile/heritage.h"

#include <algorithm>

#include <fmt/format.h>
#include <sys/stat.h>

namespace weft::driver {

std::string name_of(const sema::Program& program, sema::StrandId id) {
    const sema::Strand& strand = program.strands[id];
    const std::string& instance = program.instances[strand.instance].name;
    return strand.name.empty() ? instance : instance + "@" + strand.name;
}

CachePlaces find_heirs(const ProgramIdentity& now, const sema::Program& program,
                       const ProgramIdentity& before, const CachePlaces& places) {
    std::map<Identity, std::vector<const CachePlace*>> left;
    for (const auto& [strand, place] : places) {
        left[before.caches.at(strand)].push_back(&place);
    }
    CachePlaces heirs;
    for (const bool by_name : {true, false}) {
        for (const auto& [strand, identity] : now.caches) {
            const auto found = left.find(identity);
            if (heirs.contains(strand) || found == left.end()) {
                continue;
            }
            std::vector<const CachePlace*>& list = found->second;
            const std::string name = name_of(program, strand);
            const auto place = std::find_if(list.begin(), list.end(), [&](const CachePlace* one) {
                return !by_name || one->name == name;
            });
            if (place != list.end()) {
                heirs.emplace(strand, **place);
                list.erase(place);
            }
        }
    }
    return heirs;
}

std::string stamp_of(const std::string& file) {
    struct stat found {};
    if (::stat(file.c_str(), &found) != 0 || !S_ISREG(found.st_mode)) {
        return {};
    }
    return fmt::format("{}.{:09}/{}/{}", found.st_mtim.tv_sec, found.st_mtim.tv_nsec, found.st_size,
                       found.st_ino);
}

std::vector<std::string> files_of(const sema::Instance& source) {
    std::vector<std::string> files;
    for (const sema::SourceArgument& argument : source.arguments) {
        if (argument.is_text && argument.name.empty() &&
            argument.text.find("://") == std::string::npos) {
            files.push_back(argument.text);
        }
    }
    return files;
}

std::string stamps_of(const sema::Instance& source) {
    std::string stamps;
    for (const std::string& file : files_of(source)) {
        stamps += stamp_of(file) + ";";
    }
    return stamps;
}

}  // namespace weft::driver
