// The first step of lower(): checked expressions to values. A remap is a substitution: its
// replacements are evaluated in the caller's place and make a new place (environment.h); every
// expression is evaluated once per frame and place, whatever the number of its uses.
#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "ir/dag.h"
#include "ir/environment.h"
#include "ir/lower.h"

namespace weft::ir {

class Lowering {
public:
    Lowering(const LowerRequest& request, Diagnostics& diagnostics, Dag& dag)
        : request_(request), diagnostics_(diagnostics), dag_(dag) {}

    // The value of a root. Meaningless once failed().
    [[nodiscard]] ValueId root(const Root& root);
    [[nodiscard]] bool failed() const { return failed_; }
    // Computed strands that were substituted, by number.
    [[nodiscard]] std::vector<sema::StrandId> substituted() const;

private:
    // A spindle being expanded. `version` changes with every assignment, so that it names the state
    // of the locals.
    struct Frame {
        const sema::Call* call = nullptr;
        const Frame* caller = nullptr;
        std::vector<ValueId> locals;
        std::uint64_t version = 0;
    };
    struct Key {
        const void* what = nullptr;
        std::uint64_t version = 0;
        EnvironmentId environment = kHere;
        friend bool operator==(const Key&, const Key&) = default;
    };
    struct KeyHash {
        std::size_t operator()(const Key& key) const;
    };

    // lowering.cpp
    [[nodiscard]] ValueId expression(const sema::Expr* expr, const Frame* frame, EnvironmentId at);
    [[nodiscard]] ValueId evaluate(const sema::Expr* expr, const Frame* frame, EnvironmentId at);
    [[nodiscard]] ValueId operation(const sema::Expr* expr, const Frame* frame, EnvironmentId at);
    [[nodiscard]] ValueId remap(const sema::Expr* expr, const Frame* frame, EnvironmentId at);
    [[nodiscard]] ValueId fbm(const sema::Expr* expr, const Frame* frame, EnvironmentId at);
    [[nodiscard]] ValueId fbm_octave(const ValueId* xyt, ValueId scale);
    [[nodiscard]] ValueId coordinate(Coordinate coordinate, EnvironmentId at);
    [[nodiscard]] bool allowed(const sema::Expr* expr);
    [[nodiscard]] static Key key_of(const void* what, const Frame* frame, EnvironmentId at) {
        return {what, frame ? frame->version : 0, at};
    }

    // lowering_strands.cpp
    [[nodiscard]] ValueId strand(sema::StrandId strand, EnvironmentId at, Span span);
    [[nodiscard]] ValueId computed(sema::StrandId strand, EnvironmentId at);
    [[nodiscard]] ValueId sample(sema::StrandId strand, const InputShape& shape, EnvironmentId at);
    [[nodiscard]] bool is_stored_value(sema::StrandId strand, const InputShape& shape,
                                       const std::vector<ValueId>& coordinates);
    [[nodiscard]] const InputShape* shape_of(sema::StrandId strand);
    [[nodiscard]] const std::vector<sema::StrandId>& references(sema::StrandId strand);

    // lowering_live.cpp
    [[nodiscard]] ValueId lag(ValueId time);
    [[nodiscard]] ValueId heard(sema::StrandId strand, const InputShape& shape, EnvironmentId at);
    [[nodiscard]] ValueId moment(std::uint64_t period);
    [[nodiscard]] ValueId param(sema::ParamId param);
    [[nodiscard]] bool is_smooth_picture(sema::StrandId strand) const;
    [[nodiscard]] ValueId on_its_way(ValueId held, ValueId slope, sema::ParamId first);
    [[nodiscard]] ValueId beats(std::uint32_t field);

    // lowering_calls.cpp
    [[nodiscard]] const std::vector<ValueId>& call(const sema::Call* call, const Frame* caller,
                                                   EnvironmentId at);
    void run(const std::vector<sema::Statement>& statements, Frame& frame, EnvironmentId at);
    void run_loop(const sema::Statement& loop, Frame& frame, EnvironmentId at);
    [[nodiscard]] bool unroll(const sema::Statement& loop, Frame& frame, EnvironmentId at,
                              double from, double to);
    void keep_loop(const sema::Statement& loop, Frame& frame, EnvironmentId at, ValueId from,
                   ValueId to);
    void assign(Frame& frame, std::uint32_t slot, ValueId value);

    const LowerRequest& request_;
    Diagnostics& diagnostics_;
    Dag& dag_;
    Environments environments_;
    std::unordered_map<Key, ValueId, KeyHash> done_;
    std::unordered_map<Key, std::vector<ValueId>, KeyHash> done_calls_;
    std::unordered_map<sema::StrandId, const InputShape*> shapes_;
    std::unordered_map<sema::StrandId, std::vector<sema::StrandId>> references_;
    std::unordered_set<const sema::Statement*> too_large_;  // loops not worth unrolling
    std::uint64_t versions_ = 0;
    std::size_t steps_ = 0;
    std::uint32_t depth_ = 0;
    const sema::Expr* root_ = nullptr;
    bool failed_ = false;
};

}  // namespace weft::ir
