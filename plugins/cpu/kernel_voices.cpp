// A chunk of as many samples as a vector has lanes: what comes from outside is read as elsewhere,
// a voice's samples beside each other, and transposed; then the recursion goes sample by sample;
// what it made is transposed back and stored. Where the recursion is short it is written out, a
// sample after the other, so that all of a chunk stays in registers; what is left of a row, and
// recursions that are long, take a loop, and memory. In each lane the operators are those of the
// code for one voice, in the same order, so that a voice sounds the same beside any others.
#include "kernel_voices.h"

#include <algorithm>
#include <functional>
#include <memory>

#include "emit_ops.h"

namespace weft::cpu {
namespace {

// Vectors of voices that take turns within a sample: each hides the latency of the others.
constexpr std::size_t kVectorsAtOnce = 4;

// vectors[i][j] becomes vectors[j][i].
void transpose(Emit& e, std::vector<V>& vectors) {
    for (unsigned step = e.lanes / 2; step != 0; step /= 2)
        for (unsigned i = 0; i < e.lanes; ++i) {
            if ((i & step) != 0) continue;
            llvm::SmallVector<int, 16> low, high;
            for (unsigned lane = 0; lane < e.lanes; ++lane) {
                const bool second = (lane & step) != 0;
                low.push_back(static_cast<int>(second ? e.lanes + lane - step : lane));
                high.push_back(static_cast<int>(second ? e.lanes + lane : lane + step));
            }
            llvm::Value* a = vectors[i].v;
            llvm::Value* b = vectors[i + step].v;
            vectors[i] = e.wrap(e.ir.CreateShuffleVector(a, b, low));
            vectors[i + step] = e.wrap(e.ir.CreateShuffleVector(a, b, high));
        }
}

// More operators than this are not written out.
constexpr std::size_t kMostWrittenOut = 512;

// The samples of a chunk, of each a number or a vector of voices: in registers where they are
// written out, else in memory.
class Chunk {
public:
    Chunk(Emit& e, llvm::Type* of_sample, bool in_registers) : type_(of_sample), made_(e.lanes) {
        if (in_registers) return;
        llvm::Type* all = llvm::ArrayType::get(of_sample, e.lanes);
        memory_ = e.slot(all);
        // A chunk at the row's end is stored whole.
        e.ir.CreateStore(llvm::Constant::getNullValue(all), memory_);
    }
    void put(Emit& e, V sample, V v) {
        if (memory_ == nullptr) {
            made_[number_of(sample)] = v;
        } else {
            e.ir.CreateStore(v.v, at(e, sample));
        }
    }
    [[nodiscard]] V get(Emit& e, V sample) const {
        if (memory_ == nullptr) return made_[number_of(sample)];
        return e.wrap(e.ir.CreateLoad(type_, at(e, sample)));
    }

private:
    static std::uint64_t number_of(V sample) {
        return llvm::cast<llvm::ConstantInt>(sample.v)->getZExtValue();
    }
    llvm::Value* at(Emit& e, V sample) const {
        return e.ir.CreateInBoundsGEP(type_, memory_, sample.v);
    }

    llvm::Type* type_;
    std::vector<V> made_;
    llvm::Value* memory_ = nullptr;
};

// As many voices as there are lanes, or fewer: then the last one fills the rest.
class Lanes {
public:
    // `samples` has the values of many samples; `voices` those of one, a voice in each lane.
    Lanes(StreamPoints& samples, std::unique_ptr<StreamPoints> voices, const Plan& plan,
          const Voice* first, std::size_t count, bool written_out);

    // In this order, at the builder's position. `before` went the first part of the row.
    void before_row(V first, const Lanes* before);
    void begin_chunk(llvm::PHINode* counter);
    void compute(V sample);  // a constant where it is written out, else a loop's counter
    void end_sample();
    void store(StoreEmit& stores, V column);
    void end_chunk();

private:
    [[nodiscard]] const Voice& lane(std::size_t i) const { return voice_[std::min(i, count_ - 1)]; }
    std::vector<V> of_lanes(std::size_t place) const;
    V side_by_side(const std::vector<V>& numbers);
    std::vector<llvm::PHINode*> carry(llvm::PHINode* counter, const std::vector<V>& initial);

