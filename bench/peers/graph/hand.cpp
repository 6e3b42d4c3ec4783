// The least there is: an array of function pointers, two of them in turns, each with an object of
// its own, and a status that is looked at. Chain and fan are the same array here.
#include <vector>

#include "graph.h"
#include "nothing.h"

namespace {

struct Entry {
    nothing::Function call;
    nothing::Node* self;
};

inline void check(int status) {
    if (status != 0) std::abort();
}

// From one place that all calls share, the processor foresees badly where two functions in turns
// go. From eight in a row each place has one of them.
void pass(const std::vector<Entry>& entries, std::int64_t frame) {
    std::size_t i = 0;
#ifdef UNROLLED
    const auto call = [&](std::size_t at) __attribute__((always_inline)) {
        check(entries[at].call(entries[at].self, frame));
    };
    for (; i + 8 <= entries.size(); i += 8) {
        call(i);
        call(i + 1);
        call(i + 2);
        call(i + 3);
        call(i + 4);
        call(i + 5);
        call(i + 6);
        call(i + 7);
    }
#endif
    for (; i < entries.size(); ++i) check(entries[i].call(entries[i].self, frame));
}

}  // namespace

int main(int argc, char** argv) {
    const graph::Shape shape = graph::shape_of(argc, argv);
    std::vector<nothing::Node> nodes(static_cast<std::size_t>(shape.nodes));
    std::vector<Entry> entries;
    for (std::size_t i = 0; i < nodes.size(); ++i)
        entries.push_back({i % 2 ? nothing::odd : nothing::even, &nodes[i]});
    return graph::measure(shape, [&](std::int64_t frames) {
        for (std::int64_t f = 0; f < frames; ++f) pass(entries, f);
    });
}
