// Checked programs and kernels, made by hand for the tests of lowering and its passes.
#pragma once

#include <array>
#include <cmath>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "eval/eval.h"
#include "ir/lower.h"
#include "sema/program.h"

namespace weft::ir::test {

using E = const sema::Expr*;

struct Builder {
    sema::Program program;
    std::map<sema::StrandId, InputShape> shapes;

    Builder() {
#define WEFT_FIELD(number, NAME, name, klass, value, doc) program.settings[number] = value;
#include <weft/fields.def>
#undef WEFT_FIELD
    }

    sema::Expr& add(sema::ExprKind kind, std::uint32_t index = 0) {
        sema::Expr& expr = program.exprs.emplace_back();
        expr.kind = kind;
        expr.index = index;
        return expr;
    }
    E num(double value) {
        sema::Expr& expr = add(sema::ExprKind::number);
        expr.value = value;
        return &expr;
    }
    E field(std::uint32_t field) {
        return &add(sema::ExprKind::field, field);
    }
    E param(std::uint32_t param) {
        return &add(sema::ExprKind::param, param);
    }
    E local(std::uint32_t slot) {
        return &add(sema::ExprKind::local, slot);
    }
    E argument(std::uint32_t which) {
        return &add(sema::ExprKind::argument, which);
    }
    E strand(sema::StrandId strand) {
        return &add(sema::ExprKind::strand, strand);
    }
    E op(std::uint32_t op, std::vector<E> args) {
        sema::Expr& expr = add(sema::ExprKind::op, op);
        expr.args = std::move(args);
        return &expr;
    }
    E remap(E value, std::vector<std::pair<std::uint32_t, E>> moves) {
        sema::Expr& expr = add(sema::ExprKind::remap);
        expr.args = {value};
        for (const auto& [field, to] : moves) expr.replacements.push_back({field, sema::kNone, to});
        return &expr;
    }
    E own(E value, sema::InstanceId instance, E to) {
        sema::Expr& expr = add(sema::ExprKind::remap);
        expr.args = {value};
        expr.replacements.push_back({WEFT_FIELD_OWN, instance, to});
        return &expr;
    }
    E fbm(E x, E y, E t, E octaves) {
        sema::Expr& expr = add(sema::ExprKind::fbm);
        expr.args = {x, y, t, octaves};
        return &expr;
    }
    E add_(E a, E b) {
        return op(WEFT_OP_ADD, {a, b});
    }
    E mul(E a, E b) {
        return op(WEFT_OP_MUL, {a, b});
    }
    E sin(E a) {
        return op(WEFT_OP_SIN, {a});
    }

    // A one-strand instance.
    sema::StrandId instance(std::string name, sema::InstanceKind kind, E value,
                            std::uint64_t ticks = 0) {
        const auto id = static_cast<sema::InstanceId>(program.instances.size());
        const auto strand = static_cast<sema::StrandId>(program.strands.size());
        sema::Instance& instance = program.instances.emplace_back();
        instance.name = std::move(name);
        instance.kind = kind;
        instance.strands = {strand};
        instance.ticks = ticks;
        sema::Strand& info = program.strands.emplace_back();
        info.instance = id;
        info.value = value;
        return strand;
    }
    sema::StrandId computed(E value) {
        return instance("s", sema::InstanceKind::computed, value);
    }

    sema::Body& body(std::uint32_t locals, std::vector<std::uint32_t> outputs) {
        sema::Body& body = program.bodies.emplace_back();
        body.local_count = locals;
        body.outputs = std::move(outputs);
        return body;
    }
    static sema::Statement set(std::uint32_t slot, E value) {
        sema::Statement statement;
        statement.slot = slot;
        statement.value = value;
        return statement;
    }
    static sema::Statement loop(std::uint32_t slot, E from, E to, std::vector<sema::Statement> body,
                                std::vector<std::uint32_t> carried) {
        sema::Statement statement;
        statement.kind = sema::StatementKind::loop;
        statement.slot = slot;
        statement.from = from;
        statement.to = to;
        statement.body = std::move(body);
        statement.carried = std::move(carried);
        return statement;
    }
    E call(const sema::Body& body, std::vector<E> args, std::uint32_t output = 0) {
        sema::Call& call = program.calls.emplace_back();
        call.body = &body;
        call.args = std::move(args);
        sema::Expr& expr = add(sema::ExprKind::call_output, output);
        expr.call = &call;
        return &expr;
    }

