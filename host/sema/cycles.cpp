// The exact look at cycles: from strand to strand, following every call with its own arguments and
// every cache with the k at which it is read. A cache read at k >= 1 gives the past and closes
// legal feedback; any other way back is an error that prints the way.
#include "sema/cycles.h"

#include <map>
#include <set>

#include "sema/checker.h"
#include "sema/reads.h"

namespace weft::sema {
namespace {

struct Place {  // a strand, read where caches are read at these k
    StrandId strand = kNone;
    std::uint32_t axes = 0;
    friend bool operator<(const Place& a, const Place& b) {
        return std::pair(a.strand, a.axes) < std::pair(b.strand, b.axes);
    }
};

class Judge {
public:
    Judge(const Program& program, Diagnostics& diagnostics)
        : program_(program),
          diagnostics_(diagnostics),
          parts_(circular_parts(program)),
          reader_(program) {}

    void run() {
        for (StrandId id = 0; id < program_.strands.size(); ++id) {
            const Expr* const value = program_.strands[id].value;
            const std::uint32_t part = value == nullptr ? 0 : parts_[value->id];
            if (part == 0 || reported_.count(part) != 0) continue;
            part_ = part;
            reader_.only(&parts_, part);
            if (reader_.gave_up() || !search({id, 0})) reported_.insert(part);
        }
    }

private:
    // Depth first from one strand; false when a cycle was reported.
    bool search(Place from) {
        struct Frame {
            Place place;
            std::vector<Read> steps;
            std::size_t next = 0;
        };
        if (state_.count(from) != 0) return true;
        std::vector<Frame> path;
        path.push_back({from, steps_of(from)});
        state_[from] = 1;
        while (!path.empty()) {
            if (reader_.gave_up()) {
                diagnostics_.add(Code::cycle_too_complex, program_.strands[from.strand].span,
                                 {name_of(from.strand)});
                return false;
            }
            Frame& frame = path.back();
            if (frame.next == frame.steps.size()) {
                state_[frame.place] = 2;
                path.pop_back();
                continue;
            }
            const Read step = frame.steps[frame.next++];
            char& state = state_[{step.strand, step.axes}];
            if (state == 2) continue;
            if (state == 0) {
                state = 1;
                path.push_back({{step.strand, step.axes}, steps_of({step.strand, step.axes})});
                continue;
            }
            std::size_t first = 0;
            while (path[first].place.strand != step.strand || path[first].place.axes != step.axes)
                ++first;
            std::vector<std::pair<StrandId, Read>> cycle;
            for (; first < path.size(); ++first)
                cycle.emplace_back(path[first].place.strand,
                                   path[first].steps[path[first].next - 1]);
            report(cycle);
            return false;
        }
        return true;
    }

    void report(const std::vector<std::pair<StrandId, Read>>& cycle) {
        const StrandId start = cycle.front().first;
        Diagnostic& error =
            diagnostics_.add(Code::cycle, program_.strands[start].span, {name_of(start)});
        bool cache = false;
        bool constant = true;
        constexpr std::size_t kShown = 24;
        for (std::size_t i = 0; i < cycle.size(); ++i) {
            const auto& [from, step] = cycle[i];
            cache = cache || step.cache;
            constant = constant && step.constant;
            if (i >= kShown && i + 1 < cycle.size()) continue;
            std::string text = "'" + name_of(from) + "' reads '" + name_of(step.strand) + "'";
            if (step.cache)
                text += step.constant ? " at k = 0, which is now" : " at a k that is not constant";
            if (i + 1 == kShown && i + 2 < cycle.size())
                text += ", and on by " + counted(cycle.size() - kShown - 1, "step");
            error.note(step.span, text);
        }
        if (!constant)
            error.suggest("inside a cycle k must be a constant, 1 or more");
        else if (cache)
            error.suggest("read the cache in the past, as in c[c@k ~ 1]");
        else
            error.suggest("feedback goes through a cache: c = cache(x, 2), read as c[c@k ~ 1]");
    }

    [[nodiscard]] std::string name_of(StrandId id) const {
        const Strand& strand = program_.strands[id];
        const std::string& instance = program_.instances[strand.instance].name;
        return strand.name.empty() ? instance : instance + "@" + strand.name;
    }

    // What a strand needs at once, of those that may be part of the cycle.
    std::vector<Read> steps_of(Place place) {
        std::vector<Read> result;
        for (const Read& read : reader_.reads_of_strand(place.strand, place.axes)) {
            const Expr* const value = program_.strands[read.strand].value;
            if (value != nullptr && parts_[value->id] == part_ && !read.past)
                result.push_back(read);
        }
        return result;
    }

    const Program& program_;
    Diagnostics& diagnostics_;
    std::vector<std::uint32_t> parts_;
    std::uint32_t part_ = 0;
    std::set<std::uint32_t> reported_;
    std::map<Place, char> state_;  // 1 on the path, 2 done
    Reader reader_;
};

}  // namespace

void check_cycles(const Program& program, Diagnostics& diagnostics) {
    Judge(program, diagnostics).run();
}

}  // namespace weft::sema
