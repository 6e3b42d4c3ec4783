// A function pointer, called once a point.
#include "formulas.h"

int main(int argc, char** argv) {
    using Formula = double (*)(const float* pixels, double x, double y);
    const values::Wish wish(argc, argv);
    const std::vector<float> pixels = values::picture();
    // Volatile keeps the compiler from seeing through it.
    const Formula volatile chosen =
        wish.formula == "cheap"
            ? [](const float*, double x, double y) { return values::cheap(x, y); }
        : wish.formula == "dear"
            ? [](const float*, double x, double y) { return values::dear(x, y, values::kTime); }
            : [](const float* from, double x, double y) { return values::kept(from, x, y); };
    const float* const data = pixels.data();
    return values::run(wish,
                       [&](const double* x, const double* y, std::size_t count, double* results) {
                           const Formula formula = chosen;
                           for (std::size_t i = 0; i < count; ++i)
                               results[i] = formula(data, x[i], y[i]);
                       });
}
