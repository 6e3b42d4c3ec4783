// `use`: what is imported, from where, and what goes wrong.
#include <filesystem>
#include <fstream>

#include <unistd.h>

#include "check.h"

namespace weft::sema::testing {
namespace {

namespace fs = std::filesystem;

// A directory of files that is gone when the test ends.
class Directory {
public:
    Directory() : path_(fs::temp_directory_path() / ("weft_use_" + std::to_string(::getpid()))) {
        fs::create_directories(path_);
    }
    ~Directory() { fs::remove_all(path_); }
    void write(const std::string& name, const std::string& text) const {
        fs::create_directories((path_ / name).parent_path());
        std::ofstream(path_ / name) << text;
    }
    [[nodiscard]] std::string path(const std::string& name) const {
        return (path_ / name).string();
    }

private:
    fs::path path_;
};

struct Read {
    SourceMap sources;
    Diagnostics diagnostics{&sources};
    Program program;
};

std::unique_ptr<Read> read(const Directory& directory, const Environment& environment = {}) {
    auto result = std::make_unique<Read>();
    result->program =
        analyze(directory.path("main.weft"), result->sources, environment, result->diagnostics);
    return result;
}

TEST(Use, ImportsNamesButNeitherSettingsNorSinks) {
    const Directory directory;
    directory.write("main.weft",
                    "use \"lib/a.weft\" use \"lib/b.weft\" display(twice(base + knob))");
    directory.write(
        "lib/a.weft",
        "use \"b.weft\" spindle twice(v) :: <o> { out o = 2*v } me<width> = 7 play(base)");
    directory.write("lib/b.weft", "base = 3 #slider knob<v> = 0, 1");
    const auto checked = read(directory);
    EXPECT_FALSE(checked->diagnostics.has_errors()) << checked->diagnostics.render(false);
    EXPECT_EQ(checked->program.files.size(), 3u);
    EXPECT_EQ(checked->program.sinks.size(), 1u);
    EXPECT_EQ(checked->program.settings[WEFT_FIELD_WIDTH], 1280);
}

TEST(Use, LooksInIncludeDirectoriesToo) {
    const Directory directory;
    directory.write("main.weft", "use \"c.weft\" display(c)");
    directory.write("elsewhere/c.weft", "c = 1");
    Environment environment;
    environment.include_directories.push_back(directory.path("elsewhere"));
    EXPECT_FALSE(read(directory, environment)->diagnostics.has_errors());
    EXPECT_TRUE(read(directory)->diagnostics.has_errors());
}

TEST(Use, ACycleIsAnError) {
    const Directory directory;
    directory.write("main.weft", "use \"a.weft\"");
    directory.write("a.weft", "use \"main.weft\"");
    const auto checked = read(directory);
    ASSERT_EQ(checked->diagnostics.error_count(), 1u);
    EXPECT_EQ(code_name(checked->diagnostics.all()[0].code), "W0262");
}

}  // namespace
}  // namespace weft::sema::testing
