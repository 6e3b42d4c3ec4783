// Memory that stays where it is: a page that the system took back comes again only while whoever
// touches it waits, and a sound device's thread has no time to.
#pragma once

namespace weft::runtime {

// From now on each page of the process, code included, stays from its first touch on. What nobody
// touches costs nothing. False where the process may not lock as much as it likes (RLIMIT_MEMLOCK,
// CAP_IPC_LOCK): then pages stay as long as there is memory for them. [any thread; again is free]
bool keep_pages();

}  // namespace weft::runtime
