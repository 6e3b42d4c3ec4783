// Expressions as text.
#include "check.h"

#include <sstream>

#include "eval/eval.h"

namespace weft::sema::testing {
namespace {

std::string field_text(std::uint32_t field) {
    static const char* const kNames[] = {
#define WEFT_FIELD(number, NAME, name, klass, value, doc) name,
#include <weft/fields.def>
#undef WEFT_FIELD
    };
    return field < WEFT_FIELD_COUNT ? kNames[field] : "own";
}

std::string strand_text(const Program& program, StrandId id) {
    const Strand& strand = program.strands[id];
    const std::string& instance = program.instances[strand.instance].name;
    return strand.name.empty() ? instance : instance + "@" + strand.name;
}

std::string list(const Program& program, const std::vector<const Expr*>& items) {
    std::string result;
    for (const Expr* item : items) result += (result.empty() ? "" : ", ") + dump(program, item);
    return "(" + result + ")";
}

}  // namespace

std::string dump(const Program& program, const Expr* expr) {
    if (expr == nullptr) return "poison";
    std::ostringstream out;
    switch (expr->kind) {
        case ExprKind::number: out << expr->value; break;
        case ExprKind::field: out << field_text(expr->index); break;
        case ExprKind::own_axis: out << program.instances[expr->index].name << "@axis"; break;
        case ExprKind::param: out << "param" << expr->index; break;
        case ExprKind::strand: out << strand_text(program, expr->index); break;
        case ExprKind::op:
            out << weft_op_info_of(expr->index)->id << list(program, expr->args);
            break;
        case ExprKind::remap:
            out << dump(program, expr->args[0]) << "[";
            for (const Replacement& replacement : expr->replacements) {
                if (replacement.instance != kNone)
                    out << program.instances[replacement.instance].name << ".";
                out << field_text(replacement.field) << "~" << dump(program, replacement.value)
                    << ";";
            }
            out << "]";
            break;
        case ExprKind::local: out << "%" << expr->index; break;
        case ExprKind::argument: out << "$" << expr->index; break;
        case ExprKind::call_output:
            out << expr->call->body->spindle << list(program, expr->call->args) << "."
                << expr->index;
            break;
        case ExprKind::fbm: out << "FBM" << list(program, expr->args); break;
    }
    return out.str();
}

std::string value_of(const Checked& checked, const std::string& name) {
    const std::size_t at = name.find('@');
    const InstanceId id = checked.program.find(name.substr(0, at));
    if (id == kNone) return "no instance";
    const std::string output = at == std::string::npos ? "" : name.substr(at + 1);
    for (const StrandId strand : checked.program.instances[id].strands)
        if (checked.program.strands[strand].name == output)
            return dump(checked.program, checked.program.strands[strand].value);
    return "no strand";
}

}  // namespace weft::sema::testing