    LowerRequest request(std::vector<E> roots, Domain domain = Domain::raster) {
        LowerRequest request;
        request.program = &program;
        request.domain = domain;
        for (E root : roots) request.roots.push_back({{root}, Conversion::none});
        request.input = [this](sema::StrandId id) -> const InputShape* {
            const auto found = shapes.find(id);
            return found == shapes.end() ? nullptr : &found->second;
        };
        return request;
    }
};

// A kernel at one point, the host's part first.
struct Point {
    std::array<double, WEFT_FIELD_COUNT> fields{};
    std::vector<double> params = std::vector<double>(16, 0.25);
    double row_time = 0;
    double column_time = 0;

    Point() {
#define WEFT_FIELD(number, NAME, name, klass, value, doc) fields[number] = value;
#include <weft/fields.def>
#undef WEFT_FIELD
    }
};

// What SAMPLE reads in tests: a smooth function of the strand and its coordinates.
inline double sampled(sema::StrandId strand, const double* coords, std::uint32_t count) {
    double sum = 0.1 * strand;
    for (std::uint32_t i = 0; i < count; ++i) sum += std::sin(coords[i] * (i + 1.5));
    return sum;
}

inline weft_eval_env environment(const Kernel& kernel, const Point& point) {
    weft_eval_env env{};
    env.fields = point.fields.data();
    env.params = point.params.data();
    env.row_time = point.row_time;
    env.column_time = point.column_time;
    env.sample_user = const_cast<Kernel*>(&kernel);
    env.sample = [](void* user, std::uint32_t input, const double* coords, std::uint32_t count) {
        return sampled(static_cast<Kernel*>(user)->uses[input].strand, coords, count);
    };
    return env;
}

inline std::vector<double> host_values(const Kernel& kernel, const weft_eval_env& env) {
    const weft_ir host = kernel.host.ir.view();
    std::vector<double> values(weft_eval_scratch(&host) + 1);
    (void)weft_eval_ir(&host, &env, values.data());
    std::vector<double> outputs;
    for (const std::uint32_t output : kernel.host.outputs) outputs.push_back(values[output]);
    return outputs;
}

// All in f64, as written.
inline std::vector<double> run(const Kernel& kernel, const Point& point) {
    weft_eval_env env = environment(kernel, point);
    const std::vector<double> uniforms = host_values(kernel, env);
    env.uniforms = uniforms.data();
    const weft_ir ir = kernel.ir.view();
    std::vector<double> values(weft_eval_scratch(&ir) + 1);
    (void)weft_eval_ir(&ir, &env, values.data());
    std::vector<double> results;
    for (const std::uint32_t root : kernel.roots) results.push_back(values[root]);
    return results;
}

// As a back end may compute it: f64 tables of what does not vary with the point, then f32 where the
// kernel and the operands allow it. Without loops and samples.
inline std::vector<double> run_rounded(const Kernel& kernel, const Point& point) {
    weft_eval_env env = environment(kernel, point);
    const std::vector<double> uniforms = host_values(kernel, env);
    std::vector<double> values;
    for (const weft_ir_value& value : kernel.ir.values) {
        const bool rounded = (value.varies & WEFT_VARIES_POINT) == WEFT_VARIES_POINT &&
                             value.precision == WEFT_PRECISION_F32;
        bool single = rounded;
        for (std::uint32_t i = 0; i < value.arg_count; ++i) {
            const weft_ir_value& arg = kernel.ir.values[kernel.ir.args[value.args + i]];
            if ((arg.varies & WEFT_VARIES_POINT) && arg.precision == WEFT_PRECISION_F64)
                single = false;
        }
        std::array<double, 3> args{};
        for (std::uint32_t i = 0; i < value.arg_count; ++i) {
            const double arg = values[kernel.ir.args[value.args + i]];
            args[i] = single ? static_cast<double>(static_cast<float>(arg)) : arg;
        }
        double result = 0;
        switch (value.op) {
            case WEFT_OP_CONST: result = value.imm; break;
            case WEFT_OP_UNIFORM: result = uniforms[value.aux]; break;
            case WEFT_OP_PARAM: result = point.params[value.aux]; break;
            case WEFT_OP_FIELD:
                result = value.aux == WEFT_FIELD_ROW_TIME      ? point.row_time
                         : value.aux == WEFT_FIELD_COLUMN_TIME ? point.column_time
                                                               : point.fields[value.aux];
                break;
            default: result = weft_eval_op(value.op, args.data()); break;
        }
        values.push_back(rounded ? static_cast<double>(static_cast<float>(result)) : result);
    }
    std::vector<double> results;
    for (const std::uint32_t root : kernel.roots) results.push_back(values[root]);
    return results;
}

}  // namespace weft::ir::test
