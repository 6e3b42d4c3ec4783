// How the fixture behaves, its memory, and the one thread of its device.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <utility>

#include <weft/cpp/backend.hpp>

namespace offers {

namespace cpp = weft::cpp;

constexpr std::uint32_t bit(std::uint32_t kind) {
    return 1u << kind;
}

struct Behaviour {
    std::set<std::string> words;
    std::map<std::string, std::string> numbers;

    explicit Behaviour(const char* variable) {
        const char* text = std::getenv(variable);
        std::istringstream list(text != nullptr ? text : "");
        for (std::string word; list >> word;) {
            const std::size_t equals = word.find('=');
            words.insert(word.substr(0, equals));
            if (equals != std::string::npos)
                numbers[word.substr(0, equals)] = word.substr(equals + 1);
        }
    }
    [[nodiscard]] bool is(const std::string& word) const { return words.count(word) != 0; }
    [[nodiscard]] unsigned number(const std::string& word) const {
        const auto found = numbers.find(word);
        return found == numbers.end()
                   ? 0
                   : static_cast<unsigned>(std::strtoul(found->second.c_str(), nullptr, 10));
    }
    [[nodiscard]] std::uint32_t kinds(const std::string& way) const {
        std::uint32_t mask = 0;
        for (const auto& [word, kind] :
             {std::pair("local", WEFT_HANDLE_LOCAL), std::pair("fd", WEFT_HANDLE_OPAQUE_FD),
              std::pair("host", WEFT_HANDLE_HOST)})
            if (is(word) || is(way + word)) mask |= bit(kind);
        return mask;
    }
};

// Memory of the device: a file that only its owner and importers see.
class DeviceMemory {
public:
    explicit DeviceMemory(std::uint64_t size) : size_(size), fd_(memfd_create("device", 0)) {
        if (fd_ < 0 || ftruncate(fd_, static_cast<off_t>(size)) != 0)
            throw cpp::Failure(WEFT_UNAVAILABLE, "no device memory");
        map();
    }
    DeviceMemory(int fd, std::uint64_t size) : size_(size), fd_(dup(fd)) { map(); }
    ~DeviceMemory() {
        if (data_ != MAP_FAILED) munmap(data_, size_);
        close(fd_);
    }
    DeviceMemory(const DeviceMemory&) = delete;
    DeviceMemory& operator=(const DeviceMemory&) = delete;
    [[nodiscard]] char* data() const { return static_cast<char*>(data_); }
    [[nodiscard]] int fd() const { return fd_; }
    [[nodiscard]] std::uint64_t size() const { return size_; }

private:
    void map() {
        data_ = mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0);
        if (data_ == MAP_FAILED) throw cpp::Failure(WEFT_UNAVAILABLE, "no device memory");
    }
    std::uint64_t size_;
    int fd_;
    void* data_ = MAP_FAILED;
};

// One thread that does what is queued, in order.
class Device {
public:
    struct Outcome {
        weft_status status = WEFT_OK;
        std::string message;
    };
    Device() : thread_([this] { run(); }) {}
    ~Device() {
        {
            const std::lock_guard lock(mutex_);
            stop_ = true;
        }
        changed_.notify_all();
        thread_.join();
    }
    [[nodiscard]] bool busy() {
        const std::lock_guard lock(mutex_);
        return submitted_ > completed_;
    }
    std::uint64_t submit(std::function<Outcome()> work) {
        const std::lock_guard lock(mutex_);
        queue_.push_back(std::move(work));
        changed_.notify_all();
        return ++submitted_;
    }
    void wait(std::uint64_t value, std::uint64_t timeout_ns) {
        std::unique_lock lock(mutex_);
        const auto done = [&] { return completed_ >= value; };
        if (timeout_ns == UINT64_MAX) {
            changed_.wait(lock, done);
        } else if (!changed_.wait_for(lock, std::chrono::nanoseconds(timeout_ns), done)) {
            throw cpp::Failure(WEFT_TIMEOUT, "not done yet");
        }
        const Outcome failed = std::exchange(failed_, {});
        if (failed.status != WEFT_OK) throw cpp::Failure(failed.status, failed.message);
    }

    std::atomic<bool> lost{false};

private:
    void run() {
        std::unique_lock lock(mutex_);
        while (true) {
            changed_.wait(lock, [&] { return stop_ || !queue_.empty(); });
            if (queue_.empty()) return;
            const std::function<Outcome()> work = std::move(queue_.front());
            queue_.pop_front();
            lock.unlock();
            Outcome outcome = lost ? Outcome{WEFT_DEVICE_LOST, "it is gone"} : work();
            lost = lost || outcome.status == WEFT_DEVICE_LOST;
            lock.lock();
            ++completed_;
            if (outcome.status != WEFT_OK && failed_.status == WEFT_OK) failed_ = outcome;
            changed_.notify_all();
        }
    }
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<Outcome()>> queue_;
    std::uint64_t submitted_ = 0;
    std::uint64_t completed_ = 0;
    Outcome failed_;
    bool stop_ = false;
    std::thread thread_;
};

}  // namespace offers
