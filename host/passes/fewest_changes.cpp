// The order with the fewest runs of one colour.
//
// Once a colour is chosen, doing everything of it that is ready costs nothing and can only help, so
// an order is a sequence of colours. With two colours they alternate, and only the first is to be
// chosen. With more the problem is that of a shortest common supersequence: a breadth-first search
// over what is done finds the best sequence while it stays small; beyond that each step takes the
// colour that leaves the shortest longest chain of changes, then the one that does most.
#include <algorithm>
#include <map>
#include <queue>
#include <unordered_map>
#include <unordered_set>

#include "passes/passes.h"

namespace weft::passes {
namespace {

constexpr std::size_t kMaxStateBytes = 16u << 20;  // of the exact search
constexpr std::size_t kMaxStates = 20'000;

struct Problem {
    std::vector<std::uint32_t> colours;  // numbered from 0
    std::uint32_t colour_count = 0;
    std::vector<std::vector<std::uint32_t>> users;
    std::vector<std::uint32_t> need_counts;
    std::vector<std::uint32_t> chain;  // changes of colour on the longest way from a task on
};

// What is done, and what is ready by colour.
struct State {
    explicit State(const Problem& problem)
        : waiting(problem.need_counts), ready(problem.colour_count) {
        for (std::uint32_t i = 0; i < waiting.size(); ++i)
            if (waiting[i] == 0) ready[problem.colours[i]].push_back(i);
    }

    // Does all of one colour that is ready or becomes so; appends it to `order`.
    void run(const Problem& problem, std::uint32_t colour, std::vector<std::uint32_t>& order) {
        std::priority_queue<std::uint32_t, std::vector<std::uint32_t>, std::greater<>> queue(
            std::greater<>(), std::move(ready[colour]));
        ready[colour].clear();
        while (!queue.empty()) {
            const std::uint32_t task = queue.top();
            queue.pop();
            order.push_back(task);
            for (const std::uint32_t user : problem.users[task]) {
                if (--waiting[user] != 0) continue;
                if (problem.colours[user] == colour)
                    queue.push(user);
                else
                    ready[problem.colours[user]].push_back(user);
            }
        }
    }

    // Colours with something ready, the one of the lowest task first.
    [[nodiscard]] std::vector<std::uint32_t> choices() const {
        std::vector<std::pair<std::uint32_t, std::uint32_t>> firsts;
        for (std::uint32_t colour = 0; colour < ready.size(); ++colour)
            if (!ready[colour].empty())
                firsts.emplace_back(*std::min_element(ready[colour].begin(), ready[colour].end()),
                                    colour);
        std::sort(firsts.begin(), firsts.end());
        std::vector<std::uint32_t> result;
        result.reserve(firsts.size());
        for (const auto& [task, colour] : firsts) result.push_back(colour);
        return result;
    }

