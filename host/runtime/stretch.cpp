#include "runtime/stretch.h"

#include <exception>
#include <utility>

#include "plugin/call.h"

namespace weft::runtime {

void Stretch::add(std::uint32_t number, plugin::Program& program, const double* uniforms,
                  std::string_view name) {
    calls_.push_back({program.backend().api()->execute, program.handle(), uniforms, nullptr});
    places_.push_back({program.backend().name(), "execute", name});
    steps_.push_back(number);
}

void Stretch::settle() {
    for (std::size_t i = 0; i < calls_.size(); ++i) {
        calls_[i].place = &places_[i];
    }
}

[[gnu::always_inline]] inline weft_status Stretch::call_one(const Call& call, weft_frame& frame,
                                                            weft_error& error, plugin::Here& here) {
    here.inside = call.place;
    frame.uniforms = call.uniforms;
    return call.execute(call.program, &frame, &error);
}

// A processor foresees where a call goes by the place that it is made from: a place for each of a
// few back ends in turns is what makes the difference between one and five nanoseconds.
[[gnu::always_inline]] inline weft_status Stretch::call_eight(const Call* calls, weft_frame& frame,
                                                              weft_error& error,
                                                              plugin::Here& here) {
    weft_status status = WEFT_OK;
    const auto all = [&]<std::size_t... kEach>(std::index_sequence<kEach...>) {
        (void)(((status = call_one(calls[kEach], frame, error, here)) == WEFT_OK) && ...);
    };
    all(std::make_index_sequence<8>());
    return status;
}

weft_status Stretch::call_all(weft_frame& frame, weft_error& error, plugin::Here& here) const {
    const Call* call = calls_.data();
    const Call* const end = call + calls_.size();
    for (; end - call >= 8; call += 8) {
        if (const weft_status status = call_eight(call, frame, error, here); status != WEFT_OK) {
            return status;
        }
    }
    for (; call != end; ++call) {
        if (const weft_status status = call_one(*call, frame, error, here); status != WEFT_OK) {
            return status;
        }
    }
    return WEFT_OK;
}

std::optional<Stretch::Failure> Stretch::run(weft_frame& frame) const {
    plugin::Here& here = plugin::t_here;
    const plugin::PluginCall* const outer = here.inside;
    weft_error record;
    plugin::clear(record);
    Error why;
    try {
        const weft_status status = call_all(frame, record, here);
        if (status == WEFT_OK) {
            here.inside = outer;
            return std::nullopt;
        }
        why = plugin::call_error(here.inside->plugin, here.inside->function, status, record);
    } catch (const std::exception& e) {
        why = plugin::thrown_error(here.inside->plugin, here.inside->function, e.what());
    } catch (...) {
        why = plugin::thrown_error(here.inside->plugin, here.inside->function, nullptr);
    }
    // The last place that was told is where it failed.
    const auto at = static_cast<std::size_t>(here.inside - places_.data());
    here.inside = outer;
    return Failure{steps_[at], std::move(why)};
}

}  // namespace weft::runtime
