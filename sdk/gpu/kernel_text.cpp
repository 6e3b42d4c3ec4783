#include "gpu/kernel_text.h"

#include <algorithm>
#include <cmath>

#include <weft/cpp/backend.hpp>

#include "gpu/dialect.h"
#include "gpu/math/math.h"
#include "gpu/text_store.h"
#include "gpu/text_stream.h"

namespace weft::gpu {
namespace {

// From this cost of a point on a thread asks first whether it is still wanted.
constexpr double kPollCost = 300.0;
// Up to this cost the points of a thread are written one after the other; beyond, a compiler would
// be long at it, and they are turns of a loop.
constexpr double kMostRepeated = 400.0;

std::vector<std::uint32_t> all_roots(const Plan& plan) {
    std::vector<std::uint32_t> roots;
    for (const weft_store& store : plan.stores)
        for (const std::uint32_t value : plan.values_of(store)) roots.push_back(value);
    return roots;
}

class Writer {
public:
    Writer(Words& words, const Plan& plan, const std::vector<TextInput>& inputs,
           const std::vector<TextOutput>& outputs, std::uint32_t points)
        : w_(words), plan_(plan), inputs_(inputs), outputs_(outputs), points_(points) {
        (void)w_.parameter(Use::args);
        (void)w_.parameter(Use::cancel);
    }

    void raster() {
        table(Over::columns);
        table(Over::rows);
        begin("points", Over::raster);
        const std::vector<std::uint32_t> roots = all_roots(plan_);
        double cost = 0.0;
        for (const std::uint32_t root : roots) cost += plan_.values[root].cost;
        if (points_ > 1) w_.place = Words::Place::head;
        if (cost > kPollCost) w_.line("if (STOPPED) return;");
        w_.line("I row = INUM(gy);");
        w_.place = Words::Place::body;
        if (points_ > 1 && cost_of_columns() <= kMostRepeated) w_.kept_points = points_;
        const bool lanes = w_.options.lanes > 1;
        const std::string width = std::to_string(plan_.width);
        w_.line("I column = COLUMNS(gx);");
        w_.line("int first_column = LANE0(column);");
        if (lanes) w_.line("int lanes_here = " + width + " - first_column;");
        Region region(w_, plan_, inputs_, Over::raster, false);
        region.shared_head = points_ > 1;
        region.run(roots);
        std::vector<std::uint32_t> stores(plan_.stores.size());
        for (std::uint32_t s = 0; s < stores.size(); ++s) stores[s] = s;
        write_stores(region, outputs_, stores);
        end();
    }

    void points(bool gather) {
        begin("points", Over::points);
        w_.line("if (STOPPED) return;");
        w_.line(w_.options.target == Target::glsl ? "int point = int(gx);"
                                                  : "int point = (int)gx;");
        Region region(w_, plan_, inputs_, Over::points, true);
        region.gather = gather;
        region.run(all_roots(plan_));
        const std::string values = w_.parameter(Use::values);
        const std::string count = w_.whole(Whole::point_count);
        std::uint32_t number = 0;
        for (const weft_store& store : plan_.stores) {
            if (store.value_count != 1)
                throw cpp::Failure(WEFT_INVALID, "a store of several values at free points");
            w_.line("PUT_ONE_F64(" + values + ", " + std::to_string(number++) + " * " + count +
                    " + point, " + region.use(plan_.values_of(store)[0], {true}) + ");");
        }
        end();
    }

    void stream(std::uint64_t block) {
        for (const StreamPass& pass : stream_passes(plan_, inputs_, block)) {
            w_.text.scratch_bytes =
                std::max(w_.text.scratch_bytes, pass.handed_on.size() * block * sizeof(double));
            begin(pass.serial ? "serial" : "samples", pass.serial ? Over::serial : Over::samples);
            write_stream_pass(w_, plan_, inputs_, outputs_, pass);
            end();
        }
    }

    KernelText finish() {
        const auto list = [](const std::set<std::uint16_t>& ops) {
            return std::vector<std::uint16_t>(ops.begin(), ops.end());
        };
        KernelText text = std::move(w_.text);
        std::size_t cancel = 0;
        while (text.parameters[cancel].use != Use::cancel) ++cancel;
        text.source = dialect_head(w_.options.target);
        text.source += math_prelude(w_.options, list(w_.singles), list(w_.doubles));
        text.source += dialect_memory(w_.options, text, cancel);
        for (std::size_t e = 0; e < text.entries.size(); ++e) {
            if (points_ > 1 && text.entries[e].over == Over::raster) {
                text.source += points_entry({points_, w_.kept_points == 0, plan_.width}, e, w_.head,
                                            bodies_[e], w_.tail);
                continue;
            }
            text.source +=
                begin_entry(w_.options, text, e) + bodies_[e] + end_entry(w_.options.target);
        }
        return text;
    }

private:
    void begin(const char* name, Over over) {
        w_.text.entries.push_back({name + std::to_string(w_.text.entries.size()), over});
        w_.body.clear();
        if (points_ == 1 || over != Over::raster)
            w_.line("if (gx >= launch.z || gy >= launch.w) return;");
    }
    void end() { bodies_.push_back(std::move(w_.body)); }

    // Of what every point computes for itself.
    [[nodiscard]] double cost_of_columns() const {
        double cost = 0.0;
        for (const PlanValue& value : plan_.values) {
            if ((value.varies & WEFT_VARIES_COLUMN) == 0) continue;
            cost += value.op == WEFT_OP_LOOP ? kMostRepeated : value.own_cost;
        }
        return cost;
    }

