// Shows of the C API: loading, and what a program consists of.
#include "driver/embed/show.h"

#include <cmath>

#include "driver/embed/border.h"
#include "driver/embed/engine.h"

namespace weft::driver {
namespace {

// 0: the program's own.
Result<void> take_setting(double value, const char* name, double least, double most, bool whole,
                          std::optional<double>& to) {
    if (value == 0) {
        return {};
    }
    if (!(value >= least && value <= most) || (whole && value != std::floor(value))) {
        return invalid(std::string("weft_load.") + name + " is out of range");
    }
    to = value;
    return {};
}

Result<void> take_settings(const weft_load& load, LoadRequest& request) {
    constexpr double kMostPixels = 32768;
    auto& settings = request.settings;
    auto done = take_setting(load.width, "width", 1, kMostPixels, true, settings[WEFT_FIELD_WIDTH]);
    if (done) {
        done =
            take_setting(load.height, "height", 1, kMostPixels, true, settings[WEFT_FIELD_HEIGHT]);
    }
    if (done) {
        done = take_setting(load.fps, "fps", 1e-9, 1e5, false, settings[WEFT_FIELD_FPS]);
    }
    if (done) {
        done = take_setting(load.rate, "rate", 1, 1e7, false, settings[WEFT_FIELD_RATE]);
    }
    return done;
}

Result<LoadRequest> request_of(const weft_load* given) {
    const auto load = take_in(given, "weft_load");
    if (!load) {
        return load.error();
    }
    constexpr std::uint32_t kKnown = WEFT_LOAD_PICTURES | WEFT_LOAD_SOUND | WEFT_LOAD_COSTS;
    if ((load->flags & ~kKnown) != 0) {
        return invalid("weft_load.flags has a flag that is not known here");
    }
    if (pixel_bytes(load->pixels) == 0) {
        return invalid("weft_load.pixels is no kind of pixel");
    }
    LoadRequest request;
    request.flags = load->flags;
    request.pixels = load->pixels;
    request.file = text_of(load->file);
    if (load->text.data != nullptr) {
        request.text = text_of(load->text);
        if (request.text->find('\0') != std::string::npos) {
            return invalid("weft_load.text holds a zero byte");
        }
        if (request.file.empty()) {
            request.file = "<text>";
        }
    } else if (request.file.empty()) {
        return invalid("weft_load has neither file nor text");
    }
    if (auto done = take_settings(*load, request); !done) {
        return std::move(done).error();
    }
    return request;
}

weft_show_info info_of(Loaded& loaded) {
    const sema::Program& program = loaded.program();
    weft_show_info info{};
    info.display_count = static_cast<std::uint32_t>(loaded.displays().size());
    info.param_count = static_cast<std::uint32_t>(program.params.size());
    info.channel_count = loaded.channels();
    info.spreads = loaded.channels() == 1 ? 1 : 0;
    info.width = static_cast<std::uint32_t>(program.settings[WEFT_FIELD_WIDTH]);
    info.height = static_cast<std::uint32_t>(program.settings[WEFT_FIELD_HEIGHT]);
    info.setting_count = WEFT_FIELD_COUNT;
    info.fps = program.settings[WEFT_FIELD_FPS];
    info.rate = program.settings[WEFT_FIELD_RATE];
    info.settings = program.settings.data();
    return info;
}

}  // namespace

Error no_such(const char* what, std::uint32_t index, std::size_t count) {
    return invalid("there is no " + std::string(what) + " " + std::to_string(index) +
                   "; the program has " + std::to_string(count));
}

Result<Loaded*> loaded_of(weft_show* show) {
    if (show == nullptr) {
        return invalid("show is NULL");
    }
    if (show->loaded == nullptr) {
        return invalid("no program is loaded");
    }
    return show->loaded.get();
}

}  // namespace weft::driver

using namespace weft::driver;  // the C functions stand in no namespace
using weft::Result;

weft_status weft_show_create(weft_engine* engine, weft_show** show, weft_error* error) {
    return at_border(error, [&]() -> Result<void> {
        if (show == nullptr) {
            return invalid("show is NULL");
        }
        *show = nullptr;
        if (engine == nullptr) {
            return invalid("engine is NULL");
        }
        *show = new weft_show(*engine->session);
        return {};
    });
}

void weft_show_destroy(weft_show* show) {
    delete show;
}

weft_status weft_show_load(weft_show* show, const weft_load* load, weft_error* error) {
    return at_border(error, [&]() -> Result<void> {
        if (show == nullptr) {
            return invalid("show is NULL");
        }
        const auto request = request_of(load);
        if (!request) {
            return request.error();
        }
        auto loaded = Loaded::load(show->context, *request, show->loaded.get());
        if (!loaded) {
            return std::move(loaded).error();
        }
        show->loaded = std::move(*loaded);
        return {};
    });
}

weft_status weft_show_describe(weft_show* show, weft_show_info* info, weft_error* error) {
    return at_border(error, [&]() -> Result<void> {
        const auto loaded = loaded_of(show);
        if (!loaded) {
            return loaded.error();
        }
        if (auto done = check_struct(info, "weft_show_info"); !done) {
            return done;
        }
        hand_out(info_of(**loaded), info);
        return {};
    });
}

weft_status weft_show_display(weft_show* show, uint32_t display, weft_display_info* info,
                              weft_error* error) {
    return at_border(error, [&]() -> Result<void> {
        const auto loaded = loaded_of(show);
        if (!loaded) {
            return loaded.error();
        }
        if (auto done = check_struct(info, "weft_display_info"); !done) {
            return done;
        }
        const auto& displays = (*loaded)->displays();
        if (display >= displays.size()) {
            return no_such("display", display, displays.size());
        }
        const weft::sema::Sink& sink = (*loaded)->program().sinks[displays[display]];
        weft_display_info filled{};
        filled.has_alpha = sink.has_alpha ? 1 : 0;
        filled.target = weft::cpp::to_str(sink.target);
        hand_out(filled, info);
        return {};
    });
}

weft_status weft_show_param(weft_show* show, uint32_t param, weft_param_info* info,
                            weft_error* error) {
    return at_border(error, [&]() -> Result<void> {
        const auto loaded = loaded_of(show);
        if (!loaded) {
            return loaded.error();
        }
        if (auto done = check_struct(info, "weft_param_info"); !done) {
            return done;
        }
        const auto& params = (*loaded)->program().params;
        if (param >= params.size()) {
            return no_such("parameter", param, params.size());
        }
        const weft::sema::Param& found = params[param];
        weft_param_info filled{};
        filled.name = weft::cpp::to_str(found.name);
        filled.kind = weft::cpp::to_str(found.kind);
        filled.label = weft::cpp::to_str(found.label);
        filled.low = found.low;
        filled.high = found.high;
        filled.initial = found.initial;
        filled.value = (*loaded)->params().values()[param];
        hand_out(filled, info);
        return {};
    });
}

weft_status weft_show_set_param(weft_show* show, weft_str name, double value, weft_error* error) {
    return at_border(error, [&]() -> Result<void> {
        const auto loaded = loaded_of(show);
        if (!loaded) {
            return loaded.error();
        }
        return (*loaded)->params().set(weft::cpp::view(name), value);
    });
}

void weft_show_cancel(weft_show* show) {
    if (show != nullptr) {
        show->context.stop.ask();
    }
}
