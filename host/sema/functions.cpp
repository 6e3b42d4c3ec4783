// Builtin functions, written with the operators of the one table. What they mean stands in the
// documentation of ops.def.
#include "sema/checker.h"

namespace weft::sema {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kDefaultOctaves = 5;

std::string arguments_wanted(const Function& function) {
    if (function.most == 255) return "at least " + counted(function.least, "argument");
    if (function.least == function.most) return counted(function.least, "argument");
    return std::to_string(function.least) +
           (function.most == function.least + 1 ? " or " : " to ") +
           counted(function.most, "argument");
}

}  // namespace

const Expr* Checker::call_function(syntax::ExprPtr expr, const Want& want) {
    const Function& function = *find_function(expr->text);
    for (const syntax::Name& label : expr->arg_names) {
        if (label.text.empty()) continue;
        error(Code::unknown_argument, label.span, {"'" + expr->text + "'", label.text});
        return nullptr;
    }
    const bool vector = is_vector_function(expr->text);
    const std::size_t given = expr->args.size();
    const bool clamp_of_two = expr->text == "clamp" && given == 2;
    // A vector may be given as one bundle, so its parts are counted later.
    const std::size_t least = vector && expr->text == "length" ? 1 : function.least;
    if (given < least || (function.most != 255 && given > function.most) || clamp_of_two) {
        error(Code::argument_count, expr->span,
              {"'" + expr->text + "'",
               expr->text == "clamp" ? "1 or 3 arguments" : arguments_wanted(function),
               std::to_string(given)});
        return nullptr;
    }
    if (vector) return vector_function(expr, want);

    const Span at = expr->span;
    std::vector<const Expr*> a;
    bool ok = true;
    for (const syntax::ExprPtr arg : expr->args) {
        a.push_back(eval(arg, want));
        ok = ok && a.back() != nullptr;
    }
    if (!ok) return nullptr;
    const auto constant = [&](double value) { return number(value, at); };
    const auto clamp = [&](const Expr* x, const Expr* low, const Expr* high) {
        return op(WEFT_OP_MIN, {op(WEFT_OP_MAX, {x, low}, at), high}, at);
    };
    if (function.op != 0) {
        Expr* const result = make(ExprKind::op, at);
        result->index = function.op;
        result->args = std::move(a);
        return result;
    }
    const std::string_view name = function.name;
    if (name == "mod") return op(WEFT_OP_MOD, {a[0], a[1]}, at);
    if (name == "min" || name == "max") {
        const Expr* result = a[0];
        for (std::size_t i = 1; i < a.size(); ++i)
            result = op(name == "min" ? WEFT_OP_MIN : WEFT_OP_MAX, {result, a[i]}, at);
        return result;
    }
    if (name == "clamp" && a.size() == 3) return clamp(a[0], a[1], a[2]);
    if (name == "clamp" || name == "saturate") return clamp(a[0], constant(0), constant(1));
    if (name == "mix" || name == "lerp") {
        const Expr* const range = op(WEFT_OP_SUB, {a[1], a[0]}, at);
        return op(WEFT_OP_ADD, {a[0], op(WEFT_OP_MUL, {range, a[2]}, at)}, at);
    }
    if (name == "step")
        return op(WEFT_OP_SELECT, {op(WEFT_OP_LT, {a[1], a[0]}, at), constant(0), constant(1)}, at);
    if (name == "smoothstep") {
        const Expr* const offset = op(WEFT_OP_SUB, {a[2], a[0]}, at);
        const Expr* const range = op(WEFT_OP_SUB, {a[1], a[0]}, at);
        const Expr* const t = clamp(op(WEFT_OP_DIV, {offset, range}, at), constant(0), constant(1));
        const Expr* const slope =
            op(WEFT_OP_SUB, {constant(3), op(WEFT_OP_MUL, {constant(2), t}, at)}, at);
        return op(WEFT_OP_MUL, {op(WEFT_OP_MUL, {t, t}, at), slope}, at);
    }
    if (name == "threshold") return op(WEFT_OP_GT, {a[0], a[1]}, at);
    if (name == "normalize")
        return op(WEFT_OP_DIV,
                  {op(WEFT_OP_SUB, {a[0], a[1]}, at), op(WEFT_OP_SUB, {a[2], a[1]}, at)}, at);
    if (name == "degrees") return op(WEFT_OP_MUL, {a[0], constant(180 / kPi)}, at);
    if (name == "radians") return op(WEFT_OP_MUL, {a[0], constant(kPi / 180)}, at);
    while (a.size() < 3) a.push_back(constant(0));
    if (name == "hash") return op(WEFT_OP_HASH, {a[0], a[1], a[2]}, at);
    if (name == "noise") return op(WEFT_OP_NOISE, {a[0], a[1], a[2]}, at);
    if (a.size() < 4) a.push_back(constant(kDefaultOctaves));
    Expr* const result = make(ExprKind::fbm, at);
    result->args = std::move(a);
    return result;
}

