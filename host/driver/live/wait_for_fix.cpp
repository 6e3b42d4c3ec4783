#include "driver/live/wait_for_fix.h"

#include <cstdio>

#include <unistd.h>

#include "driver/compile/session.h"
#include "driver/live/run.h"
#include "driver/live/watch.h"

namespace weft::driver {

bool waits_for_fix(Session& session, const RunOptions& options) {
    return isatty(STDERR_FILENO) != 0 && !options.headless && !options.duration &&
           !options.simulated && options.file != "-" && session.sources().size() != 0 &&
           session.diagnostics().has_errors() && !session.device_failed();
}

bool wait_for_fix(Session& session) {
    auto watch = Watch::create();
    if (!watch) {
        return false;
    }
    std::vector<std::string> files;
    for (FileId file = 0; file < session.sources().size(); ++file) {
        files.push_back(session.sources().file(file).path);
    }
    (*watch)->set_files(files);
    std::fputs("waiting for the next save; Ctrl-C ends\n", stderr);
    while (!(*watch)->wait()) {
    }
    return true;
}

}  // namespace weft::driver
