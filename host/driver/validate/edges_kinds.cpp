// What a cache can be reached as: every kind of memory that a plugin says it exports, alone and
// with others, gives the values that its getter gives, in place and to a reader of the same
// instance.
#include "driver/validate/edges.h"

#include <fmt/format.h>
#include <weft/gather.h>

#include <bit>

#include "eval/eval.h"

namespace weft::validate {
namespace {

constexpr std::uint32_t bit(std::uint32_t kind) {
    return 1u << kind;
}

// Where pixel i stands.
double centre(std::uint64_t i, std::uint64_t count) {
    return (static_cast<double>(i) + 0.5) / static_cast<double>(count);
}

struct AllPixels {
    kit::Points points;
    std::vector<double> x, y, own;

    AllPixels(const Work& work, std::int64_t frame) : own(Kept::kWidth * Kept::kHeight, 0.0) {
        for (std::uint64_t j = 0; j < Kept::kHeight; ++j)
            for (std::uint64_t i = 0; i < Kept::kWidth; ++i) {
                x.push_back(centre(i, Kept::kWidth));
                y.push_back(centre(j, Kept::kHeight));
            }
        points.constants = work.settings;
        points.constants[WEFT_FIELD_ABSFRAME] = static_cast<double>(frame);
        points.set(WEFT_FIELD_X, x);
        points.set(WEFT_FIELD_Y, y);
        points.view.own = own.data();
    }
    AllPixels(const AllPixels&) = delete;
    AllPixels& operator=(const AllPixels&) = delete;
};

// Host memory, read as the host reads it.
std::string unlike_in_place(const weft_handle& handle, std::int64_t frame) {
    if (!handle.view->data) return "its view has no data";
    if (handle.view->tick != frame)
        return fmt::format("its view says tick {} after frame {}", handle.view->tick, frame);
    for (std::uint64_t j = 0; j < Kept::kHeight; ++j)
        for (std::uint64_t i = 0; i < Kept::kWidth; ++i) {
            const double at[3] = {centre(i, Kept::kWidth), centre(j, Kept::kHeight), 0};
            const double got =
                weft_grid_read(&handle.grid, handle.view->data, handle.view->tick, 0, at);
            const auto exact = static_cast<double>(Kept::value(i, j, frame));
            if (got != exact)
                return fmt::format("pixel {}, {} of frame {} is {}, not {}", i, j, frame,
                                   number(got), number(exact));
        }
    return {};
}

std::string unlike_getter(Driven& program, std::uint32_t output, std::int64_t frame) {
    const AllPixels at(program.work(), frame);
    std::vector<double> values(at.x.size(), -1.0);
    if (!program.values(output, at.points.view, values.data())) return {};
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::uint64_t x = i % Kept::kWidth, y = i / Kept::kWidth;
        const auto exact = static_cast<double>(Kept::value(x, y, frame));
        if (values[i] != exact)
            return fmt::format("its getter gives {} for pixel {}, {} of frame {}, not {}",
                               number(values[i]), x, y, frame, number(exact));
    }
    return {};
}

// What a handle must say of itself before anybody reads it.
std::string unusable(const weft_handle& handle, std::uint32_t kind) {
    if (handle.kind != kind) return fmt::format("it is of kind {}", handle.kind);
    if (!handle.view) return "it has no view";
    if (handle.grid.axis_count != 3) return "its grid has other axes than were asked for";
    const bool by_descriptor = kind == WEFT_HANDLE_OPAQUE_FD || kind == WEFT_HANDLE_DMA_BUF;
    if (by_descriptor && (handle.memory_fd < 0 || handle.memory_size == 0))
        return "it has no descriptor";
    if (kind == WEFT_HANDLE_LOCAL && handle.memory_fd != -1) return "it has a descriptor";
    return {};
}

// A reader for each kind that the plugin itself imports.
struct Reader {
    std::uint32_t kind;
    Work work;
    std::unique_ptr<Driven> program;
};

void check_mask(Context& context, const Instance& instance, std::uint32_t of, std::uint32_t mask,
                const weft_memory_caps& caps) {
    Kept kept(of, mask);
    Driven program(context, instance, kept.work);
    if (context.ended()) return;
    const auto trouble = [&](std::uint32_t kind, const std::string& text) {
        if (!text.empty())
            context.fail(
                fmt::format("a cache as {} (kinds {:#x}): {}", kind_name(kind), mask, text));
        return !text.empty();
    };
    // Two kinds of a device at once need not be possible.
    const std::uint32_t devices = mask & ~bit(WEFT_HANDLE_HOST);
    if (!program.ok()) {
        if (std::popcount(devices) < 2)
            context.fail(
                fmt::format("it says that it exports kinds {:#x}, and refuses a cache of "
                            "them: {}",
                            mask, program.refusal()));
        return;
    }
    std::deque<Reader> readers;
    weft_handle in_place{};
    for (std::uint32_t kind = WEFT_HANDLE_HOST; kind < 32; ++kind) {
        if ((mask & bit(kind)) == 0) continue;
        weft_handle handle;
        if (!program.handle(kept.output, kind, handle)) {
            trouble(kind, "get_handle refuses it");
            return;
        }
        if (trouble(kind, unusable(handle, kind))) return;
        if (kind == WEFT_HANDLE_HOST) in_place = handle;
        if ((caps.imports & bit(kind)) == 0) continue;
        weft_binding binding{};
        binding.struct_size = sizeof binding;
        binding.kind = kind;
        binding.handle = handle;
        Reader& reader = readers.emplace_back(Reader{kind, shown(of, binding, true), nullptr});
        reader.program = std::make_unique<Driven>(context, instance, reader.work);
        if (context.ended()) return;
        if (!reader.program->ok()) readers.pop_back();
    }
    for (std::int64_t n = 0; n < 3; ++n) {
        Frame frame(kept.work, n);
        if (!program.run(frame)) return;
        if (in_place.view && trouble(WEFT_HANDLE_HOST, unlike_in_place(in_place, n))) return;
        if (trouble(WEFT_HANDLE_NONE, unlike_getter(program, kept.output, n))) return;
        for (Reader& reader : readers) {
            Frame read(reader.work, n);
            if (!reader.program->run(read)) return;
            if (trouble(reader.kind, unlike_kept(read, n))) return;
        }
    }
    while (!readers.empty()) readers.pop_back();
}

}  // namespace

