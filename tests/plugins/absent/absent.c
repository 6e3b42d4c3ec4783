/* The library that needs_library.c does not find. */
int weft_function_of_absent_library(void);
int weft_function_of_absent_library(void) {
    return 1;
}
