// The end of every exception: what the two files that speak the ABI run their functions in.
#pragma once

#include "result.h"

#include <exception>
#include <new>

namespace weft::media {

// Runs `call`, which returns a Status or a weft_status; an exception becomes a failure.
template <class Call>
weft_status guarded(weft_error* error, Call&& call) noexcept {
    try {
        return report(call(), error);
    } catch (const std::bad_alloc&) {
        return report(Failure{WEFT_UNAVAILABLE, "out of memory"}, error);
    } catch (const std::exception& thrown) {
        return report(Failure{WEFT_INTERNAL, thrown.what()}, error);
    } catch (...) {
        return report(Failure{WEFT_INTERNAL, "an unknown exception"}, error);
    }
}

}  // namespace weft::media
