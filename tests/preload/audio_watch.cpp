// A watch on the audio thread, for a test to link or for LD_PRELOAD. It stands between libjack and
// whoever sets a process callback, and in front of the allocator and of locks; the kernel tells of
// system calls (user dispatch, a signal for each) and of page faults.
//
// Preloaded, WEFT_AUDIO_WATCH names the file that is written at the end, one line of JSON, and
// WEFT_AUDIO_WATCH_SKIP how many calls are left out at first.
#include "audio_watch.h"

#include <dlfcn.h>
#include <errno.h>
#include <jack/jack.h>
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define WEFT_SANITIZED 1
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WEFT_SANITIZED 1
#endif

#ifndef PR_SET_SYSCALL_USER_DISPATCH
#define PR_SET_SYSCALL_USER_DISPATCH 59
#endif

namespace weft::watch {
namespace {

constexpr char kAllow = 0;
constexpr char kBlock = 1;

// One audio thread at a time writes; others read.
std::atomic<std::uint64_t> calls{0};
std::atomic<std::uint64_t> to_skip{0};
std::atomic<std::uint64_t> allocations{0};
std::atomic<std::uint64_t> locks{0};
std::atomic<std::uint64_t> system_calls{0};
std::atomic<std::uint64_t> page_faults{0};
std::atomic<std::int64_t> last_system_call{0};
std::atomic<void*> first{nullptr};

// The kernel reads it at each system call of this thread. Not in a function's frame, and in static
// storage of its own: thread-local storage of a preloaded library may itself be allocated lazily.
thread_local volatile char selector __attribute__((tls_model("initial-exec"))) = kAllow;
thread_local bool inside __attribute__((tls_model("initial-exec"))) = false;
thread_local bool prepared __attribute__((tls_model("initial-exec"))) = false;

// PortAudio's handshake at the end of a stream wakes a thread. So the newest calls do not count.
constexpr std::uint64_t kUnsettled = 64;
struct Sums {
    std::uint64_t calls = 0;
    std::uint64_t allocations = 0;
    std::uint64_t locks = 0;
    std::uint64_t system_calls = 0;
    std::uint64_t page_faults = 0;
};
Sums settled[kUnsettled];

// What a client set; lives as long as the process, which is a test.
struct Watched {
    JackProcessCallback callback;
    void* user;
};

// The kernel has not run it: it is run here, so that whoever is to be woken by it is.
void on_system_call(int, siginfo_t* info, void* context) {
    selector = kAllow;
    system_calls.fetch_add(1, std::memory_order_relaxed);
    last_system_call.store(info->si_syscall, std::memory_order_relaxed);
    auto& registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
    const long result =
        syscall(info->si_syscall, registers[REG_RDI], registers[REG_RSI], registers[REG_RDX],
                registers[REG_R10], registers[REG_R8], registers[REG_R9]);
    registers[REG_RAX] = result == -1 ? -errno : result;
    // The handler's own return is a system call, too: only the next call is watched again.
}

bool dispatch(bool on) {
    return prctl(PR_SET_SYSCALL_USER_DISPATCH, on ? 1 : 0, 0, 0,
                 on ? const_cast<char*>(&selector) : nullptr) == 0;
}

void prepare() {
    struct sigaction action {};
    action.sa_sigaction = on_system_call;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGSYS, &action, nullptr);
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, SIGSYS);
    pthread_sigmask(SIG_UNBLOCK, &one, nullptr);
    prepared = dispatch(true);
}

std::uint64_t faults() {
    rusage usage{};
    getrusage(RUSAGE_THREAD, &usage);
    return static_cast<std::uint64_t>(usage.ru_minflt + usage.ru_majflt);
}

[[maybe_unused]] int process(jack_nframes_t count, void* user) {
    const Watched& watched = *static_cast<const Watched*>(user);
    if (!prepared) prepare();
    if (to_skip.load() > 0) {
        to_skip.fetch_sub(1);
        return watched.callback(count, watched.user);
    }
    const std::uint64_t before = faults();
    inside = true;
    selector = kBlock;
    const int result = watched.callback(count, watched.user);
    selector = kAllow;
    inside = false;
    page_faults.fetch_add(faults() - before);
    settled[calls.fetch_add(1) % kUnsettled] = {calls, allocations, locks, system_calls,
                                                page_faults};
    return result;
}

[[maybe_unused]] void note(std::atomic<std::uint64_t>& counter, void* from) {
    if (!inside) return;
    counter.fetch_add(1, std::memory_order_relaxed);
    void* none = nullptr;
    first.compare_exchange_strong(none, from);
}

// Preloaded: says at the end what was found.
struct Report {
    Report() {
        if (const char* skip = std::getenv("WEFT_AUDIO_WATCH_SKIP"))
            to_skip = std::strtoull(skip, nullptr, 10);
    }
    Report(const Report&) = delete;
    Report& operator=(const Report&) = delete;
    ~Report() {
        const char* path = std::getenv("WEFT_AUDIO_WATCH");
        std::FILE* file = path ? std::fopen(path, "w") : nullptr;
        if (!file) return;
        const Findings all = found();
        std::fprintf(file,
                     "{\"able\": %s, \"calls\": %llu, \"allocations\": %llu, \"locks\": %llu, "
                     "\"system_calls\": %llu, \"page_faults\": %llu, \"last_system_call\": %lld, "
                     "\"first\": \"%s\"}\n",
                     able() ? "true" : "false", static_cast<unsigned long long>(all.calls),
                     static_cast<unsigned long long>(all.allocations),
                     static_cast<unsigned long long>(all.locks),
                     static_cast<unsigned long long>(all.system_calls),
                     static_cast<unsigned long long>(all.page_faults),
                     static_cast<long long>(all.last_system_call), all.first);
        std::fclose(file);
    }
} report;

}  // namespace

