// Which expressions of a spindle's body one of its locals depends on.
#pragma once

#include <map>
#include <unordered_map>
#include <vector>

#include "sema/program.h"

namespace weft::sema {

// Computed on demand and kept. A local that is assigned several times depends on all of them.
class Slices {
public:
    // Every expression that the local may depend on, those of loops' bounds included.
    [[nodiscard]] const std::vector<const Expr*>& of(const Body& body, std::uint32_t slot);
    // The strands and arguments that the local depends on, where that is all there is to know: no
    // other spindle is called and no axis of a cache replaced on the way. Else null.
    struct Leaves {
        std::vector<const Expr*> strands;
        std::vector<std::uint32_t> arguments;
        bool simple = true;
    };
    [[nodiscard]] const Leaves* leaves_of(const Body& body, std::uint32_t slot);
    // The value of a local that is assigned once and outside loops, else null.
    [[nodiscard]] const Expr* only_value(const Body& body, std::uint32_t slot);

private:
    struct Assigned {
        std::vector<const Expr*> values;
        bool in_loop = false;
    };
    using Assignments = std::vector<Assigned>;  // by slot

    const Assignments& assignments_of(const Body& body);
    static void collect(const std::vector<Statement>& statements, std::vector<const Expr*>& bounds,
                        Assignments& into);

    std::unordered_map<const Body*, Assignments> assignments_;
    std::map<std::pair<const Body*, std::uint32_t>, std::vector<const Expr*>> slices_;
    std::map<std::pair<const Body*, std::uint32_t>, Leaves> leaves_;
};

}  // namespace weft::sema
