// `use`: what is imported, from where, and what goes wrong.
#include <filesystem>
#include <fstream>

#include "check.h"
#include "tests/support/temp_dir.h"

namespace weft::sema::testing {
namespace {

// A directory of files that is gone when the test ends.
class Directory : public test::TempDir {
public:
    void write(const std::string& name, const std::string& text) const {
        std::filesystem::create_directories((*this / name).parent_path());
        std::ofstream(*this / name) << text;
    }
};

struct Read {
    SourceMap sources;
    Diagnostics diagnostics{&sources};
    Program program;
};

std::unique_ptr<Read> read(const Directory& directory, const Environment& environment = {}) {
    auto result = std::make_unique<Read>();
    result->program =
        analyze(directory / "main.weft", result->sources, environment, result->diagnostics);
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
    environment.include_directories.push_back(directory / "elsewhere");
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
