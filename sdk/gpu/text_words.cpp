#include "gpu/text_words.h"

#include <cmath>
#include <cstdio>

#include "gpu/math/math.h"

namespace weft::gpu {
namespace {

std::string digits(double value, int precision) {
    char text[40];
    std::snprintf(text, sizeof text, "%.*g", precision, value);
    std::string made = text;
    if (made.find_first_of(".e") == std::string::npos) made += ".0";
    return made;
}

}  // namespace

std::string float_literal(double value) {
    const auto single = static_cast<float>(value);
    return digits(static_cast<double>(single), 9) + "f";
}

std::string Words::double_literal(double value) const {
    return digits(value, 17) + (options.target == Target::glsl ? "lf" : "");
}

std::string Words::num(Real real, double value) const {
    const auto single = static_cast<float>(value);
    const bool finite = real.d ? std::isfinite(value) : std::isfinite(single);
    if (!finite) {
        std::string bits = "FROM_BITS(U_NUM(";
        bits += std::isnan(value) ? "0x7fc00000u))" : value < 0 ? "0xff800000u))" : "0x7f800000u))";
        return convert(bits, {false}, real);
    }
    if (!real.d) return "NUM(" + float_literal(value) + ")";
    return "DNUM(" + double_literal(value) + ")";
}

std::string Words::convert(const std::string& x, Real from, Real to) {
    if (from.d == to.d) return x;
    return (to.d ? "TO_D(" : "TO_F(") + x + ")";
}

std::string Words::call(std::uint32_t op, Real real, const std::string& args) {
    (real.d ? doubles : singles).insert(static_cast<std::uint16_t>(op));
    return math_function(op, real.d) + "(" + args + ")";
}

std::string Words::corrected_quotient(const std::string& x, double n) {
    const std::string inverse = num({false}, 1.0 / n);
    const std::string quotient = name("t");
    line("EXACT F " + quotient + " = " + x + " * " + inverse + ";");
    return "FMA(FMA(-" + quotient + ", " + num({false}, n) + ", " + x + "), " + inverse + ", " +
           quotient + ")";
}

void Words::line(const std::string& content) {
    std::string& to = place == Place::head ? head : place == Place::tail ? tail : body;
    to.append(depth_ * 4, ' ');
    to += content;
    to += '\n';
}

void Words::open(const std::string& content) {
    line(content);
    ++depth_;
}

void Words::close(const std::string& content) {
    --depth_;
    line(content);
}

std::string Words::parameter(Use use, std::uint32_t index) {
    std::size_t k = 0;
    while (k < text.parameters.size() &&
           (text.parameters[k].use != use || text.parameters[k].index != index))
        ++k;
    if (k == text.parameters.size()) text.parameters.push_back({use, index});
    return "p" + std::to_string(k);
}

std::string Words::table(const std::string& type, const std::vector<double>& numbers) {
    std::string list;
    for (const double number : numbers) {
        if (!list.empty()) list += ", ";
        if (type == "int") {
            list += std::to_string(static_cast<std::int64_t>(number));
        } else if (type == "float") {
            list += float_literal(number);
        } else {
            list += double_literal(number);
        }
    }
    std::string& known = table_names_[type + " " + list];
    if (!known.empty()) return known;
    known = name("w_table");
    tables += "NUMBERS(" + type + ", " + known + ", " + std::to_string(numbers.size()) + ")\n" +
              list + "\nEND_TABLE;\n";
    return known;
}

std::string Words::whole(Whole what, std::uint32_t index) {
    std::size_t k = 0;
    while (k < text.whole.size() && (text.whole[k].what != what || text.whole[k].index != index))
        ++k;
    if (k == text.whole.size()) text.whole.push_back({what, index});
    return "WHOLE(" + std::to_string(k) + ")";
}

}  // namespace weft::gpu
