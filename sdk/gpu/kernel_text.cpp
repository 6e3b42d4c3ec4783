#include "gpu/kernel_text.h"

#include <algorithm>
#include <cmath>

#include <weft/cpp/backend.hpp>

#include "gpu/dialect.h"
#include "gpu/math/math.h"
#include "gpu/math/out_of_line.h"
#include "gpu/text_roll.h"
#include "gpu/text_store.h"
#include "gpu/text_stream.h"

namespace weft::gpu {
namespace {

// Up to this cost the points of a thread are written one after the other; beyond, a compiler would
// be long at it, and they are turns of a loop.
constexpr double kMostRepeated = 400.0;
// The same of points below each other, of which there are more.
constexpr double kMostUnrolled = 200.0;

std::vector<std::uint32_t> all_roots(const Plan& plan) {
    std::vector<std::uint32_t> roots;
    for (const weft_store& store : plan.stores)
        for (const std::uint32_t value : plan.values_of(store)) roots.push_back(value);
    return roots;
}

class Writer {
public:
    Writer(Words& words, const Plan& plan, const std::vector<TextInput>& inputs,
           const std::vector<TextOutput>& outputs, Points points)
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
        cost *= static_cast<double>(plan_.width) * static_cast<double>(plan_.height);
        const bool several = points_.count > 1;
        const auto in_head = [&](bool here) {
            w_.place = several && here ? Words::Place::head : Words::Place::body;
        };
        in_head(true);
        if (cost > w_.options.poll_cost) w_.line("if (STOPPED) return;");
        in_head(!points_.down);
        w_.line("I row = INUM(gy);");
        in_head(points_.down);
        w_.line("I column = COLUMNS(gx);");
        w_.line("int first_column = LANE0(column);");
        w_.place = Words::Place::body;
        if (several && !points_.down && cost_of_points(WEFT_VARIES_COLUMN) <= kMostRepeated)
            w_.kept_points = points_.count;
        if (w_.options.lanes > 1)
            w_.line("int lanes_here = " + std::to_string(plan_.width) + " - first_column;");
        Region region(w_, plan_, inputs_, Over::raster, false);
        if (several) region.head_without = points_.down ? WEFT_VARIES_ROW : WEFT_VARIES_COLUMN;
        region.run(roots);
        std::vector<std::uint32_t> stores(plan_.stores.size());
        for (std::uint32_t s = 0; s < stores.size(); ++s) stores[s] = s;
        write_stores(region, outputs_, stores);
        end();
    }

