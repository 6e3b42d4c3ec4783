// Values of an expression over the strands of a program, at points.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "driver/embed/part.h"
#include "driver/offline/points.h"

namespace weft::driver {

class Answers {
public:
    // `expression` is checked against `program`, which learns it.
    [[nodiscard]] static Result<Answers> build(ShowContext& context,
                                               const std::shared_ptr<Messages>& messages,
                                               sema::Program& program, std::string expression);

    [[nodiscard]] const std::string& expression() const { return expression_; }
    // Values of a point.
    [[nodiscard]] std::size_t strands() const { return part_->show().values_outputs.size(); }
    // Point by point.
    [[nodiscard]] Result<void> ask(const std::vector<Point>& points, const double* params,
                                   double* values);

private:
    Answers(std::unique_ptr<Part> part, std::string expression)
        : part_(std::move(part)), expression_(std::move(expression)) {}

    std::unique_ptr<Part> part_;
    std::string expression_;
};

}  // namespace weft::driver
