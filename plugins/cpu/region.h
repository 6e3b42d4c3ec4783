// Emission of a part of a plan into one loop body: the values of one class (scalar, row, column or
// point), over a vector of consecutive rows, columns or points. What varies less is loaded from
// tables, before the loop where possible.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "emit.h"
#include "plan.h"
#include "tables.h"

namespace weft::cpu {

class Region {
public:
    Region(Emit& emit, const Plan& plan, const std::vector<InputShape>& inputs, Tables& tables,
           llvm::Value* args, std::uint8_t klass, bool exact)
        : e(emit),
          plan_(plan),
          inputs_(inputs),
          tables_(tables),
          args_(args),
          class_(klass),
          exact_(exact),
          memo_(plan.nodes.size()) {}
    virtual ~Region() = default;
    Region(const Region&) = delete;
    Region& operator=(const Region&) = delete;

    // Emits what `roots` need, at the builder's position, which moves on.
    void run(const std::vector<std::uint32_t>& roots);
    // A value that has been emitted.
    V value(std::uint32_t node) const { return memo_[node]; }
    // The same over all lanes, as the given element.
    V operand(std::uint32_t node, llvm::Type* element);
    // Gives a node a value from outside.
    void define(std::uint32_t node, V v) { memo_[node] = v; }

    // How much has been emitted; what is forgotten from there on will be emitted anew.
    [[nodiscard]] std::size_t emitted() const { return trail_.size(); }
    void forget(std::size_t since);

    Emit& e;

    // Instructions before which values may be placed that hold for the whole call, and for a row.
    llvm::Instruction* entry_point = nullptr;
    llvm::Instruction* row_point = nullptr;
    // Values of a row are loaded where they are used, not once before its points.
    bool rows_in_place = false;
    // Expensive operators are called, not written in place.
    bool calls = false;
    // Contiguous places may lie outside their grid.
    bool edges = true;

    // i64: where in a ring of samples the row begins.
    V ring_slot(std::uint64_t capacity);

    // Where each of the plan's lines has the number of column 0 (lines.h).
    void use_lines(std::vector<V> starts) { lines_ = std::move(starts); }

    llvm::Type* row_element(const Node& node);
    [[nodiscard]] bool many_rows() const;

    V load_arg(std::size_t offset, llvm::Type* type);  // a member of KernelArgs
    void preset_arg(std::size_t offset, V v) {
        args_loaded_[static_cast<std::uint32_t>(offset)] = v;
    }
    // Set when the caller asked for an end.
    V cancelled();

    V data_of(std::uint32_t input);  // its memory
    V wrap_index(const weft_axis& axis, V below);

protected:
    // Where the class differs.
    virtual V field(std::uint32_t field) = 0;  // one of this class or of scalar class
    virtual V now(std::uint32_t tick);         // of a ring, as f64
    virtual V ring_start(std::uint32_t tick);  // the same for lane 0, as i64
    virtual V first_tick();                    // stream: the row's first sample, i64
    virtual V row_index();                     // i64: of the row in the row tables
    virtual V column_leaf(const ColumnSlot& slot);
    virtual V column_index();  // i64: column of lane 0, for contiguous reads
    [[nodiscard]] virtual bool is_leaf(std::uint32_t node) const;
    virtual V leaf(std::uint32_t node);

    V frame_field(std::uint32_t field);               // from the frame's clock, at the entry
    V column_value(const ColumnSlot& slot, V index);  // of a table, at a column

    const Plan& plan_;
    const std::vector<InputShape>& inputs_;
    Tables& tables_;
    llvm::Value* args_;

private:
    struct Positions {
        V low, high, fraction;
    };
    struct Beside;
    struct Taps;

    std::vector<std::uint32_t> needed(const std::vector<std::uint32_t>& roots,
                                      std::uint32_t loop) const;
    [[nodiscard]] bool inside(std::uint32_t node, std::uint32_t loop) const;
    void compute(std::uint32_t node);
    V operate(std::uint32_t node);
    bool operate_pair(std::uint32_t node, V arg);
    V fuse(const Node& node, llvm::Type* element);
    void emit_loop(std::uint32_t node);
    llvm::Type* loop_type(const PlanLoop& loop, std::size_t carried);

    // lines.cpp
    V read_line(const Node& node);

    // sample.cpp
    V position(const Node& node);
    V along(const weft_axis& axis, V coordinate);
    Positions place(const Place& place);
    [[nodiscard]] bool has_known_tick(const Place& place) const;
    Positions ring_place(const Place& place, V coordinate);
    Positions contiguous_place(const Place& place);
    V read(const Node& node);
    V read_getter(const Node& node);
    V mix(const Node& node, const Taps& taps, int axis);
    V between(V first, V second, V fraction);
    V load_tap(const Taps& taps);
    [[nodiscard]] bool has_windows() const;
    [[nodiscard]] bool window_place(std::uint32_t low_node) const;
    V window_base(V low, std::uint64_t count);
    V window_load(llvm::Value* base, V index);
    V edge_index(const weft_axis& axis, V shift, bool high);
    void read_ring(const weft_axis& axis, V back, Taps& taps);
    V bytes_from(V index, std::int64_t stride);
    void add_axis(Taps& taps, const Node& node, std::uint32_t axis, bool high);

    // neighbours.cpp
    [[nodiscard]] bool may_stand_beside(const Node& node) const;
    V read_beside(const Node& node, const Taps& taps);
    void add_beside(Taps& taps, std::uint32_t axis, bool high);
    [[nodiscard]] bool may_load_pairs(const Node& node, const Taps& taps) const;
    V mix_pair(const Node& node, const Taps& taps);

    std::uint8_t class_;
    bool exact_;  // everything in f64
    std::vector<V> memo_;
    std::vector<std::uint32_t> trail_;  // nodes in the order in which they were computed
    std::map<std::pair<std::uint32_t, llvm::Type*>, V> spread_;
    std::map<std::uint32_t, Positions> places_;
    std::vector<std::uint32_t> place_trail_;
    struct OpenLoop {
        std::uint32_t loop;
        V index;
        std::vector<V> carried;
    };
    std::vector<OpenLoop> open_;
    std::map<std::uint32_t, std::vector<V>> results_;  // by loop
    std::map<std::uint32_t, V> args_loaded_;           // by offset
    std::map<std::uint32_t, V> data_;                  // by input
    std::map<std::uint64_t, V> ring_slots_;            // by capacity
    V row_base_;                                       // of the row in the tables
    std::vector<V> lines_;                             // where each line begins
};

}  // namespace weft::cpu
