// What an expression reads: which strands, and at which k the caches behind them. Spindles are
// followed with the arguments of each call, so that `tap(past, 1)` is known to read the past.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "sema/constants.h"
#include "sema/program.h"
#include "sema/slices.h"

namespace weft::sema {

// The caches' axes as they are replaced around a place; no value: not a constant.
using Axes = std::map<InstanceId, std::optional<double>>;

struct Read {
    StrandId strand = kNone;
    std::uint32_t axes = 0;  // number of the Axes around it; 0: none is replaced
    Span span;
    bool cache = false;
    bool constant = true;  // of a cache: its k is
    bool past = false;     // of a cache: k >= 1, or nothing at all (k is not finite)
};

class Reader {
public:
    explicit Reader(const Program& program);

    // The reads of one expression, each (strand, axes, past) once, in the order met.
    [[nodiscard]] std::vector<Read> reads_of(const Expr* root, std::uint32_t axes);
    // The reads of a strand's own expression. A cache's source sees every axis as 0.
    [[nodiscard]] std::vector<Read> reads_of_strand(StrandId strand, std::uint32_t axes);

    // Looks only at expressions whose part, by Expr::id, is this one (see circular_parts).
    void only(const std::vector<std::uint32_t>* parts, std::uint32_t part);

    // Whether an expression was too large to be followed exactly: then its calls were followed
    // without the axes around them, which takes what is past for now.
    [[nodiscard]] bool gave_up() const { return gave_up_; }

private:
    static constexpr std::size_t kMaxSteps = 200'000;       // of one expression
    static constexpr std::size_t kMaxAllSteps = 8'000'000;  // then one has a hundredth of that

    struct Context {  // the call that is being expanded
        const Call* call = nullptr;
        const Context* parent = nullptr;
    };
    struct Task {
        const Expr* expr;
        const Context* context;
        std::uint32_t axes;
    };

    void visit_call(const Task& task);
    void visit_remap(const Task& task);
    void add(const Expr& read, std::uint32_t axes, std::vector<Read>& result);
    [[nodiscard]] bool seen(const Task& task);
    [[nodiscard]] const Context* context_of(const Call* call, const Context* parent);
    [[nodiscard]] std::uint32_t number_of(const Axes& axes);
    [[nodiscard]] std::optional<double> constant(const Expr* expr, const Context* context,
                                                 std::uint32_t axes, int depth);

    const Program& program_;
    Constants constants_;
    Slices slices_;
    const std::vector<std::uint32_t>* parts_ = nullptr;
    std::uint32_t part_ = 0;
    std::size_t steps_ = 0;  // of the expression being read
    std::size_t all_steps_ = 0;
    bool gave_up_ = false;
    std::deque<Axes> axes_;
    std::map<Axes, std::uint32_t> axes_numbers_;
    std::deque<Context> contexts_;
    std::map<std::pair<const Call*, const Context*>, const Context*> context_numbers_;

    // of the root being read
    std::vector<Task> tasks_;
    std::vector<std::uint32_t> plain_seen_;  // by Expr::id: the root that saw it outside calls
    std::uint32_t root_ = 0;
    std::set<std::tuple<const Expr*, const Context*, std::uint32_t>> other_seen_;
    std::set<std::tuple<StrandId, std::uint32_t, bool>> found_;
};

}  // namespace weft::sema
