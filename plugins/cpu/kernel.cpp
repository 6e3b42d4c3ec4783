// One kernel into a module: by domain, then the tables that its points turned out to need.
#include "kernel.h"

#include "kernel_emit.h"

namespace weft::cpu {

const weft_axis* axis_of(const weft_grid& grid, std::uint32_t field) {
    for (std::uint32_t i = 0; i < grid.axis_count; ++i)
        if (grid.axes[i].field == field) return &grid.axes[i];
    return nullptr;
}

llvm::Function* begin_function(KernelEmit& kernel, const char* part,
                               const std::vector<llvm::Type*>& params, llvm::IRBuilder<>& ir) {
    auto* type = llvm::FunctionType::get(ir.getVoidTy(), params, false);
    auto* function = llvm::Function::Create(type, llvm::Function::ExternalLinkage,
                                            function_name(part), kernel.code);
    function->addFnAttr(llvm::Attribute::NoUnwind);
    function->addFnAttr("target-cpu", kernel.machine.cpu);
    function->addFnAttr("target-features", kernel.machine.features);
    if (kernel.machine.avx512) {
        function->addFnAttr("prefer-vector-width", "512");
        function->addFnAttr("min-legal-vector-width", "512");
    }
    ir.SetInsertPoint(llvm::BasicBlock::Create(kernel.code.getContext(), "entry", function));
    return function;
}

void counted_loop(Emit& e, V begin, V end, std::int64_t step, const std::function<void(V)>& body) {
    llvm::Function* function = e.ir.GetInsertBlock()->getParent();
    llvm::LLVMContext& context = e.ir.getContext();
    llvm::BasicBlock* before = e.ir.GetInsertBlock();
    auto* head = llvm::BasicBlock::Create(context, "head", function);
    auto* inside = llvm::BasicBlock::Create(context, "inside", function);
    auto* exit = llvm::BasicBlock::Create(context, "exit", function);
    e.ir.CreateBr(head);
    e.ir.SetInsertPoint(head);
    llvm::PHINode* i = e.ir.CreatePHI(e.i64(), 2);
    i->addIncoming(begin.v, before);
    e.ir.CreateCondBr(e.ir.CreateICmpSLT(i, end.v), inside, exit);
    e.ir.SetInsertPoint(inside);
    body(e.wrap(i));
    i->addIncoming(e.ir.CreateAdd(i, e.ir.getInt64(static_cast<std::uint64_t>(step))),
                   e.ir.GetInsertBlock());
    e.ir.CreateBr(head);
    e.ir.SetInsertPoint(exit);
}

std::string emit_kernel(llvm::Module& module, const Machine& machine, const KernelSource& source,
                        KernelInfo& info) {
    KernelEmit kernel(module, machine, source);
    const std::uint32_t domain = source.plan.domain;
    if (domain == WEFT_DOMAIN_POINTS) return emit_points(kernel);
    std::string wrong = domain == WEFT_DOMAIN_RASTER ? emit_raster(kernel) : emit_stream(kernel);
    if (!wrong.empty()) return wrong;
    // Rows and columns before scalars, which they add to.
    for (const ColumnSlot& slot : kernel.tables.columns) {
        const bool fixed = (source.plan.nodes[slot.node].varies & ~WEFT_VARIES_COLUMN) == 0;
        (fixed ? info.has_static_columns : info.has_frame_columns) = 1;
    }
    if (!kernel.tables.rows.empty()) emit_rows(kernel);
    if (info.has_static_columns != 0) emit_columns(kernel, false);
    if (info.has_frame_columns != 0) emit_columns(kernel, true);
    if (!kernel.tables.scalars.empty()) emit_scalars(kernel);
    info.scalars = static_cast<std::uint32_t>(kernel.tables.scalars.size());
    info.rows = static_cast<std::uint32_t>(kernel.tables.rows.size());
    info.column_bytes = kernel.tables.column_bytes;
    info.scratch_bytes = kernel.scratch_bytes;
    return {};
}

}  // namespace weft::cpu