    std::vector<std::uint32_t> waiting;
    std::vector<std::vector<std::uint32_t>> ready;
};

Problem make_problem(const std::vector<std::uint32_t>& colours,
                     const std::vector<std::vector<std::uint32_t>>& needs) {
    Problem problem;
    std::map<std::uint32_t, std::uint32_t> numbers;
    for (const std::uint32_t colour : colours) {
        const auto number = static_cast<std::uint32_t>(numbers.size());
        problem.colours.push_back(numbers.emplace(colour, number).first->second);
    }
    problem.colour_count = static_cast<std::uint32_t>(numbers.size());
    problem.users.resize(colours.size());
    for (std::uint32_t i = 0; i < needs.size(); ++i) {
        problem.need_counts.push_back(static_cast<std::uint32_t>(needs[i].size()));
        for (const std::uint32_t need : needs[i]) problem.users[need].push_back(i);
    }
    // Backwards over a topological order.
    std::vector<std::uint32_t> waiting = problem.need_counts;
    std::vector<std::uint32_t> order;
    for (std::uint32_t i = 0; i < waiting.size(); ++i)
        if (waiting[i] == 0) order.push_back(i);
    for (std::size_t i = 0; i < order.size(); ++i)
        for (const std::uint32_t user : problem.users[order[i]])
            if (--waiting[user] == 0) order.push_back(user);
    problem.chain.assign(colours.size(), 0);
    for (auto task = order.rbegin(); task != order.rend(); ++task)
        for (const std::uint32_t user : problem.users[*task])
            problem.chain[*task] = std::max(
                problem.chain[*task],
                problem.chain[user] + (problem.colours[user] != problem.colours[*task] ? 1 : 0));
    return problem;
}

std::uint32_t longest_chain(const Problem& problem, const State& state) {
    std::uint32_t longest = 0;
    for (const auto& ready : state.ready)
        for (const std::uint32_t task : ready) longest = std::max(longest, problem.chain[task] + 1);
    return longest;
}

// From each state the colours in turn; the first time all is done is by the fewest runs.
std::vector<std::uint32_t> exact(const Problem& problem) {
    const std::size_t total = problem.colours.size();
    const std::size_t most =
        std::min(kMaxStates, kMaxStateBytes / (8 * std::max<std::size_t>(total, 1)));
    struct Found {
        State state;
        std::vector<std::uint32_t> order;
        std::uint32_t last;
    };
    std::vector<Found> level;
    level.push_back({State(problem), {}, problem.colour_count});
    std::unordered_set<std::string> known;
    while (!level.empty() && known.size() < most) {
        std::vector<Found> next;
        for (const Found& found : level) {
            for (const std::uint32_t colour : found.state.choices()) {
                if (colour == found.last) continue;
                Found after = found;
                after.state.run(problem, colour, after.order);
                after.last = colour;
                if (after.order.size() == total) return after.order;
                std::string done(total, '\0');
                for (const std::uint32_t task : after.order) done[task] = 1;
                // The same is done: the colour that came last matters no more, it has nothing
                // ready.
                if (known.size() < most && known.insert(std::move(done)).second)
                    next.push_back(std::move(after));
            }
        }
        level = std::move(next);
    }
    return {};
}

std::vector<std::uint32_t> looking_ahead(const Problem& problem) {
    State state(problem);
    std::vector<std::uint32_t> order;
    while (true) {
        const std::vector<std::uint32_t> choices = state.choices();
        if (choices.empty()) return order;
        std::uint32_t best = choices.front();
        // Trying a colour costs as much as running it, so only few tasks are tried out.
        constexpr std::size_t kTried = 20'000;
        if (choices.size() > 1 && problem.colours.size() <= kTried) {
            std::pair<std::uint32_t, std::size_t> best_rank{graph::kNone, 0};
            for (const std::uint32_t colour : choices) {
                State tried = state;
                std::vector<std::uint32_t> done;
                tried.run(problem, colour, done);
                const std::pair<std::uint32_t, std::size_t> rank{longest_chain(problem, tried),
                                                                 ~done.size()};
                if (rank < best_rank) {
                    best_rank = rank;
                    best = colour;
                }
            }
        }
        state.run(problem, best, order);
    }
}

std::vector<std::uint32_t> alternating(const Problem& problem, std::uint32_t first) {
    State state(problem);
    std::vector<std::uint32_t> order;
    std::uint32_t colour = first;
    while (!state.choices().empty()) {
        state.run(problem, colour, order);
        colour = problem.colour_count - 1 - colour;
    }
    return order;
}

std::size_t runs(const Problem& problem, const std::vector<std::uint32_t>& order) {
    std::size_t result = 0;
    for (std::size_t i = 0; i < order.size(); ++i)
        if (i == 0 || problem.colours[order[i]] != problem.colours[order[i - 1]]) ++result;
    return result;
}

}  // namespace

std::vector<std::uint32_t> fewest_changes(const std::vector<std::uint32_t>& colours,
                                          const std::vector<std::vector<std::uint32_t>>& needs) {
    const Problem problem = make_problem(colours, needs);
    std::vector<std::uint32_t> order;
    if (problem.colour_count <= 2) {
        const std::vector<std::uint32_t> firsts = State(problem).choices();
        for (const std::uint32_t first : firsts) {
            std::vector<std::uint32_t> tried = alternating(problem, first);
            if (order.empty() || runs(problem, tried) < runs(problem, order))
                order = std::move(tried);
        }
    } else {
        order = exact(problem);
        if (order.empty()) order = looking_ahead(problem);
    }
    // A cycle among tasks, which no checked program has, must not lose any of them.
    if (order.size() < colours.size()) {
        std::vector<char> done(colours.size(), 0);
        for (const std::uint32_t task : order) done[task] = 1;
        for (std::uint32_t i = 0; i < colours.size(); ++i)
            if (done[i] == 0) order.push_back(i);
    }
    return order;
}

}  // namespace weft::passes