// --- Shared by the files of edges ----------------------------------------------------------------

bool caps_of(Context& context, const Instance& instance, weft_memory_caps& caps) {
    caps = {};
    caps.struct_size = sizeof caps;
    const auto* const memory = context.extension<weft_memory_api>(WEFT_MEMORY_EXTENSION);
    if (!memory) {
        caps.exports = caps.imports = bit(WEFT_HANDLE_HOST);
        return true;
    }
    weft_error error = empty_error();
    const weft_status status = context.calls().call(
        "weft_memory_api.caps", "", [&] { return memory->caps(instance.backend, &caps, &error); });
    return context.expect(status == WEFT_OK, "caps of weft.memory/1 fails: " + said(status, error));
}

std::string kind_name(std::uint32_t kind) {
    switch (kind) {
        case WEFT_HANDLE_NONE: return "values";
        case WEFT_HANDLE_HOST: return "host memory";
        case WEFT_HANDLE_OPAQUE_FD: return "an opaque descriptor";
        case WEFT_HANDLE_DMA_BUF: return "a dma-buf";
        case WEFT_HANDLE_LOCAL: return "memory of the instance";
        default: return fmt::format("kind {}", kind);
    }
}

Kept::Kept(std::uint32_t context, std::uint32_t kinds) : work("a cache of kinds", context) {
    output = work.shared_cache(2, kWidth, kHeight, kinds);
    kit::KernelText& kernel = work.kernel(WEFT_DOMAIN_RASTER, kWidth, kHeight);
    kit::Ir& ir = kernel.ir;
    const auto x = ir.field(WEFT_FIELD_X, WEFT_VARIES_COLUMN);
    const auto y = ir.field(WEFT_FIELD_Y, WEFT_VARIES_ROW);
    const auto frame = ir.field(WEFT_FIELD_ABSFRAME, WEFT_VARIES_FRAME);
    const auto sum = ir.op(WEFT_OP_ADD, {x, ir.op(WEFT_OP_MUL, {y, ir.constant(4)})});
    kernel.store(output, {ir.op(WEFT_OP_ADD, {sum, ir.op(WEFT_OP_MUL, {frame, ir.constant(32)})})});
}

float Kept::value(std::uint64_t x, std::uint64_t y, std::int64_t frame) {
    const double sum = centre(x, kWidth) + 4 * centre(y, kHeight);
    return static_cast<float>(sum + 32 * static_cast<double>(frame));
}

Work shown(std::uint32_t context, const weft_binding& binding, bool ring) {
    Work work("what another keeps", context);
    work.bindings[9] = binding;
    const std::uint32_t input = work.input(9);
    kit::KernelText& kernel = work.kernel(WEFT_DOMAIN_RASTER, Kept::kWidth, Kept::kHeight);
    kit::Ir& ir = kernel.ir;
    std::vector<kit::Ir::Id> at = {ir.field(WEFT_FIELD_X, WEFT_VARIES_COLUMN),
                                   ir.field(WEFT_FIELD_Y, WEFT_VARIES_ROW)};
    if (ring) at.push_back(ir.constant(0));
    kernel.store(work.target_picture(Kept::kWidth, Kept::kHeight), {ir.sample(input, at)});
    return work;
}