// Functions of vectors take every value that their arguments give.
const Expr* Checker::vector_function(syntax::ExprPtr expr, const Want& want) {
    const Span at = expr->span;
    const auto square_root_of_squares = [&](const Items& items) -> const Expr* {
        if (items.size() == 1) return op(WEFT_OP_ABS, {items[0]}, at);
        const Expr* sum = op(WEFT_OP_MUL, {items[0], items[0]}, at);
        for (std::size_t i = 1; i < items.size(); ++i)
            sum = op(WEFT_OP_ADD, {sum, op(WEFT_OP_MUL, {items[i], items[i]}, at)}, at);
        return op(WEFT_OP_SQRT, {sum}, at);
    };
    Items left;
    if (expr->text == "length") {
        for (const syntax::ExprPtr arg : expr->args)
            for (const Expr* item : eval_items(arg)) left.push_back(item);
        for (const Expr* item : left)
            if (item == nullptr) return nullptr;
        return square_root_of_squares(left);
    }
    Items right;
    if (!halves(expr, &left, &right)) return nullptr;
    if (expr->text == "dot") {
        const Expr* sum = op(WEFT_OP_MUL, {left[0], right[0]}, at);
        for (std::size_t i = 1; i < left.size(); ++i)
            sum = op(WEFT_OP_ADD, {sum, op(WEFT_OP_MUL, {left[i], right[i]}, at)}, at);
        return sum;
    }
    if (expr->text == "distance") {
        Items difference;
        for (std::size_t i = 0; i < left.size(); ++i)
            difference.push_back(op(WEFT_OP_SUB, {left[i], right[i]}, at));
        return square_root_of_squares(difference);
    }
    if (want.count != 3) {
        error(Code::value_count, at,
              {"'cross' gives 3 values",
               want.count == 1 ? "one is" : std::to_string(want.count) + " are"})
            .suggest("bind its outputs, as in cross(...)::n<x, y, z>, or index: cross(...)[0]");
        return nullptr;
    }
    want_used_ = true;
    const std::uint32_t i = (want.index + 1) % 3;
    const std::uint32_t j = (want.index + 2) % 3;
    return op(WEFT_OP_SUB,
              {op(WEFT_OP_MUL, {left[i], right[j]}, at), op(WEFT_OP_MUL, {left[j], right[i]}, at)},
              at);
}

// Two vectors: two arguments that are one each, or the first half of all values and the rest.
bool Checker::halves(syntax::ExprPtr expr, Items* left, Items* right) {
    Items all;
    std::size_t first = 0;
    bool open = false;
    for (std::size_t i = 0; i < expr->args.size(); ++i) {
        const Shape shape = shape_of(expr->args[i]);
        open = open || shape.open;
        for (const Expr* item : eval_items(expr->args[i], shape)) {
            if (item == nullptr) return false;
            all.push_back(item);
        }
        if (i == 0) first = all.size();
    }
    if (open) {
        // Inside a spindle that is not called, a parameter may be a vector of any size.
        all.resize(6, all.front());
        first = 3;
    }
    const bool two = expr->args.size() == 2;
    const bool cross = expr->text == "cross";
    const std::size_t half = two && !open ? first : all.size() / 2;
    if (all.size() != 2 * half || (cross && half != 3)) {
        error(Code::vector_sizes, expr->span,
              {"'" + expr->text + "'",
               two ? std::to_string(first) + " and " + std::to_string(all.size() - first)
                   : counted(all.size(), "value")})
            .suggest(cross ? "give it six values, or two bundles of three"
                           : "give it the values of one vector, then those of the other");
        return false;
    }
    left->assign(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(half));
    right->assign(all.begin() + static_cast<std::ptrdiff_t>(half), all.end());
    return true;
}

}  // namespace weft::sema
