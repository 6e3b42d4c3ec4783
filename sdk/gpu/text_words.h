// Pieces of text that do not depend on a kernel: literals, lines, and what a text refers to.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "gpu/kernel_text.h"

namespace weft::gpu {

// Single or double precision in the words of the text.
struct Real {
    bool d = false;
    [[nodiscard]] const char* type() const { return d ? "D" : "F"; }
    [[nodiscard]] const char* sel() const { return d ? "SEL_D" : "SEL"; }
    [[nodiscard]] const char* mask() const { return d ? "BD" : "B"; }
    // i as an index from a real, and a real from it.
    [[nodiscard]] std::string to_int(const std::string& x) const {
        return (d ? "D_TO_I(" : "F_TO_I(") + x + ")";
    }
    [[nodiscard]] std::string of_int(const std::string& i) const {
        return (d ? "I_TO_D(" : "I_TO_F(") + i + ")";
    }
    // An int chosen by a comparison of reals.
    [[nodiscard]] const char* isel() const { return d ? "ISEL_D" : "ISEL"; }
};

class Words {
public:
    explicit Words(const TextOptions& of) : options(of) {}

    // A number of every lane.
    [[nodiscard]] std::string num(Real real, double value) const;
    // x, of precision `from`, as `to`.
    [[nodiscard]] static std::string convert(const std::string& x, Real from, Real to);
    [[nodiscard]] std::string call(std::uint32_t op, Real real, const std::string& args);
    [[nodiscard]] bool is_native(std::uint32_t op) const {
        return (options.native >> (op - WEFT_OP_ADD) & 1u) != 0;
    }
    // x / n in single precision, rounded once; x is a name of a number of moderate size, n a whole
    // number below 2^24 that a product with its rounded inverse misses by a unit at most (P.
    // Markstein, Computation of elementary functions on the IBM RISC System/6000, 1990).
    [[nodiscard]] std::string corrected_quotient(const std::string& x, double n);

    void line(const std::string& text);
    void open(const std::string& text);  // a line that ends in {
    void close(const std::string& text = "}");
    [[nodiscard]] std::string scalar_int(const std::string& x) const {
        return options.target == Target::glsl ? "int(" + x + ")" : "(int)" + x;
    }
    // What is added to an address for `count`, a scalar, steps of so many bytes.
    [[nodiscard]] std::string bytes_on(const std::string& count, std::int64_t bytes) const {
        const bool glsl = options.target == Target::glsl;
        const std::string step = std::to_string(bytes) + "l";
        return glsl ? " + P(" + count + ") * P(" + step + ")"
                    : " + (LONG)(" + count + ") * " + step;
    }
    // A name of its own: "t12".
    [[nodiscard]] std::string name(const char* prefix) { return prefix + std::to_string(next_++); }

    // The parameter and the whole number of this use; new ones are added.
    [[nodiscard]] std::string parameter(Use use, std::uint32_t index = 0);
    [[nodiscard]] std::string whole(Whole what, std::uint32_t index = 0);
    // A table of these numbers, of a type that is float, double or int.
    [[nodiscard]] std::string table(const std::string& type, const std::vector<double>& numbers);
    [[nodiscard]] Real widest() const { return {options.f64}; }

    TextOptions options;
    KernelText text;
    std::string body;
    // What several points of a thread share, before their bodies and after them; lines go there
    // while `place` says so. In the body, @ stands for the number of the point.
    enum class Place : std::uint8_t { body, head, tail };
    Place place = Place::body;
    std::string head, tail;
    // Points that keep what they store until all are computed; 0: each stores at once.
    std::uint32_t kept_points = 0;
    std::set<std::uint16_t> singles, doubles;  // operators called
    bool sin_cos = false;                      // w_sin_cos_f is called
    std::string tables;                        // their definitions

private:
    [[nodiscard]] std::string double_literal(double value) const;

    std::uint32_t next_ = 0;
    std::size_t depth_ = 1;
    std::map<std::string, std::string> table_names_;  // by type and contents
};

// "1.5f"; what has no literal is made of its bits.
[[nodiscard]] std::string float_literal(double value);

}  // namespace weft::gpu
