// A loop over a table of taps, with the sums of several vectors in registers. Written out, the taps
// of a vector are more weights and addresses than there are registers, and each is loaded from
// where it was spilled to.
#include "kernel_tapped.h"

#include <algorithm>
#include <map>
#include <utility>

namespace weft::cpu {
namespace {

constexpr std::size_t kTurn = 8;  // taps in a turn of the loop

class TappedEmit {
public:
    TappedEmit(StreamPoints& region, KernelEmit& kernel, const TappedSums& sums)
        : e(region.e), region_(region), kernel_(kernel), sums_(sums) {}

    // Sums of `vectors` vectors from `column` on.
    void vectors(V column, unsigned vectors);

private:
    llvm::StructType* entry() {
        return llvm::StructType::get(e.ir.getContext(),
                                     {e.i64(), llvm::ArrayType::get(e.f32(), sums_.nodes.size())});
    }
    llvm::GlobalVariable* table(std::size_t first, std::size_t end);
    void taps_of(std::size_t first, std::size_t end, V column, unsigned vectors,
                 std::vector<V>& totals);

    Emit& e;
    StreamPoints& region_;
    KernelEmit& kernel_;
    const TappedSums& sums_;
    std::map<std::pair<std::size_t, std::size_t>, llvm::GlobalVariable*> tables_;
};

// Distances and weights of taps [first, end).
llvm::GlobalVariable* TappedEmit::table(std::size_t first, std::size_t end) {
    llvm::GlobalVariable*& made = tables_[{first, end}];
    if (made != nullptr) return made;
    std::vector<llvm::Constant*> entries;
    for (std::size_t t = first; t < end; ++t) {
        std::vector<llvm::Constant*> weights;
        for (const double weight : sums_.taps[t].weights)
            weights.push_back(llvm::ConstantFP::get(e.f32(), weight));
        auto* list =
            llvm::ConstantArray::get(llvm::ArrayType::get(e.f32(), weights.size()), weights);
        entries.push_back(llvm::ConstantStruct::get(
            entry(), {e.ir.getInt64(static_cast<std::uint64_t>(sums_.taps[t].distance)), list}));
    }
    auto* type = llvm::ArrayType::get(entry(), entries.size());
    made = new llvm::GlobalVariable(kernel_.code, type, true, llvm::GlobalValue::PrivateLinkage,
                                    llvm::ConstantArray::get(type, entries), "taps");
    made->setAlignment(llvm::Align(16));
    return made;
}

// Adds taps [first, end), all of one input, to the totals; kTurn of them in each turn of the loop,
// or one.
void TappedEmit::taps_of(std::size_t first, std::size_t end, V column, unsigned vectors,
                         std::vector<V>& totals) {
    const std::uint32_t input = sums_.taps[first].input;
    const weft_axis& ring = kernel_.source.inputs[input].grid.axes[0];
    const V capacity = e.count(static_cast<std::int64_t>(ring.capacity));
    const V data = region_.data_of(input);
    const V newest = region_.ring_slot(ring.capacity) + column;
    llvm::GlobalVariable* const taps = table(first, end);
    const auto add = [&](llvm::Value* number) {
        llvm::Value* at = e.ir.CreateInBoundsGEP(entry(), taps, number);
        const V distance = e.wrap(e.ir.CreateLoad(e.i64(), e.ir.CreateStructGEP(entry(), at, 0)));
        const V straight = newest - distance;
        const V slot = e.select(e.less_int(straight, e.count(0)), straight + capacity, straight);
        llvm::Value* from = e.ir.CreateGEP(e.f32(), data.v, slot.v);
        std::vector<V> weights;
        llvm::Value* list = e.ir.CreateStructGEP(entry(), at, 1);
        for (std::size_t s = 0; s < sums_.nodes.size(); ++s) {
            llvm::Value* weight = e.ir.CreateConstInBoundsGEP1_64(e.f32(), list, s);
            weights.push_back(e.spread(e.wrap(e.ir.CreateLoad(e.f32(), weight))));
        }
        for (unsigned v = 0; v < vectors; ++v) {
            llvm::Value* place = e.ir.CreateConstGEP1_64(e.f32(), from, v * e.lanes);
            const V sample = e.wrap(e.ir.CreateAlignedLoad(e.wide(e.f32()), place, llvm::Align(4)));
            for (std::size_t s = 0; s < weights.size(); ++s) {
                V& total = totals[v * weights.size() + s];
                total = e.fma(sample, weights[s], total);
            }
        }
    };

    llvm::Function* function = e.ir.GetInsertBlock()->getParent();
    llvm::LLVMContext& context = e.ir.getContext();
    llvm::BasicBlock* before = e.ir.GetInsertBlock();
    auto* body = llvm::BasicBlock::Create(context, "tap", function);
    auto* after = llvm::BasicBlock::Create(context, "summed", function);
    e.ir.CreateBr(body);
    e.ir.SetInsertPoint(body);
    llvm::PHINode* number = e.ir.CreatePHI(e.i64(), 2);
    number->addIncoming(e.ir.getInt64(0), before);
    std::vector<llvm::PHINode*> sums;
    for (V& total : totals) {
        sums.push_back(e.ir.CreatePHI(total.type(), 2));
        sums.back()->addIncoming(total.v, before);
        total = e.wrap(sums.back());
    }
    const std::size_t turn = (end - first) % kTurn == 0 ? kTurn : 1;
    for (std::size_t t = 0; t < turn; ++t) add(e.ir.CreateAdd(number, e.ir.getInt64(t)));
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i]->addIncoming(totals[i].v, body);
    llvm::Value* next = e.ir.CreateAdd(number, e.ir.getInt64(turn));
    number->addIncoming(next, body);
    e.ir.CreateCondBr(e.ir.CreateICmpULT(next, e.ir.getInt64(end - first)), body, after);
    e.ir.SetInsertPoint(after);
}

void TappedEmit::vectors(V column, unsigned vectors) {
    const std::size_t count = sums_.nodes.size();
    std::vector<V> totals(vectors * count, e.wrap(llvm::Constant::getNullValue(e.wide(e.f32()))));
    for (std::size_t first = 0, end = 0; first < sums_.taps.size(); first = end) {
        while (end < sums_.taps.size() && sums_.taps[end].input == sums_.taps[first].input) ++end;
        const std::size_t whole = first + (end - first) / kTurn * kTurn;
        if (whole > first) taps_of(first, whole, column, vectors, totals);
        if (end > whole) taps_of(whole, end, column, vectors, totals);
    }
    for (unsigned v = 0; v < vectors; ++v)
        for (std::size_t s = 0; s < count; ++s)
            region_.store_ahead(sums_.nodes[s], column + e.count(v * e.lanes),
                                totals[v * count + s]);
}

}  // namespace

void emit_tapped(StreamPoints& region, KernelEmit& kernel, const TappedSums& sums, V begin, V end) {
    Emit& e = region.e;
    TappedEmit emit(region, kernel, sums);
    // As many vectors as half the registers hold; of what is left over, half as many, down to one.
    const auto most = static_cast<unsigned>(kTappedChunk) / e.lanes;
    const unsigned registers = e.machine.avx512 ? 16 : 8;
    unsigned vectors = 1;
    while (2 * vectors <= most && 2 * vectors * sums.nodes.size() <= registers) vectors *= 2;
    for (; vectors > 0; vectors /= 2) {
        const std::int64_t step = static_cast<std::int64_t>(vectors) * e.lanes;
        V stop = end;
        if (vectors > 1) {
            const V whole = e.wrap(e.ir.CreateSDiv((end - begin).v, e.count(step).v));
            stop = begin + whole * e.count(step);
        }
        counted_loop(e, begin, stop, step, [&](V column) { emit.vectors(column, vectors); });
        begin = stop;
    }
}

}  // namespace weft::cpu
