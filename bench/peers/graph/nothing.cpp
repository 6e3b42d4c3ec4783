#include "nothing.h"

namespace nothing {

int even(Node* self, std::int64_t frame) {
    return self->stop == frame;
}

int odd(Node* self, std::int64_t frame) {
    return frame == self->stop ? 2 : 0;
}

}  // namespace nothing
