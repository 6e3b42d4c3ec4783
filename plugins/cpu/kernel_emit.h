// What the emitters of the domains share: functions, counted loops, tables, stores.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "kernel.h"
#include "region.h"

namespace weft::cpu {

// A kernel while its functions are being made.
struct KernelEmit {
    KernelEmit(llvm::Module& module, const Machine& target, const KernelSource& kernel)
        : code(module), machine(target), source(kernel), plan(kernel.plan) {}
    llvm::Module& code;
    const Machine& machine;
    const KernelSource& source;
    const Plan& plan;
    Tables tables;
    std::uint64_t scratch_bytes = 0;
};

// A new function of the kernel with its entry block.
llvm::Function* begin_function(KernelEmit& kernel, const char* part,
                               const std::vector<llvm::Type*>& params, llvm::IRBuilder<>& ir);

// for (i = begin; i < end; i += step) body(i), at the builder's position. `body` may add blocks.
void counted_loop(Emit& e, V begin, V end, std::int64_t step, const std::function<void(V)>& body);

// Fills the tables that the points asked for: kernel_tables.cpp.
void emit_rows(KernelEmit& kernel);
void emit_columns(KernelEmit& kernel, bool of_frame);
void emit_scalars(KernelEmit& kernel);

// Stores of a chunk of points at column `column` (i64) and row `row` (i64, from 0).
class StoreEmit {
public:
    StoreEmit(KernelEmit& kernel, Region& region) : kernel_(kernel), region_(region) {}
    // `count` (i64) lanes of the chunk exist; null: all.
    void store(std::size_t store, V row, V column, V count);
    // Nothing is read across the end of a stream's cache before finish_ring.
    bool finished_later = false;
    // After a row that was stored into a stream's cache.
    void finish_ring(std::size_t store);

private:
    struct Destination;
    Destination destination(std::size_t store, std::uint32_t plane, V row, V column, V count);
    V base_of(std::size_t store);
    void finish(const Destination& to, V value, V count);
    void packed(std::size_t store, V row, V column, V count);
    void ring(std::size_t store, V column);

    KernelEmit& kernel_;
    Region& region_;
};

// What the kernel cannot store, or empty.
[[nodiscard]] std::string check_stores(const KernelEmit& kernel);

std::string emit_raster(KernelEmit& kernel);
std::string emit_stream(KernelEmit& kernel);
std::string emit_points(KernelEmit& kernel);

// Axis of a grid by its field; null when the grid does not have it.
const weft_axis* axis_of(const weft_grid& grid, std::uint32_t field);

}  // namespace weft::cpu
