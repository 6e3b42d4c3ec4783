// What a thread is, in the ABI's words (weft/calls.h). Its owner tells; who checks the contract
// reads it. A thread that nobody told of is not judged by what it is.
#pragma once

#include <weft/calls.h>

#include <cstdint>

namespace weft::plugin {

inline thread_local constinit std::uint32_t t_thread_roles = 0;  // WEFT_THREAD_*; 0: not told

// The calling thread is all of `roles` as long as this lives.
class ThreadRoles {
public:
    explicit ThreadRoles(std::uint32_t roles) noexcept : before_(t_thread_roles) {
        t_thread_roles = roles;
    }
    ~ThreadRoles() { t_thread_roles = before_; }
    ThreadRoles(const ThreadRoles&) = delete;
    ThreadRoles& operator=(const ThreadRoles&) = delete;

private:
    std::uint32_t before_;
};

}  // namespace weft::plugin
