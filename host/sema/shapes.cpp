// How many values an expression gives where nothing says how many are wanted: in a sink, as a
// vector, behind an index. A bare instance gives its strands, a bundle its items.
#include "sema/checker.h"

namespace weft::sema {
namespace {

// Parts of one expression go strand by strand together. Where they do not fit, the first decides
// and evaluation reports what is missing in the others.
void combine(Shape& into, const Shape& part) {
    into.open = into.open || part.open;
    if (into.count == 1 && part.count != 1) {
        into.count = part.count;
        into.names = part.names;
    } else if (into.names.empty() && part.count == into.count) {
        into.names = part.names;
    }
}

}  // namespace

Shape Checker::shape_of(syntax::ExprPtr expr) {
    Shape result;
    const auto combine_parts = [&] {
        for (const syntax::ExprPtr arg : expr->args) combine(result, shape_of(arg));
    };
    const auto of_instance = [&](InstanceId id) {
        const Instance& instance = program_.instances[id];
        if (instance.strands.size() <= 1) return;
        result.count = static_cast<std::uint32_t>(instance.strands.size());
        for (const StrandId strand_id : instance.strands)
            result.names.push_back(program_.strands[strand_id].name);
    };
    switch (expr->kind) {
        case syntax::ExprKind::name: {
            if (const Local* local = find_local(expr->text)) {
                if (local->slots.size() > 1) {
                    result.count = static_cast<std::uint32_t>(local->slots.size());
                    result.names.assign(local->names.begin(), local->names.end());
                }
            } else if (const ParamShape* param = find_param(expr->text)) {
                result.open = param->open;
                if (param->record && !param->each && param->names.size() > 1) {
                    result.count = static_cast<std::uint32_t>(param->names.size());
                    if (!param->names.front().empty()) result.names = param->names;
                }
            } else if (const InstanceId id = instance_named(expr->text); id != kNone) {
                of_instance(id);
            }
            break;
        }
        case syntax::ExprKind::unary:
        case syntax::ExprKind::binary:
        case syntax::ExprKind::if_else: combine_parts(); break;
        case syntax::ExprKind::bundle:
        case syntax::ExprKind::tuple:
            if (expr->args.size() == 1)
                combine_parts();
            else
                result.count = static_cast<std::uint32_t>(expr->args.size());
            break;
        case syntax::ExprKind::remap:
            combine_parts();
            for (const syntax::RemapItem& item : expr->remaps)
                combine(result, shape_of(item.value));
            break;
        case syntax::ExprKind::multi_call:
            combine_parts();
            if (result.count != static_cast<std::uint32_t>(expr->value)) result.names.clear();
            result.count = static_cast<std::uint32_t>(expr->value);
            break;
        case syntax::ExprKind::call: {
            std::uint32_t number = 0;
            const Spindle* const spindle = find_spindle(expr->text, &number);
            if (spindle == nullptr) {
                if (expr->text == "cross")
                    result.count = 3;
                else if (is_vector_function(expr->text))
                    break;
                else if (find_function(expr->text) != nullptr)
                    combine_parts();
                else if (const InstanceId id = instance_named(expr->text); id != kNone)
                    of_instance(id);
                break;
            }
            const std::size_t outputs = spindle->stmt->outputs.size();
            if (outputs > 1) {
                result.count = static_cast<std::uint32_t>(outputs);
                break;
            }
            for (std::size_t i = 0; i < expr->args.size() && i < spindle->uses.size(); ++i)
                if (spindle->uses[i].bare) combine(result, shape_of(expr->args[i]));
            break;
        }
        case syntax::ExprKind::number:
        case syntax::ExprKind::string:
        case syntax::ExprKind::member:
        case syntax::ExprKind::index: break;
    }
    return result;
}

}  // namespace weft::sema
