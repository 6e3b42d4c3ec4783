// How arguments are written; for recorder_*.cpp.
#pragma once

#include <cstdint>

#include "replay/trace_calls.h"

namespace weft::plugin {

// An address, as the number that a trace knows it by.
template <class T>
std::uint64_t number_of(T* address) {
    return reinterpret_cast<std::uintptr_t>(address);
}

// True, for arguments that are whole.
template <class T>
bool put(replay::Out& out, const T& arguments) {
    io(out, arguments);
    return true;
}

}  // namespace weft::plugin
