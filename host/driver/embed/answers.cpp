#include "driver/embed/answers.h"

#include "driver/offline/evaluator.h"
#include "sema/analyze.h"

namespace weft::driver {

Result<Answers> Answers::build(ShowContext& context, const std::shared_ptr<Messages>& messages,
                               sema::Program& program, std::string expression) {
    BuildRequest request;
    request.program = &program;
    request.wanted = [](std::uint32_t) { return false; };
    request.values =
        sema::analyze_expression(program, expression, messages->sources, messages->diagnostics);
    if (messages->diagnostics.has_errors() || request.values.empty()) {
        return first_error(context);
    }
    auto part = Part::build(context, messages, std::move(request));
    if (!part) {
        return std::move(part).error();
    }
    return Answers(std::move(*part), std::move(expression));
}

Result<void> Answers::ask(const std::vector<Point>& points, const double* params, double* values) {
    return part_->work(
        [&] { return Evaluator(part_->show(), part_->frames()).run(points, params, values); });
}

}  // namespace weft::driver
