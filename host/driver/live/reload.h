// Keeps a running program up to date: watches its files, compiles every change beside it, and hands
// over what is ready. The running program does not wait: nothing here is locked by its threads for
// longer than a pointer is moved, and a program that does not compile changes nothing but the
// message.
//
// Everything is compiled, and everything that has run its course is released, on one thread: the
// compile thread of the back ends' contract, which from start() on also owns the session's messages
// and plugins. It works on the resource group "reload" where there is one.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "driver/compile/build_show.h"
#include "driver/compile/session.h"
#include "plugin/whereabouts.h"

namespace weft::driver {

// What whoever runs a version makes of it before it is handed over: memory, voices.
class Prepared {
public:
    virtual ~Prepared() = default;
};

// One version of the program and all that runs it. Released by Reloader::retire.
struct Version {
    std::uint64_t number = 1;            // versions that were built, from 1
    std::shared_ptr<Messages> messages;  // the texts that the program's spans lie in; warnings
    std::unique_ptr<sema::Program> program;
    BuiltShow built;
    double seconds = 0;                  // from the change that was noticed to what is ready
    std::unique_ptr<Prepared> prepared;  // released before `built`
};

// What the last save came to. Told in the window's overlay, in the status and on the terminal.
struct ReloadMessage {
    std::uint64_t number =
        0;             // rises with every save that does not compile, and when one does again
    std::string text;  // as `weft check` prints it, without colour; empty: all is well
};

class Reloader {
public:
    struct Request {
        std::string file;
        // How a program is to be built.
        std::function<BuildRequest(const sema::Program&)> build;
        // [compile thread] The last step of every version; may be empty. On failure the version is
        // given up and the error is the message; empty: it stands in the session's diagnostics.
        std::function<Result<void>(Version&)> prepare;
        // Where the compile thread tells what it does; null: nowhere.
        plugin::Whereabouts* whereabouts = nullptr;
        // [compile thread] Nobody wants the first version any more; may be empty.
        std::function<bool()> given_up;
        // [compile thread] There is something to take(), or another message; may be empty.
        std::function<void()> notify;
    };

    // `session` outlives it.
    Reloader(Session& session, Request request);
    // Ends the thread. Every version that was taken has been retired.
    ~Reloader();
    Reloader(const Reloader&) = delete;
    Reloader& operator=(const Reloader&) = delete;

    // Compiles the first version on the calling thread. Null: the session's diagnostics say why.
    [[nodiscard]] std::unique_ptr<Version> first();
    // After it: begins to watch the program's files, and those that it uses and loads. An error:
    // they cannot be watched, and nothing is reloaded.
    [[nodiscard]] Result<void> start();

    // The newest version, if there is one that was not taken. The next is compiled beside it, and
    // shares with it what goes on: it must not be retired before another is taken, unless for good.
    // [one thread]
    [[nodiscard]] std::unique_ptr<Version> take();
    // Gives back a version that does not run any more; it is released on the compile thread.
    // Allocates; not for the audio thread. [any thread]
    void retire(std::unique_ptr<Version> version);

    // Compiles what the files hold now, changed or not (SIGHUP). [any thread]
    void reload();
    // Until all that was asked of it before is done, and all that was retired is released.
    // [any thread]
    void wait_idle();

    [[nodiscard]] ReloadMessage message() const;  // [any thread]
    struct Counts {
        std::uint64_t built = 0;   // versions made, the first not counted
        std::uint64_t failed = 0;  // programs that did not compile
        std::uint64_t same = 0;    // saves that changed nothing of what is meant
        double seconds = 0;        // that the last version took, from the save that was noticed
    };
    [[nodiscard]] Counts counts() const;  // [any thread]

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace weft::driver
