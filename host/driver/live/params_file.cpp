#include "driver/live/params_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>

#include <nlohmann/json.hpp>

#include "base/read_file.h"

namespace weft::driver {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kVersionKey = "weft-params";
constexpr int kVersion = 1;

Error wrong(std::string message) {
    return {WEFT_INVALID, std::move(message)};
}

// Which file it is, by what changes when it is written.
struct Stamp {
    bool exists = false;
    ino_t inode = 0;
    off_t size = 0;
    timespec time{};
    bool operator==(const Stamp& other) const {
        return exists == other.exists && inode == other.inode && size == other.size &&
               time.tv_sec == other.time.tv_sec && time.tv_nsec == other.time.tv_nsec;
    }
};

Stamp stamp_of(const std::string& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return {};
    return {true, info.st_ino, info.st_size, info.st_mtim};
}

Result<KnobValues> read_values(const Json& json, const std::string& where) {
    KnobValues result;
    if (!json.is_object()) return wrong("'" + where + "' is not a list of values by name");
    for (const auto& [key, value] : json.items()) {
        if (value.is_boolean()) {  // of a toggle
            result[key] = value.get<bool>() ? 1 : 0;
            continue;
        }
        if (!value.is_number() || !std::isfinite(value.get<double>()))
            return wrong(fmt::format("'{}' of '{}' is not a number", key, where));
        result[key] = value.get<double>();
    }
    return result;
}

Result<void> read_bindings(const Json& json, KnobSettings& settings) {
    if (!json.is_object()) return wrong("'bindings' is not a list of controls by name");
    for (const auto& [key, value] : json.items()) {
        const Json list = value.is_array() ? value : Json::array({value});
        for (const Json& one : list) {
            const auto name =
                one.is_string() ? ControlName::parse(one.get<std::string>()) : std::nullopt;
            if (!name)
                return wrong(
                    fmt::format("{} does not name a control for '{}', as midi_cc(1, 7), "
                                "midi_note(1, 60), midi_bend(1), osc_in(\"/a\")[0] or "
                                "key(space)",
                                one.dump(), key));
            settings.bindings.emplace_back(key, *name);
        }
    }
    return {};
}

Result<KnobSettings> settings_of(const Json& json) {
    if (!json.is_object()) return wrong("it does not hold an object");
    const auto version = json.find(kVersionKey);
    if (version == json.end() || !version->is_number_integer())
        return wrong(fmt::format("it has no \"{}\": {}", kVersionKey, kVersion));
    if (*version != kVersion)
        return wrong(fmt::format("it is of version {}, and this reads version {}", version->dump(),
                                 kVersion));
    KnobSettings settings;
    if (const auto values = json.find("values"); values != json.end()) {
        auto read = read_values(*values, "values");
        if (!read) return std::move(read).error();
        settings.values = std::move(*read);
    }
    if (const auto bindings = json.find("bindings"); bindings != json.end())
        if (auto read = read_bindings(*bindings, settings); !read) return std::move(read).error();
    if (const auto presets = json.find("presets"); presets != json.end()) {
        if (!presets->is_object()) return wrong("'presets' is not a list of presets by name");
        for (const auto& [name, values] : presets->items()) {
            auto read = read_values(values, name);
            if (!read) return std::move(read).error();
            settings.presets[name] = std::move(*read);
        }
    }
    if (const auto keys = json.find("preset_keys"); keys != json.end()) {
        if (!keys->is_object()) return wrong("'preset_keys' is not a list of presets by key");
        for (const auto& [key, preset] : keys->items()) {
            if (!preset.is_string())
                return wrong(fmt::format("'{}' of 'preset_keys' is not a preset's name", key));
            settings.preset_keys[key] = preset.get<std::string>();
        }
    }
    return settings;
}

// Values by name into an object, which keeps its order and what else it holds.
void put_values(Json& json, const KnobValues& values, const KnobValues& before) {
    if (!json.is_object()) json = Json::object();
    for (const auto& [key, value] : values) {
        const auto old = before.find(key);
        if (old == before.end() || old->second != value) json[key] = value;
    }
}

Json bindings_of(const KnobSettings& settings, Json before) {
    Json result = Json::object();
    const auto add = [&](const std::string& key) {
        Json list = Json::array();
        for (const auto& [knob, name] : settings.bindings)
            if (knob == key) list.push_back(name.written());
        if (!list.empty()) result[key] = list.size() == 1 ? list[0] : list;
    };
    if (before.is_object())
        for (const auto& [key, unused] : before.items()) add(key);
    for (const auto& [key, unused] : settings.bindings)
        if (!result.contains(key)) add(key);
    return result;
}

Result<void> replace(const std::string& name, const std::string& text) {
    std::error_code missing;
    const std::filesystem::path real = std::filesystem::canonical(name, missing);  // of a link
    const std::string path = missing ? name : real.string();
    const auto failed = [&] {
        return Error{WEFT_INVALID,
                     fmt::format("'{}' cannot be written: {}", path, std::strerror(errno))};
    };
    const std::string beside = fmt::format("{}.{}.tmp", path, ::getpid());
    struct stat before {};
    const mode_t mode = ::stat(path.c_str(), &before) == 0 ? before.st_mode & 07777 : 0666;
    const int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
    if (file < 0) return failed();
    std::string_view rest = text;
    while (!rest.empty()) {
        const ssize_t done = ::write(file, rest.data(), rest.size());
        if (done < 0 && errno == EINTR) continue;
        if (done < 0) break;
        rest.remove_prefix(static_cast<std::size_t>(done));
    }
    const bool written = rest.empty() && ::fsync(file) == 0;
    const Error why = failed();
    if (::close(file) == 0 && written && ::rename(beside.c_str(), path.c_str()) == 0) return {};
    const Error last = written ? failed() : why;
    (void)::unlink(beside.c_str());
    return last;
}

}  // namespace

