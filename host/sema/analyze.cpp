// The order of analysis, and the few functions that every part of the checker uses.
#include "sema/analyze.h"

#include "base/trace.h"
#include "sema/checker.h"
#include "sema/cycles.h"
#include "syntax/parse.h"

namespace weft::sema {
namespace {

void set_defaults(Program& program, const Environment& environment) {
#define WEFT_FIELD(number, NAME, name, klass, value, doc) program.settings[number] = value;
#include <weft/fields.def>
#undef WEFT_FIELD
    program.session = std::make_shared<Session>();
    program.session->builtins = environment.builtins;
}

// `before`: errors there were before this program was read. A text that could not be read whole is
// not checked further: names that stand in its unread parts would be called unknown.
void check(Program& program, Checker& checker, Diagnostics& diagnostics, std::size_t before) {
    if (diagnostics.error_count() != before) return;
    checker.collect_names();
    checker.declare_axes();
    checker.collect_settings();
    checker.check_spindles();
    checker.check_statements();
    checker.finish_settings();
    checker.finish_bodies();
    if (diagnostics.error_count() == before) check_cycles(program, diagnostics);
}

}  // namespace

Program analyze(const std::string& path, SourceMap& sources, const Environment& environment,
                Diagnostics& diagnostics) {
    const trace::Span span(trace::What::compile, "analyze");
    Program program;
    set_defaults(program, environment);
    Checker checker(program, sources, environment, diagnostics);
    const std::size_t before = diagnostics.error_count();
    checker.read(path);
    check(program, checker, diagnostics, before);
    return program;
}

Program analyze_text(std::string path, std::string text, SourceMap& sources,
                     const Environment& environment, Diagnostics& diagnostics) {
    Program program;
    set_defaults(program, environment);
    Checker checker(program, sources, environment, diagnostics);
    const std::size_t before = diagnostics.error_count();
    checker.read_text(std::move(path), std::move(text));
    check(program, checker, diagnostics, before);
    return program;
}

std::vector<const Expr*> analyze_expression(Program& program, std::string text, SourceMap& sources,
                                            Diagnostics& diagnostics) {
    const FileId file = sources.add("<expression>", std::move(text));
    syntax::SyntaxTree& tree = program.session->trees.emplace_back();
    const syntax::ExprPtr expr = syntax::parse_expression(sources, file, diagnostics, tree);
    if (expr == nullptr || diagnostics.has_errors()) return {};
    const Environment environment;
    Checker checker(program, sources, environment, diagnostics);
    Items items = checker.eval_items(expr);
    checker.finish_bodies();
    if (diagnostics.has_errors()) return {};
    return items;
}

InstanceId Program::find(std::string_view name) const {
    const auto found = names.find(std::string(name));
    return found == names.end() ? kNone : found->second;
}

Checker::Checker(Program& program, SourceMap& sources, const Environment& environment,
                 Diagnostics& diagnostics)
    : program_(program),
      session_(*program.session),
      sources_(sources),
      environment_(environment),
      diagnostics_(diagnostics),
      constants_(program) {
    constants_.prepare = [this](InstanceId id) { ensure_checked(id); };
    constants_.setting = [this](std::uint32_t field) { return setting_value(field); };
}

std::optional<double> Checker::fold(const Expr* expr) {
    return constants_.fold(expr);
}

bool Checker::quiet() const {
    return diagnostics_.error_count() > Diagnostics::kMaxErrors;
}

Diagnostic& Checker::error(Code code, Span span, std::initializer_list<std::string_view> args) {
    if (!reported_.emplace(code, span.file, span.begin, span.end).second) {
        discarded_.notes.clear();
        return discarded_;
    }
    Diagnostic& result = diagnostics_.add(code, span, args);
    if (scope_ != nullptr && !scope_->generic && scope_->called_from.valid())
        result.note(scope_->called_from, "in this call of '" + scope_->body->spindle + "'");
    return result;
}

Expr* Checker::make(ExprKind kind, Span span) {
    Expr& result = program_.exprs.emplace_back();
    result.kind = kind;
    result.id = static_cast<std::uint32_t>(program_.exprs.size() - 1);
    result.span = span;
    return &result;
}

const Expr* Checker::number(double value, Span span) {
    Expr* const result = make(ExprKind::number, span);
    result->value = value;
    return result;
}

const Expr* Checker::indexed(ExprKind kind, std::uint32_t index, Span span) {
    Expr* const result = make(kind, span);
    result->index = index;
    return result;
}

const Expr* Checker::strand(StrandId id, Span span) {
    return indexed(ExprKind::strand, id, span);
}

const Expr* Checker::op(std::uint32_t index, std::initializer_list<const Expr*> args, Span span) {
    for (const Expr* arg : args)
        if (arg == nullptr) return nullptr;
    Expr* const result = make(ExprKind::op, span);
    result->index = index;
    result->args = args;
    return result;
}

}  // namespace weft::sema
