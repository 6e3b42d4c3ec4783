// peer_compile_csound FILE.csd [OPTION...]: orchestra and score, to the first block, without files
// or devices.
#include <csound/csound.h>

#include <stdexcept>

#include "ready.h"

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    const auto compile = [&] {
        CSOUND* const csound = csoundCreate(nullptr);
        for (const char* option : {"-n", "-d", "-m0"}) csoundSetOption(csound, option);
        for (int i = 2; i < argc; ++i) csoundSetOption(csound, argv[i]);
        const bool done = csoundCompileCsd(csound, argv[1]) == 0 && csoundStart(csound) == 0;
        if (done) csoundPerformKsmps(csound);
        csoundDestroy(csound);
        if (!done) throw std::runtime_error("it does not compile");
    };
    return ready::measure(
        [] {
            csoundSetDefaultMessageCallback([](CSOUND*, int, const char*, va_list) {});
            csoundInitialize(CSOUNDINIT_NO_SIGNAL_HANDLER | CSOUNDINIT_NO_ATEXIT);
        },
        compile);
}