    Emit& e;
    StreamPoints& samples_;
    std::unique_ptr<StreamPoints> voices_;
    const Plan& plan_;
    const Voice* voice_;
    std::size_t count_;
    std::vector<std::vector<std::uint32_t>> made_;  // by lane, place by place: stored, handed on
    std::vector<std::size_t> varying_;              // places in Voice::outer
    std::vector<Chunk> in_;                         // of each of these
    std::vector<Chunk> out_;                        // of each value made
    std::vector<V> initial_;                        // what the delays hold, before a row
    std::vector<llvm::PHINode*> chunk_;             // before a chunk
    std::vector<V> now_;                            // before the sample that is computed
    std::size_t emitted_ = 0;                       // of `voices_`, before that sample
    bool written_out_;
};

Lanes::Lanes(StreamPoints& samples, std::unique_ptr<StreamPoints> voices, const Plan& plan,
             const Voice* first, std::size_t count, bool written_out)
    : e(samples.e),
      samples_(samples),
      voices_(std::move(voices)),
      plan_(plan),
      voice_(first),
      count_(count),
      written_out_(written_out) {
    for (std::size_t i = 0; i < count; ++i) {
        std::vector<std::uint32_t>& made = made_.emplace_back();
        for (const std::uint32_t s : voice_[i].stores) made.push_back(plan.stores[s].values[0]);
        for (const std::uint32_t node : voice_[i].handed_on)
            if (std::find(made.begin(), made.end(), node) == made.end()) made.push_back(node);
    }
}

// What is at one place of what the voices need from outside.
std::vector<V> Lanes::of_lanes(std::size_t place) const {
    std::vector<V> list;
    for (unsigned i = 0; i < e.lanes; ++i) list.push_back(samples_.value(lane(i).outer[place]));
    return list;
}

V Lanes::side_by_side(const std::vector<V>& numbers) {
    llvm::Value* vector = llvm::PoisonValue::get(e.wide(e.f64()));
    for (std::size_t i = 0; i < numbers.size(); ++i)
        vector = e.ir.CreateInsertElement(vector, e.to_f64(numbers[i]).v, i);
    return e.wrap(vector);
}

// Vectors that pass through a loop.
std::vector<llvm::PHINode*> Lanes::carry(llvm::PHINode* counter, const std::vector<V>& initial) {
    std::vector<llvm::PHINode*> list;
    for (const V& v : initial) {
        list.push_back(llvm::PHINode::Create(v.type(), 2, "delay", counter));
        list.back()->addIncoming(v.v, counter->getIncomingBlock(0));
    }
    return list;
}

void Lanes::before_row(V first, const Lanes* before) {
    for (std::size_t place = 0; place < voice_->outer.size(); ++place) {
        std::vector<std::uint32_t> nodes;
        bool varies = false;
        for (std::size_t i = 0; i < count_; ++i) {
            nodes.push_back(voice_[i].outer[place]);
            varies |= (class_of(plan_.nodes[nodes.back()]) & WEFT_VARIES_COLUMN) != 0;
        }
        if (varies) {
            varying_.push_back(place);
            continue;
        }
        samples_.run(nodes);
        voices_->define(voice_->outer[place], side_by_side(of_lanes(place)));
    }
    for (std::size_t k = 0; k < made_[0].size(); ++k)
        out_.emplace_back(e, e.wide(e.f64()), written_out_);
    if (before != nullptr) {
        for (llvm::PHINode* phi : before->chunk_) initial_.push_back(e.wrap(phi));
        return;
    }
    for (std::size_t d = 0; d < voice_->delays.size(); ++d)
        for (std::size_t j = 1; j <= voice_->delays[d].reads.size(); ++j) {
            std::vector<V> past;
            for (unsigned i = 0; i < e.lanes; ++i) {
                const std::uint32_t output = plan_.stores[lane(i).delays[d].store].output;
                past.push_back(samples_.stored_before(output, first, static_cast<int>(j)));
            }
            initial_.push_back(side_by_side(past));
        }
}

void Lanes::begin_chunk(llvm::PHINode* counter) {
    chunk_ = carry(counter, initial_);
    now_.clear();
    for (llvm::PHINode* phi : chunk_) now_.push_back(e.wrap(phi));
    in_.clear();
    for (const std::size_t place : varying_) {
        std::vector<std::uint32_t> nodes;
        for (std::size_t i = 0; i < count_; ++i) nodes.push_back(voice_[i].outer[place]);
        samples_.run(nodes);
        std::vector<V> numbers = of_lanes(place);
        bool narrow = true;
        bool same = true;
        for (V& v : numbers) {
            v = e.spread(v);
            narrow &= v.f32();
            same &= v.v == numbers[0].v;
        }
        llvm::Type* element = narrow ? e.f32() : e.f64();
        if (same) {
            in_.emplace_back(e, element, written_out_);
            for (unsigned i = 0; i < e.lanes; ++i)
                in_.back().put(e, e.count(i),
                               e.wrap(e.ir.CreateExtractElement(numbers[0].v, std::uint64_t{i})));
            continue;
        }
        if (!narrow)
            for (V& v : numbers) v = e.to_f64(v);
        transpose(e, numbers);
        in_.emplace_back(e, e.wide(element), written_out_);
        for (unsigned i = 0; i < e.lanes; ++i) in_.back().put(e, e.count(i), numbers[i]);
    }
}

void Lanes::compute(V sample) {
    if (!written_out_) {
        std::vector<V> looped;
        for (llvm::PHINode* phi : carry(llvm::cast<llvm::PHINode>(sample.v), now_))
            looped.push_back(e.wrap(phi));
        now_ = std::move(looped);
    }
    emitted_ = voices_->emitted();
    std::size_t state = 0;
    for (const ShortDelay& delay : voice_->delays)
        for (const std::vector<std::uint32_t>& reads : delay.reads) {
            for (const std::uint32_t read : reads) voices_->define(read, now_[state]);
            ++state;
        }
    for (std::size_t i = 0; i < varying_.size(); ++i)
        voices_->define(voice_->outer[varying_[i]], e.spread(e.to_f64(in_[i].get(e, sample))));
    voices_->run(made_[0]);
    for (std::size_t k = 0; k < made_[0].size(); ++k)
        out_[k].put(e, sample, voices_->operand(made_[0][k], e.f64()));
}

void Lanes::end_sample() {
    std::vector<V> next;
    for (const ShortDelay& delay : voice_->delays) {
        next.push_back(voices_->value(plan_.stores[delay.store].values[0]));
        for (std::size_t j = 1; j < delay.reads.size(); ++j) next.push_back(now_[next.size() - 1]);
    }
    voices_->forget(emitted_);
    if (written_out_) {
        now_ = std::move(next);
        return;
    }
    for (std::size_t i = 0; i < next.size(); ++i)
        llvm::cast<llvm::PHINode>(now_[i].v)->addIncoming(next[i].v, e.ir.GetInsertBlock());
}

void Lanes::store(StoreEmit& stores, V column) {
    for (std::size_t k = 0; k < out_.size(); ++k) {
        std::vector<V> numbers;
        for (unsigned i = 0; i < e.lanes; ++i) numbers.push_back(out_[k].get(e, e.count(i)));
        transpose(e, numbers);
        for (std::size_t i = 0; i < count_; ++i) samples_.define(made_[i][k], numbers[i]);
    }
    for (std::size_t i = 0; i < count_; ++i) {
        for (const std::uint32_t s : voice_[i].stores) stores.store(s, samples_.row, column, {});
        for (const std::uint32_t node : voice_[i].handed_on) samples_.hand_on(node);
    }
}

void Lanes::end_chunk() {
    for (std::size_t i = 0; i < chunk_.size(); ++i)
        chunk_[i]->addIncoming(now_[i].v, e.ir.GetInsertBlock());
}

// Are the samples of a chunk, for so many vectors of such voices, few operators?
bool is_short(const Plan& plan, const Stages& stages, const Voice& voice, std::size_t vectors,
              unsigned lanes) {
    const std::uint32_t recursion = stages.component_of[plan.stores[voice.stores[0]].values[0]];
    std::size_t operators = 0;
    for (std::uint32_t n = 0; n < plan.nodes.size(); ++n) {
        if (stages.component_of[n] != recursion) continue;
        if (is_expensive(plan.nodes[n].op)) return false;
        ++operators;
    }
    return operators * vectors * lanes <= kMostWrittenOut;
}

// At most kVectorsAtOnce vectors of voices, over samples [begin, end) of the row.
class Part {
public:
    Part(KernelEmit& kernel, const std::function<std::unique_ptr<StreamPoints>()>& points,
         const Voice* voices, std::size_t count, bool written_out)
        : samples_(points()), stores_(kernel, *samples_), written_out_(written_out) {
        stores_.finished_later = true;
        const unsigned lanes = samples_->e.lanes;
        for (std::size_t at = 0; at < count; at += lanes)
            vectors_.emplace_back(*samples_, points(), kernel.plan, voices + at,
                                  std::min<std::size_t>(lanes, count - at), written_out);
    }

