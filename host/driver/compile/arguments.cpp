#include "driver/compile/arguments.h"

#include <weft/cpp/text.hpp>

namespace weft::driver {

std::vector<weft_arg> arguments_of(const std::vector<sema::SourceArgument>& arguments) {
    std::vector<weft_arg> args;
    for (const sema::SourceArgument& argument : arguments) {
        weft_arg arg{};
        arg.name = cpp::to_str(argument.name);
        arg.kind = argument.is_text ? WEFT_ARG_TEXT : WEFT_ARG_NUMBER;
        arg.number = argument.number;
        arg.text = cpp::to_str(argument.text);
        args.push_back(arg);
    }
    return args;
}

}  // namespace weft::driver
