// A parsed text with everything it depends on, for tests of the syntax layer.
#pragma once

#include <string>

#include "syntax/parse.h"

namespace weft::syntax {

struct Parsed {
    explicit Parsed(const std::string& text)
        : file(sources.add("test.weft", text)), tree(parse(sources, file, diagnostics)) {}

    SourceMap sources;
    Diagnostics diagnostics{&sources};
    FileId file;
    SyntaxTree tree;
};

}  // namespace weft::syntax
