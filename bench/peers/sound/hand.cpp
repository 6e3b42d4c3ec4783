// The pieces by hand: bench/contenders.h, which has them as one would write them at first, and what
// somebody would write who has an afternoon more for each. `floor`: what a multiply-add costs.

#include <cstdio>
#include <cstring>
#include <memory>

#include "bench/contenders.h"
#include "bench/peers/sound/echo.h"
#include "bench/peers/sound/floor.h"
#include "bench/peers/sound/offline.h"
#include "bench/peers/sound/tuned.h"

namespace {

template <class State>
weft::bench::Piece piece() {
    return
        [state = std::make_shared<State>()](float* left, float* right, std::int64_t first,
                                            int count) { state->run(left, right, first, count); };
}

}  // namespace

int main(int argc, char** argv) {
    using namespace weft::bench;
    if (!__builtin_cpu_supports("avx512dq")) {
        std::fputs("written for AVX-512, which this processor has not\n", stderr);
        return 1;
    }
    if (argc == 2 && std::strcmp(argv[1], "floor") == 0) {
        print_floor();
        return 0;
    }
    return offline(argc, argv,
                   {{"partials", [] { return Piece(partials); }},
                    {"partials_tuned", [] { return Piece(partials_tuned); }},
                    {"saws", piece<Saws>},
                    {"saws_tuned", piece<SawsTuned>},
                    {"echo", piece<Echo>}});
}
