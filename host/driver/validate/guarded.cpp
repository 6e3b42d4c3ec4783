#include "driver/validate/guarded.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "driver/validate/trace.h"

namespace weft::validate {
namespace {

// What the room in front of the struct is filled with.
constexpr std::byte kFill{0xa5};

std::size_t page_size() {
    static const auto size = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    return size;
}

std::uintptr_t address(const std::byte* at) {
    return reinterpret_cast<std::uintptr_t>(at);
}

}  // namespace

// A page that nobody may touch on either side of those in which the bytes lie.
Guarded::Guarded(std::string_view name, std::size_t size) : name_(name), size_(size) {
    const std::size_t page = page_size();
    room_ = std::max(page, (size + page - 1) / page * page);
    void* const mapped = ::mmap(nullptr, room_ + 2 * page, PROT_NONE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    // A child without memory has nothing left to say that would be about the plugin.
    if (mapped == MAP_FAILED) std::abort();
    pages_ = static_cast<std::byte*>(mapped) + page;
    make_writable();
    std::memset(pages_, static_cast<int>(kFill), room_ - size);
    data_ = pages_ + (room_ - size);
    tell("what is behind " + name_);
}

Guarded::Guarded(std::string_view name, const void* from, std::size_t size) : Guarded(name, size) {
    std::memcpy(data_, from, size);
}

Guarded::Guarded(Guarded&& other) noexcept
    : name_(std::move(other.name_)),
      pages_(std::exchange(other.pages_, nullptr)),
      room_(other.room_),
      data_(other.data_),
      size_(other.size_) {}

Guarded::~Guarded() {
    if (!pages_) return;
    const std::size_t page = page_size();
    forget_area(address(pages_) - page);
    ::munmap(pages_ - page, room_ + 2 * page);
}

void Guarded::tell(const std::string& text) const {
    const std::size_t page = page_size();
    forget_area(address(pages_) - page);
    trace_area(address(pages_) - page, address(pages_) + room_ + page, text);
}

void Guarded::make_read_only() {
    ::mprotect(pages_, room_, PROT_READ);
    tell(name_ + ", which may only be read, or what is behind it");
}

void Guarded::make_untouchable() {
    ::mprotect(pages_, room_, PROT_NONE);
    tell(name_ + ", which was taken away");
}

void Guarded::make_writable() {
    ::mprotect(pages_, room_, PROT_READ | PROT_WRITE);
}

std::size_t Guarded::written_before() const {
    const std::byte* const begin = pages_;
    return static_cast<std::size_t>(
        std::count_if(begin, begin + (room_ - size_), [](std::byte b) { return b != kFill; }));
}

}  // namespace weft::validate
