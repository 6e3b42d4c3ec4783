#include "driver/live/params.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "base/diagnostics.h"
#include "driver/live/learning.h"
#include "driver/live/params_file.h"
#include "driver/live/renamed_knobs.h"
#include "runtime/inputs.h"
#include "sema/program.h"

namespace weft::driver {
namespace {

using namespace std::chrono_literals;

constexpr auto kSaveEvery = 2000ms;
constexpr std::size_t kMostNews = 64;
constexpr std::uint32_t kShift = 1;
constexpr std::uint32_t kControl = 2;

}  // namespace

class Knobs::Impl {
public:
    Impl(Options options, Diagnostics& diagnostics)
        : options_(std::move(options)),
          file_(options_.program == "-" || options_.program.empty()
                    ? std::string()
                    : options_.program + ".params.json") {
        auto read = file_.read();
        if (read) {
            settings_ = std::move(*read);
        } else {
            const std::string& why = read.error().message;
            diagnostics.add(Code::params_unreadable, {}, {file_.path(), why});
            problem_ = file_.path() + ": " + why;
        }
        saver_ = std::thread([this] { save_now_and_then(); });
    }

    ~Impl() {
        {
            const std::lock_guard lock(mutex_);
            end_ = true;
        }
        wake_.notify_one();
        saver_.join();
        leave();
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    bool call_first_preset(Diagnostics& diagnostics) {
        if (options_.preset.empty()) return true;
        const auto preset = settings_.presets.find(options_.preset);
        if (preset != settings_.presets.end()) {
            for (const auto& [key, value] : preset->second) settings_.values[key] = value;
            return true;
        }
        std::string names;
        for (const auto& [name, unused] : settings_.presets)
            names += (names.empty() ? "" : ", ") + name;
        diagnostics.add(Code::no_preset, {}, {options_.preset})
            .suggest(names.empty() ? "there are none in " + file_.path() : "there are " + names);
        return false;
    }

    void adopt(const sema::Program& program, runtime::Inputs& inputs) {
        const std::lock_guard lock(mutex_);
        collect();
        if (program_ != nullptr) rename(renamed_knobs(*program_, program));
        program_ = &program;
        inputs_ = &inputs;
        knobs_.clear();
        for (sema::ParamId id = 0; id < program.params.size(); ++id)
            if (program.params[id].kind != "input") knobs_.push_back(id);
        inputs.read(values_, &touched_);
        for (const sema::ParamId id : knobs_) {
            const auto saved = settings_.values.find(program.params[id].key);
            if (!touched_[id] && saved != settings_.values.end()) set(id, saved->second);
        }
        bind();
        learn_on();
    }

    void leave() {
        save();
        const std::lock_guard lock(mutex_);
        program_ = nullptr;
        inputs_ = nullptr;
        knobs_.clear();
        bind();
        learning_.adopt({}, {});
    }

    // The disk is waited for without the lock.
    void save() {
        const std::lock_guard writing(file_mutex_);
        if (file_.has_changed()) {
            const KnobSettings before = file_.known();
            auto read = file_.read();
            const std::lock_guard lock(mutex_);
            take_over(std::move(read), before);
        }
        KnobSettings settings;
        {
            const std::lock_guard lock(mutex_);
            collect();
            settings = settings_;
        }
        if (auto done = file_.write(settings); !done) {
            const std::lock_guard lock(mutex_);
            complain(done.error().message);
        }
    }

    void heard(const weft_source& source, std::uint32_t output, double value) {
        if (!listens_.load(std::memory_order_relaxed)) return;
        const std::lock_guard lock(mutex_);
        const bool is_note =
            std::string_view(source.builtin.data, source.builtin.size) == "midi_note";
        const unsigned channel =
            source.arg_count > 0 ? static_cast<unsigned>(source.args[0].number) & 15 : 0;
        if (is_note && output == 0) note_[channel] = static_cast<unsigned>(value);
        const unsigned note = is_note ? note_[channel] : 0;
        if (learning_.waits()) {
            const auto name = ControlName::of(source, output, note);
            if (name && learning_.takes(*name, settings_.bindings)) bind_waiting(*name);
        }
        for (Bound& bound : bound_)
            if (bound.name.follows(source, output, note)) turn(bound, bound.name.part(value));
    }

    bool key(std::string_view name, bool pressed, std::uint32_t modifiers) {
        const std::lock_guard lock(mutex_);
        if (pressed && preset_key(name, modifiers)) return true;
        bool used = false;
        if (learning_.has_knobs() && pressed) used = learn_key(name, modifiers);
        const ControlName control{"key", std::string(name), {}, 0};
        for (Bound& bound : bound_) {
            if (!(bound.name == control)) continue;
            turn(bound, pressed ? 1 : 0);
            used = true;
        }
        return used;
    }

    std::vector<std::string> builtins() const {
        const std::lock_guard lock(mutex_);
        return builtins_of(settings_);
    }

    bool is_learning() const { return options_.learn; }

    std::vector<News> take_news() {
        if (!has_news_.load(std::memory_order_relaxed)) return {};
        const std::lock_guard lock(mutex_);
        has_news_.store(false, std::memory_order_relaxed);
        return std::exchange(news_, {});
    }
    bool take_reload() { return reload_.exchange(false, std::memory_order_relaxed); }
    bool wants_keys() const {
        const std::lock_guard lock(mutex_);
        return options_.learn || !settings_.preset_keys.empty() ||
               std::any_of(settings_.bindings.begin(), settings_.bindings.end(),
                           [](const auto& one) { return one.second.builtin == "key"; });
    }

    std::vector<std::string> lines() const {
        const std::lock_guard lock(mutex_);
        std::vector<std::string> result;
        if (options_.learn && program_ != nullptr) {
            result.push_back(learning_.line(settings_.bindings));
            if (!learned_.empty()) result.push_back(learned_);
        }
        if (!problem_.empty()) result.push_back(problem_);
        return result;
    }

private:
    // A control and the parameter it turns here.
    struct Bound {
        ControlName name;
        sema::ParamId param = 0;
        bool down = false;
    };

    static std::vector<std::string> builtins_of(const KnobSettings& settings) {
        std::vector<std::string> result;
        for (const auto& [knob, name] : settings.bindings)
            if (name.builtin != "key" &&
                std::find(result.begin(), result.end(), name.builtin) == result.end())
                result.push_back(name.builtin);
        return result;
    }

    void bind() {
        std::vector<Bound> bound;
        for (const auto& [key, name] : settings_.bindings)
            for (const sema::ParamId id : knobs_)
                if (program_->params[id].key == key) bound.push_back({name, id, false});
        bound_ = std::move(bound);
        listens_.store(options_.learn || !bound_.empty(), std::memory_order_relaxed);
    }

    void tell(bool warning, std::string text) {
        if (news_.size() < kMostNews) news_.push_back({warning, std::move(text)});
        has_news_.store(true, std::memory_order_relaxed);
    }

    void rename(const std::vector<std::pair<std::string, std::string>>& names) {
        const auto move_value = [](KnobValues& values, const auto& name) {
            const auto old = values.find(name.first);
            if (old != values.end()) values.insert_or_assign(name.second, old->second);
        };
        for (const auto& name : names) {
            move_value(settings_.values, name);
            for (auto& [unused, values] : settings_.presets) move_value(values, name);
            for (auto& [key, unused] : settings_.bindings)
                if (key == name.first) key = name.second;
        }
    }

    void set(sema::ParamId id, double value) {
        const sema::Param& param = program_->params[id];
        values_[id] = std::clamp(value, std::min(param.low, param.high), param.high);
        touched_[id] = true;
        inputs_->post({id, values_[id], 0});
    }

    void turn(Bound& bound, double part) {
        const sema::Param& param = program_->params[bound.param];
        if (param.kind != "toggle")
            return set(bound.param, param.low + part * (param.high - param.low));
        const bool down = bound.name.only_presses() ? part > 0 : part > 0.5;
        const bool pressed = down && (bound.name.only_presses() || !bound.down);
        bound.down = down;
        if (pressed) set(bound.param, values_[bound.param] != 0 ? 0 : 1);
    }

    // --- learning

    void learn_on() {
        if (!options_.learn) return;
        std::vector<Learning::Knob> knobs;
        for (const sema::ParamId id : knobs_)
            knobs.push_back({program_->params[id].name, program_->params[id].key});
        learning_.adopt(std::move(knobs), settings_.bindings);
        tell_learning();
    }
    void tell_learning() {
        std::string line = learning_.line(settings_.bindings);
        if (line == learn_line_) return;
        tell(false, line);
        learn_line_ = std::move(line);
    }

    void bind_waiting(const ControlName& name) {
        const Learning::Knob& knob = learning_.knob();
        settings_.bindings.emplace_back(knob.key, name);
        learned_ = fmt::format("{} is turned by {}", knob.name, name.written());
        tell(false, learned_);
        bind();
        learning_.go_on(settings_.bindings);
        tell_learning();
    }

    bool learn_key(std::string_view name, std::uint32_t modifiers) {
        if (name == "tab") {
            learning_.step((modifiers & kShift) != 0);
        } else if (name == "backspace") {
            const std::string& key = learning_.knob().key;
            std::erase_if(settings_.bindings, [&](const auto& one) { return one.first == key; });
            bind();
            learning_.again();
        } else {
            const ControlName control{"key", std::string(name), {}, 0};
            if (!Learning::is_learnable(name, modifiers) ||
                !learning_.takes(control, settings_.bindings))
                return false;
            bind_waiting(control);
        }
        tell_learning();
        return true;
    }

    // --- presets

    bool preset_key(std::string_view name, std::uint32_t modifiers) {
        const auto key = settings_.preset_keys.find(std::string(name));
        if (key == settings_.preset_keys.end() || program_ == nullptr) return false;
        if ((modifiers & (kShift | kControl)) == (kShift | kControl)) {
            KnobValues& stored = settings_.presets[key->second];
            for (const sema::ParamId id : knobs_) stored[program_->params[id].key] = values_[id];
            tell(false, fmt::format("preset '{}' is kept", key->second));
            return true;
        }
        const auto preset = settings_.presets.find(key->second);
        if (modifiers != 0 || preset == settings_.presets.end()) return false;
        for (const sema::ParamId id : knobs_) {
            const auto value = preset->second.find(program_->params[id].key);
            if (value != preset->second.end()) set(id, value->second);
        }
        return true;
    }

    // --- the file

    // What the program's knobs say.
    void collect() {
        if (program_ == nullptr) return;
        for (const sema::ParamId id : knobs_)
            if (touched_[id]) settings_.values[program_->params[id].key] = values_[id];
    }

    void complain(const std::string& problem) {
        if (std::exchange(problem_, problem) != problem && !problem.empty()) tell(true, problem);
    }

    // Somebody edited the file, which held `before`: what turns knobs, and presets, are his; of
    // values those that he changed.
    void take_over(Result<KnobSettings> read, const KnobSettings& before) {
        if (!read) {
            complain(file_.path() + ": " + read.error().message +
                     "; until it is mended it is neither used nor written");
            return;
        }
        complain("");
        collect();
        const std::vector<std::string> open = builtins_of(settings_);
        KnobValues edited;
        for (const auto& [key, value] : read->values) {
            const auto old = before.values.find(key);
            if (old == before.values.end() || old->second != value) edited.emplace(key, value);
        }
        for (const auto& [key, value] : settings_.values)
            if (edited.count(key) == 0 && (read->values.count(key) != 0 || knob_of(key)))
                read->values[key] = value;
        settings_ = std::move(*read);
        bind();
        for (const auto& [key, value] : edited) {
            if (const auto id = knob_of(key))
                set(*id, value);
            else if (program_ != nullptr)
                tell(true, fmt::format("{}: '{}' is no knob of this program", file_.path(), key));
        }
        for (const std::string& builtin : builtins_of(settings_))
            if (std::find(open.begin(), open.end(), builtin) == open.end()) reload_ = true;
    }

    [[nodiscard]] std::optional<sema::ParamId> knob_of(const std::string& key) const {
        for (const sema::ParamId id : knobs_)
            if (program_->params[id].key == key) return id;
        return std::nullopt;
    }

    void save_now_and_then() {
        std::unique_lock lock(mutex_);
        while (!wake_.wait_for(lock, kSaveEvery, [this] { return end_; })) {
            lock.unlock();
            save();
            lock.lock();
        }
    }

    const Options options_;
    std::mutex file_mutex_;  // taken before the other
    ParamsFile file_;
    mutable std::mutex mutex_;  // of all that follows
    KnobSettings settings_;
    std::string problem_;

    const sema::Program* program_ = nullptr;
    runtime::Inputs* inputs_ = nullptr;
    std::vector<sema::ParamId> knobs_;
    std::vector<double> values_;  // by parameter
    std::vector<bool> touched_;
    std::vector<Bound> bound_;
    std::atomic<bool> listens_{false};
    std::array<unsigned, 16> note_{};  // by channel: the one that was heard last

    Learning learning_;  // without knobs: nobody wants to learn
    std::string learn_line_;
    std::string learned_;
    std::vector<News> news_;
    std::atomic<bool> has_news_{false};
    std::atomic<bool> reload_{false};

    bool end_ = false;
    std::condition_variable wake_;
    std::thread saver_;
};

Knobs::Knobs(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Knobs::~Knobs() = default;

std::unique_ptr<Knobs> Knobs::open(Options options, Diagnostics& diagnostics) {
    auto impl = std::make_unique<Impl>(std::move(options), diagnostics);
    if (!impl->call_first_preset(diagnostics)) return nullptr;
    return std::unique_ptr<Knobs>(new Knobs(std::move(impl)));
}

void Knobs::adopt(const sema::Program& program, runtime::Inputs& inputs) {
    impl_->adopt(program, inputs);
}

void Knobs::leave() {
    impl_->leave();
}

void Knobs::save() {
    impl_->save();
}

void Knobs::heard(const weft_source& source, std::uint32_t output, double value) {
    impl_->heard(source, output, value);
}

bool Knobs::key(std::string_view name, bool pressed, std::uint32_t modifiers) {
    return impl_->key(name, pressed, modifiers);
}

std::vector<std::string> Knobs::builtins() const {
    return impl_->builtins();
}

bool Knobs::is_learning() const {
    return impl_->is_learning();
}

std::vector<Knobs::News> Knobs::take_news() {
    return impl_->take_news();
}

bool Knobs::take_reload() {
    return impl_->take_reload();
}

bool Knobs::wants_keys() const {
    return impl_->wants_keys();
}

std::vector<std::string> Knobs::lines() const {
    return impl_->lines();
}

}  // namespace weft::driver
