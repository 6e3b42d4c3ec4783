#include "driver/validate/context.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <utility>

#include "driver/validate/own_sources.h"
#include "plugin/call.h"
#include "plugin/reference.h"

namespace weft::validate {
namespace {

constexpr std::array<std::string_view, 9> kStatuses = {"ok",          "invalid",      "unsupported",
                                                       "unavailable", "incompatible", "timeout",
                                                       "cancelled",   "device lost",  "internal"};

// What a text of the other side has that it should not; "" if nothing.
std::string trouble_of(std::string_view field, const char* text, std::size_t room) {
    const std::size_t size = strnlen(text, room);
    if (size == room) return fmt::format("its {} is not terminated", field);
    if (plugin::one_line({text, size}, room) != std::string_view(text, size))
        return fmt::format("its {} is not one line of UTF-8: '{}'", field,
                           plugin::one_line({text, size}, room));
    return {};
}

// All that a check may call.
bool is_whole(const weft_backend_api& api) {
    constexpr std::size_t kEnd = offsetof(weft_backend_api, cleanup) + sizeof api.cleanup;
    return api.struct_size >= kEnd && api.describe && api.probe && api.create && api.compile &&
           api.get_handle && api.get_values && api.execute && api.release && api.cleanup;
}

// NULL, with its reason: it cannot be opened.
weft_plugin_query open_library(const std::string& path, std::string& why) {
    void* const library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    void* const symbol = library ? ::dlsym(library, WEFT_PLUGIN_SYMBOL) : nullptr;
    if (!library)
        why = plugin::one_line(::dlerror());
    else if (!symbol)
        why = "it has no " WEFT_PLUGIN_SYMBOL;
    return reinterpret_cast<weft_plugin_query>(symbol);
}

}  // namespace

weft_error empty_error() {
    return plugin::empty_error();
}

std::string said(weft_status status, const weft_error& error) {
    const bool known = status >= 0 && static_cast<std::size_t>(status) < kStatuses.size();
    return fmt::format("{}: '{}'",
                       known ? std::string(kStatuses[static_cast<std::size_t>(status)])
                             : fmt::format("{}, which is no status", status),
                       plugin::one_line({error.message, strnlen(error.message, 512)}));
}

Context::Context(const Subject& subject, std::uint64_t seed, Level level, std::string directory)
    : subject_(subject),
      seed_(seed),
      level_(level),
      directory_(std::move(directory)),
      random_(seed),
      host_(std::make_unique<TestHost>()) {}

Context::~Context() {
    // A check that failed may have left programs behind.
    if (backend_ && outcome_ != Outcome::failed) calls_->cleanup(backend_);
}

// --- The plugin ----------------------------------------------------------------------------------

bool Context::load(std::uint32_t version) {
    const auto none = [this](std::string_view why) {
        skip(fmt::format("it cannot be opened: {} (loading.opens looks at that)", why));
        return false;
    };
    std::string why;
    weft_plugin_query query = plugin::reference_entry;
    if (!subject_.library.empty()) query = open_library(subject_.library, why);
    if (!query) return none(why);
    {
        const InCall here(WEFT_PLUGIN_SYMBOL, fmt::format("with contract {}", version));
        plugin_ = query(version);
    }
    refused_ = plugin_ == nullptr;
    if (refused_) return none(fmt::format("it refuses a host of contract {}", version));
    if (!plugin_->backend || !is_whole(*plugin_->backend)) return none("its tables are not whole");
    calls_ = std::make_unique<Calls>(*plugin_->backend);
    info_ = calls_->describe();
    return info_ || none("it does not describe itself");
}

const weft_backend_api* Context::beside() {
    std::string why;
    const weft_plugin_query query = open_library(subject_.beside, why);
    const weft_plugin* const plugin = query ? query(WEFT_ABI_VERSION) : nullptr;
    if (plugin && plugin->backend && is_whole(*plugin->backend)) return plugin->backend;
    skip(fmt::format("{}, which is to stand beside it, cannot be opened: {}", subject_.beside,
                     query ? "it has no tables for this host" : why));
    return nullptr;
}

std::vector<plugin::OwnBuiltin> Context::own_sources() const {
    return validate::own_sources(subject_.manifest);
}

weft_backend* Context::backend() {
    if (backend_) return backend_;
    weft_error error = empty_error();
    const weft_status status = calls_->create(host_->table(), &backend_, &error);
    if (status == WEFT_OK && backend_) return backend_;
    backend_ = nullptr;
    skip(fmt::format("there is no instance here: {} (lifecycle.create looks at that)",
                     said(status, error)));
    return nullptr;
}

// --- Batches -------------------------------------------------------------------------------------

// Compiles each once, for this check and those after it.
void Context::find_works(std::vector<Work>& all) {
    KnownWorks& works = trace().known;
    for (std::size_t i = 0; i < all.size(); ++i) {
        host_->inputs = all[i].bindings;
        weft_program* program = nullptr;
        weft_error error = empty_error();
        const weft_batch batch = all[i].batch();
        const weft_status status = calls_->compile(backend_, &batch, &program, &error);
        if (status == WEFT_OK && program) {
            works.accepted |= std::uint64_t{1} << i;
            calls_->release(program);
        } else if (works.refusal[0] == '\0') {
            const std::string why = fmt::format("of '{}', {}", all[i].name(), said(status, error));
            works.refusal[why.copy(works.refusal, sizeof works.refusal - 1)] = '\0';
        }
    }
    works.known = 1;
}

std::vector<Work> Context::works() {
    std::vector<Work> accepted;
    if (!backend()) return accepted;
    std::vector<Work> all = small_works(*info_, directory_, own_sources());
    const KnownWorks& works = trace().known;
    if (works.known == 0) find_works(all);
    for (std::size_t i = 0; i < all.size(); ++i)
        if ((works.accepted >> i & 1) != 0) accepted.push_back(std::move(all[i]));
    if (!accepted.empty()) return accepted;
    skip(all.empty() ? "it compiles no kernels and opens no sources"
                     : fmt::format("it compiles no batch: {}", works.refusal));
    return accepted;
}

weft_program* Context::compile(weft_backend* backend, Work& work, TestHost& host) {
    host.inputs = work.bindings;
    weft_program* program = nullptr;
    weft_error error = empty_error();
    const weft_batch batch = work.batch();
    const weft_status status = calls_->compile(backend, &batch, &program, &error);
    if (status == WEFT_OK && program) return program;
    fail(fmt::format("compile of '{}', which it compiled before, gave {}", work.name(),
                     status == WEFT_OK ? "no program" : said(status, error)));
    return nullptr;
}

bool Context::execute(weft_program* program, const Frame& frame) {
    weft_error error = empty_error();
    const weft_status status = calls_->execute(program, &frame.view, &error);
    return expect(status == WEFT_OK, fmt::format("execute failed: {}", said(status, error)));
}

// --- The verdict ---------------------------------------------------------------------------------

void Context::fail(std::string text) {
    if (outcome_ == Outcome::failed) return;
    outcome_ = Outcome::failed;
    message_ = std::move(text);
}

void Context::skip(std::string why) {
    if (ended()) return;
    outcome_ = Outcome::skipped;
    message_ = std::move(why);
}

bool Context::expect(bool holds, std::string text) {
    if (!holds) fail(std::move(text));
    return holds;
}

bool Context::expect_no_complaints() {
    const std::vector<std::string> complaints = host_->complaints();
    return complaints.empty() || expect(false, complaints.front());
}

bool Context::expect_error(std::string_view call, weft_status status, const weft_error& error) {
    if (status == WEFT_OK) return true;
    if (status < 0 || static_cast<std::size_t>(status) >= kStatuses.size())
        return expect(false, fmt::format("{} returned {}, which is no status", call, status));
    if (error.code != status)
        return expect(false, fmt::format("{} returned {} and put {} into its record", call, status,
                                         error.code));
    std::string trouble = trouble_of("message", error.message, sizeof error.message);
    if (trouble.empty()) trouble = trouble_of("node", error.node, sizeof error.node);
    if (!trouble.empty()) return expect(false, fmt::format("{} failed, and {}", call, trouble));
    const std::string_view message = error.message;
    if (message.empty()) return expect(false, fmt::format("{} failed without a message", call));
    return expect(
        message.back() != '.',
        fmt::format("{} failed with a message that ends in a full stop: '{}'", call, message));
}

}  // namespace weft::validate
