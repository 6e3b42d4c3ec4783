#include "driver/validate/test_host.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "driver/validate/trace.h"
#include "driver/validate/worker_pool.h"

namespace weft::validate {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kMostFreed = 64;
constexpr std::uint64_t kMostMemory = std::uint64_t{1} << 32;
// Memory that nobody asked to be zeros is this, so that who relies on zeros is seen.
constexpr int kFill = 0xa5;

constexpr std::array<std::string_view, kServices> kNames = {
    "log",      "lookup",      "expose",          "memory_alloc", "memory_free",
    "parallel", "concurrency", "cache_directory", "device_memory"};

// As a host of the record's own age would fill it.
weft_status refuse(weft_error* error, weft_status status, std::string_view text) {
    if (!error || error->struct_size < sizeof *error) return status;
    error->code = status;
    error->message[text.copy(error->message, sizeof error->message - 1)] = '\0';
    error->node[0] = '\0';
    error->span = {WEFT_NO_FILE, 0, 0};
    return status;
}

std::size_t whole_pages(std::uint64_t size) {
    return std::max<std::size_t>(1, (size + kPage - 1) / kPage) * kPage;
}

}  // namespace

std::string_view name_of(Service service) {
    return kNames[static_cast<std::size_t>(service)];
}

// Memory that was handed out: whole pages, and one behind that nobody may touch.
struct TestHost::Piece {
    std::byte* data = nullptr;
    std::size_t room = 0;
    std::uint64_t size = 0;
    int fd = -1;

    Piece(std::uint64_t wanted, std::uint32_t flags) : room(whole_pages(wanted)), size(wanted) {
        if ((flags & WEFT_MEMORY_SHARED) != 0) {
            fd = ::memfd_create("weft-validate", MFD_CLOEXEC);
            if (fd < 0 || ::ftruncate(fd, static_cast<off_t>(room)) != 0) return;
        }
        void* const place = ::mmap(nullptr, room + kPage, PROT_NONE,
                                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (place == MAP_FAILED) return;
        const int how = MAP_FIXED | (fd >= 0 ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS);
        void* const mapped = ::mmap(place, room, PROT_READ | PROT_WRITE, how, fd, 0);
        if (mapped == MAP_FAILED) {
            ::munmap(place, room + kPage);
            return;
        }
        data = static_cast<std::byte*>(mapped);
        if ((flags & WEFT_MEMORY_ZEROED) == 0) std::memset(data, kFill, size);
        trace_area(begin(), begin() + room + kPage,
                   fmt::format("what is behind host memory of {} bytes", size));
    }
    Piece(Piece&& other) noexcept
        : data(std::exchange(other.data, nullptr)),
          room(other.room),
          size(other.size),
          fd(std::exchange(other.fd, -1)) {}
    Piece& operator=(Piece&&) = delete;
    ~Piece() {
        if (data) {
            forget_area(begin());
            ::munmap(data, room + kPage);
        }
        if (fd >= 0) ::close(fd);
    }
    void give_up() {
        forget_area(begin());
        trace_area(begin(), begin() + room + kPage,
                   fmt::format("host memory of {} bytes that was freed", size));
        ::mprotect(data, room, PROT_NONE);
        if (fd >= 0) ::close(std::exchange(fd, -1));
    }
    [[nodiscard]] std::uintptr_t begin() const { return reinterpret_cast<std::uintptr_t>(data); }
};

// --- The functions of the table ------------------------------------------------------------------

struct TestHost::Calls {
    static TestHost& self(void* context) { return *static_cast<TestHost*>(context); }

    static void log(void* context, std::uint32_t, weft_str text) {
        TestHost& host = self(context);
        const InHost here("log");
        (void)host.count(Service::log);
        const std::lock_guard lock(host.mutex_);
        host.lines_.emplace_back(text.data ? text.data : "", text.data ? text.size : 0);
    }

    static weft_status lookup(void* context, std::uint64_t id, weft_binding* binding,
                              weft_error* error) {
        TestHost& host = self(context);
        const InHost here("lookup");
        host.expect_within("compile", Service::lookup);
        if (host.count(Service::lookup))
            return refuse(error, WEFT_UNAVAILABLE, "lookup fails on purpose");
        {
            const std::lock_guard lock(host.mutex_);
            host.binding_sizes_.push_back(binding->struct_size);
        }
        const auto found = host.inputs.find(id);
        if (found == host.inputs.end())
            return refuse(error, WEFT_INVALID, "lookup of an input that there is not");
        // Whoever does not say how long it is gets all of it: versions.own looks at that.
        *binding = found->second;
        return WEFT_OK;
    }

    static weft_status expose(void* context, std::uint64_t id, const weft_handle* handle,
                              weft_error* error) {
        TestHost& host = self(context);
        const InHost here("expose");
        host.expect_within("compile", Service::expose);
        if (host.count(Service::expose))
            return refuse(error, WEFT_UNAVAILABLE, "expose fails on purpose");
        const std::lock_guard lock(host.mutex_);
        host.exposed_[id] = *handle;
        return WEFT_OK;
    }

