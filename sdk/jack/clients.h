// What the clients of a JACK server in one process have to agree about, whichever plugin opened
// them.
//
// libjack keeps one list of clients for the process. When a server has gone and a client is opened
// while others of that server are still there, libjack deletes those, and whoever closes them later
// touches freed memory. So nobody opens a client before all have closed theirs. This library is
// shared, as libjack is: plugins do not see each other.
#pragma once

#include <weft/abi.h>

namespace weft::jack {

// Before a client is opened, also if that may fail. False: not now, clients of a server that is
// gone are still being closed. [any-thread]
[[nodiscard]] WEFT_EXPORT bool may_open() noexcept;

// A client was closed, or could not be opened after all. [any-thread]
WEFT_EXPORT void closed() noexcept;

// A client was told that its server is gone, or that it was thrown out. [any-thread]
WEFT_EXPORT void server_gone() noexcept;

// Since a client was told so not all have been closed: everybody shall close theirs. [any-thread]
[[nodiscard]] WEFT_EXPORT bool must_close() noexcept;

}  // namespace weft::jack
