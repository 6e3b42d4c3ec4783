// Structs of another age: shorter than we know them, or longer.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace weft::cpp {

// What there is of a struct that somebody else made; what it does not have yet is zero.
template <class T>
[[nodiscard]] T known_part(const T& given) {
    T known{};
    const std::size_t size = std::min<std::size_t>(given.struct_size, sizeof known);
    std::memcpy(&known, &given, size);
    known.struct_size = static_cast<std::uint32_t>(size);
    return known;
}

// Fills as much of a result as whoever asks for it knows. Its struct_size stays.
template <class T>
void fill_known_part(T& result, T made) {
    made.struct_size = result.struct_size;
    std::memcpy(&result, &made, std::min<std::size_t>(result.struct_size, sizeof made));
}

}  // namespace weft::cpp
