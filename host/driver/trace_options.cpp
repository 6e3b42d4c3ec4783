#include "driver/trace_options.h"

#include <cstdio>

#include <CLI/CLI.hpp>

namespace weft::driver {

void add_trace(CLI::App& command, TraceOptions& options) {
    command
        .add_option("--trace", options.path,
                    "what every thread does and when, for ui.perfetto.dev or chrome://tracing")
        ->type_name("JSON");
    command
        .add_option("--trace-size", options.size,
                    "how large it may become, as in 64M; the newest is kept; else 256M")
        ->type_name("SIZE")
        ->transform(CLI::AsSizeValue(false).description(""));
}

Result<void> Tracing::begin(const TraceOptions& options, const char* main, int argc, char** argv) {
    if (options.path.empty()) {
        return {};
    }
    std::string about = "weft " WEFT_VERSION ":";
    for (int i = 1; i < argc; ++i) {
        about += std::string(" ") + argv[i];
    }
    auto file = runtime::TraceFile::create(options.path, options.size, about);
    if (!file) {
        return std::move(file).error();
    }
    file_ = std::move(*file);
    main_.emplace(main);
    return {};
}

Tracing::~Tracing() {
    main_.reset();
    if (file_ == nullptr) {
        return;
    }
    if (const std::string news = file_->end(); !news.empty()) {
        std::fprintf(stderr, "warning: %s\n", news.c_str());
    }
}

}  // namespace weft::driver