std::string unlike_kept(const Frame& frame, std::int64_t n) {
    const auto* const pixels = frame.targets[0].as<const float>();
    for (std::uint64_t y = 0; y < Kept::kHeight; ++y)
        for (std::uint64_t x = 0; x < Kept::kWidth; ++x) {
            const auto got = static_cast<double>(pixels[y * Kept::kWidth + x]);
            const auto exact = static_cast<double>(Kept::value(x, y, n));
            // A reader mixes neighbours; where it stands on a point it may err by a rounding.
            if (!(std::fabs(got - exact) <= 1e-5 * (1 + std::fabs(exact))))
                return fmt::format("a reader sees {} at pixel {}, {} of frame {}, not {}",
                                   number(got), x, y, n, number(exact));
        }
    return {};
}

// --- Checks --------------------------------------------------------------------------------------

void check_kinds(Context& context) {
    const std::uint32_t of = kernel_context(context, WEFT_CONTEXT_VISUAL);
    if (of == WEFT_CONTEXT_COUNT) return;
    const Instance instance = instance_of(context);
    weft_memory_caps caps;
    if (!instance.backend || !caps_of(context, instance, caps)) return;
    {
        Kept any(of, 0);
        if (!Driven(context, instance, any.work).ok()) return context.skip("it keeps no caches");
    }
    const std::uint32_t exports = caps.exports & ~1u;
    for (std::uint32_t mask = exports; mask != 0 && !context.ended(); mask = (mask - 1) & exports)
        check_mask(context, instance, of, mask, caps);
}

void check_gather(Context& context) {
    const auto* const api = context.extension<weft_gather_api>(WEFT_GATHER_EXTENSION);
    if (!api) return context.skip("it has no weft.gather/1");
    const std::uint32_t of = kernel_context(context, WEFT_CONTEXT_VISUAL);
    if (of == WEFT_CONTEXT_COUNT) return;
    const Instance instance = instance_of(context);
    if (!instance.backend) return;
    Kept kept(of, 0);
    Driven program(context, instance, kept.work);
    if (!program.ok()) return context.skip("it keeps no caches");
    const double* gathered = nullptr;
    std::size_t count = 0;
    {
        const AllPixels at(kept.work, 0);
        count = at.x.size();
        const double* const coords[3] = {at.x.data(), at.y.data(), at.own.data()};
        weft_error error = empty_error();
        const weft_status status = context.calls().call("gather", "all pixels", [&] {
            return api->gather(program.program(), kept.output, count, coords, &gathered, &error);
        });
        if (!context.expect(status == WEFT_OK, "gather fails: " + said(status, error))) return;
    }
    for (std::int64_t n = 0; n < 3; ++n) {
        Frame frame(kept.work, n);
        if (!program.run(frame)) return;
        const AllPixels at(kept.work, n);
        std::vector<double> values(count);
        if (!program.values(kept.output, at.points.view, values.data())) return;
        for (std::size_t i = 0; i < count; ++i)
            if (values[i] != gathered[i])
                return context.fail(
                    fmt::format("gather gives {} for point {} of frame {}, "
                                "get_values {}",
                                number(gathered[i]), i, n, number(values[i])));
    }
}

// A newer program takes the place of an older one's cache, which is released; or begins empty.
void check_inherit(Context& context) {
    const std::uint32_t of = kernel_context(context, WEFT_CONTEXT_VISUAL);
    if (of == WEFT_CONTEXT_COUNT) return;
    const Instance instance = instance_of(context);
    if (!instance.backend) return;
    Kept old(of, 0);
    Driven older(context, instance, old.work);
    if (!older.ok()) return context.skip("it keeps no caches");
    for (std::int64_t n = 0; n < 2; ++n) {
        Frame frame(old.work, n);
        if (!older.run(frame)) return;
    }
    Kept kept(of, 0);
    weft_batch batch = kept.work.batch();
    weft_inherit inherit = {older.program(), old.output, 0};
    batch.inherit = &inherit;
    Driven newer(context, instance, kept.work, &batch);
    if (!newer.ok())
        return context.fail("a cache is refused where there is an older one: " + newer.refusal());
    if (inherit.taken == 0) return context.skip("it takes no place of an older cache");
    weft_handle before, after;
    if (older.handle(old.output, WEFT_HANDLE_NONE, before) &&
        newer.handle(kept.output, WEFT_HANDLE_NONE, after))
        context.expect(before.view == after.view, "a cache whose place was taken has another view");
    const auto look = [&](std::int64_t frame, std::string_view when) {
        const std::string unlike = unlike_getter(newer, kept.output, frame);
        context.expect(unlike.empty(),
                       fmt::format("a cache whose place was taken, {}: {}", when, unlike));
    };
    look(1, "before its first frame");
    older.release();
    look(1, "when the older program is gone");
    Frame frame(kept.work, 2);
    if (!context.ended() && newer.run(frame)) look(2, "after a frame of its own");
}

}  // namespace weft::validate
