/* The operators that TEMPLATE_NAME computes. */
#ifndef TEMPLATE_UPPER_OPERATORS_H
#define TEMPLATE_UPPER_OPERATORS_H

#include <stdint.h>

/* Whether there is code for an operator. */
int operator_is_known(uint32_t op);

/* Its value; `a` holds its one to three operands. */
double operator_value(uint32_t op, const double* a);

/* As a program writes it, for messages; "?" where there is no such operator. */
const char* operator_word(uint32_t op);

#endif