struct ParamsFile::State {
    Json json = Json::object();  // as it was read or written last
    KnobSettings settings;       // the same
    Stamp stamp;
    bool readable = true;
};

ParamsFile::ParamsFile(std::string path)
    : path_(std::move(path)), state_(std::make_unique<State>()) {}
ParamsFile::~ParamsFile() = default;

Result<KnobSettings> ParamsFile::read() {
    if (path_.empty()) return KnobSettings{};
    state_->stamp = stamp_of(path_);
    state_->readable = true;
    state_->json = Json::object();
    state_->settings = {};
    if (!state_->stamp.exists) return KnobSettings{};
    state_->readable = false;
    const auto text = read_file(path_);
    if (!text) return wrong(text.error().message);
    Json json;
    try {
        json = Json::parse(*text);
    } catch (const Json::exception& error) {
        // "[json.exception.parse_error.101] parse error at line 1, column 2: ..."
        const std::string_view what = error.what();
        const std::size_t begin = what.find("] ");
        return wrong(std::string(begin == std::string_view::npos ? what : what.substr(begin + 2)));
    }
    auto settings = settings_of(json);
    if (!settings) return settings;
    state_->json = std::move(json);
    state_->settings = *settings;
    state_->readable = true;
    return settings;
}

const KnobSettings& ParamsFile::known() const {
    return state_->settings;
}

bool ParamsFile::has_changed() const {
    const Stamp now = path_.empty() ? Stamp() : stamp_of(path_);
    return now.exists && !(now == state_->stamp);
}

Result<void> ParamsFile::write(const KnobSettings& settings) {
    if (path_.empty() || !state_->readable || settings == state_->settings) return {};
    Json json = state_->json;
    json[kVersionKey] = kVersion;
    if (!settings.values.empty() || json.contains("values"))
        put_values(json["values"], settings.values, state_->settings.values);
    if (settings.bindings != state_->settings.bindings)
        json["bindings"] = bindings_of(settings, json["bindings"]);
    for (const auto& [name, values] : settings.presets) {
        const auto before = state_->settings.presets.find(name);
        if (before != state_->settings.presets.end() && before->second == values) continue;
        put_values(json["presets"][name], values,
                   before == state_->settings.presets.end() ? KnobValues() : before->second);
    }
    if (auto done = replace(path_, json.dump(2) + "\n"); !done) return done;
    state_->json = std::move(json);
    state_->settings = settings;
    state_->stamp = stamp_of(path_);
    return {};
}

}  // namespace weft::driver
