// What a weft_show is.
#pragma once

#include <weft/weft.h>

#include <memory>
#include <string>

#include "driver/embed/loaded.h"

struct weft_show {
    explicit weft_show(weft::driver::Session& session) : context{session, {}, {}} {}

    weft::driver::ShowContext context;
    std::unique_ptr<weft::driver::Loaded> loaded;  // null: no program yet
    std::int64_t next_sample = 0;
    // Texts that were handed out.
    std::string diagnostic;
    std::string messages;
};

namespace weft::driver {

// The program of a show, or why there is none.
[[nodiscard]] Result<Loaded*> loaded_of(weft_show* show);
// What is counted from 0, and asked for beyond its count.
[[nodiscard]] Error no_such(const char* what, std::uint32_t index, std::size_t count);

}  // namespace weft::driver
