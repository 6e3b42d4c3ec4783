// The expression in a library that a compiler made at run time: WEFT_FORMULA names it; its function
// `formula` takes as many points as there are. bench/contests/values.py compiles it.
#include <dlfcn.h>

#include "formulas.h"

int main(int argc, char** argv) {
    const values::Wish wish(argc, argv);
    const char* const path = std::getenv("WEFT_FORMULA");
    void* const library = path ? dlopen(path, RTLD_NOW | RTLD_LOCAL) : nullptr;
    using Formula = void (*)(const float* pixels, double time, const double* x, const double* y,
                             std::size_t count, double* results);
    const auto formula = library ? reinterpret_cast<Formula>(dlsym(library, "formula")) : nullptr;
    if (!formula) {
        std::fprintf(stderr, "no formula: %s\n", dlerror());
        return 1;
    }
    const std::vector<float> pixels = values::picture();
    return values::run(wish,
                       [&](const double* x, const double* y, std::size_t count, double* results) {
                           formula(pixels.data(), values::kTime, x, y, count, results);
                       });
}
