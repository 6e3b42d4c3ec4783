// What a service manager hears, read at the socket that it gives.
#include "driver/live/service_manager.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "tests/support/temp_dir.h"

namespace weft::driver {
namespace {

TEST(ServiceManager, HearsWhatItAskedFor) {
    notify_ready();  // nobody asked: nothing happens
    const test::TempDir directory;
    const std::string path = directory / "socket";
    const int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, path.c_str());
    ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    const auto next = [fd] {
        char text[512];
        const ssize_t size = ::recv(fd, text, sizeof text, 0);
        return std::string(text, size > 0 ? static_cast<std::size_t>(size) : 0);
    };
    ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    ::setenv("WATCHDOG_USEC", "10000000", 1);
    ::unsetenv("WATCHDOG_PID");
    notify_ready();
    EXPECT_EQ(next(), "READY=1");
    notify_alive(100);
    EXPECT_EQ(next(), "WATCHDOG=1");
    notify_alive(104.9);
    EXPECT_EQ(next(), "");
    notify_alive(105.1);
    EXPECT_EQ(next(), "WATCHDOG=1");
    notify_status("shows\nanything");
    EXPECT_EQ(next(), "STATUS=shows");
    notify_reloading();
    EXPECT_EQ(next().find("RELOADING=1\nMONOTONIC_USEC="), 0u);
    notify_stopping();
    EXPECT_EQ(next(), "STOPPING=1");
    ::unsetenv("NOTIFY_SOCKET");
    ::unsetenv("WATCHDOG_USEC");
    ::close(fd);
}

}  // namespace
}  // namespace weft::driver
