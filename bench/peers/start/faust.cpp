// peer_compile_faust FILE.dsp [OPTION...]: with LLVM, in the process.
#include <faust/dsp/llvm-dsp.h>

#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "ready.h"

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    const auto compile = [&] {
        std::string why;
        llvm_dsp_factory* const factory = createDSPFactoryFromFile(
            argv[1], argc - 2, const_cast<const char**>(argv + 2), "", why, -1);
        if (factory == nullptr) throw std::runtime_error(why);
        {
            const std::unique_ptr<dsp> piece(factory->createDSPInstance());
            if (!piece) throw std::runtime_error("no instance");
            piece->init(48000);
            std::vector<std::vector<FAUSTFLOAT>> channels(
                static_cast<std::size_t>(piece->getNumOutputs()), std::vector<FAUSTFLOAT>(64));
            std::vector<FAUSTFLOAT*> outputs;
            for (auto& channel : channels) outputs.push_back(channel.data());
            piece->compute(64, nullptr, outputs.data());
        }
        deleteDSPFactory(factory);
    };
    return ready::measure([] {}, compile);
}
