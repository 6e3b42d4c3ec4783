// Reading the program and the files it uses, into one list of statements in the order of the text.
#include <filesystem>
#include <iostream>
#include <iterator>

#include "base/read_file.h"
#include "base/trace.h"
#include "sema/checker.h"
#include "syntax/parse.h"

namespace weft::sema {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxUseDepth = 128;

// One name for a file however it is written; the path itself where there is no such file.
std::string identity(const std::string& path) {
    std::error_code failed;
    const fs::path canonical = fs::weakly_canonical(path, failed);
    return failed ? path : canonical.string();
}

std::string joined(const std::string& directory, const std::string& path) {
    return (fs::path(directory) / path).lexically_normal().string();
}

}  // namespace

// A file whose name is near that of `path`, in its directory; empty if none.
std::string nearest_file(const std::string& path) {
    const fs::path wanted(path);
    const fs::path directory = wanted.has_parent_path() ? wanted.parent_path() : fs::path(".");
    constexpr int kMostFiles = 10'000;  // no message is worth reading more of a directory
    std::vector<std::string> files;
    std::error_code failed;
    fs::directory_iterator at(directory, failed);
    for (int i = 0; !failed && at != fs::directory_iterator() && i < kMostFiles; ++i) {
        files.push_back(at->path().filename().string());
        at.increment(failed);
    }
    const std::string name = wanted.filename().string();
    const std::vector<std::string_view> views(files.begin(), files.end());
    return std::string(nearest_name(name, views));
}

std::string Checker::directory_of(FileId file) const {
    if (file == Span::kNoFile) return {};
    return fs::path(sources_.file(file).path).parent_path().string();
}

void Checker::read(const std::string& path) {
    if (path != "-") return read_file(path, path, {}, false);
    std::string text(std::istreambuf_iterator<char>(std::cin), {});
    read_text("<stdin>", std::move(text));
}

void Checker::read_text(std::string path, std::string text) {
    program_.files.push_back(path);
    const std::string directory = fs::path(path).parent_path().string();
    read_files_.insert(identity(path));
    open_files_.emplace_back(identity(path), Span{});
    const FileId file = sources_.add(std::move(path), std::move(text));
    read_tree(file, directory, false);
    open_files_.pop_back();
}

void Checker::read_file(const std::string& path, const std::string& shown, Span from,
                        bool imported) {
    std::optional<std::string> text;
    if (environment_.text) text = environment_.text(path);
    if (!text) {
        auto read = read_program(path);
        if (!read) {
            error(Code::file_unreadable, from, {shown, read.error().message});
            program_.missing.push_back(path);
            return;
        }
        text = std::move(*read);
    }
    program_.files.push_back(path);
    read_files_.insert(identity(path));
    open_files_.emplace_back(identity(path), from);
    const FileId file = sources_.add(path, std::move(*text));
    read_tree(file, fs::path(path).parent_path().string(), imported);
    open_files_.pop_back();
}

void Checker::read_tree(FileId file, const std::string& directory, bool imported) {
    const trace::Span span(trace::What::compile, "parse");
    session_.trees.push_back(syntax::parse(sources_, file, diagnostics_));
    const syntax::SyntaxTree& tree = session_.trees.back();
    for (const syntax::Stmt& stmt : tree.statements) {
        if (stmt.kind == syntax::StmtKind::use)
            use(stmt, directory);
        else
            session_.items.push_back({&stmt, order_++, imported});
    }
}

// Looks beside the file that uses it, then in the include directories.
void Checker::use(const syntax::Stmt& stmt, const std::string& directory) {
    std::vector<std::string> places{joined(directory, stmt.path)};
    for (const std::string& include : environment_.include_directories)
        places.push_back(joined(include, stmt.path));
    std::error_code failed;
    std::string path;
    for (const std::string& place : places) {
        const bool given = environment_.text && environment_.text(place).has_value();
        if (!given && !fs::exists(place, failed)) continue;
        path = place;
        break;
    }
    if (path.empty()) {
        Diagnostic& missing = error(Code::file_not_found, stmt.path_span, {stmt.path});
        for (const std::string& place : places) missing.note({}, "looked for " + place);
        program_.missing.insert(program_.missing.end(), places.begin(), places.end());
        const std::string near = nearest_file(places.front());
        if (!near.empty())
            missing.suggest("did you mean \"" +
                            (fs::path(stmt.path).parent_path() / near).string() + "\"?");
        return;
    }
    const std::string same = identity(path);
    for (std::size_t i = 0; i < open_files_.size(); ++i) {
        if (open_files_[i].first != same) continue;
        Diagnostic& cycle = error(Code::use_cycle, stmt.path_span, {stmt.path});
        for (std::size_t j = i + 1; j < open_files_.size(); ++j)
            cycle.note(open_files_[j].second, "by way of this file");
        cycle.suggest("move what both files need into a third one");
        return;
    }
    if (read_files_.count(same) != 0) return;  // once is enough
    if (open_files_.size() >= kMaxUseDepth) {
        error(Code::use_depth, stmt.path_span, {std::to_string(kMaxUseDepth)});
        return;
    }
    read_file(path, stmt.path, stmt.path_span, true);
}

}  // namespace weft::sema
