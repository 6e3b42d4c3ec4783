// Turns the functions of the texts into a table; included behind neutral.h.
#define w_logical_and_f w_and_f
#define w_logical_or_f w_or_f
#define w_logical_not_f w_not_f
#define w_logical_and_d w_and_d
#define w_logical_or_d w_or_d
#define w_logical_not_d w_not_d

template <auto function, class Number>
static Number call(const Number* x) {
    if constexpr (requires { function(x[0]); }) {
        return function(x[0]);
    } else if constexpr (requires { function(x[0], x[1]); }) {
        return function(x[0], x[1]);
    } else {
        return function(x[0], x[1], x[2]);
    }
}

static weft::test::Functions make_functions(const char* name) {
    weft::test::Functions all;
    all.name = name;
#define WEFT_OP(number, NAME, name, arity, meaning, cpu, ulp, cost, doc) \
    all.singles[number] = call<w_##cpu##_f, float>;
#include <weft/ops.def>
#if HAS_D
#define WEFT_OP(number, NAME, name, arity, meaning, cpu, ulp, cost, doc) \
    all.doubles[number] = call<w_##cpu##_d, double>;
#include <weft/ops.def>
#endif
    return all;
}
