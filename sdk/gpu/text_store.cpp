#include "gpu/text_store.h"

#include <weft/cpp/backend.hpp>

namespace weft::gpu {
namespace {

bool is_packed(const weft_grid& grid) {
    return grid.format == WEFT_FORMAT_RGBA8 || grid.format == WEFT_FORMAT_RGBA16;
}

class StoreWriter {
public:
    StoreWriter(Region& region, const weft_grid& grid, std::uint32_t store)
        : region_(region), w_(region.w), grid_(grid), store_(store), unit_(unit_of(grid)) {
        check_grid(grid, false);
        if (is_packed(grid)) unit_ = 4;
        std::string far;
        for (std::uint32_t a = 0; a < grid.axis_count; ++a) add_axis(grid.axes[a], far);
        memory_ = w_.parameter(Use::output, region.plan.stores[store].output) + far;
        if (index_.empty()) index_ = "0";
    }

    void planes() {
        const weft_store& store = region_.plan.stores[store_];
        std::int64_t plane = store.channel;
        for (const std::uint32_t value : region_.plan.values_of(store)) {
            const Real real{grid_.format == WEFT_FORMAT_F64};
            const std::int64_t offset = plane++ * grid_.channel_stride;
            put(real.d ? "PUT_F64" : "PUT_F32", offset, region_.use(value, real));
        }
    }

    void pixels() {
        const weft_store& store = region_.plan.stores[store_];
        if (store.value_count != 4)
            throw cpp::Failure(WEFT_INVALID, "a packed store without four values");
        const bool wide = grid_.format == WEFT_FORMAT_RGBA16;
        std::vector<std::string> levels;
        for (const std::uint32_t value : region_.plan.values_of(store))
            levels.push_back(level(value, wide ? 65535.0 : 255.0));
        if (!wide) {
            put("PUT_U32", 0,
                levels[0] + " | (" + levels[1] + " << 8) | (" + levels[2] + " << 16) | (" +
                    levels[3] + " << 24)");
            return;
        }
        put("PUT_U32", 0, levels[0] + " | (" + levels[1] + " << 16)");
        put("PUT_U32", 4, levels[2] + " | (" + levels[3] + " << 16)");
    }

private:
    // What the launch's points are along this axis; the far part of the offset is in bytes.
    void add_axis(const weft_axis& axis, std::string& far) {
        if (axis.field != WEFT_FIELD_X || axis.wrap == WEFT_WRAP_RING)
            even_ = even_ && axis.stride % 8 == 0;
        const auto wide = [&](const std::string& i) { return w_.bytes_on(i, axis.stride); };
        const bool stream = region_.plan.domain == WEFT_DOMAIN_STREAM;
        if (axis.wrap == WEFT_WRAP_RING) {
            const std::string slot = w_.whole(Whole::slot, store_);
            if (!stream || axis.tick != WEFT_TICK_SAMPLE) {
                far += wide(slot);
                return;
            }
            far += wide("(" + slot + " + sample_index) % " + std::to_string(axis.capacity));
        } else if (axis.field == WEFT_FIELD_X) {
            if (region_.plan.domain != WEFT_DOMAIN_RASTER) return;
            across_ = true;
            gap_ = axis.stride / unit_;
            index_ = "first_column * " + std::to_string(gap_);
        } else if (axis.field == WEFT_FIELD_Y) {
            if (region_.plan.domain != WEFT_DOMAIN_RASTER) return;
            const bool below = region_.head_without == WEFT_VARIES_ROW;
            far += wide(w_.scalar_int(below ? "first" : "gy"));
            if (below) step_ = wide("point");
        } else if (stream) {
            far += wide("sample_index");
        }
    }

    void put(const char* word, std::int64_t offset, const std::string& x) {
        std::string at = offset == 0 ? memory_ : memory_ + " + " + std::to_string(offset) + "ul";
        // The points of a thread are at known distances from its first.
        if (!step_.empty()) {
            const std::string first = w_.name("s");
            w_.place = Words::Place::head;
            w_.line("P " + first + " = " + at + ";");
            w_.place = Words::Place::body;
            at = first + step_;
        }
        if (w_.kept_points != 0) return keep(word, at, offset % 8 == 0, x);
        w_.line(std::string(word) + "(" + at + ", " + index_ + ", " + std::to_string(gap_) + ", " +
                x + ", lanes_here);");
    }

