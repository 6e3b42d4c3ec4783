// The checker: turns syntax into scalar expressions. One class, its functions spread over files by
// subject, because they all need the same three things: the program made, the symbols, and where
// errors go. A null expression is poison: its error was reported, whoever meets it stays silent.
#pragma once

#include <optional>
#include <set>
#include <tuple>

#include "base/diagnostics.h"
#include "sema/analyze.h"
#include "sema/constants.h"
#include "sema/session.h"

namespace weft::sema {

inline constexpr std::size_t kMaxOutputs = 4096;      // of one instance
inline constexpr std::size_t kMaxBodies = 20'000;     // instantiated spindles
inline constexpr std::uint64_t kMaxTicks = 1u << 24;  // of a cache

using Items = std::vector<const Expr*>;

// What an expression is asked for: one value, for the output `name`, which is number `index` of
// `count`. A bare instance gives its strand of that name, a bundle its item of that number.
struct Want {
    std::string_view name;
    std::uint32_t index = 0;
    std::uint32_t count = 1;
};

// How many values an expression gives where nothing says how many are wanted.
struct Shape {
    std::uint32_t count = 1;
    bool open = false;               // unknown: inside a spindle checked without a call
    std::vector<std::string> names;  // of the instance that gives them, or empty
};

// A name inside a spindle that holds one value, or several (`x<o,..> = e`).
struct Local {
    std::vector<std::string_view> names;  // of a local bundle, else empty
    std::vector<std::uint32_t> slots;
    bool loop_variable = false;
};

// What a call passes for one parameter.
struct ParamShape {
    bool record = false;
    bool open = false;               // checked without a call: anything goes
    bool has_bare = true;            // record: `bare` can be used
    bool each = false;               // record of a multi-call: but for '@' and '[]' it is `bare`
    std::string bare_error;          // record without: the strand that would be missing
    std::uint32_t bare = 0;          // argument number of the one value
    std::uint32_t first = 0;         // record: argument number of its first strand
    std::vector<std::string> names;  // record: its strands; "" in a bundle
    InstanceId axis_of = kNone;      // record: the instance, where it has an axis of its own
};

// The inside of one spindle while its statements are checked.
struct BodyScope {
    const Spindle* spindle = nullptr;
    Body* body = nullptr;
    std::vector<ParamShape> params;
    std::unordered_map<std::string_view, std::uint32_t> param_numbers;
    std::unordered_map<std::string_view, Local> locals;
    std::vector<std::pair<std::string_view, std::optional<Local>>>
        hidden;  // by names born in loops
    std::unordered_map<std::string_view, std::uint32_t> output_slots;
    std::vector<char> output_set;  // 0 never, 1 in a loop only, 2 for certain
    std::uint32_t depth = 0;       // loops around the statement being checked
    Span called_from;              // first call of this shape
    bool generic = false;          // checked without a call
};

class Checker {
public:
    Checker(Program& program, SourceMap& sources, const Environment& environment,
            Diagnostics& diagnostics);

    // The order of analysis; each in the file of its subject.
    void read(const std::string& path);                  // use.cpp
    void read_text(std::string path, std::string text);  // use.cpp
    void collect_names();                                // names.cpp
    void collect_settings();                             // settings.cpp
    void check_spindles();                               // spindles.cpp
    void declare_axes();                                 // bind.cpp
    void check_statements();                             // bind.cpp
    void finish_settings();                              // settings.cpp
    void finish_bodies();                                // spindles.cpp

    // expressions.cpp
    [[nodiscard]] const Expr* eval(syntax::ExprPtr expr, const Want& want);
    [[nodiscard]] Items eval_items(syntax::ExprPtr expr);
    [[nodiscard]] Items eval_items(syntax::ExprPtr expr, const Shape& shape);
    [[nodiscard]] Shape shape_of(syntax::ExprPtr expr);  // shapes.cpp
    // Its value, if it is the same at all places and times.
    [[nodiscard]] std::optional<double> fold(const Expr* expr);

private:
    // use.cpp
    void read_file(const std::string& path, const std::string& shown, Span from, bool imported);
    void read_tree(FileId file, const std::string& directory, bool imported);
    void use(const syntax::Stmt& stmt, const std::string& directory);
    [[nodiscard]] std::string directory_of(FileId file) const;

    // names.cpp
    void collect_spindle(const syntax::Stmt& stmt);
    void collect_instance(const Item& item);
    void add_outputs(InstanceSymbol& symbol, const syntax::Stmt& stmt);
    [[nodiscard]] InstanceId instance_named(std::string_view name);
    InstanceId new_instance(std::string name, InstanceKind kind, std::uint32_t order, Span span);
    StrandId new_strand(InstanceId instance, std::string name, Span span);
    [[nodiscard]] std::uint32_t find_output(InstanceId id, std::string_view name,
                                            std::uint32_t hint) const;
    [[nodiscard]] std::string nearest_value(std::string_view name);
    [[nodiscard]] std::string nearest_callee(std::string_view name);
    [[nodiscard]] std::string strands_of(const Instance& instance) const;
    [[nodiscard]] bool is_anonymous(const Instance& instance) const;

