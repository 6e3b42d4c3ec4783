#include "driver/validate/call_watch.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <execinfo.h>
#include <link.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

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

#if defined(__x86_64__)
#define WEFT_CAN_WATCH 1
#endif

namespace weft::validate {
namespace {

constexpr char kAllow = 0;
[[maybe_unused]] constexpr char kBlock = 1;

// Of a thread. `selector` is read by the kernel at each system call.
thread_local volatile char selector = kAllow;
thread_local Watched watched = Watched::nothing;
[[maybe_unused]] thread_local bool dispatched = false;

// Where code lies. Written before anything is watched.
struct Range {
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    [[nodiscard]] bool holds(const void* address) const {
        const auto at = reinterpret_cast<std::uintptr_t>(address);
        return at >= begin && at < end;
    }
};
Range plugin_code;
constexpr std::size_t kRuntimes = 8;
std::array<Range, kRuntimes> runtimes;  // libraries of the language, and this program

// The first thing seen; `what` is set last.
std::atomic<const char*> seen_what{nullptr};
std::atomic<void*> seen_from{nullptr};

bool in_runtime(const void* address) {
    for (const Range& range : runtimes)
        if (range.holds(address)) return true;
    return false;
}

// The first caller that is neither this program nor a library of the language.
void* asker() {
    constexpr int kDepth = 24;
    void* frames[kDepth];
    const int depth = backtrace(frames, kDepth);
    for (int i = 0; i < depth; ++i)
        if (!in_runtime(frames[i])) return frames[i];
    return nullptr;
}

void note(const char* what) {
    const Watched rule = watched;
    if (rule == Watched::nothing) return;
    watched = Watched::nothing;  // what follows is ours
    const char before = selector;
    selector = kAllow;
    void* const from = asker();
    if (rule == Watched::everything || plugin_code.holds(from)) {
        const char* none = nullptr;
        if (!seen_what.load()) {
            seen_from = from;
            seen_what.compare_exchange_strong(none, what);
        }
    }
    selector = before;
    watched = rule;
}

void note_strict(const char* what) {
    if (watched == Watched::everything) note(what);
}

// --- In front of functions --------------------------------------------------------------------

void* front_malloc(std::size_t size) {
    note("malloc");
    return std::malloc(size);
}
void* front_calloc(std::size_t count, std::size_t size) {
    note("calloc");
    return std::calloc(count, size);
}
void* front_realloc(void* memory, std::size_t size) {
    note("realloc");
    return std::realloc(memory, size);
}
void* front_aligned_alloc(std::size_t alignment, std::size_t size) {
    note("aligned_alloc");
    return std::aligned_alloc(alignment, size);
}
int front_posix_memalign(void** memory, std::size_t alignment, std::size_t size) {
    note("posix_memalign");
    return posix_memalign(memory, alignment, size);
}
void front_free(void* memory) {
    if (memory) note_strict("free");
    std::free(memory);
}
int front_mutex_lock(pthread_mutex_t* mutex) {
    note_strict("pthread_mutex_lock");
    return pthread_mutex_lock(mutex);
}
int front_rdlock(pthread_rwlock_t* lock) {
    note_strict("pthread_rwlock_rdlock");
    return pthread_rwlock_rdlock(lock);
}
int front_wrlock(pthread_rwlock_t* lock) {
    note_strict("pthread_rwlock_wrlock");
    return pthread_rwlock_wrlock(lock);
}
int front_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
    note_strict("pthread_cond_wait");
    return pthread_cond_wait(condition, mutex);
}
int front_sem_wait(sem_t* semaphore) {
    note_strict("sem_wait");
    return sem_wait(semaphore);
}

struct Front {
    std::string_view name;
    void* function;
};
[[maybe_unused]] const Front kFronts[] = {
    {"malloc", reinterpret_cast<void*>(front_malloc)},
    {"calloc", reinterpret_cast<void*>(front_calloc)},
    {"realloc", reinterpret_cast<void*>(front_realloc)},
    {"aligned_alloc", reinterpret_cast<void*>(front_aligned_alloc)},
    {"posix_memalign", reinterpret_cast<void*>(front_posix_memalign)},
    {"free", reinterpret_cast<void*>(front_free)},
    {"pthread_mutex_lock", reinterpret_cast<void*>(front_mutex_lock)},
    {"pthread_rwlock_rdlock", reinterpret_cast<void*>(front_rdlock)},
    {"pthread_rwlock_wrlock", reinterpret_cast<void*>(front_wrlock)},
    {"pthread_cond_wait", reinterpret_cast<void*>(front_cond_wait)},
    {"sem_wait", reinterpret_cast<void*>(front_sem_wait)},
};

#ifdef WEFT_CAN_WATCH

// The tables of a loaded library through which it calls others. Its entries are `base` and more:
// the loader has made addresses of them.
struct Tables {
    const ElfW(Rela) * lists[2] = {nullptr, nullptr};
    std::size_t counts[2] = {0, 0};
    const ElfW(Sym) * symbols = nullptr;
    const char* names = nullptr;
};

Tables tables_of(const ElfW(Dyn) * entry) {
    Tables tables;
    for (; entry->d_tag != DT_NULL; ++entry) {
        const auto address = entry->d_un.d_ptr;
        switch (entry->d_tag) {
            case DT_JMPREL: tables.lists[0] = reinterpret_cast<const ElfW(Rela)*>(address); break;
            case DT_PLTRELSZ: tables.counts[0] = entry->d_un.d_val / sizeof(ElfW(Rela)); break;
            case DT_RELA: tables.lists[1] = reinterpret_cast<const ElfW(Rela)*>(address); break;
            case DT_RELASZ: tables.counts[1] = entry->d_un.d_val / sizeof(ElfW(Rela)); break;
            case DT_SYMTAB: tables.symbols = reinterpret_cast<const ElfW(Sym)*>(address); break;
            case DT_STRTAB: tables.names = reinterpret_cast<const char*>(address); break;
            default: break;
        }
    }
    return tables;
}

void replace(void** slot, void* function) {
    if (*slot == function) return;
    const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    const std::uintptr_t start = reinterpret_cast<std::uintptr_t>(slot) / page * page;
    // Loaders make these pages read-only; this process ends after the check.
    if (mprotect(reinterpret_cast<void*>(start), page, PROT_READ | PROT_WRITE) != 0) return;
    *slot = function;
}

void replace_all(const Tables& tables, std::uintptr_t base) {
    if (!tables.symbols || !tables.names) return;
    for (int list = 0; list < 2; ++list)
        for (std::size_t i = 0; tables.lists[list] && i < tables.counts[list]; ++i) {
            const ElfW(Rela)& relocation = tables.lists[list][i];
            const auto type = ELF64_R_TYPE(relocation.r_info);
            if (type != R_X86_64_JUMP_SLOT && type != R_X86_64_GLOB_DAT) continue;
            const ElfW(Sym)& symbol = tables.symbols[ELF64_R_SYM(relocation.r_info)];
            const std::string_view name = tables.names + symbol.st_name;
            for (const Front& front : kFronts)
                if (front.name == name)
                    replace(reinterpret_cast<void**>(base + relocation.r_offset), front.function);
        }
}

Range range_of(const dl_phdr_info& object) {
    Range range{UINTPTR_MAX, 0};
    for (int i = 0; i < object.dlpi_phnum; ++i) {
        const ElfW(Phdr)& part = object.dlpi_phdr[i];
        if (part.p_type != PT_LOAD) continue;
        range.begin = std::min<std::uintptr_t>(range.begin, object.dlpi_addr + part.p_vaddr);
        range.end =
            std::max<std::uintptr_t>(range.end, object.dlpi_addr + part.p_vaddr + part.p_memsz);
    }
    return range;
}

int visit(dl_phdr_info* object, std::size_t, void* user) {
    const std::string_view path = object->dlpi_name ? object->dlpi_name : "";
    const std::string_view name = path.substr(path.rfind('/') + 1);
    const Range range = range_of(*object);
    std::size_t& used = *static_cast<std::size_t*>(user);
    const bool self = path.empty() || range.holds(reinterpret_cast<const void*>(visit));
    const bool loader = name.starts_with("ld-linux");
    const bool language = name.starts_with("libc.so") || name.starts_with("libstdc++.so") ||
                          name.starts_with("libm.so") || name.starts_with("libgcc_s.so") ||
                          name.starts_with("libc++");
    const bool kernel = name.starts_with("linux-vdso");
    if ((self || loader || language || kernel) && used < kRuntimes) runtimes[used++] = range;
    if (self || loader || kernel) return 0;
    for (int i = 0; i < object->dlpi_phnum; ++i)
        if (object->dlpi_phdr[i].p_type == PT_DYNAMIC)
            replace_all(tables_of(reinterpret_cast<const ElfW(Dyn)*>(object->dlpi_addr +
                                                                     object->dlpi_phdr[i].p_vaddr)),
                        object->dlpi_addr);
    return 0;
}

// --- In front of the kernel -------------------------------------------------------------------

// The kernel has not run the call: it is run here, so that whoever is to be woken by it is.
void on_system_call(int, siginfo_t* info, void* context) {
    const int before = errno;
    note_strict("a system call");
    selector = kAllow;  // the handler's own return is one, too: the next section is watched again
    auto& registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
    const long result =
        syscall(info->si_syscall, registers[REG_RDI], registers[REG_RSI], registers[REG_RDX],
                registers[REG_R10], registers[REG_R8], registers[REG_R9]);
    registers[REG_RAX] = result == -1 ? -errno : result;
    errno = before;
}

bool dispatch(bool on) {
    return prctl(PR_SET_SYSCALL_USER_DISPATCH, on ? 1 : 0, 0, 0,
                 on ? const_cast<char*>(&selector) : nullptr) == 0;
}

void dispatch_here() {
    if (dispatched) return;
    struct sigaction action {};
    action.sa_sigaction = on_system_call;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGSYS, &action, nullptr);
    sigset_t one;
    sigemptyset(&one);
    sigaddset(&one, SIGSYS);
    pthread_sigmask(SIG_UNBLOCK, &one, nullptr);
    dispatched = dispatch(true);
}

