// A border that can be watched: tables in front of a plugin's tables, and of the host's table that
// the plugin is given. Every call in either direction passes its watchers before and after. Where
// nobody watches there is no border, and nothing stands in the path of a call.
//
// Objects of the plugin (back ends, programs, windows ...) keep their addresses: what the host
// knows of a plugin by other ways than the ABI's tables still works.
#pragma once

#include <weft/backend.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "plugin/call_table.h"

namespace weft::plugin {

class Border;

// A plugin behind a border.
struct Guest {
    std::string name;
    std::string library;       // its file; "" where it is built in
    std::uint32_t number = 0;  // below Border::kMostGuests
    const weft_backend_api* api = nullptr;
    Border* border = nullptr;
};

// What a call is about: a plugin's object. Addresses of two kinds may be equal.
enum class Subject : std::uint8_t { none, backend, program, stream, session, window, writer };

// A call, on the stack of its thread as long as it lasts.
struct Crossing {
    const Guest& guest;
    Function function;
    void* const* arguments;  // the address of each, in the order of the declaration
    const Crossing* outer;   // around it on this thread, of any plugin; of a task: parallel
    Subject subject = Subject::none;
    const void* object = nullptr;  // its subject; of a callback: what the host's table was given to
    Subject makes = Subject::none;
    const void* const* made = nullptr;  // where the new object is, after success
    weft_error* error = nullptr;
    const std::int32_t* status = nullptr;  // of a fallible function, when it has returned
    const void* result = nullptr;          // what it returned, of any type; null: nothing yet

    template <class T>
    [[nodiscard]] T& argument(std::size_t index) const {
        return *static_cast<T*>(arguments[index]);
    }
    [[nodiscard]] const CallRow& row() const { return row_of(function); }
};

// [any thread] On an audio thread too, so that neither function may allocate, lock or wait.
class Watcher {
public:
    virtual ~Watcher() = default;
    virtual void enter(const Crossing& call) noexcept = 0;
    // `call.result` is null where an exception came out, and of a function that returns nothing.
    virtual void leave(const Crossing& call) noexcept = 0;
};

// The innermost call that the thread is in; null: none.
[[nodiscard]] const Crossing* innermost_crossing() noexcept;

class Border {
public:
    // Of all borders of the process. Whoever comes later is not watched.
    static constexpr std::uint32_t kMostGuests = 24;

    // They are told in this order and outlive the border.
    explicit Border(std::vector<Watcher*> watchers);
    // After everything that was made through its tables.
    ~Border();
    Border(const Border&) = delete;
    Border& operator=(const Border&) = delete;

    // A table in front of `api`, the same for the same one; `api` itself for one guest too many.
    // Its extensions stand behind the border too; those that the host does not know are as they
    // are.
    [[nodiscard]] const weft_backend_api* wrap(const weft_backend_api* api, std::string name,
                                               std::string library = {});

    void enter(const Crossing& call) noexcept {
        for (Watcher* watcher : watchers_) watcher->enter(call);
    }
    void leave(const Crossing& call) noexcept {
        for (auto it = watchers_.rbegin(); it != watchers_.rend(); ++it) (*it)->leave(call);
    }

private:
    std::vector<Watcher*> watchers_;
    std::vector<std::uint32_t> guests_;  // their numbers
};

}  // namespace weft::plugin
