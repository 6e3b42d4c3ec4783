// What a plugin offers beside kernels: the list. Each check stands in a file of its own,
// extensions_*.cpp.
#include "driver/validate/extensions.h"

namespace weft::validate {
namespace {

constexpr Check kChecks[] = {
    {"extensions.tables", Level::quick,
     "has every function of the extensions that it offers, and none that nobody knows",
     "backend.h, extension", check_tables},
    {"extensions.counts", Level::standard,
     "tells of devices, memory and copies what its headers promise",
     "devices.h, residency.h, counters.h", check_counts},
    {"extensions.sources", Level::standard,
     "says why a source cannot be opened, and keeps nothing of one that is closed",
     "batch.h, weft_source", check_sources, 60},
    {"extensions.writers", Level::standard, "leaves whole files, or none", "writer.h",
     check_writers, 60},
    {"extensions.sessions", Level::standard,
     "opens and closes sessions of numbers, keeps nothing of the wish, says why one cannot be "
     "opened",
     "control.h", check_sessions, 60},
    {"extensions.place", Level::quick,
     "a session that cannot be opened names the input that is to blame, and where that or the sink "
     "stands in the program",
     "control.h, open", check_session_place},
    {"extensions.audio", Level::standard, "says why a sound device cannot be opened", "audio.h",
     check_audio, 60},
    {"extensions.windows", Level::standard, "says why a window cannot be opened", "window.h",
     check_windows, 60},
};

}  // namespace

std::span<const Check> extension_checks() {
    return kChecks;
}

}  // namespace weft::validate
