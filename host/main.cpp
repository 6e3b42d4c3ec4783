#include "driver/commands.h"

int main(int argc, char** argv) {
    return weft::driver::run_command_line(argc, argv);
}
