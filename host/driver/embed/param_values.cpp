#include "driver/embed/param_values.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/diagnostics.h"
#include "driver/embed/border.h"

namespace weft::driver {
namespace {

// "knob" of "knob@s".
std::string_view instance_of(std::string_view name) {
    return name.substr(0, name.find('@'));
}

}  // namespace

ParamValues::ParamValues(const sema::Program& program, const ParamValues* before)
    : program_(program) {
    take_new();
    for (sema::ParamId id = 0; before != nullptr && id < program.params.size(); ++id) {
        const auto old = before->same_as(program.params[id]);
        if (old && before->is_set_[*old]) {
            put(id, before->values_[*old]);
        }
    }
}

std::optional<sema::ParamId> ParamValues::same_as(const sema::Param& param) const {
    for (sema::ParamId id = 0; id < program_.params.size(); ++id) {
        if (program_.params[id].key == param.key) {
            return id;
        }
    }
    return std::nullopt;
}

bool ParamValues::agrees_with(const ParamValues& other) const {
    for (sema::ParamId id = 0; id < program_.params.size(); ++id) {
        const auto same = other.same_as(program_.params[id]);
        if (same && other.values_[*same] != values_[id]) {
            return false;
        }
    }
    return true;
}

void ParamValues::take_new() {
    while (values_.size() < program_.params.size()) {
        values_.push_back(program_.params[values_.size()].initial);
        is_set_.push_back(false);
    }
}

void ParamValues::put(sema::ParamId id, double value) {
    const sema::Param& param = program_.params[id];
    if (param.kind != "input") {
        value = std::clamp(value, std::min(param.low, param.high), param.high);
    }
    is_set_[id] = true;
    state_ += values_[id] == value ? 0 : 1;
    values_[id] = value;
}

Result<void> ParamValues::set(std::string_view name, double value) {
    const auto id = find(name);
    if (!id) {
        return id.error();
    }
    if (!std::isfinite(value)) {
        return invalid("'" + std::string(name) + "' cannot be set to what is no finite number");
    }
    put(*id, value);
    return {};
}

Result<sema::ParamId> ParamValues::find(std::string_view name) const {
    std::vector<std::string_view> names;
    std::vector<sema::ParamId> of_instance;
    for (sema::ParamId id = 0; id < program_.params.size(); ++id) {
        const std::string_view full = program_.params[id].name;
        if (full == name) {
            return id;
        }
        names.push_back(full);
        names.push_back(instance_of(full));
        if (names.back() == name) {
            of_instance.push_back(id);
        }
    }
    if (of_instance.size() == 1) {
        return of_instance.front();
    }
    std::string message = "there is no parameter '" + std::string(name) + "'";
    if (!of_instance.empty()) {
        message += ", but several of that instance, as '" +
                   program_.params[of_instance.front()].name + "'";
    } else if (const std::string_view near = nearest_name(name, names); !near.empty()) {
        message += "; did you mean '" + std::string(near) + "'?";
    }
    return invalid(std::move(message));
}

}  // namespace weft::driver
