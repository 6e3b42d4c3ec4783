// What a weft_engine is.
#pragma once

#include <weft/weft.h>

#include <memory>

#include "base/result.h"
#include "driver/compile/session.h"

struct weft_engine {
    std::unique_ptr<weft::driver::Session> session;
};

namespace weft::driver {

// Also with options that only the command line has.
[[nodiscard]] Result<std::unique_ptr<weft_engine>> make_engine(CommonOptions options);

}  // namespace weft::driver
