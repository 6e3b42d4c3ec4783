// From source text to the first frame of plasma, in a process that has done it before: with LLVM at
// work, against the time that LLVM itself says it took, and with code from the disk.
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>

#include <unistd.h>

#include <weft_paths.h>

#include "bench/samples.h"
#include "driver/compile/build_show.h"
#include "driver/compile/session.h"
#include "sema/analyze.h"

namespace weft::bench {
namespace {

constexpr double kWidth = 1920;
constexpr double kHeight = 1080;
const std::string kProgram = in_source("/bench/programs/plasma.weft");

// What plugins log goes to standard error; here it goes to a file that can be read back.
class Log {
public:
    Log() {
        std::string name = "/tmp/weft-bench-XXXXXX";
        if (const int fd = mkstemp(name.data()); fd >= 0) {
            unlink(name.c_str());
            file_ = fdopen(fd, "r+");
        }
        if (file_ == nullptr || dup2(fileno(file_), STDERR_FILENO) < 0) std::abort();
    }
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;
    ~Log() { std::fclose(file_); }

    // Milliseconds in LLVM since the last call; nothing if it was not asked for anything.
    std::optional<double> llvm_milliseconds() {
        std::fflush(stderr);
        std::optional<double> sum;
        char line[512];
        std::clearerr(file_);
        std::fseek(file_, read_, SEEK_SET);
        while (std::fgets(line, sizeof line, file_) != nullptr)
            if (const char* took = std::strstr(line, "LLVM took "))
                sum = sum.value_or(0) + std::atof(took + std::strlen("LLVM took "));
        read_ = std::ftell(file_);
        return sum;
    }

private:
    std::FILE* file_ = nullptr;
    long read_ = 0;
};

std::unique_ptr<driver::Session> make_session(bool cached) {
    driver::CommonOptions options;
    options.plugin_directories = {in_build("/lib/weft")};
    options.no_cache = !cached;
    options.verbose = true;
    options.settings[WEFT_FIELD_WIDTH] = kWidth;
    options.settings[WEFT_FIELD_HEIGHT] = kHeight;
    auto session = driver::Session::create(std::move(options));
    if (!session) std::abort();
    return std::move(*session);
}

// Seconds from the text to a picture in memory.
double first_frame(driver::Session& session, std::vector<char>& picture) {
    const std::size_t errors = session.diagnostics().error_count();
    return seconds_of([&] {
        const sema::Program program = sema::analyze(kProgram, session.sources(),
                                                    session.environment(), session.diagnostics());
        if (session.diagnostics().error_count() != errors) std::abort();
        driver::BuildRequest build;
        build.program = &program;
        const auto built = build_show(session, build);
        if (!built) std::abort();
        picture.resize(built->show->targets.front().bytes + 64);
        const auto address = reinterpret_cast<std::uintptr_t>(picture.data());
        const weft_target target = {picture.data() + (64 - address % 64) % 64,
                                    built->show->targets.front().bytes};
        runtime::FrameRequest request;
        request.targets = &target;
        request.params = built->show->initial_params.data();
        session.main_group().run([&] {
            if (!built->show->run(request).ok()) std::abort();
        });
    });
}

int run(bool quick) {
    const std::filesystem::path cache =
        std::filesystem::temp_directory_path() / ("weft-bench-" + std::to_string(getpid()));
    setenv("WEFT_CACHE_DIR", cache.c_str(), 1);
    Log log;
    std::vector<char> picture;
    const auto compiling = make_session(false);
    const auto cached = make_session(true);
    first_frame(*compiling, picture);
    first_frame(*cached, picture);
    (void)log.llvm_milliseconds();
    for (int i = 0; i < (quick ? 5 : 15); ++i) {
        const double took = first_frame(*compiling, picture);
        const std::optional<double> llvm = log.llvm_milliseconds();
        if (!llvm) std::abort();
        print_pair("compile", took * 1e3, *llvm);
        const double fast = first_frame(*cached, picture);
        if (log.llvm_milliseconds()) std::abort();
        print_value("compile-cached", fast * 1e3);
    }
    std::error_code ignored;
    std::filesystem::remove_all(cache, ignored);
    return 0;
}

}  // namespace
}  // namespace weft::bench

int main(int argc, char** argv) {
    return weft::bench::run(argc > 1 && std::strcmp(argv[1], "--quick") == 0);
}
