// The programs that ship are clean.

#include <weft_paths.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "check.h"

namespace weft::sema::testing {
namespace {

TEST(Examples, AreClean) {
    std::vector<std::filesystem::path> files;
    for (const char* directory : {"/examples", "/examples/lib", "/bench/programs"})
        for (const auto& entry : std::filesystem::directory_iterator(in_source() + directory))
            if (entry.path().extension() == ".weft") files.push_back(entry.path());
    ASSERT_FALSE(files.empty());
    for (const auto& file : files) {
        SourceMap sources;
        Diagnostics diagnostics(&sources);
        const Program program = analyze(file.string(), sources, {}, diagnostics);
        EXPECT_FALSE(diagnostics.has_errors()) << diagnostics.render(false);
    }
}

}  // namespace
}  // namespace weft::sema::testing