    // All points first, then all stores: after a store a compiler trusts nothing that it has read.
    // Numbers of half a word go two at a time.
    void keep(const std::string& word, const std::string& at, bool even, const std::string& x) {
        const std::string name = w_.name("o");
        const bool word64 = word == "PUT_F64";
        const char* type = word64 ? "D " : word == "PUT_F32" ? "F " : "U ";
        w_.line(name + "_@ = " + x + ";");
        const auto kept = [&](std::uint32_t k) { return name + "_" + std::to_string(k); };
        w_.place = Words::Place::head;
        for (std::uint32_t k = 0; k < w_.kept_points; ++k) w_.line(type + kept(k) + ";");
        w_.place = Words::Place::tail;
        const std::uint64_t width = region_.plan.width;
        const bool whole = width % w_.kept_points == 0;
        const bool pairs =
            whole && even && even_ && across_ && gap_ == 1 && !word64 && w_.kept_points % 2 == 0;
        for (std::uint32_t k = 0; k < w_.kept_points; k += pairs ? 2 : 1) {
            const std::string column = "(first_column + " + std::to_string(k) + ")";
            const std::string index =
                across_ ? column + " * " + std::to_string(gap_) : std::string("0");
            const std::string guard =
                whole ? "" : "if (" + column + " < " + std::to_string(width) + ") ";
            const std::string values = pairs ? kept(k) + ", " + kept(k + 1) : kept(k);
            w_.line(guard +
                    (pairs ? "PAIR" + word.substr(3) + "(" + at + ", " + index
                           : word + "(" + at + ", " + index + ", 1") +
                    ", " + values + (pairs ? ");" : ", 1);"));
        }
        w_.place = Words::Place::body;
    }

    // Round half up of a number that is brought into 0..1; NaN counts as 0.
    std::string level(std::uint32_t value, double scale) {
        const Real real = region_.real_of(value);
        const std::string v = region_.use(value, real);
        const std::string sel = real.sel();
        const std::string zero = w_.num(real, 0.0);
        const std::string one = w_.num(real, 1.0);
        const std::string name = w_.name("q");
        w_.line(std::string("EXACT ") + real.type() + " " + name + " = " + sel + "(" + v + " > " +
                zero + ", " + sel + "(" + v + " < " + one + ", " + v + ", " + one + "), " + zero +
                ") * " + w_.num(real, scale) + " + " + w_.num(real, 0.5) + ";");
        return "I_AS_U(" + real.to_int(name) + ")";
    }

    Region& region_;
    Words& w_;
    const weft_grid& grid_;
    std::uint32_t store_;
    std::int64_t unit_;
    std::int64_t gap_ = 1;
    bool across_ = false;  // it has an axis of columns
    bool even_ = true;     // rows begin at multiples of 8 bytes
    std::string memory_;
    std::string step_;  // from the first point of a thread to another below it
    std::string index_;
};

}  // namespace

void write_stores(Region& region, const std::vector<TextOutput>& outputs,
                  const std::vector<std::uint32_t>& numbers) {
    Words& w = region.w;
    const std::span<const weft_store> stores = region.plan.stores;
    bool mixed = false;
    for (const weft_store& store : stores) {
        if (store.output >= outputs.size())
            throw cpp::Failure(WEFT_INVALID, "a store to an output that does not exist");
        mixed = mixed || outputs[store.output].kind != outputs[stores[0].output].kind;
    }
    for (const std::uint32_t number : numbers) {
        const TextOutput& output = outputs[stores[number].output];
        const bool capture = output.kind == WEFT_OUTPUT_CACHE;
        if (!capture && output.kind != WEFT_OUTPUT_TARGET)
            throw cpp::Failure(WEFT_INVALID, "a store to an output that has no memory");
        // A frame may ask for the caches alone, or for the targets alone.
        const Words::Place stores_at = w.kept_points != 0 ? Words::Place::tail : Words::Place::body;
        w.place = stores_at;
        if (mixed) w.open("if (" + w.whole(capture ? Whole::capture : Whole::deliver) + " != 0) {");
        w.place = Words::Place::body;
        StoreWriter writer(region, output.grid, number);
        if (is_packed(output.grid)) {
            writer.pixels();
        } else {
            writer.planes();
        }
        w.place = stores_at;
        if (mixed) w.close();
        w.place = Words::Place::body;
    }
}

}  // namespace weft::gpu
