// What a check works with: the plugin, opened; a host to give to it; batches; and where the verdict
// goes. One check, one context, one process.
#pragma once

#include <weft/plugin.h>

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "driver/validate/calls.h"
#include "driver/validate/check.h"
#include "driver/validate/test_host.h"
#include "driver/validate/work.h"

namespace weft::validate {

// How a check ended. In the order of badness.
enum class Outcome : std::uint32_t { none, passed, skipped, failed };

// Where the plugin's files are.
struct Subject {
    std::string library;   // absolute path of NAME.so; "": the back end that is built in
    std::string manifest;  // of NAME.json beside it
    std::string name;
    // The library of another plugin, for what can be seen only between two; "": another instance
    // of this one.
    std::string beside;
};

class Context {
public:
    Context(const Subject& subject, std::uint64_t seed, Level level, std::string directory);
    ~Context();
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;

    // --- The plugin ---
    [[nodiscard]] const Subject& subject() const { return subject_; }
    // Opens it as the host does. False, and skipped: it cannot be opened, which is what the checks
    // of loading judge. The harness has done it before every other check.
    // `version`: of the host, as the plugin is told.
    [[nodiscard]] bool load(std::uint32_t version = WEFT_ABI_VERSION);
    // Whether it did not load because weft_plugin_entry gave nothing.
    [[nodiscard]] bool refused() const { return refused_; }
    [[nodiscard]] const weft_plugin& plugin() const { return *plugin_; }
    [[nodiscard]] const weft_backend_api& api() const { return *plugin_->backend; }
    [[nodiscard]] const weft_backend_info& info() const { return *info_; }
    // Sources that it brought with it, with arguments to open them.
    [[nodiscard]] std::vector<plugin::OwnBuiltin> own_sources() const;
    // The tables of the plugin beside it. NULL, and skipped: it cannot be opened.
    [[nodiscard]] const weft_backend_api* beside();
    [[nodiscard]] Calls& calls() { return *calls_; }
    template <class Api>
    [[nodiscard]] const Api* extension(std::string_view id) {
        return static_cast<const Api*>(calls_->extension(id));
    }

    // --- What it is given ---
    [[nodiscard]] TestHost& host() { return *host_; }
    // A directory of this check's own, removed afterwards.
    [[nodiscard]] const std::string& directory() const { return directory_; }
    [[nodiscard]] Level level() const { return level_; }
    [[nodiscard]] std::uint64_t seed() const { return seed_; }  // of this check
    [[nodiscard]] std::mt19937_64& random() { return random_; }

    // An instance over host(), cleaned up with the context. NULL, and skipped: it cannot work on
    // this machine; lifecycle.create looks at that.
    [[nodiscard]] weft_backend* backend();
    // The batches of small_works() that the plugin compiles, in their order. Empty, and skipped
    // with its reason: it compiles none of them.
    [[nodiscard]] std::vector<Work> works();
    // `work` compiled on `backend`, which is over `host`. NULL, and failed: it compiled it before
    // (works()) and now does not. To be released by the check.
    [[nodiscard]] weft_program* compile(weft_backend* backend, Work& work, TestHost& host);
    [[nodiscard]] weft_program* compile(weft_backend* backend, Work& work) {
        return compile(backend, work, *host_);
    }
    // Runs one frame; false, and failed: execute failed.
    bool execute(weft_program* program, const Frame& frame);

    // --- The verdict ---
    // The first failure counts; `text` says what was found, in one line without a full stop.
    void fail(std::string text);
    // Cannot be looked at here. Does not undo a failure.
    void skip(std::string why);
    // fail(text) unless `holds`; returns `holds`.
    bool expect(bool holds, std::string text);
    // Fails with the first of the host's complaints.
    bool expect_no_complaints();
    // Fails unless `status` is one of abi.h, and where it is not WEFT_OK the record is filled as
    // abi.h says. `call` names it in the text.
    bool expect_error(std::string_view call, weft_status status, const weft_error& error);
    [[nodiscard]] bool ended() const { return outcome_ != Outcome::none; }
    [[nodiscard]] Outcome outcome() const { return outcome_; }
    [[nodiscard]] const std::string& message() const { return message_; }

private:
    void find_works(std::vector<Work>& all);

    Subject subject_;
    std::uint64_t seed_;
    Level level_;
    std::string directory_;
    std::mt19937_64 random_;
    const weft_plugin* plugin_ = nullptr;
    bool refused_ = false;
    const weft_backend_info* info_ = nullptr;
    std::unique_ptr<Calls> calls_;
    std::unique_ptr<TestHost> host_;
    weft_backend* backend_ = nullptr;
    Outcome outcome_ = Outcome::none;
    std::string message_;
};

// An error record as a careful caller passes it.
[[nodiscard]] weft_error empty_error();
// "invalid: no such output": what a failing call said.
[[nodiscard]] std::string said(weft_status status, const weft_error& error);

}  // namespace weft::validate
