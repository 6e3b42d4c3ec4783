// Nodes that do nothing, where the compiler cannot see it.
#pragma once

#include <cstdint>

namespace nothing {

struct Node {
    std::int64_t stop = -1;  // a frame at which it would fail
};

using Function = int (*)(Node* self, std::int64_t frame);

int even(Node* self, std::int64_t frame);
int odd(Node* self, std::int64_t frame);

}  // namespace nothing