    void emit(V begin, V end, const Part* before) {
        Emit& e = samples_->e;
        for (std::size_t i = 0; i < vectors_.size(); ++i)
            vectors_[i].before_row(begin, before == nullptr ? nullptr : &before->vectors_[i]);
        counted_loop(e, begin, end, e.lanes, [&](V column) {
            samples_->column = column;
            for (Lanes& lanes : vectors_) lanes.begin_chunk(llvm::cast<llvm::PHINode>(column.v));
            const auto sample = [&](V number) {
                for (Lanes& lanes : vectors_) lanes.compute(number);
                for (Lanes& lanes : vectors_) lanes.end_sample();
            };
            if (written_out_) {
                for (unsigned i = 0; i < e.lanes; ++i) sample(e.count(i));
            } else {
                const V steps = e.min_int(end - column, e.count(e.lanes));
                counted_loop(e, e.count(0), steps, 1, sample);
            }
            for (Lanes& lanes : vectors_) lanes.store(stores_, column);
            for (Lanes& lanes : vectors_) lanes.end_chunk();
        });
    }

private:
    std::unique_ptr<StreamPoints> samples_;
    StoreEmit stores_;
    bool written_out_;
    std::vector<Lanes> vectors_;
};

}  // namespace

void emit_voices(KernelEmit& kernel, llvm::Function* function, llvm::IRBuilder<>& ir,
                 const Stages& stages, std::uint32_t stage, HandedValues& handed,
                 const std::vector<Voice>& voices) {
    Emit e(ir, kernel.code, kernel.machine, kernel.machine.lanes / 2);
    const V first = e.wrap(function->getArg(2));
    const V end = e.wrap(function->getArg(3));
    const V whole = end - e.both(end - first, e.count(e.lanes - 1));
    for (std::size_t from = 0; from < voices.size(); from += kVectorsAtOnce * e.lanes) {
        auto* begin = llvm::BasicBlock::Create(ir.getContext(), "voices", function);
        llvm::Instruction* entry = ir.CreateBr(begin);
        ir.SetInsertPoint(begin);
        const auto points = [&] {
            auto made = std::make_unique<StreamPoints>(e, kernel, function->getArg(0), stages,
                                                       stage, handed, true);
            made->entry_point = made->row_point = entry;
            made->row = e.wrap(function->getArg(1));
            return made;
        };
        const std::size_t count = std::min(voices.size() - from, kVectorsAtOnce * e.lanes);
        const std::size_t vectors = (count + e.lanes - 1) / e.lanes;
        Part rest(kernel, points, &voices[from], count, false);
        if (!is_short(kernel.plan, stages, voices[from], vectors, e.lanes)) {
            rest.emit(first, end, nullptr);
            continue;
        }
        Part written_out(kernel, points, &voices[from], count, true);
        written_out.emit(first, whole, nullptr);
        rest.emit(whole, end, &written_out);
    }
}

}  // namespace weft::cpu
