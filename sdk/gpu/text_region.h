// The values of a kernel as statements of one entry point, in the order of the IR. Each becomes a
// temporary, F or D; what comes from tables or from the block of numbers is read where it is used.
#pragma once

#include <array>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "gpu/text_plan.h"
#include "gpu/text_words.h"

namespace weft::gpu {

// write_gather: the field of axis a is kGatherField + a.
constexpr std::uint32_t kGatherField = 256;

class Region {
public:
    // exact: everything in double.
    Region(Words& words, const Plan& of, const std::vector<TextInput>& read, Over where, bool exact)
        : w(words),
          plan(of),
          inputs(read),
          over(where),
          exact_(exact && words.options.f64),
          done_(of.values.size()) {}

    // Writes the statements that `roots` need.
    void run(const std::vector<std::uint32_t>& roots);
    // A value as F or D.
    [[nodiscard]] std::string use(std::uint32_t value, Real as);
    // The precision it has by itself.
    [[nodiscard]] Real real_of(std::uint32_t value) const;
    // Values that other entries hand on through Use::scratch: their slots.
    void take_from_scratch(const std::map<std::uint32_t, std::uint64_t>& slots) {
        scratch_ = slots;
    }

    Words& w;
    const Plan& plan;
    const std::vector<TextInput>& inputs;
    Over over;
    // What does not vary with it (WEFT_VARIES_COLUMN or _ROW) is computed once for all points of a
    // thread, in Words::head; 0: there is one point.
    std::uint8_t head_without = 0;
    bool gather = false;  // rings stand at the block's ring_now, fields are those of the axes

private:
    struct Position {
        std::string base;      // I: the grid index at or below, not wrapped; a ring's slot, or -1
        std::string fraction;  // F or D; empty: exactly on the grid
        Real real;
        bool anywhere = false;  // a ring's slot may be -1
    };
    struct Tap {
        std::string index;  // I, times the stride in units
        std::string mask;   // B: within the grid; empty: always
    };

    void mark(std::uint32_t value, std::vector<bool>& needed) const;
    void emit(std::uint32_t begin, std::uint32_t end, const std::vector<bool>& needed);
    void emit_value(std::uint32_t value);
    [[nodiscard]] bool emit_pair(std::uint32_t value, const std::vector<bool>& needed);
    [[nodiscard]] bool is_leaf(std::uint32_t value) const;
    [[nodiscard]] std::string leaf(std::uint32_t value, Real as);
    [[nodiscard]] std::string operate(std::uint32_t value, Real real);
    [[nodiscard]] std::string fused_product(std::uint32_t value, Real wide);
    [[nodiscard]] Real operating(std::uint32_t value) const;
    [[nodiscard]] std::string field(std::uint32_t number, Real as);
    [[nodiscard]] std::string stream_field(std::uint32_t number);
    [[nodiscard]] std::string point_field(std::uint32_t number);

    // text_loop.cpp
    struct LoopText {
        std::string count, from, turn;
        bool uniform = false;              // the same count for all lanes
        std::vector<Real> reals;           // of what is carried
        std::vector<std::string> carried;  // its names
    };
    void emit_loop(std::uint32_t value, const std::vector<bool>& needed);
    void emit_turn(std::uint32_t value, const std::vector<bool>& needed, const LoopText& text);
    [[nodiscard]] std::string turns(std::uint32_t value);
    [[nodiscard]] std::uint32_t turns_at_once(std::uint32_t value) const;
    // "[k]" of the loop whose numbers of each turn the value stands for.
    [[nodiscard]] const std::string& turn_of(std::uint32_t value) const {
        return turn_of_.at(plan.values[value].args[0]);
    }

    // text_sample.cpp
    [[nodiscard]] std::string sample(std::uint32_t value, Real real);
    [[nodiscard]] Position position(std::uint32_t value, std::uint32_t axis);
    [[nodiscard]] bool affine_position(std::uint32_t value, std::uint32_t axis, Position& made);
    [[nodiscard]] Position place_at(const weft_axis& axis, std::string u, Real real);
    [[nodiscard]] Position free_position(const weft_axis& axis, std::uint32_t coordinate);
    [[nodiscard]] bool of_turns_position(const weft_axis& axis, std::uint32_t coordinate,
                                         Position& made);
    [[nodiscard]] Position ring_position(const weft_axis& axis, std::uint32_t input,
                                         std::uint32_t coordinate);
    [[nodiscard]] std::string ring_now(const weft_axis& axis, std::uint32_t input);
    [[nodiscard]] std::string remainder(const std::string& x, double n, Real real);
    [[nodiscard]] Tap tap(const weft_axis& axis, const Position& position, bool high,
                          std::int64_t unit, bool far);
    [[nodiscard]] std::string mix(const TextInput& input, const std::string& memory,
                                  std::vector<std::pair<Tap, Tap>>& taps,
                                  const std::vector<Position>& positions, int axis,
                                  const std::string& index, const std::string& mask, Real real);
    [[nodiscard]] std::string load(const TextInput& input, const std::string& memory,
                                   const std::string& index, const std::string& mask, Real real);
    [[nodiscard]] std::string let(const char* type, const std::string& expression);

    bool exact_;
    std::vector<bool> done_;
    std::set<std::uint32_t> paired_;  // values that came with their partner
    std::map<std::uint32_t, std::uint64_t> scratch_;
    using PositionKey = std::tuple<std::uint32_t, std::uint32_t, std::uint32_t, std::uint64_t,
                                   std::uint64_t, double, double, std::uint32_t>;
    [[nodiscard]] bool in_head(std::uint32_t value) const;
    [[nodiscard]] std::size_t here() const { return w.place == Words::Place::head ? 1 : 0; }
    // Expressions that have a name already: [1] in the head, where bodies see them too.
    std::array<std::map<std::string, std::string>, 2> known_;
    std::map<PositionKey, Position> positions_;
    std::map<std::uint32_t, std::string> turn_of_;  // by LOOP
};

// Whether an int index reaches every number of a plane of the grid.
[[nodiscard]] bool is_far(const weft_grid& grid);
// Throws WEFT_UNSUPPORTED for a grid that kernels cannot reach.
void check_grid(const weft_grid& grid, bool read);
// Bytes of what one load takes from a grid.
[[nodiscard]] std::int64_t unit_of(const weft_grid& grid);

}  // namespace weft::gpu
