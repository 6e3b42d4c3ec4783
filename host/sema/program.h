// The checked program: every name resolved, every expression scalar. Bundles, tuples, bare
// instances, multi-calls and broadcast are gone; what is left is strands over coordinates. The
// graph is built from it, and lowering turns its expressions into IR.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include <weft/backend.h>
#include <weft/fields.h>
#include <weft/ops.h>

#include "base/source.h"

namespace weft::sema {

using InstanceId = std::uint32_t;
using StrandId = std::uint32_t;  // index into Program::strands, over all instances
using ParamId = std::uint32_t;
inline constexpr std::uint32_t kNone = 0xffffffffu;

struct Body;
struct Call;
struct Session;

enum class ExprKind : std::uint8_t {
    number,       // value
    field,        // coordinate `index` (WEFT_FIELD_*) at the evaluation's place
    own_axis,     // own axis of instance `index` (`c@k` as a value); 0 unless replaced
    param,        // live parameter `index`
    strand,       // strand `index`: computed ones are substituted, others are sampled
    op,           // operator `index` (WEFT_OP_* of the table) of args; `if` is SELECT
    remap,        // args[0] with `replacements`, whose values are evaluated in this place
    local,        // local slot `index` of the spindle being expanded: a value, not moved by remap
    argument,     // argument `index` of the call being expanded: a strand, by name
    call_output,  // output `index` of `call`
    fbm,          // args: x, y, t, octaves (floored; constant or not)
};

struct Expr;

// One coordinate replaced: a field of me, or the own axis of an instance.
struct Replacement {
    std::uint32_t field = 0;      // WEFT_FIELD_*, or WEFT_FIELD_OWN
    InstanceId instance = kNone;  // of WEFT_FIELD_OWN
    const Expr* value = nullptr;
};

// Immutable, shared: expressions form a DAG owned by Program::exprs.
struct Expr {
    ExprKind kind = ExprKind::number;
    std::uint32_t index = 0;
    double value = 0;
    std::vector<const Expr*> args;
    std::vector<Replacement> replacements;
    const Call* call = nullptr;
    std::uint32_t id = 0;  // its position in Program::exprs
    Span span;
};

// A spindle instantiated for one shape of arguments; shared by all calls of that shape.
enum class StatementKind : std::uint8_t { set, loop };
struct Statement {
    StatementKind kind = StatementKind::set;
    std::uint32_t slot = 0;       // set: local; loop: the loop variable's local
    const Expr* value = nullptr;  // set
    const Expr* from = nullptr;   // loop: turns from, from + 1, ... <= to
    const Expr* to = nullptr;
    std::vector<Statement> body;         // loop
    std::vector<std::uint32_t> carried;  // loop: outer locals that the body assigns
    Span span;
};

struct Body {
    std::string spindle;  // for messages
    std::uint32_t local_count = 0;
    std::vector<Statement> statements;
    std::vector<std::uint32_t> outputs;  // local slots
    Span span;
};

// One expansion of a spindle. `args` are evaluated in the caller's scope (the call that encloses
// this one, or none), at the place where the body uses them.
struct Call {
    const Body* body = nullptr;
    std::vector<const Expr*> args;
    Span span;
};

enum class InstanceKind : std::uint8_t {
    computed,   // strands with expressions
    source,     // a builtin opened by a back end: load, mic, ...
    cache,      // the last `ticks` ticks of each strand's expression
    parameter,  // pragma or live input (mouse, key): strands are params
};

struct SourceArgument {
    std::string name;  // empty: positional
    bool is_text = false;
    double number = 0;
    std::string text;
};

struct Strand {
    InstanceId instance = kNone;
    std::string name;          // "" of an anonymous strand
    std::uint32_t output = 0;  // position within its instance
    // computed: the strand; cache: its source; source: the strand it analyses (spectrum); or null
    const Expr* value = nullptr;
    ParamId param = kNone;  // parameter
    Span span;
};

struct Instance {
    std::string name;
    InstanceKind kind = InstanceKind::computed;
    std::vector<StrandId> strands;
    std::uint32_t order = 0;  // position of its first statement in the program
    // source
    std::string builtin;
    std::vector<SourceArgument> arguments;  // file paths resolved against the program's file
    std::string own_axis;                   // "k" of a cache, "freq" of a spectrum, or ""
    // cache; source that is made from a strand (spectrum): samples of it
    std::uint64_t ticks = 0;
    bool smooth = false;  // #smooth: what sound reads of this picture is interpolated over a block
    Span span;
};

// A live number. Offline it keeps its initial value.
struct Param {
    std::string name;  // "knob@s"
    // What it is, the same in every program: a pragma's name, an input's builtin with its
    // arguments and output. By this a value is kept over a reload and in files.
    std::string key;
    double initial = 0;
    double low = 0;
    double high = 1;
    bool smooth = false;  // #smooth: interpolated over a block where sound reads it
    std::string label;
    std::string kind;  // "slider", "xy", "color", "toggle", "input"
    Span span;
};

// Numbers from outside. `mouse` and `key` are the host's own, their outputs are known by the
// strands' names; all others are opened by who announces the builtin.
struct LiveInput {
    std::string builtin;                    // "osc_in", "midi_cc", "midi_note", "mouse"
    std::vector<SourceArgument> arguments;  // constant; a default is not among them
    std::vector<ParamId> params;            // by output
    InstanceId instance = kNone;
    std::string name;  // of the instance, for messages
    Span span;
};

struct Badge {
    std::string text;
    Span span;
};

enum class SinkKind : std::uint8_t { display, render, play, osc, midi, export_file, data, compute };

struct Sink {
    SinkKind kind = SinkKind::display;
    std::uint32_t context = 0;  // WEFT_CONTEXT_*
    std::uint32_t order = 0;    // position in the program
    // display, render, export of a picture: exactly 4 (r, g, b, a) after the rules of the sinks;
    // play, export of sound: one per channel; others: as written.
    std::vector<const Expr*> values;
    // data, compute, osc: how each value was written; midi: the argument's name
    std::vector<std::string> labels;
    bool spreads = false;    // play with one strand: mono to all channels
    bool has_alpha = false;  // picture with an alpha of its own
    bool is_sound = false;   // export: sound rather than picture
    std::string target;      // display: target name; osc: "host:port"; files: path
    // Constant arguments; of osc and midi all there are, as the plugin has them.
    std::vector<SourceArgument> options;
    Span span;
};

struct Program {
    std::deque<Expr> exprs;
    std::deque<Call> calls;
    std::deque<Body> bodies;
    std::vector<Instance> instances;
    std::vector<Strand> strands;
    std::vector<Param> params;
    std::vector<LiveInput> inputs;
    std::vector<Sink> sinks;
    std::vector<Badge> badges;
    std::array<double, WEFT_FIELD_COUNT> settings{};  // fields of class SETTING
    std::array<bool, WEFT_FIELD_COUNT> is_set{};      // by the program or the command line
    // What the program sets and the command line sets otherwise; NaN: nothing.
    std::array<double, WEFT_FIELD_COUNT> overruled{};
    std::vector<std::string> files;    // the program and all it uses
    std::vector<std::string> missing;  // what was looked for and is not there
    std::unordered_map<std::string, InstanceId> names;
    std::shared_ptr<Session> session;  // for analyze_expression

    // The instance's id, or kNone.
    [[nodiscard]] InstanceId find(std::string_view name) const;
};

}  // namespace weft::sema
