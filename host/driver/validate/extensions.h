// The checks of extensions, in the files extensions_*.cpp.
#pragma once

#include "driver/validate/drive.h"

namespace weft::validate {

// extensions_tables.cpp
void check_tables(Context& context);
void check_counts(Context& context);
// extensions_media.cpp
void check_sources(Context& context);
void check_writers(Context& context);
// extensions_live.cpp
void check_sessions(Context& context);
void check_session_place(Context& context);
void check_audio(Context& context);
void check_windows(Context& context);

}  // namespace weft::validate
