#include "driver/validate/lent.h"

#include <cstddef>
#include <cstring>

namespace weft::validate {
namespace {

// Lays lists out one behind the other; without memory it only measures.
class Packer {
public:
    explicit Packer(char* memory) : memory_(memory) {}

    template <class T>
    T* list(const T* from, std::uint64_t count) {
        if (!from || count == 0) return nullptr;
        constexpr std::uint64_t kAlignment = alignof(std::max_align_t);
        used_ = (used_ + kAlignment - 1) / kAlignment * kAlignment;
        void* const to = memory_ ? memory_ + used_ : nullptr;
        used_ += count * sizeof(T);
        if (to) std::memcpy(to, from, count * sizeof(T));
        return static_cast<T*>(to);
    }
    // A list whose items point on: `body` packs what an item points to.
    template <class T, class Body>
    const T* list(const T* from, std::uint64_t count, const Body& body) {
        T* const copies = list(from, count);
        for (std::uint64_t i = 0; from && i < count; ++i) {
            T measured = from[i];
            body(copies ? copies[i] : measured);
        }
        return copies;
    }
    void text(weft_str& text) { text.data = list(text.data, text.size); }

    [[nodiscard]] std::uint64_t used() const { return used_; }

private:
    char* memory_;
    std::uint64_t used_ = 0;
};

void pack_kernel(Packer& to, weft_kernel& kernel) {
    weft_ir& ir = kernel.ir;
    ir.values = to.list(ir.values, ir.value_count);
    ir.args = to.list(ir.args, ir.arg_count);
    ir.loops = to.list(ir.loops, ir.loop_count);
    ir.affines = to.list(ir.affines, ir.affine_count);
    kernel.stores = to.list(kernel.stores, kernel.store_count);
}

const weft_arg* pack_args(Packer& to, const weft_arg* args, std::uint32_t count) {
    return to.list(args, count, [&](weft_arg& arg) {
        to.text(arg.name);
        to.text(arg.text);
    });
}

void pack_source(Packer& to, weft_source& source) {
    to.text(source.node);
    to.text(source.builtin);
    source.args = pack_args(to, source.args, source.arg_count);
}

std::uint64_t pack(weft_batch batch, char* memory) {
    Packer to(memory);
    weft_batch* const copy = to.list(&batch, 1);
    to.text(batch.name);
    batch.sources = to.list(batch.sources, batch.source_count,
                            [&](weft_source& source) { pack_source(to, source); });
    batch.kernels = to.list(batch.kernels, batch.kernel_count,
                            [&](weft_kernel& kernel) { pack_kernel(to, kernel); });
    const auto names = [&](auto& item) {
        to.text(item.node);
        to.text(item.strand);
    };
    batch.inputs = to.list(batch.inputs, batch.input_count, names);
    batch.outputs = to.list(batch.outputs, batch.output_count, names);
    batch.settings = to.list(batch.settings, WEFT_FIELD_COUNT);
    batch.homes = to.list(batch.homes, batch.output_count);
    batch.inherit = to.list(batch.inherit, batch.output_count);
    if (copy) *copy = batch;
    return to.used();
}

std::uint64_t pack(weft_control_wish wish, char* memory) {
    Packer to(memory);
    weft_control_wish* const copy = to.list(&wish, 1);
    wish.inputs = to.list(wish.inputs, wish.input_count,
                          [&](weft_source& source) { pack_source(to, source); });
    wish.sinks = to.list(wish.sinks, wish.sink_count, [&](weft_control_sink& sink) {
        to.text(sink.sink);
        sink.args = pack_args(to, sink.args, sink.arg_count);
        sink.labels = to.list(sink.labels, sink.value_count, [&](weft_str& l) { to.text(l); });
    });
    wish.options = pack_args(to, wish.options, wish.option_count);
    if (copy) *copy = wish;
    return to.used();
}

std::uint64_t pack(weft_frame frame, std::uint64_t params, std::uint64_t uniforms, char* memory) {
    Packer to(memory);
    weft_frame* const copy = to.list(&frame, 1);
    frame.fields = to.list(frame.fields, WEFT_FIELD_COUNT);
    frame.params = to.list(frame.params, params);
    frame.uniforms = to.list(frame.uniforms, uniforms);
    frame.targets = to.list(frame.targets, frame.target_count);
    if (copy) *copy = frame;
    return to.used();
}

std::uint64_t pack(weft_points points, std::uint64_t params, char* memory) {
    Packer to(memory);
    weft_points* const copy = to.list(&points, 1);
    const double* lists[WEFT_FIELD_COUNT];
    for (std::uint32_t f = 0; f < WEFT_FIELD_COUNT; ++f)
        lists[f] = to.list(points.fields[f], points.count);
    points.fields = to.list<const double*>(lists, WEFT_FIELD_COUNT);
    points.constants = to.list(points.constants, WEFT_FIELD_COUNT);
    points.own = to.list(points.own, points.count);
    points.params = to.list(points.params, params);
    if (copy) *copy = points;
    return to.used();
}

}  // namespace

LentBatch::LentBatch(const weft_batch& batch)
    : memory_("the batch given to compile", pack(batch, nullptr)) {
    pack(batch, memory_.as<char>());
}

LentWish::LentWish(const weft_control_wish& wish)
    : memory_("the wish given to a session's open", pack(wish, nullptr)) {
    pack(wish, memory_.as<char>());
}

LentFrame::LentFrame(const weft_frame& frame, std::uint64_t params, std::uint64_t uniforms)
    : memory_("the frame given to execute", pack(frame, params, uniforms, nullptr)) {
    pack(frame, params, uniforms, memory_.as<char>());
}

LentPoints::LentPoints(const weft_points& points, std::uint64_t params)
    : memory_("the points given to get_values", pack(points, params, nullptr)) {
    pack(points, params, memory_.as<char>());
}

}  // namespace weft::validate
