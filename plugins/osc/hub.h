// The network's thread: one for all sessions of this process, so that two that are open at once, as
// during a reload, share ports and sockets. It sleeps in poll() until something comes in, something
// is to go out, or a connection is to be tried again.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "datagram_room.h"
#include "descriptor.h"
#include "destination.h"
#include "listener.h"
#include "packet.h"

namespace weft::osc {

class Session;

class Hub {
public:
    // That of this process, made if there is none. Ends when nobody holds it any more.
    [[nodiscard]] static std::shared_ptr<Hub> shared();
    ~Hub();
    Hub(const Hub&) = delete;
    Hub& operator=(const Hub&) = delete;

    // [compile-thread] What is open already, else opened here, where waiting for the system's
    // resolver holds up nobody. Whoever does not use it after all calls `forget_unused`.
    [[nodiscard]] Result<std::shared_ptr<Listener>> listen(const Place& place);
    [[nodiscard]] std::shared_ptr<Destination> send_to(const Place& place);
    void forget_unused();

    // [compile-thread] When `remove` returns, the session is not touched any more and what it had
    // to send is sent, as far as it went without waiting.
    void add(Session& session);
    void remove(Session& session);

    // [any-thread] A session has something to send.
    void wake();

private:
    Hub();
    // Runs `work` on the network's thread and waits for it.
    void call(const std::function<void()>& work);
    void run();
    [[nodiscard]] int timeout() const;      // milliseconds, as poll() has it
    [[nodiscard]] uint64_t read_sockets();  // packets that came
    [[nodiscard]] bool send_queued();       // false: there was nothing
    void run_calls();
    void prune();

    Descriptor wake_;  // an eventfd
    std::atomic<bool> awake_{false};

    std::mutex mutex_;
    std::condition_variable done_;
    const std::function<void()>* work_ = nullptr;  // under mutex_; one at a time
    bool ends_ = false;                            // under mutex_

    // The thread's own.
    std::vector<std::shared_ptr<Listener>> listeners_;
    std::vector<std::shared_ptr<Destination>> destinations_;
    std::vector<Session*> sessions_;
    DatagramRoom room_;
    Packet packet_;
    struct Waits;
    std::unique_ptr<Waits> waits_;

    std::mutex caller_;  // one call at a time
    std::thread thread_;
};

}  // namespace weft::osc
