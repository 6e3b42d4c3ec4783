// From checked expressions to the IR of one kernel: substitution of remaps, expansion of spindles,
// then the passes, each in a file of its own (see passes.h for their order).
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <weft/ir.h>

#include "base/diagnostics.h"
#include "ir/live_params.h"
#include "sema/program.h"

namespace weft::ir {

enum class Domain : std::uint32_t { raster = 0, stream = 1, points = 2 };  // WEFT_DOMAIN_*

// What is done to a value before it leaves the program.
enum class Conversion : std::uint8_t {
    none,
    picture,  // NaN is 0, clamped to 0..1
    sound,    // what is not finite is 0, clamped to -1..1
};

// One number a kernel delivers: the sum of the addends (several `play` mix), then the conversion.
struct Root {
    std::vector<const sema::Expr*> addends;
    Conversion conversion = Conversion::none;
};

// How a strand that is not computed in this kernel is read: which coordinates its SAMPLE takes.
struct InputShape {
    struct Axis {
        std::uint32_t field = 0;                  // WEFT_FIELD_*, or WEFT_FIELD_OWN
        sema::InstanceId instance = sema::kNone;  // whose own axis
    };
    std::vector<Axis> axes;  // in the order of the grid's axes
    // A film that shows one frame at a time: where its `time` coordinate does not vary within a
    // frame, the use is told apart by that value (InputUse::time_uniform) instead of by point.
    bool frame_by_frame = false;
    // A ring of sound that is read by time, not by its own axis: so many samples, the newest first
    // (0: it is none). Its `now` is the newest for the point that reads.
    std::uint64_t heard = 0;
    // The coordinate of an axis of ABSSAMPLE is the point's own sample, wherever a remap looks,
    // modulo so many: the axis holds what was made of the newest samples at several moments.
    std::uint64_t period = 0;
};

// A SAMPLE in the host's part of a stream with this aux reads no input: it is how fast its only
// operand, a number of a picture, changes with every sample of the block (LiveParams::first). Who
// runs the show puts it there.
inline constexpr std::uint32_t kSlope = 0xfffffffe;

// SAMPLE values with aux == i read uses[i].
struct InputUse {
    sema::StrandId strand = sema::kNone;
    // frame_by_frame only: number of the host value (HostProgram::outputs) that gives the time for
    // which the frame must be there; kNone with needs_window: every frame must be there at once.
    std::uint32_t time_uniform = sema::kNone;
    bool needs_window = false;
};

// A piece of IR that owns its arrays.
struct IrText {
    std::vector<weft_ir_value> values;
    std::vector<std::uint32_t> args;
    std::vector<weft_ir_loop> loops;
    std::vector<weft_ir_affine> affines;
    std::uint32_t uniform_count = 0;
    // The ABI's description; points into this object.
    [[nodiscard]] weft_ir view() const;
};

// Hoisted: what the host computes in f64 once a frame, before the kernel runs. Its FIELD values are
// the frame's clock, its SAMPLE values read `uses` of the kernel through getters.
struct HostProgram {
    IrText ir;
    std::vector<std::uint32_t> outputs;  // value numbers; the first uniform_count feed UNIFORM i
};

struct Kernel {
    Domain domain = Domain::raster;
    IrText ir;
    std::vector<std::uint32_t> roots;  // value number per Root
    std::vector<InputUse> uses;
    HostProgram host;
    std::vector<sema::StrandId> computed;  // strands evaluated here, wherever else they are
};

struct LowerRequest {
    const sema::Program* program = nullptr;
    Domain domain = Domain::raster;
    std::vector<Root> roots;
    // Shape of a strand that must be read, or nullptr where it is computed here. Asked for every
    // source, cache and computed strand met; parameters are PARAM values. The pointer must stay
    // valid during the call.
    std::function<const InputShape*(sema::StrandId)> input;
    bool raw = false;  // only lowering: no pass, nothing hoisted (for reference evaluators)
    // A cache read with constant k == 0 and unmoved clocks, inside the kernel that also stores it,
    // is that kernel's own value; true for strands stored by this kernel.
    std::function<bool(sema::StrandId)> stored_here;
    // A cache of frames that another back end fills before the kernel's batch begins: what is read
    // of it at one place a frame is a number that the host hands over.
    std::function<bool(sema::StrandId)> complete;
    // Where hidden parameters are; null: values are held, and tempo comes from the settings.
    const LiveParams* live = nullptr;
    std::size_t max_values = 500'000;  // more is an error that gives the estimated cost
    // Called after each pass with its name and a readable dump, if set and the name is asked for.
    std::string dump_after;  // a pass's name, "all", or empty
    std::function<void(std::string_view pass, const std::string& text)> dump;
};

// Errors (limits: expansion, depth) go to `diagnostics`; then the kernel is empty.
[[nodiscard]] Kernel lower(const LowerRequest& request, Diagnostics& diagnostics);

// Estimated operations per point of evaluating each of `exprs` with nothing shared (saturates at
// 1e300): what an expansion would cost. Linear in the size of the program.
[[nodiscard]] std::vector<double> estimated_costs(const sema::Program& program,
                                                  const std::vector<const sema::Expr*>& exprs);

// Names of the passes in order, for --dump-after.
[[nodiscard]] std::vector<std::string_view> pass_names();

// Human-readable text of IR, one value a line: "%12 = mul %3 %7 : f32 column".
[[nodiscard]] std::string dump(const IrText& ir);

}  // namespace weft::ir
