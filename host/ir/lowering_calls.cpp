// Spindles are expanded: arguments are evaluated at the place of use, locals are values. Loops of
// constant bounds are unrolled while that stays small, others become LOOP.
#include <cmath>

#include "ir/lowering.h"

namespace weft::ir {

namespace {

// Values an unrolled loop may make; 81 samples of a blur need about 1500.
constexpr double kMaxUnrolledValues = 6000;
constexpr double kMaxUnrolledTurns = 1024;

}  // namespace

void Lowering::assign(Frame& frame, std::uint32_t slot, ValueId value) {
    if (frame.locals[slot] == value) return;
    frame.locals[slot] = value;
    frame.version = ++versions_;
}

const std::vector<ValueId>& Lowering::call(const sema::Call* call, const Frame* caller,
                                           EnvironmentId at) {
    const Key key = key_of(call, caller, at);
    if (const auto found = done_calls_.find(key); found != done_calls_.end()) return found->second;
    Frame frame;
    frame.call = call;
    frame.caller = caller;
    frame.locals.assign(call->body->local_count, dag_.constant(0));
    frame.version = ++versions_;
    run(call->body->statements, frame, at);
    std::vector<ValueId> outputs;
    outputs.reserve(call->body->outputs.size());
    for (const std::uint32_t slot : call->body->outputs) outputs.push_back(frame.locals[slot]);
    return done_calls_.emplace(key, std::move(outputs)).first->second;
}

void Lowering::run(const std::vector<sema::Statement>& statements, Frame& frame, EnvironmentId at) {
    for (const sema::Statement& statement : statements) {
        if (failed_) return;
        if (statement.kind == sema::StatementKind::loop) {
            run_loop(statement, frame, at);
        } else {
            assign(frame, statement.slot, expression(statement.value, &frame, at));
        }
    }
}

void Lowering::run_loop(const sema::Statement& loop, Frame& frame, EnvironmentId at) {
    const ValueId from = expression(loop.from, &frame, at);
    const ValueId to = expression(loop.to, &frame, at);
    if (failed_) return;
    if (dag_[from].known && dag_[to].known) {
        const double first = dag_[from].imm;
        const double last = dag_[to].imm;
        if (!(first <= last)) return;
        if (std::isinf(first) || std::isinf(last)) {
            failed_ = true;
            diagnostics_.add(Code::endless_loop, loop.span);
            return;
        }
        if (unroll(loop, frame, at, first, last)) return;
    }
    keep_loop(loop, frame, at, from, to);
}

// The first turn shows how much a turn makes. False: too much, and the frame is as it was.
bool Lowering::unroll(const sema::Statement& loop, Frame& frame, EnvironmentId at, double from,
                      double to) {
    if (to - from >= kMaxUnrolledTurns || too_large_.contains(&loop)) return false;
    const Frame before = frame;
    const std::uint32_t size_before = dag_.size();
    for (double turn = 0; from + turn <= to; ++turn) {
        assign(frame, loop.slot, dag_.constant(from + turn));
        run(loop.body, frame, at);
        if (failed_) return true;
        const double made = dag_.size() - size_before;
        if (made / (turn + 1) * (to - from + 1) > kMaxUnrolledValues) {
            too_large_.insert(&loop);
            frame = before;
            frame.version = ++versions_;
            return false;
        }
    }
    return true;
}

void Lowering::keep_loop(const sema::Statement& loop, Frame& frame, EnvironmentId at, ValueId from,
                         ValueId to) {
    const std::uint32_t number = dag_.open_loop();
    std::vector<ValueId> operands{from, to};
    for (const std::uint32_t slot : loop.carried) operands.push_back(frame.locals[slot]);
    for (std::uint32_t i = 0; i < loop.carried.size(); ++i)
        assign(frame, loop.carried[i], dag_.loop_carried(number, i));
    assign(frame, loop.slot, dag_.loop_index(number));
    run(loop.body, frame, at);
    if (failed_) return;
    for (const std::uint32_t slot : loop.carried) operands.push_back(frame.locals[slot]);
    const ValueId closed = dag_.close_loop(number, operands);
    for (std::uint32_t i = 0; i < loop.carried.size(); ++i)
        assign(frame, loop.carried[i], dag_.loop_result(closed, i));
}

}  // namespace weft::ir
