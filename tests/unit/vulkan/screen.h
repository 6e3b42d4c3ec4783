// A screen of one's own: an X server that shows nothing to anybody, and hands that type and point.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace weft::vulkan {

class PrivateScreen {
public:
    explicit PrivateScreen(const std::string& size = "1280x720x24") {
        int tell[2];
        if (::pipe(tell) != 0) return;
        server_ = ::fork();
        if (server_ == 0) {
            const int quiet = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
            ::dup2(quiet, 2);
            ::close(tell[0]);
            const std::string fd = std::to_string(tell[1]);
            ::execlp("Xvfb", "Xvfb", "-displayfd", fd.c_str(), "-screen", "0", size.c_str(),
                     "-nolisten", "tcp", "-noreset", nullptr);
            ::_exit(127);
        }
        ::close(tell[1]);
        char number[16] = {};
        // The server tells its number when it is ready, in one line.
        ssize_t got = 0;
        while (got < 15 && (got == 0 || number[got - 1] != '\n')) {
            const ssize_t more = ::read(tell[0], number + got, 1);
            if (more <= 0) break;
            got += more;
        }
        ::close(tell[0]);
        if (got > 1) name_ = ":" + std::string(number, static_cast<std::size_t>(got - 1));
    }
    PrivateScreen(const PrivateScreen&) = delete;
    PrivateScreen& operator=(const PrivateScreen&) = delete;
    ~PrivateScreen() { end(SIGTERM); }

    void end(int signal) {
        if (server_ <= 0) return;
        ::kill(server_, signal);
        ::waitpid(server_, nullptr, 0);
        server_ = -1;
    }

    // "" where there is no X server to be had.
    [[nodiscard]] const std::string& name() const { return name_; }

private:
    pid_t server_ = -1;
    std::string name_;
};

}  // namespace weft::vulkan