    // settings.cpp
    [[nodiscard]] std::optional<double> setting_value(std::uint32_t field);
    void check_setting(const syntax::Stmt& stmt, std::uint32_t field);

    // bind.cpp
    void check_part(InstanceId id, const Part& part);
    void ensure_checked(InstanceId id);
    void bind_values(InstanceId id, const Part& part);

    // expressions.cpp
    [[nodiscard]] const Expr* eval_new(syntax::ExprPtr expr, const Want& want);
    [[nodiscard]] const Expr* eval_list(syntax::ExprPtr expr, const Want& want);
    [[nodiscard]] const Expr* eval_index(syntax::ExprPtr expr, const Want& want);
    [[nodiscard]] std::optional<std::uint32_t> constant_index(syntax::ExprPtr index,
                                                              std::size_t count, bool open);
    [[nodiscard]] Want item_want(const Shape& shape, std::uint32_t index) const;

    // references.cpp
    [[nodiscard]] const Expr* eval_name(syntax::ExprPtr expr, const Want& want);
    [[nodiscard]] const Expr* eval_member(syntax::ExprPtr expr);
    [[nodiscard]] const Expr* bare_instance(InstanceId id, const Want& want, Span span);
    [[nodiscard]] const Expr* bare_local(const Local& local, std::string_view name,
                                         const Want& want, Span span);
    [[nodiscard]] const Expr* bare_param(const ParamShape& param, std::string_view name,
                                         const Want& want, Span span);
    [[nodiscard]] const Expr* param_member(const ParamShape& param, syntax::ExprPtr expr);
    [[nodiscard]] const Expr* local_member(const Local& local, syntax::ExprPtr expr);
    [[nodiscard]] const Local* find_local(std::string_view name) const;
    [[nodiscard]] const ParamShape* find_param(std::string_view name) const;
    [[nodiscard]] const Expr* unknown_name(std::string_view name, Span span);

    // remaps.cpp
    [[nodiscard]] const Expr* eval_remap(syntax::ExprPtr expr, const Want& want);
    [[nodiscard]] const Expr* positional_remap(syntax::ExprPtr call, const Want& want);
    [[nodiscard]] bool add_replacement(Expr& remap, std::uint32_t field, InstanceId instance,
                                       const Expr* value, Span span);
    [[nodiscard]] bool resolve_axis(const syntax::RemapItem& item, std::uint32_t* field,
                                    InstanceId* instance);
    void lint_local(syntax::ExprPtr base);

    // calls.cpp
    [[nodiscard]] const Expr* eval_call(syntax::ExprPtr expr, const Want& want);
    [[nodiscard]] const Expr* eval_multi_call(syntax::ExprPtr expr, const Want& want);
    [[nodiscard]] const Expr* call_spindle(syntax::ExprPtr expr, std::uint32_t number,
                                           const Want& want);
    [[nodiscard]] bool pass_record(syntax::ExprPtr arg, const ParamUse& use, const Want& want,
                                   ParamShape& shape, std::vector<const Expr*>& args);
    [[nodiscard]] const Expr* unknown_callee(syntax::ExprPtr expr);
    [[nodiscard]] const Spindle* find_spindle(std::string_view name, std::uint32_t* number) const;

    // functions.cpp
    [[nodiscard]] const Expr* call_function(syntax::ExprPtr expr, const Want& want);
    [[nodiscard]] const Expr* vector_function(syntax::ExprPtr expr, const Want& want);
    [[nodiscard]] bool halves(syntax::ExprPtr expr, Items* left, Items* right);

    // builtins.cpp
    // The source of that name: the language's own, else a plugin's, unless a spindle bears it.
    [[nodiscard]] const Builtin* builtin_named(std::string_view name) const;
    void bind_source(InstanceId id, const Part& part);
    void bind_cache(InstanceId id, const Part& part);
    void check_option(Instance& instance, std::string_view options, syntax::ExprPtr call,
                      std::size_t number);
    std::uint64_t samples_analysed(const Instance& instance, const syntax::Expr& call);
    void check_media_file(const syntax::ExprPtr arg, SourceArgument& argument);

    // spindles.cpp
    [[nodiscard]] const Body* body_for(std::uint32_t spindle, std::vector<ParamShape> params,
                                       Span call);
    void check_body(BodyScope& scope);
    void check_block(const std::vector<syntax::SpindleStmt>& block,
                     std::vector<Statement>& statements);
    void check_loop(const syntax::SpindleStmt& stmt, std::vector<Statement>& statements);
    void check_assign(const syntax::SpindleStmt& stmt, std::vector<Statement>& statements);
    void check_output(const syntax::SpindleStmt& stmt, std::vector<Statement>& statements);
    void declare(std::string_view name, Local local);
    void set_slot(std::uint32_t slot, const Expr* value, Span span,
                  std::vector<Statement>& statements);
    [[nodiscard]] const Expr* updated(const syntax::SpindleStmt& stmt, std::uint32_t slot);
    void check_outputs_set(const BodyScope& scope);

    // spindle_graph.cpp
    void find_param_uses();
    void check_recursion();

