#include "driver/validate/child.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "driver/validate/harness.h"
#include "driver/validate/trace.h"

namespace weft::validate {
namespace {

// Every check draws numbers of its own, whichever others are run.
std::uint64_t seed_of(std::uint64_t seed, std::string_view id) {
    std::uint64_t mixed = seed ^ 0xcbf29ce484222325u;
    for (const char c : id) mixed = (mixed ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    return mixed;
}

bool judges_loading(const Check& check) {
    return check.id.substr(0, check.id.find('.')) == "loading";
}

void put_outcome(const Context& context) {
    TracePage& page = trace();
    const Outcome outcome = context.ended() ? context.outcome() : Outcome::passed;
    const std::string& message = context.message();
    page.outcome = static_cast<std::uint32_t>(outcome);
    page.message[message.copy(page.message, sizeof page.message - 1)] = '\0';
}

const Check* find(std::string_view id) {
    for (const Check& check : all_checks())
        if (check.id == id) return &check;
    return nullptr;
}

[[noreturn]] void refuse(const char* why) {
    std::fprintf(stderr, "error: --child: %s\n", why);
    std::_Exit(2);
}

}  // namespace

void run_here(const Subject& subject, const Check& check, std::uint64_t seed, Level level,
              const std::string& directory) {
    name_thread("the main thread");
    Context context(subject, seed_of(seed, check.id), level, directory);
    if (judges_loading(check) || context.load()) check.run(context);
    put_outcome(context);
}

std::string child_order(int page, const Check& check, std::uint64_t seed, Level level,
                        const std::string& directory) {
    return fmt::format("{} {} {} {} {}", page, check.id, seed, static_cast<int>(level), directory);
}

void run_child(const Subject& subject, const std::string& order) {
    int page = -1;
    int level = 0;
    unsigned long long seed = 0;
    int behind = 0;
    char id[128] = {};
    if (std::sscanf(order.c_str(), "%d %127s %llu %d %n", &page, id, &seed, &level, &behind) != 4)
        refuse("it is for weft itself");
    const Check* const check = find(id);
    void* const mapped =
        ::mmap(nullptr, sizeof(TracePage), PROT_READ | PROT_WRITE, MAP_SHARED, page, 0);
    if (!check || mapped == MAP_FAILED) refuse("it is for weft itself");
    ::close(page);
    set_trace(static_cast<TracePage*>(mapped));
    trace().begun = 1;
    report_signals();
    run_here(subject, *check, seed, static_cast<Level>(level), order.substr(behind));
    std::fflush(nullptr);
    // What a plugin left behind when it failed is no reason to fail again, or to hang.
    trace().ending = 1;
    if (check->exits) std::exit(0);
    std::_Exit(0);
}

}  // namespace weft::validate
