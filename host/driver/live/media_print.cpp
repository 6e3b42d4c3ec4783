#include "driver/live/media_print.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include "driver/compile/heritage.h"

namespace weft::driver {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kPart = 64 * 1024;  // bytes

runtime::LoggedMedia print_of(const std::string& path) {
    runtime::LoggedMedia print;
    print.path = path;
    std::error_code failure;
    if (!fs::is_regular_file(path, failure)) {
        return print;
    }
    print.size = fs::file_size(path, failure);
    std::ifstream file(path, std::ios::binary);
    std::string part(kPart, '\0');
    const std::uint64_t last = print.size - std::min(print.size, kPart);
    for (const std::uint64_t at : {std::uint64_t{0}, last / 2, last}) {
        file.clear();
        file.seekg(static_cast<std::streamoff>(at));
        file.read(part.data(), static_cast<std::streamsize>(part.size()));
        print.hash = runtime::log_checksum(print.hash, part.data(),
                                           static_cast<std::uint64_t>(file.gcount()));
    }
    return print;
}

}  // namespace

std::vector<runtime::LoggedMedia> media_prints(const sema::Program& program) {
    std::vector<runtime::LoggedMedia> prints;
    for (const sema::Instance& instance : program.instances) {
        if (instance.kind != sema::InstanceKind::source) {
            continue;
        }
        for (const std::string& path : files_of(instance)) {
            prints.push_back(print_of(path));
        }
    }
    return prints;
}

}  // namespace weft::driver