    // live_inputs.cpp
    void bind_input(InstanceId id, const Builtin& builtin, const std::vector<double>& defaults,
                    Span span);
    void check_input_argument(const Builtin& builtin, std::size_t position,
                              const SourceArgument& argument, Span span);
    [[nodiscard]] std::vector<double> input_defaults(syntax::ExprPtr arg, std::size_t outputs);
    [[nodiscard]] InstanceId input_instance(std::string_view name);
    [[nodiscard]] StrandId input_strand(InstanceId id, const std::string& name, Span span);
    void check_smooth(const syntax::Stmt& stmt);

    // pragmas.cpp
    void bind_pragma(InstanceId id, const Part& part);
    void bind_curve(InstanceId id, const syntax::Stmt& stmt);

    // sinks.cpp, sink_outputs.cpp, control_sinks.cpp
    void check_sink(const Item& item);
    void picture_sink(const syntax::Stmt& stmt, Sink& sink);
    void sound_sink(const syntax::Stmt& stmt, Sink& sink);
    void export_sink(const syntax::Stmt& stmt, Sink& sink);
    void osc_sink(const syntax::Stmt& stmt, Sink& sink);
    void midi_sink(const syntax::Stmt& stmt, Sink& sink);
    void control_option(const syntax::Stmt& stmt, std::size_t number, Sink& sink);
    void table_sink(const syntax::Stmt& stmt, Sink& sink, bool has_path);
    std::uint32_t check_extension(const syntax::Stmt& stmt, const Sink& sink, std::uint32_t wanted,
                                  std::string_view what);
    [[nodiscard]] bool sink_available(const syntax::Stmt& stmt);
    [[nodiscard]] bool check_labels(const syntax::Stmt& stmt,
                                    const std::vector<std::string_view>& known);
    [[nodiscard]] bool text_argument(const syntax::Stmt& stmt, std::size_t number,
                                     std::string_view what, std::string* text);
    [[nodiscard]] std::optional<double> number_argument(syntax::ExprPtr arg, std::string_view what);
    void append_values(syntax::ExprPtr arg, Sink& sink, bool labelled);

    // expressions made
    [[nodiscard]] Expr* make(ExprKind kind, Span span);
    [[nodiscard]] const Expr* number(double value, Span span);
    [[nodiscard]] const Expr* op(std::uint32_t index, std::initializer_list<const Expr*> args,
                                 Span span);
    [[nodiscard]] const Expr* strand(StrandId id, Span span);
    [[nodiscard]] const Expr* indexed(ExprKind kind, std::uint32_t index, Span span);

    // An error is reported once for its place, however often the expression there is looked at.
    Diagnostic& error(Code code, Span span, std::initializer_list<std::string_view> args = {});
    [[nodiscard]] bool quiet() const;  // so many errors that none is shown any more

    Program& program_;
    Session& session_;
    SourceMap& sources_;
    const Environment& environment_;
    Diagnostics& diagnostics_;

    BodyScope* scope_ = nullptr;  // the spindle being checked
    bool want_used_ = false;      // whether the value just made depends on the Want
    std::uint32_t order_ = 0;
    std::unordered_map<syntax::ExprPtr, const Expr*> memo_;  // of values that do not, per statement
    std::unordered_map<syntax::ExprPtr, const Call*> calls_;  // the latest of each place
    std::vector<std::pair<std::string, Span>> open_files_;    // chain of `use`
    std::set<std::string> read_files_;
    std::deque<BodyScope> pending_;  // bodies to be filled
    std::set<std::tuple<Code, FileId, std::uint32_t, std::uint32_t>> reported_;
    Diagnostic discarded_{};
    std::array<char, WEFT_FIELD_COUNT> setting_state_{};  // 0 not set, 1 being folded, 2 done
    std::array<const syntax::Stmt*, WEFT_FIELD_COUNT> setting_stmts_{};
    bool setting_cycle_ = false;
    Constants constants_;
    std::vector<char> part_done_;  // parallel to the session's instances: 1 while or after checking
    int ensure_depth_ = 0;
};

// tables.cpp: the SDK's tables, by name.
[[nodiscard]] std::optional<std::uint32_t> field_named(std::string_view name);
[[nodiscard]] std::string_view field_name(std::uint32_t field);
[[nodiscard]] std::uint32_t field_class(std::uint32_t field);
[[nodiscard]] std::vector<std::string_view> field_names(bool settings_only);

struct Function {
    std::string_view name;
    std::uint32_t least = 0;
    std::uint32_t most = 0;  // 255: any number
    std::uint32_t op = 0;    // WEFT_OP_*, or 0: written with others (functions.cpp)
};
[[nodiscard]] const Function* find_function(std::string_view name);
[[nodiscard]] bool is_vector_function(std::string_view name);

[[nodiscard]] std::string_view plugin_of_sink(std::string_view name);
[[nodiscard]] std::vector<std::string_view> callable_names();

// "1 value", "3 values".
[[nodiscard]] std::string counted(std::size_t count, std::string_view noun);
[[nodiscard]] std::string plain_number(double value);

}  // namespace weft::sema
