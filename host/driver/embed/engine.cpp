#include "driver/embed/engine.h"

#include "driver/embed/border.h"

namespace weft::driver {
namespace {

constexpr std::uint32_t kMostThreads = 1024;

Result<void> take_list(const weft_str* texts, std::uint32_t count, const char* name,
                       std::vector<std::string>& to) {
    if (texts == nullptr && count != 0) {
        return invalid(std::string("weft_engine_options.") + name + " is NULL");
    }
    for (const weft_str& text : cpp::list(texts, count)) {
        to.push_back(text_of(text));
    }
    return {};
}

Result<CommonOptions> options_of(const weft_engine_options* from) {
    CommonOptions options;
    options.log = [](std::uint32_t, std::string_view, std::string_view) {};
    options.groups = {"io=threads:1"};  // for writers of files, of which there are none
    if (from == nullptr) {
        return options;
    }
    const auto given = take_in(from, "weft_engine_options");
    if (!given) {
        return given.error();
    }
    if (given->flags & ~(WEFT_ENGINE_NO_CACHE | WEFT_ENGINE_NO_ENVIRONMENT)) {
        return invalid("weft_engine_options.flags has a flag that is not known here");
    }
    if (given->threads > kMostThreads) {
        return invalid("weft_engine_options.threads is more than " + std::to_string(kMostThreads));
    }
    options.no_cache = (given->flags & WEFT_ENGINE_NO_CACHE) != 0;
    options.use_environment = (given->flags & WEFT_ENGINE_NO_ENVIRONMENT) == 0;
    if (auto done = take_list(given->plugin_directories, given->plugin_directory_count,
                              "plugin_directories", options.plugin_directories);
        !done) {
        return std::move(done).error();
    }
    if (auto done = take_list(given->include_directories, given->include_directory_count,
                              "include_directories", options.include_directories);
        !done) {
        return std::move(done).error();
    }
    options.backend_for_all = text_of(given->backend);
    options.threads = given->threads;
    options.memory_budget = given->memory;
    if (given->deadline_ns != 0) {
        options.deadline_ns = given->deadline_ns;
    }
    if (given->log != nullptr) {
        options.log = [log = given->log, user = given->user](
                          std::uint32_t level, std::string_view who, std::string_view text) {
            const std::string line = std::string(who) + ": " + std::string(text);
            log(user, level, cpp::to_str(line));
        };
    }
    return options;
}

}  // namespace

Result<std::unique_ptr<weft_engine>> make_engine(CommonOptions options) {
    auto session = Session::create(std::move(options));
    if (!session) {
        return std::move(session).error();
    }
    return std::unique_ptr<weft_engine>(new weft_engine{std::move(*session)});
}

}  // namespace weft::driver

using namespace weft::driver;  // the C functions stand in no namespace

const char* weft_version(void) {
    return WEFT_VERSION;
}

weft_status weft_engine_create(const weft_engine_options* options, weft_engine** engine,
                               weft_error* error) {
    return at_border(error, [&]() -> weft::Result<void> {
        if (engine == nullptr) {
            return invalid("engine is NULL");
        }
        *engine = nullptr;
        auto taken = options_of(options);
        if (!taken) {
            return std::move(taken).error();
        }
        auto made = make_engine(std::move(*taken));
        if (!made) {
            return std::move(made).error();
        }
        *engine = made->release();
        return {};
    });
}

void weft_engine_destroy(weft_engine* engine) {
    delete engine;
}
