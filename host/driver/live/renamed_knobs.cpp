#include "driver/live/renamed_knobs.h"

#include <algorithm>

#include "sema/program.h"

namespace weft::driver {
namespace {

bool has_key(const sema::Program& program, const std::string& key) {
    return std::any_of(program.params.begin(), program.params.end(),
                       [&](const sema::Param& param) { return param.key == key; });
}

// The knobs that the other program does not have.
std::vector<const sema::Param*> alone(const sema::Program& program, const sema::Program& other) {
    std::vector<const sema::Param*> result;
    for (const sema::Param& param : program.params)
        if (param.kind != "input" && !has_key(other, param.key)) result.push_back(&param);
    return result;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> renamed_knobs(const sema::Program& before,
                                                               const sema::Program& now) {
    std::vector<std::pair<std::string, std::string>> result;
    std::vector<const sema::Param*> gone = alone(before, now);
    for (const sema::Param* fresh : alone(now, before)) {
        const auto same = std::find_if(gone.begin(), gone.end(), [&](const sema::Param* old) {
            return old->kind == fresh->kind && old->low == fresh->low && old->high == fresh->high &&
                   old->initial == fresh->initial;
        });
        if (same == gone.end()) continue;
        result.emplace_back((*same)->key, fresh->key);
        gone.erase(same);
    }
    return result;
}

}  // namespace weft::driver