bool able() {
#ifdef WEFT_SANITIZED
    return false;
#else
    // On a thread that makes no watched calls: switched on and off again.
    static const bool possible = dispatch(true) && dispatch(false);
    return possible;
#endif
}

void begin(std::uint64_t skip) {
    for (auto* counter : {&calls, &allocations, &locks, &system_calls, &page_faults}) *counter = 0;
    first = nullptr;
    for (Sums& sums : settled) sums = {};
    to_skip = skip;
}

Findings found() {
    const Sums sums = settled[calls % kUnsettled];  // the oldest
    Findings all;
    all.calls = sums.calls;
    all.allocations = sums.allocations;
    all.locks = sums.locks;
    all.system_calls = sums.system_calls;
    all.page_faults = sums.page_faults;
    all.last_system_call = last_system_call;
    Dl_info where{};
    if (first.load() && dladdr(first.load(), &where) != 0)
        std::snprintf(all.first, sizeof all.first, "%s in %s",
                      where.dli_sname ? where.dli_sname : "a function of its own",
                      where.dli_fname ? where.dli_fname : "?");
    return all;
}

}  // namespace weft::watch

#ifndef WEFT_SANITIZED

// In front of the C library and libjack.
#define WEFT_SEEN __attribute__((visibility("default")))
#define WEFT_CALLER __builtin_return_address(0)

namespace {

template <class Function>
Function* real(const char* name) {
    return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

using Lock = int(pthread_mutex_t*);
using RwLock = int(pthread_rwlock_t*);
// Found before there are threads; dlsym itself locks.
Lock* real_lock = nullptr;
RwLock* real_rdlock = nullptr;
RwLock* real_wrlock = nullptr;

}  // namespace

extern "C" {

// The C library's own, behind the names that are taken here.
// NOLINTBEGIN(bugprone-reserved-identifier)
void* __libc_malloc(size_t);
void __libc_free(void*);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);
// NOLINTEND(bugprone-reserved-identifier)

WEFT_SEEN void* malloc(size_t size) {
    weft::watch::note(weft::watch::allocations, WEFT_CALLER);
    return __libc_malloc(size);
}
WEFT_SEEN void free(void* memory) {
    if (memory) weft::watch::note(weft::watch::allocations, WEFT_CALLER);
    __libc_free(memory);
}
WEFT_SEEN void* calloc(size_t count, size_t size) {
    weft::watch::note(weft::watch::allocations, WEFT_CALLER);
    return __libc_calloc(count, size);
}
WEFT_SEEN void* realloc(void* memory, size_t size) {
    weft::watch::note(weft::watch::allocations, WEFT_CALLER);
    return __libc_realloc(memory, size);
}
WEFT_SEEN void* aligned_alloc(size_t alignment, size_t size) {
    weft::watch::note(weft::watch::allocations, WEFT_CALLER);
    return __libc_memalign(alignment, size);
}
WEFT_SEEN int posix_memalign(void** memory, size_t alignment, size_t size) {
    weft::watch::note(weft::watch::allocations, WEFT_CALLER);
    *memory = __libc_memalign(alignment, size);
    return *memory ? 0 : ENOMEM;
}

WEFT_SEEN int pthread_mutex_lock(pthread_mutex_t* mutex) {
    weft::watch::note(weft::watch::locks, WEFT_CALLER);
    if (!real_lock) real_lock = real<Lock>("pthread_mutex_lock");
    return real_lock(mutex);
}
WEFT_SEEN int pthread_rwlock_rdlock(pthread_rwlock_t* lock) {
    weft::watch::note(weft::watch::locks, WEFT_CALLER);
    if (!real_rdlock) real_rdlock = real<RwLock>("pthread_rwlock_rdlock");
    return real_rdlock(lock);
}
WEFT_SEEN int pthread_rwlock_wrlock(pthread_rwlock_t* lock) {
    weft::watch::note(weft::watch::locks, WEFT_CALLER);
    if (!real_wrlock) real_wrlock = real<RwLock>("pthread_rwlock_wrlock");
    return real_wrlock(lock);
}

WEFT_SEEN int jack_set_process_callback(jack_client_t* client, JackProcessCallback callback,
                                        void* user) {
    using Set = int(jack_client_t*, JackProcessCallback, void*);
    Set* set = real<Set>("jack_set_process_callback");
    // Preloaded into a program that has libjack only inside a plugin: not among the next ones.
    if (!set) {
        void* library = dlopen("libjack.so.0", RTLD_NOW | RTLD_NOLOAD);
        set =
            library ? reinterpret_cast<Set*>(dlsym(library, "jack_set_process_callback")) : nullptr;
    }
    return set ? set(client, weft::watch::process, new weft::watch::Watched{callback, user}) : -1;
}

}  // extern "C"

#endif
