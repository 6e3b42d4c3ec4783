// What the commands over the C API have in common: a show that is gone by itself, and what is told
// of it.
#pragma once

#include <weft/weft.h>

#include <memory>
#include <string>

namespace weft::driver {

struct DestroyShow {
    void operator()(weft_show* show) const { weft_show_destroy(show); }
};
using ShownProgram = std::unique_ptr<weft_show, DestroyShow>;

// An empty one, null where there is no memory for it.
[[nodiscard]] ShownProgram new_show(weft_engine& engine);
[[nodiscard]] weft_status load_file(weft_show* show, const std::string& file, std::uint32_t flags,
                                    weft_error* error);

[[nodiscard]] bool has_errors(weft_show* show);
// What there is to say, to standard error.
void print_messages(weft_show* show);
// ... as a JSON array.
[[nodiscard]] std::string messages_json(weft_show* show);

}  // namespace weft::driver
