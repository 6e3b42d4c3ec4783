// `weft check`: what is wrong with programs, or looks so. A program over the C API.
#include <cstdio>

#include "driver/commands.h"
#include "driver/shown.h"

namespace weft::driver {

int check(weft_engine& engine, const std::vector<std::string>& files, bool json) {
    bool all_good = true;
    std::string list;  // what stands between the brackets of JSON
    for (const std::string& file : files) {
        const ShownProgram show = new_show(engine);
        all_good &= load_file(show.get(), file, WEFT_LOAD_COSTS, nullptr) == WEFT_OK;
        if (!json) {
            print_messages(show.get());
            continue;
        }
        const std::string array = messages_json(show.get());
        if (array.size() > 2) {
            list += (list.empty() ? "" : ",") + array.substr(1, array.size() - 2);
        }
    }
    if (json) {
        std::printf("[%s]\n", list.c_str());
    }
    return all_good ? 0 : 1;
}

}  // namespace weft::driver
