#include "jack/clients.h"

#include <mutex>

namespace weft::jack {

namespace {

std::mutex mutex;
unsigned open_clients = 0;  // guarded by mutex
bool gone = false;          // guarded by mutex; false without clients

}  // namespace

bool may_open() noexcept {
    const std::lock_guard lock(mutex);
    if (gone) return false;
    ++open_clients;
    return true;
}

void closed() noexcept {
    const std::lock_guard lock(mutex);
    if (open_clients > 0 && --open_clients == 0) gone = false;
}

void server_gone() noexcept {
    const std::lock_guard lock(mutex);
    gone = open_clients > 0;
}

bool must_close() noexcept {
    const std::lock_guard lock(mutex);
    return gone;
}

}  // namespace weft::jack