    void table(Over over) {
        const bool rows = over == Over::rows;
        std::vector<std::uint32_t> roots;
        for (const auto& [value, slot] : plan_.tables)
            if (slot.rows == rows) roots.push_back(value);
        if (roots.empty()) return;
        begin(rows ? "rows" : "columns", over);
        w_.line("if (STOPPED) return;");
        w_.line(std::string("I ") + (rows ? "row" : "column") + " = INUM(gx);");
        Region region(w_, plan_, inputs_, over, true);
        region.run(roots);
        const std::uint64_t count = rows ? plan_.height : plan_.width;
        const std::string at = w_.options.target == Target::glsl ? "int(gx)" : "(int)gx";
        // Vectors of columns end behind the last: what they read there is the last one's.
        const bool padded = !rows && w_.options.lanes > 1;
        if (padded) {
            w_.line("int copies = gx == " + std::to_string(count - 1) + "u ? LANES : 1;");
            w_.open("for (int copy = 0; copy < copies; ++copy) {");
        }
        for (const std::uint32_t value : roots) {
            const TableSlot& slot = plan_.tables.at(value);
            const Real real{slot.f64};
            w_.line(std::string(slot.f64 ? "PUT_ONE_F64(" : "PUT_ONE_F32(") +
                    w_.parameter(rows ? Use::rows : Use::columns) + " + " +
                    std::to_string(slot.offset) + "ul, " + at + (padded ? " + copy" : "") +
                    ", LANE0(" + region.use(value, real) + "));");
        }
        if (padded) w_.close();
        end();
    }

    Words& w_;
    const Plan& plan_;
    const std::vector<TextInput>& inputs_;
    const std::vector<TextOutput>& outputs_;
    const std::uint32_t points_;  // that a thread computes one after the other
    std::vector<std::string> bodies_;
};

// The most samples of a call, which all lie within a frame.
std::uint64_t most_samples(const double* settings) {
    const double samples = std::ceil(settings[WEFT_FIELD_RATE] / settings[WEFT_FIELD_FPS]) + 2.0;
    return samples >= 2.0 && samples < 1e8 ? static_cast<std::uint64_t>(samples) : 4096;
}

KernelText write(const weft_kernel& kernel, const TextOptions& options,
                 const std::vector<TextInput>& inputs, const std::vector<TextOutput>& outputs,
                 const double* settings, bool gather) {
    // Only pictures are computed several points at a time.
    TextOptions used = options;
    if (kernel.domain != WEFT_DOMAIN_RASTER || used.lanes == 0) used.lanes = 1;
    if (!used.f64 && kernel.domain == WEFT_DOMAIN_POINTS)
        throw cpp::Failure(WEFT_UNSUPPORTED, "values at free points need a device with doubles");
    // Vectors are a matter of OpenCL; elsewhere several points share a thread's way there.
    const std::uint32_t points = used.target == Target::opencl ? 1 : used.lanes;
    used.lanes /= points;
    const Plan plan = make_text_plan(kernel, inputs, used);
    Words words(used);
    for (const PlanValue& value : plan.values) {
        std::uint32_t& uniforms = words.text.args.uniforms;
        std::uint32_t& params = words.text.args.params;
        if (value.op == WEFT_OP_UNIFORM) uniforms = std::max(uniforms, value.aux + 1);
        if (value.op == WEFT_OP_PARAM) params = std::max(params, value.aux + 1);
    }
    words.text.columns_bytes = plan.columns_bytes;
    words.text.rows_bytes = plan.rows_bytes;
    Writer writer(words, plan, inputs, outputs, points);
    switch (kernel.domain) {
        case WEFT_DOMAIN_RASTER: writer.raster(); break;
        case WEFT_DOMAIN_STREAM: writer.stream(most_samples(settings)); break;
        case WEFT_DOMAIN_POINTS: writer.points(gather); break;
        default: throw cpp::Failure(WEFT_INVALID, "a kernel without a domain");
    }
    return writer.finish();
}

}  // namespace

KernelText write_kernel(const TextRequest& request) {
    const weft_kernel& kernel = request.batch->kernels[request.kernel];
    return write(kernel, request.options, *request.inputs, *request.outputs,
                 request.batch->settings, false);
}

KernelText write_gather(const TextInput& input, const TextOptions& options) {
    // A kernel of points whose coordinates are the axes' own, by their numbers.
    std::vector<weft_ir_value> values;
    std::vector<std::uint32_t> args;
    for (std::uint32_t a = 0; a < input.grid.axis_count; ++a) {
        weft_ir_value field{};
        field.op = WEFT_OP_FIELD;
        field.varies = WEFT_VARIES_POINT;
        field.precision = WEFT_PRECISION_F64;
        field.aux = kGatherField + a;
        values.push_back(field);
        args.push_back(a);
    }
    weft_ir_value sample{};
    sample.op = WEFT_OP_SAMPLE;
    sample.varies = WEFT_VARIES_POINT;
    sample.precision = WEFT_PRECISION_F64;
    sample.arg_count = input.grid.axis_count;
    args.push_back(static_cast<std::uint32_t>(values.size()));
    values.push_back(sample);
    weft_store store{};
    store.value_count = 1;
    store.values = input.grid.axis_count;
    weft_kernel kernel{};
    kernel.domain = WEFT_DOMAIN_POINTS;
    kernel.ir.struct_size = sizeof kernel.ir;
    kernel.ir.values = values.data();
    kernel.ir.value_count = static_cast<std::uint32_t>(values.size());
    kernel.ir.args = args.data();
    kernel.ir.arg_count = static_cast<std::uint32_t>(args.size());
    kernel.stores = &store;
    kernel.store_count = 1;
    KernelText text = write(kernel, options, {input}, {}, nullptr, true);
    text.point_fields.clear();
    for (std::uint32_t a = 0; a < input.grid.axis_count; ++a)
        text.point_fields.push_back(input.grid.axes[a].field);
    return text;
}

}  // namespace weft::gpu
