#include "base/read_file.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace weft {
namespace {

Error why_not(int error) {
    switch (error) {
        case ENOENT: return {WEFT_UNAVAILABLE, "there is no such file"};
        case EACCES: return {WEFT_UNAVAILABLE, "it may not be read"};
        case EISDIR: return {WEFT_INVALID, "it is a directory"};
        default: return {WEFT_UNAVAILABLE, std::strerror(error)};
    }
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return why_not(errno);
    }
    std::string text;
    std::array<char, 1 << 16> part{};
    while (true) {
        const ssize_t got = ::read(fd, part.data(), part.size());
        if (got > 0) {
            text.append(part.data(), static_cast<std::size_t>(got));
        } else if (got == 0 || errno != EINTR) {
            const int error = got < 0 ? errno : 0;
            ::close(fd);
            if (error != 0) {
                return why_not(error);
            }
            return text;
        }
    }
}

Result<std::string> read_program(const std::string& path) {
    auto text = read_file(path);
    if (text && text->find('\0') != std::string::npos) {
        return Error{WEFT_INVALID, "it is no text in UTF-8"};
    }
    return text;
}

}  // namespace weft
