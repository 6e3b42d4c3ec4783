// A std::function of named coordinates, as a program with parts that know nothing of each other has
// it: whoever asks keeps a map and moves the point in it.
#include <functional>
#include <map>
#include <string>

#include "formulas.h"

int main(int argc, char** argv) {
    using Coordinates = std::map<std::string, double>;
    const values::Wish wish(argc, argv);
    const std::vector<float> pixels = values::picture();
    std::function<double(const Coordinates&)> formula;
    if (wish.formula == "cheap")
        formula = [](const Coordinates& at) { return values::cheap(at.at("x"), at.at("y")); };
    else if (wish.formula == "dear")
        formula = [](const Coordinates& at) {
            return values::dear(at.at("x"), at.at("y"), at.at("time"));
        };
    else
        formula = [&pixels](const Coordinates& at) {
            return values::kept(pixels.data(), at.at("x"), at.at("y"));
        };
    Coordinates at = {{"x", 0}, {"y", 0}, {"time", values::kTime}};
    return values::run(wish,
                       [&](const double* x, const double* y, std::size_t count, double* results) {
                           double& at_x = at["x"];
                           double& at_y = at["y"];
                           for (std::size_t i = 0; i < count; ++i) {
                               at_x = x[i];
                               at_y = y[i];
                               results[i] = formula(at);
                           }
                       });
}
