#include "driver/commands.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include <unistd.h>

#include "base/read_file.h"
#include "driver/compile/deliveries.h"
#include "driver/compile/explain.h"
#include "driver/live/live_version.h"
#include "syntax/parse.h"

namespace weft::driver {
namespace {

std::optional<std::string> read_named(Session& session, const std::string& path) {
    if (path == "-") {
        return std::string(std::istreambuf_iterator<char>(std::cin), {});
    }
    auto text = read_program(path);
    if (!text) {
        session.diagnostics().add(Code::file_unreadable, {}, {path, text.error().message});
        return std::nullopt;
    }
    return std::move(*text);
}

// A temporary file beside the target, then a rename: an interrupted fmt leaves the old text.
bool write_file(Session& session, const std::string& path, const std::string& text) {
    const std::string temporary = path + ".weft-fmt-" + std::to_string(getpid());
    std::error_code error;
    {
        std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
        file << text;
        if (!file.flush()) {
            session.diagnostics().add(Code::command_failed, {},
                                      {path + ": " + std::strerror(errno)});
            std::filesystem::remove(temporary, error);
            return false;
        }
    }
    std::filesystem::permissions(temporary, std::filesystem::status(path).permissions(), error);
    std::filesystem::rename(temporary, path, error);
    if (error) {
        session.diagnostics().add(Code::command_failed, {}, {path + ": " + error.message()});
        std::filesystem::remove(temporary, error);
        return false;
    }
    return true;
}

}  // namespace

int fmt(Session& session, const FmtOptions& options) {
    bool differs = false;
    for (const std::string& path : options.files) {
        std::optional<std::string> text = read_named(session, path);
        if (!text) {
            continue;
        }
        const std::string before = *text;
        Diagnostics messages(&session.sources());
        const FileId file = session.sources().add(path, std::move(*text));
        const syntax::SyntaxTree tree = syntax::parse(session.sources(), file, messages);
        if (messages.has_errors()) {
            // Parsed again into the session's messages: lints of a text that is being formatted
            // are not of interest, errors are.
            (void)syntax::parse(session.sources(), file, session.diagnostics());
            continue;
        }
        const std::string after = syntax::format(session.sources(), tree);
        if (options.check) {
            if (before != after) {
                std::printf("%s\n", path.c_str());
                differs = true;
            }
        } else if (options.in_place && path != "-") {
            if (before != after) {
                (void)write_file(session, path, after);
            }
        } else {
            std::fwrite(after.data(), 1, after.size(), stdout);
        }
    }
    return session.diagnostics().has_errors() || differs ? 1 : 0;
}

int explain(Session& session, const std::string& file, bool live, bool zero_copy) {
    const sema::Program program =
        sema::analyze(file, session.sources(), session.environment(), session.diagnostics());
    std::optional<BuiltShow> built;
    if (!session.diagnostics().has_errors()) {
        BuildRequest request;
        if (live) {
            request = live_request(program, {});
        }
        request.program = &program;
        built = build_show(session, request);
    }
    if (built) {
        built->deliveries = deliveries(session, program, *built);
    }
    const bool good = built && (!zero_copy || assert_zero_copy(session, *built));
    if (session.options().json) {
        std::fputs(explain_json(session, built ? &*built : nullptr).c_str(), stdout);
    } else if (built) {
        std::fputs(explain_text(*built).c_str(), stdout);
    }
    return good ? 0 : 1;
}

int plugins(Session& session) {
    std::fputs((session.options().json ? plugin::plugins_json(session.plugins())
                                       : plugin::plugins_text(session.plugins()))
                   .c_str(),
               stdout);
    return 0;
}

int doctor(Session& session) {
    const plugin::DoctorInput input{WEFT_VERSION, session.cache_directory()};
    std::fputs((session.options().json ? plugin::doctor_json(session.plugins(), input)
                                       : plugin::doctor_text(session.plugins(), input))
                   .c_str(),
               stdout);
    return 0;
}

}  // namespace weft::driver
