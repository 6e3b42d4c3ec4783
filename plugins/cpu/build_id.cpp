// The build id stands in a note segment of the loaded library.
#include "build_id.h"

#include <cstdint>
#include <cstring>

#include <elf.h>
#include <link.h>

namespace weft::cpu {
namespace {

constexpr char kOwner[] = "GNU";

std::uint64_t padded(std::uint64_t size) {
    return (size + 3) / 4 * 4;
}

std::string id_in(const char* notes, std::uint64_t size) {
    std::uint64_t at = 0;
    while (at + sizeof(ElfW(Nhdr)) <= size) {
        ElfW(Nhdr) note;
        std::memcpy(&note, notes + at, sizeof note);
        const std::uint64_t name = at + sizeof note;
        const std::uint64_t content = name + padded(note.n_namesz);
        if (content + note.n_descsz > size) return {};
        if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof kOwner &&
            std::memcmp(notes + name, kOwner, sizeof kOwner) == 0)
            return {notes + content, note.n_descsz};
        at = content + padded(note.n_descsz);
    }
    return {};
}

int look(dl_phdr_info* library, std::size_t, void* result) {
    const auto here = reinterpret_cast<std::uintptr_t>(&look);
    bool ours = false;
    for (int i = 0; i < library->dlpi_phnum; ++i) {
        const ElfW(Phdr)& part = library->dlpi_phdr[i];
        const std::uintptr_t begin = library->dlpi_addr + part.p_vaddr;
        ours = ours || (part.p_type == PT_LOAD && here >= begin && here < begin + part.p_memsz);
    }
    if (!ours) return 0;
    for (int i = 0; i < library->dlpi_phnum; ++i) {
        const ElfW(Phdr)& part = library->dlpi_phdr[i];
        if (part.p_type != PT_NOTE) continue;
        const std::string id =
            id_in(reinterpret_cast<const char*>(library->dlpi_addr + part.p_vaddr), part.p_memsz);
        if (!id.empty()) *static_cast<std::string*>(result) = id;
    }
    return 1;
}

}  // namespace

std::string build_id() {
    std::string id;
    dl_iterate_phdr(look, &id);
    return id;
}

}  // namespace weft::cpu
