// What a consumer pays for values at points that it gets through the getter of an edge.
// `bench_contest_values cheap|dear|kept COUNT [FILE]` asks for COUNT points a call, in no order,
// and prints {"warm": seconds a value}; with FILE it writes the values at the first points instead.
#include <array>
#include <cstdlib>
#include <string>

#include "bench/peers/values/points.h"
#include "bench/samples.h"
#include "bench/show.h"

namespace weft::bench {
namespace {

class Getter {
public:
    explicit Getter(const std::string& strand)
        : show_(source_dir() + "/bench/programs/values.weft", {},
                uncached(0, picture_size(values::kWidth, values::kHeight)), {strand}) {
        if (!show_.ok()) std::exit(1);
        show_.run(0, 1);
        runtime::Show& show = show_.show();
        getter_ = {show.steps[show.values_step].program.get(), show.values_outputs.front()};
        constants_ = show.settings;
        constants_[WEFT_FIELD_TIME] = constants_[WEFT_FIELD_ABSTIME] = values::kTime;
        points_.struct_size = sizeof points_;
        points_.fields = fields_.data();
        points_.constants = constants_.data();
        points_.params = show.initial_params.data();
        error_.struct_size = sizeof error_;
    }
    void operator()(const double* x, const double* y, std::size_t count, double* results) {
        fields_[WEFT_FIELD_X] = x;
        fields_[WEFT_FIELD_Y] = y;
        points_.count = count;
        if (call_(&getter_, &points_, results, &error_) != WEFT_OK) std::abort();
    }

private:
    RunningShow show_;
    plugin::Program::Getter getter_{};
    std::array<double, WEFT_FIELD_COUNT> constants_{};
    std::array<const double*, WEFT_FIELD_COUNT> fields_{};
    weft_points points_{};
    weft_error error_{};
    // As a weft_binding holds it; volatile keeps the compiler from seeing through it.
    decltype(weft_binding::get_values) volatile call_ = plugin::Program::get_values_of;
};

}  // namespace
}  // namespace weft::bench

int main(int argc, char** argv) {
    const values::Wish wish(argc, argv);
    weft::bench::Getter getter(wish.formula == "kept" ? "kept@v" : wish.formula);
    return values::run(wish, getter);
}
