#include "driver/live/crash_report.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstring>
#include <ctime>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

#include "plugin/whereabouts.h"

namespace weft::driver {
namespace {

constexpr std::array<int, 5> kSignals = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

std::array<char, 4096> g_log{};  // its path

// A line of bounded length, made without memory or locks: who holds them may be who crashed.
class Line {
public:
    Line& operator<<(std::string_view text) {
        size_ += text.copy(text_.data() + size_, text_.size() - size_);
        return *this;
    }
    Line& operator<<(unsigned number) {
        std::array<char, 12> digits{};
        const char* const end = std::to_chars(digits.begin(), digits.end(), number).ptr;
        if (end == digits.begin() + 1) *this << "0";  // of a date
        return *this << std::string_view(digits.data(),
                                         static_cast<std::size_t>(end - digits.data()));
    }
    [[nodiscard]] std::string_view text() const { return {text_.data(), size_}; }

private:
    std::array<char, 1024> text_{};
    std::size_t size_ = 0;
};

std::string_view name_of(int signal) {
    switch (signal) {
        case SIGSEGV: return "SIGSEGV";
        case SIGBUS: return "SIGBUS";
        case SIGFPE: return "SIGFPE";
        case SIGILL: return "SIGILL";
        default: return "SIGABRT";
    }
}

// As the log's lines have it (log_file.cpp). The library's own way there takes a lock.
void put_time(Line& line) {
    using namespace std::chrono;
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    const sys_seconds second{seconds{now.tv_sec}};
    const sys_days day = floor<days>(second);
    const year_month_day date{day};
    const hh_mm_ss time{second - day};
    line << static_cast<unsigned>(static_cast<int>(date.year())) << "-"
         << static_cast<unsigned>(date.month()) << "-" << static_cast<unsigned>(date.day()) << "T"
         << static_cast<unsigned>(time.hours().count()) << ":"
         << static_cast<unsigned>(time.minutes().count()) << ":"
         << static_cast<unsigned>(time.seconds().count()) << "Z error ";
}

void put_place(Line& line, int signal) {
    line << "crashed: " << name_of(signal);
    if (const plugin::PluginCall* inside = plugin::t_here.inside) {
        line << " in plugin '" << inside->plugin << "', " << inside->function;
        if (!inside->part.empty()) line << " of " << inside->part;
    }
    line << "\n";
}

void on_crash(int signal) {
    Line said;
    said << "error: ";
    put_place(said, signal);
    (void)!::write(STDERR_FILENO, said.text().data(), said.text().size());
    const int log = g_log[0] == '\0' ? -1 : ::open(g_log.data(), O_WRONLY | O_APPEND | O_CLOEXEC);
    if (log >= 0) {
        Line logged;
        put_time(logged);
        put_place(logged, signal);
        (void)!::write(log, logged.text().data(), logged.text().size());
        ::close(log);
    }
    // What crashed is run again, and meets what stood before.
}

}  // namespace

void report_crashes(const std::string& log) {
    if (log.size() < g_log.size()) std::copy(log.begin(), log.end(), g_log.begin());
    for (const int signal : kSignals) {
        struct sigaction before {};
        if (::sigaction(signal, nullptr, &before) != 0 || before.sa_handler != SIG_DFL) continue;
        struct sigaction action {};
        action.sa_handler = on_crash;
        action.sa_flags = static_cast<int>(SA_RESETHAND);
        ::sigaction(signal, &action, nullptr);
    }
}

}  // namespace weft::driver
