#include "driver/commands.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>

#include <unistd.h>

#include "driver/explain.h"
#include "driver/version.h"
#include "ir/lower.h"
#include "syntax/parse.h"

namespace weft::driver {
namespace {

std::optional<std::string> read_file(Session& session, const std::string& path) {
    std::ifstream file;
    if (path != "-") {
        std::error_code error;
        if (std::filesystem::is_directory(path, error)) {
            session.diagnostics().add(Code::file_unreadable, {}, {path, "it is a directory"});
            return std::nullopt;
        }
        file.open(path, std::ios::binary);
        if (!file) {
            session.diagnostics().add(Code::file_unreadable, {}, {path, std::strerror(errno)});
            return std::nullopt;
        }
    }
    std::istream& input = path == "-" ? std::cin : file;
    std::ostringstream text;
    text << input.rdbuf();
    return std::move(text).str();
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

// Strands that would be too much to compute are an error here already, not only when somebody
// renders. Only what looks expensive is tried, the worst first and not more than a few: programs
// that explode do so by orders of magnitude.
void check_expansion(Session& session, const sema::Program& program) {
    constexpr double kHarmless = 1e6;  // operations a point, with nothing shared
    constexpr std::size_t kTried = 8;
    // What is neither moved nor called is computed once, however often it is used.
    if (std::none_of(program.exprs.begin(), program.exprs.end(), [](const sema::Expr& expr) {
            return expr.kind == sema::ExprKind::remap || expr.kind == sema::ExprKind::call_output;
        })) {
        return;
    }
    std::vector<const sema::Expr*> values;
    for (const sema::Sink& sink : program.sinks) {
        for (const sema::Expr* value : sink.values) {
            if (value != nullptr && (values.empty() || values.back() != value)) {
                values.push_back(value);
            }
        }
    }
    const std::vector<double> costs = ir::estimated_costs(program, values);
    std::vector<std::size_t> order;
    for (std::size_t v = 0; v < values.size(); ++v) {
        if (costs[v] > kHarmless) {
            order.push_back(v);
        }
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return costs[a] > costs[b]; });
    order.resize(std::min(order.size(), kTried));
    const ir::InputShape anywhere{{{WEFT_FIELD_X, sema::kNone}, {WEFT_FIELD_Y, sema::kNone}},
                                  false};
    ir::LowerRequest lower;
    lower.program = &program;
    lower.raw = true;
    lower.input = [&](sema::StrandId id) {
        const auto kind = program.instances[program.strands[id].instance].kind;
        return kind == sema::InstanceKind::source || kind == sema::InstanceKind::cache ? &anywhere
                                                                                       : nullptr;
    };
    const std::size_t before = session.diagnostics().error_count();
    for (std::size_t i = 0; i < order.size() && session.diagnostics().error_count() == before;
         ++i) {
        lower.roots.assign(1, {{values[order[i]]}, ir::Conversion::none});
        (void)ir::lower(lower, session.diagnostics());
    }
}

}  // namespace

int check(Session& session, const std::vector<std::string>& files) {
    for (const std::string& file : files) {
        const std::size_t before = session.diagnostics().error_count();
        const sema::Program program =
            sema::analyze(file, session.sources(), session.environment(), session.diagnostics());
        if (session.diagnostics().error_count() == before) {
            check_expansion(session, program);
        }
    }
    if (session.options().json) {
        std::fputs(session.diagnostics().render_json().c_str(), stdout);
        std::fputs("\n", stdout);
    }
    return session.diagnostics().has_errors() ? 1 : 0;
}

int fmt(Session& session, const FmtOptions& options) {
    bool differs = false;
    for (const std::string& path : options.files) {
        std::optional<std::string> text = read_file(session, path);
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

int explain(Session& session, const std::string& file, bool zero_copy) {
    const sema::Program program =
        sema::analyze(file, session.sources(), session.environment(), session.diagnostics());
    if (session.diagnostics().has_errors()) {
        return 1;
    }
    BuildRequest request;
    request.program = &program;
    const std::optional<BuiltShow> built = build_show(session, request);
    if (!built) {
        return 1;
    }
    std::fputs((session.options().json ? explain_json(*built) : explain_text(*built)).c_str(),
               stdout);
    return zero_copy && !assert_zero_copy(session, *built) ? 1 : 0;
}

int plugins(Session& session) {
    std::fputs((session.options().json ? plugin::plugins_json(session.plugins())
                                       : plugin::plugins_text(session.plugins()))
                   .c_str(),
               stdout);
    return 0;
}

int doctor(Session& session) {
    const plugin::DoctorInput input{kVersion, session.cache_directory()};
    std::fputs((session.options().json ? plugin::doctor_json(session.plugins(), input)
                                       : plugin::doctor_text(session.plugins(), input))
                   .c_str(),
               stdout);
    return 0;
}

}  // namespace weft::driver