    void points(bool gather) {
        begin("points", Over::points);
        if (!gather) w_.line("if (STOPPED) return;");
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
        for (const StreamPass& pass : stream_passes(plan_, inputs_, w_.options, block)) {
            w_.text.scratch_bytes =
                std::max(w_.text.scratch_bytes, pass.handed_on.size() * block * sizeof(double));
            begin(pass.serial ? "serial" : "samples", pass.serial ? Over::serial : Over::samples);
            w_.text.entries.back().most = pass.most;
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
        const std::uint64_t bytes = (text.args.bytes(text.whole.size()) + 7) / 8 * 8;
        if (w_.options.target != Target::glsl && bytes <= w_.options.carried)
            text.carried_bytes = bytes;
        text.source = dialect_head(w_.options.target);
        std::string functions =
            math_prelude(w_.options, list(w_.singles), list(w_.doubles), w_.sin_cos);
        const bool rare = has_rare_paths(functions);
        std::string calls = w_.head;
        for (const std::string& body : bodies_) calls += body;
        text.polls = calls.find("STOPPED") != std::string::npos;
        text.source += out_of_line(std::move(functions), calls, w_.options);
        text.source += dialect_memory(w_.options, text, cancel);
        text.source += w_.tables;
        for (std::size_t e = 0; e < text.entries.size(); ++e) {
            if (points_.count > 1 && text.entries[e].over == Over::raster) {
                Points points = points_;
                points.in_loop = points.down || w_.kept_points == 0;
                points.unrolled = w_.options.dense && points.down &&
                                  cost_of_points(WEFT_VARIES_ROW) <= kMostUnrolled;
                points.doubts = points.unrolled && rare;
                text.source +=
                    points_entry(w_.options, text, points, e, {w_.head, bodies_[e], w_.tail});
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
        if (points_.count == 1 || over != Over::raster)
            w_.line("if (gx >= launch.z || gy >= launch.w) return;");
    }
    void end() { bodies_.push_back(std::move(w_.body)); }

    // Of what every point of a thread computes for itself: what varies with its column, or row.
    [[nodiscard]] double cost_of_points(std::uint8_t varies) const {
        double cost = 0.0;
        for (const PlanValue& value : plan_.values) {
            if ((value.varies & varies) == 0) continue;
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
        double cost = 0.0;
        for (const std::uint32_t value : roots) cost += plan_.values[value].cost;
        if (cost * static_cast<double>(rows ? plan_.height : plan_.width) > w_.options.poll_cost)
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
    const Points points_;
    std::vector<std::string> bodies_;
};

// The most samples of a call, which all lie within a frame.
std::uint64_t most_samples(const double* settings) {
    const double samples = std::ceil(settings[WEFT_FIELD_RATE] / settings[WEFT_FIELD_FPS]) + 2.0;
    return samples >= 2.0 && samples < 1e8 ? static_cast<std::uint64_t>(samples) : 4096;
}

// Turns of all loops at one point, as far as their bounds are constants.
double known_turns(const Plan& plan) {
    double sum = 0.0;
    for (const PlanValue& value : plan.values) {
        if (value.op != WEFT_OP_LOOP) continue;
        double turns = 1.0;
        for (std::uint32_t l = value.aux; l != kNone; l = plan.loops[l].parent) {
            const PlanValue& loop = plan.values[plan.loops[l].value];
            const PlanValue& from = plan.values[loop.args[0]];
            const PlanValue& to = plan.values[loop.args[1]];
            if (from.op == WEFT_OP_CONST && to.op == WEFT_OP_CONST)
                turns *= std::max(1.0, to.imm - from.imm + 1.0);
        }
        sum += turns;
    }
    return sum;
}

KernelText write(const weft_kernel& kernel, const TextOptions& options,
                 const std::vector<TextInput>& inputs, const std::vector<TextOutput>& outputs,
                 const double* settings, bool gather) {
    // Only pictures are computed several points at a time.
    TextOptions used = options;
    if (kernel.domain != WEFT_DOMAIN_RASTER || used.lanes == 0) used.lanes = 1;
    if (kernel.domain != WEFT_DOMAIN_RASTER || used.lanes > 1) used.rows = 1;
    if (!used.f64 && kernel.domain == WEFT_DOMAIN_POINTS)
        throw cpp::Failure(WEFT_UNSUPPORTED, "values at free points need a device with doubles");
    // Vectors are a matter of OpenCL; elsewhere several points share a thread's way there.
    Points points;
    points.count = used.target == Target::opencl ? 1 : used.lanes;
    std::uint32_t across = used.lanes;
    used.lanes /= points.count;
    Plan plan = make_text_plan(kernel, inputs, used);
    // A driver that ends loops counts the turns of all points of a thread together.
    if (used.longest_loop != 0 && known_turns(plan) * points.count > used.longest_loop)
        points.count = across = 1;
    const std::uint64_t down =
        std::min<std::uint64_t>(used.rows, plan.width * plan.height / used.threads);
    if (down > 1) {
        points.down = true;
        points.count = static_cast<std::uint32_t>(down);
    }
    points.end = points.down ? plan.height : plan.width;
    Words words(used);
    for (const PlanValue& value : plan.values) {
        std::uint32_t& uniforms = words.text.args.uniforms;
        std::uint32_t& params = words.text.args.params;
        if (value.op == WEFT_OP_UNIFORM) uniforms = std::max(uniforms, value.aux + 1);
        if (value.op == WEFT_OP_PARAM) params = std::max(params, value.aux + 1);
    }
    words.text.points_of_thread = {across, points.down ? points.count : 1};
    const bool sound = plan.domain == WEFT_DOMAIN_STREAM;
    const std::vector<bool> recursive = sound ? find_recursive(plan, inputs) : std::vector<bool>();
    // A driver that ends loops counts those of all samples that a thread walks.
    const bool walks = sound && feedback_lag(plan, inputs) < used.least_lag;
    plan = roll(std::move(plan), recursive, used.longest_loop == 0 || !walks);
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

std::array<std::uint64_t, 2> threads_of(const KernelText& text, Over over, std::uint64_t width,
                                        std::uint64_t height) {
    const auto [across, down] = text.points_of_thread;
    switch (over) {
        case Over::columns: return {width, 1};
        case Over::rows: return {height, 1};
        case Over::raster: return {(width + across - 1) / across, (height + down - 1) / down};
        default: return {1, 1};
    }
}

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
