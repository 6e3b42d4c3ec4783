#include "driver/shown.h"

#include <cstdio>

#include <unistd.h>

#include <weft/cpp/text.hpp>

namespace weft::driver {
namespace {

std::string messages(weft_show* show, std::uint32_t format) {
    weft_str text{};
    return weft_show_messages(show, format, &text, nullptr) == WEFT_OK
               ? std::string(cpp::view(text))
               : std::string();
}

}  // namespace

ShownProgram new_show(weft_engine& engine) {
    weft_show* show = nullptr;
    (void)weft_show_create(&engine, &show, nullptr);
    return ShownProgram(show);
}

weft_status load_file(weft_show* show, const std::string& file, std::uint32_t flags,
                      weft_error* error) {
    weft_load load{};
    load.struct_size = sizeof load;
    load.flags = flags;
    load.file = cpp::to_str(file);
    return weft_show_load(show, &load, error);
}

bool has_errors(weft_show* show) {
    weft_diagnostic diagnostic{};
    diagnostic.struct_size = sizeof diagnostic;
    for (std::uint32_t d = 0; d < weft_show_diagnostic_count(show); ++d) {
        if (weft_show_diagnostic(show, d, &diagnostic, nullptr) == WEFT_OK &&
            diagnostic.severity == WEFT_SEVERITY_ERROR) {
            return true;
        }
    }
    return false;
}

void print_messages(weft_show* show) {
    std::fputs(messages(show, isatty(STDERR_FILENO) != 0 ? WEFT_MESSAGES_COLOR : WEFT_MESSAGES_TEXT)
                   .c_str(),
               stderr);
}

std::string messages_json(weft_show* show) {
    return messages(show, WEFT_MESSAGES_JSON);
}

}  // namespace weft::driver
