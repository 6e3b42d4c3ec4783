#include "runtime/join.h"

#include <utility>

namespace weft::runtime {

Result<std::unique_ptr<Join>> Join::make(plugin::Backend& signaller, plugin::Backend& waiter,
                                         bool signaller_makes) {
    std::unique_ptr<Join> made(new Join(signaller, waiter, signaller_makes));
    if (auto done = made->renew(); !done) {
        return std::move(done).error();
    }
    return made;
}

Result<void> Join::renew() {
    signal_ = {};
    wait_ = {};
    auto own = (signaller_makes_ ? signaller_ : waiter_).create();
    if (!own) {
        return std::move(own).error();
    }
    auto imported = (signaller_makes_ ? waiter_ : signaller_).import(own->fd());
    if (!imported) {
        return std::move(imported).error();
    }
    signal_ = std::move(signaller_makes_ ? *own : *imported);
    wait_ = std::move(signaller_makes_ ? *imported : *own);
    return {};
}

}  // namespace weft::runtime