#endif  // WEFT_CAN_WATCH

}  // namespace

std::string CallWatch::able() {
#if defined(WEFT_SANITIZED)
    return "a sanitizer stands in front of the allocator";
#elif !defined(WEFT_CAN_WATCH)
    return "calls are watched on x86-64 only";
#else
    if (dispatched || (dispatch(true) && dispatch(false))) return "";
    return "the kernel cannot hand system calls to the program (prctl 59)";
#endif
}

void CallWatch::stand_in_front([[maybe_unused]] const void* function) {
#ifdef WEFT_CAN_WATCH
    // What a first backtrace loads is loaded before anybody is watched.
    void* frames[2];
    backtrace(frames, 2);
    std::size_t used = 0;
    dl_iterate_phdr(visit, &used);
    struct Search {
        const void* function;
        Range found;
    } search{function, {}};
    dl_iterate_phdr(
        [](dl_phdr_info* object, std::size_t, void* user) {
            auto& wanted = *static_cast<Search*>(user);
            const Range range = range_of(*object);
            if (!range.holds(wanted.function)) return 0;
            wanted.found = range;
            return 1;
        },
        &search);
    plugin_code = search.found;
#endif
}

CallWatch::Section::Section([[maybe_unused]] Watched what) : before_(watched) {
#ifdef WEFT_CAN_WATCH
    if (what == Watched::everything) dispatch_here();
    watched = what;
    selector = what == Watched::everything ? kBlock : kAllow;
#endif
}

CallWatch::Section::~Section() {
    selector = kAllow;
    watched = before_;
}

Watched CallWatch::here() {
    return watched;
}

std::string CallWatch::seen() {
    const char* const what = seen_what.load();
    if (!what) return "";
    std::string text = what;
    Dl_info where{};
    void* const from = seen_from.load();
    if (!from || dladdr(from, &where) == 0 || !where.dli_fname) return text;
    const std::string_view path = where.dli_fname;
    char place[64];
    std::snprintf(place, sizeof place, "0x%zx",
                  static_cast<std::size_t>(static_cast<const char*>(from) -
                                           static_cast<const char*>(where.dli_fbase)));
    text += std::string(", called at ") + (where.dli_sname ? where.dli_sname : place) + " of ";
    text += path.substr(path.rfind('/') + 1);
    return text;
}

void CallWatch::reset() {
    seen_what = nullptr;
    seen_from = nullptr;
}

}  // namespace weft::validate
