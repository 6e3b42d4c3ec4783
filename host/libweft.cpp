// The command line as a function of libweft: what bin/weft is made of.
#include <weft/weft.h>

#include "driver/commands.h"

int weft_main(int argc, char** argv) {
    return weft::driver::run_command_line(argc, argv);
}