    static weft_status memory_alloc(void* context, std::uint64_t size, std::uint32_t flags,
                                    weft_memory* memory, weft_error* error) {
        TestHost& host = self(context);
        const InHost here("memory_alloc");
        if (host.count(Service::memory_alloc))
            return refuse(error, WEFT_UNAVAILABLE, "memory_alloc fails on purpose");
        if (size > kMostMemory) return refuse(error, WEFT_UNAVAILABLE, "too much memory");
        Piece piece(size, flags);
        if (!piece.data) return refuse(error, WEFT_UNAVAILABLE, "out of memory");
        *memory = {piece.data, size, piece.fd, 0, &host};
        const std::lock_guard lock(host.mutex_);
        host.pieces_.emplace(piece.data, std::move(piece));
        return WEFT_OK;
    }

    static void memory_free(void* context, weft_memory* memory) {
        TestHost& host = self(context);
        const InHost here("memory_free");
        (void)host.count(Service::memory_free);
        if (!memory || !memory->data) return;
        std::unique_lock lock(host.mutex_);
        const auto found = host.pieces_.find(memory->data);
        if (found == host.pieces_.end()) {
            lock.unlock();
            return host.complain("memory_free was given memory that is not handed out");
        }
        host.freed_.push_back(std::move(found->second));
        host.freed_.back().give_up();
        host.pieces_.erase(found);
        if (host.freed_.size() > kMostFreed) host.freed_.pop_front();
        *memory = {nullptr, 0, -1, 0, nullptr};
    }

    static void parallel(void* context, std::uint64_t count, void (*task)(void*, std::uint64_t),
                         void* user) {
        TestHost& host = self(context);
        (void)host.count(Service::parallel);
        if (!host.pool_) host.pool_ = std::make_unique<WorkerPool>(host.threads);
        host.pool_->run(count, task, user);
    }

    static std::uint32_t concurrency(void* context) {
        TestHost& host = self(context);
        (void)host.count(Service::concurrency);
        return host.threads;
    }

    static weft_str cache_directory(void* context) {
        TestHost& host = self(context);
        (void)host.count(Service::cache_directory);
        return {host.cache.data(), host.cache.size()};
    }

    static std::uint64_t device_memory(void* context, std::uint64_t available) {
        TestHost& host = self(context);
        (void)host.count(Service::device_memory);
        return host.device_memory == 0 ? available : std::min(host.device_memory, available);
    }
};

TestHost::TestHost(std::size_t size)
    : table_(sized("weft_host",
                   weft_host{0, WEFT_ABI_VERSION, this, Calls::log, Calls::lookup, Calls::expose,
                             Calls::memory_alloc, Calls::memory_free, Calls::parallel,
                             Calls::concurrency, Calls::cache_directory, Calls::device_memory},
                   size)) {
    table_.make_read_only();
}

TestHost::~TestHost() = default;

// --- What it counts ------------------------------------------------------------------------------

bool TestHost::count(Service service) {
    ++counts_[static_cast<std::size_t>(service)];
    if (remembers_uses) {
        const std::lock_guard lock(mutex_);
        uses_.insert({service, std::string(InCall::current()), std::string(thread_name())});
    }
    const bool fallible = service == Service::memory_alloc || service == Service::lookup ||
                          service == Service::expose;
    if (!fallible) return false;
    const std::lock_guard lock(mutex_);
    ++fallible_;
    if (fail_at_ == 0 || --fail_at_ != 0) return false;
    failed_ = name_of(service);
    return true;
}

void TestHost::expect_within(std::string_view function, Service service) {
    const std::string_view in = InCall::current();
    if (in == function) return;
    complain(fmt::format("{} was called from {}, {}", name_of(service), thread_name(),
                         in.empty() ? "outside of every call" : fmt::format("within {}", in)));
}

void TestHost::fail_at(std::uint64_t n) {
    const std::lock_guard lock(mutex_);
    fail_at_ = n;
    failed_.clear();
}

std::string TestHost::failed() const {
    const std::lock_guard lock(mutex_);
    return failed_;
}

std::uint64_t TestHost::calls(Service service) const {
    return counts_[static_cast<std::size_t>(service)];
}

std::uint64_t TestHost::all_calls() const {
    std::uint64_t sum = 0;
    for (const auto& count : counts_) sum += count;
    return sum;
}

std::uint64_t TestHost::fallible_calls() const {
    const std::lock_guard lock(mutex_);
    return fallible_;
}

std::uint64_t TestHost::live_memory() const {
    const std::lock_guard lock(mutex_);
    return pieces_.size();
}

std::uint64_t TestHost::live_bytes() const {
    const std::lock_guard lock(mutex_);
    std::uint64_t sum = 0;
    for (const auto& [data, piece] : pieces_) sum += piece.size;
    return sum;
}

std::map<std::uint64_t, weft_handle> TestHost::exposed() const {
    const std::lock_guard lock(mutex_);
    return exposed_;
}

std::vector<std::string> TestHost::lines() const {
    const std::lock_guard lock(mutex_);
    return lines_;
}

std::set<Use> TestHost::uses() const {
    const std::lock_guard lock(mutex_);
    return uses_;
}

std::vector<std::uint32_t> TestHost::binding_sizes() const {
    const std::lock_guard lock(mutex_);
    return binding_sizes_;
}

std::vector<std::string> TestHost::complaints() const {
    const std::lock_guard lock(mutex_);
    return complaints_;
}

void TestHost::complain(std::string text) {
    const std::lock_guard lock(mutex_);
    complaints_.push_back(std::move(text));
}

}  // namespace weft::validate
