// The operators that TEMPLATE_NAME computes.
#pragma once

#include <cstdint>

namespace TEMPLATE_NAME_plugin {

// The value of an operator of one to three operands.
using Operator = double (*)(const double* operands);

// Null: it is not supported.
[[nodiscard]] Operator operator_named(std::uint32_t op);

// As a program writes it, for messages; "?" where there is no such operator.
[[nodiscard]] const char* operator_word(std::uint32_t op);

}  // namespace TEMPLATE_NAME_plugin
