// Live parameters. The parser has seen to the form; here they become instances.
#include "sema/checker.h"

namespace weft::sema {
namespace {

double number_of(syntax::ExprPtr expr) {
    switch (expr->kind) {
        case syntax::ExprKind::number: return expr->value;
        case syntax::ExprKind::unary: return -number_of(expr->args[0]);
        case syntax::ExprKind::name: return expr->text == "true" ? 1 : 0;
        default: return 0;
    }
}

struct Knob {
    double low = 0, high = 1, initial = 0;
};

std::size_t outputs_wanted(std::string_view kind) {
    if (kind == "xy") return 2;
    if (kind == "color") return 3;
    return 0;  // any number
}

}  // namespace

void Checker::bind_pragma(InstanceId id, const Part& part) {
    const syntax::Stmt& stmt = *part.stmt;
    const std::string& kind = stmt.name.text;
    const std::vector<syntax::ExprPtr>& values = stmt.pragma_values;
    const std::size_t count = stmt.outputs.size();
    const std::size_t wanted = outputs_wanted(kind);
    const bool alpha = kind == "color" && count == 4;
    if (wanted != 0 && count != wanted && !alpha) {
        error(Code::pragma_outputs, stmt.instance.span,
              {kind, counted(wanted, "output"), std::to_string(count)});
        return;
    }
    if (kind == "curve") return bind_curve(id, stmt);
    std::vector<Knob> knobs(count);
    if (kind == "slider" && values.size() >= 2) {
        const double low = number_of(values[0]);
        const double high = number_of(values[1]);
        if (!(low < high)) {
            error(Code::slider_range, join(values[0]->span, values[1]->span),
                  {plain_number(low), plain_number(high)});
            return;
        }
        const double initial = values.size() > 2 ? number_of(values[2]) : low + (high - low) / 2;
        if (!(initial >= low && initial <= high))
            diagnostics_.add(Code::default_outside, values[2]->span,
                             {plain_number(initial), plain_number(low), plain_number(high)});
        for (Knob& knob : knobs) knob = {low, high, initial};
    } else if (kind == "xy") {
        for (std::size_t i = 0; i < count && i < values.size(); ++i) {
            const double low = number_of(values[i]->args[0]);
            const double high = number_of(values[i]->args[1]);
            if (!(low < high))
                error(Code::slider_range, values[i]->span, {plain_number(low), plain_number(high)});
            knobs[i] = {low, high, low + (high - low) / 2};
        }
    } else if (kind == "color") {
        const syntax::ExprPtr given = values.empty() ? nullptr : values[0];
        if (given != nullptr && given->args.size() != count) {
            error(Code::value_count, given->span,
                  {counted(given->args.size(), "value"), std::to_string(count) + " are"});
            return;
        }
        for (std::size_t i = 0; i < count; ++i)
            knobs[i].initial = given == nullptr ? 1 : number_of(given->args[i]);
    } else if (kind == "toggle") {
        for (Knob& knob : knobs) knob.initial = values.empty() ? 0 : number_of(values[0]);
    }
    // Bound output by output with other statements, the knobs are strands among others.
    const bool only = session_.instances[id].parts.size() == 1;
    if (only) program_.instances[id].kind = InstanceKind::parameter;
    for (std::size_t i = 0; i < count; ++i) {
        const StrandId to = program_.instances[id].strands[part.first + i];
        Param param;
        param.name = program_.instances[id].name + "@" + stmt.outputs[i].text;
        param.key = param.name;
        param.initial = knobs[i].initial;
        param.low = knobs[i].low;
        param.high = knobs[i].high;
        param.label = stmt.label;
        param.kind = kind;
        param.span = stmt.span;
        const auto number = static_cast<ParamId>(program_.params.size());
        program_.params.push_back(std::move(param));
        if (only)
            program_.strands[to].param = number;
        else
            program_.strands[to].value = indexed(ExprKind::param, number, stmt.outputs[i].span);
    }
}

// Piecewise linear over time, held outside. A balanced tree of choices: a curve of n points takes
// log n comparisons.
void Checker::bind_curve(InstanceId id, const syntax::Stmt& stmt) {
    const Span at = stmt.span;
    const Expr* const time = indexed(ExprKind::field, WEFT_FIELD_TIME, at);
    std::vector<std::pair<double, double>> points;
    for (const syntax::ExprPtr point : stmt.pragma_values)
        points.emplace_back(number_of(point->args[0]), number_of(point->args[1]));
    if (points.empty()) return;
    // The line that ends at point i; before the first and after the last it is flat.
    const auto piece = [&](std::size_t i) -> const Expr* {
        if (i == 0) return number(points.front().second, at);
        if (i == points.size()) return number(points.back().second, at);
        const auto [t0, v0] = points[i - 1];
        const auto [t1, v1] = points[i];
        const Expr* const t =
            op(WEFT_OP_DIV, {op(WEFT_OP_SUB, {time, number(t0, at)}, at), number(t1 - t0, at)}, at);
        return op(WEFT_OP_ADD, {number(v0, at), op(WEFT_OP_MUL, {number(v1 - v0, at), t}, at)}, at);
    };
    const auto choose = [&](const auto& self, std::size_t first, std::size_t last) -> const Expr* {
        if (first == last) return piece(first);
        const std::size_t middle = first + (last - first) / 2;
        return op(WEFT_OP_SELECT,
                  {op(WEFT_OP_LT, {time, number(points[middle].first, at)}, at),
                   self(self, first, middle), self(self, middle + 1, last)},
                  at);
    };
    const Expr* const value = choose(choose, 0, points.size());
    const std::vector<StrandId>& strands = program_.instances[id].strands;
    for (const syntax::Name& output : stmt.outputs) {
        const std::uint32_t position = find_output(id, output.text, 0);
        if (position != kNone) program_.strands[strands[position]].value = value;
    }
}

}  // namespace weft::sema
