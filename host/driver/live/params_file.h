// FILE.params.json, which lies beside a program: where its knobs stand, what turns them, presets.
//
//     { "weft-params": 1,
//       "values": {"speed@s": 0.7},
//       "bindings": {"speed@s": "midi_cc(1, 7)", "on@s": ["key(space)", "midi_note(10, 36)"]},
//       "presets": {"calm": {"speed@s": 0.2}},
//       "preset_keys": {"f5": "calm"} }
//
// It may be edited by hand, also while the program runs; what is not known here is kept.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "driver/live/control_name.h"

namespace weft::driver {

using KnobValues = std::map<std::string, double>;  // by sema::Param::key

struct KnobSettings {
    KnobValues values;
    std::vector<std::pair<std::string, ControlName>> bindings;  // by sema::Param::key
    std::map<std::string, KnobValues> presets;
    std::map<std::string, std::string> preset_keys;
    bool operator==(const KnobSettings&) const = default;
};

class ParamsFile {
public:
    // "" keeps nothing.
    explicit ParamsFile(std::string path);
    ~ParamsFile();
    ParamsFile(const ParamsFile&) = delete;
    ParamsFile& operator=(const ParamsFile&) = delete;

    // What it holds; nothing where there is no file. An error says what is wrong and where: then
    // nothing is written any more, so that nothing is lost, until it can be read again.
    [[nodiscard]] Result<KnobSettings> read();
    // What it held when it was read or written last.
    [[nodiscard]] const KnobSettings& known() const;
    // Has somebody else written it since? One that is gone has not: what is known stays, and is
    // written with the next change.
    [[nodiscard]] bool has_changed() const;
    // Replaces what changed, at once or not at all.
    [[nodiscard]] Result<void> write(const KnobSettings& settings);

    [[nodiscard]] const std::string& path() const { return path_; }

private:
    struct State;
    std::string path_;
    std::unique_ptr<State> state_;
};

}  // namespace weft::driver
