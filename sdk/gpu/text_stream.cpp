#include "gpu/text_stream.h"

#include <weft/cpp/backend.hpp>

#include "gpu/text_store.h"

namespace weft::gpu {
namespace {

// Samples that share ROW_TIME; rows begin at its multiples.
constexpr double kRow = 128.0;

bool recursive(const Plan& plan, const std::vector<TextInput>& inputs) {
    for (const PlanValue& value : plan.values)
        if (value.op == WEFT_OP_SAMPLE && inputs[value.aux].own) return true;
    return false;
}

}  // namespace

// The fields of weft_clock_at_sample, by the same arithmetic; in the widest precision there is.
std::string Region::stream_field(std::uint32_t number) {
    const Real real = w.widest();
    const char* type = real.type();
    const auto block = [&](std::uint32_t k) {
        const std::string text = std::to_string(k);
        return real.d ? "DNUM(NUMBER_D(" + text + "))" : "NUM(NUMBER_F(" + text + "))";
    };
    const auto divide = [&](const std::string& a, const std::string& b) {
        return let(type, w.call(WEFT_OP_DIV, real, a + ", " + b));
    };
    const std::string rate = block(WEFT_FIELD_RATE);
    const std::string sample =
        let(type, block(kFirstSampleNumber) + " + " + real.of_int("INUM(sample_index)"));
    const auto fraction = [&](const std::string& x) { return x + " - floor(" + x + ")"; };
    // weft_clock_wrap
    const auto wrapped = [&] {
        const std::string sel = real.sel();
        const std::string product = let(type, block(WEFT_FIELD_LOOP) + " * " + rate);
        const std::string period = divide(product, block(WEFT_FIELD_FPS));
        const std::string zero = w.num(real, 0.0);
        const std::string loops = period + " > " + zero;
        const std::string safe = let(type, sel + "(" + loops + ", " + period + ", " +
                                               w.num(real, 1.0) + ")");
        const std::string turns = let(type, "floor(" + divide(sample, safe) + ")");
        const std::string rest = let(type, sample + " - " + turns + " * " + safe);
        const std::string fixed =
            let(type, sel + "(" + rest + " < " + zero + ", " + rest + " + " + safe + ", " + sel +
                          "(" + rest + " >= " + safe + ", " + rest + " - " + safe + ", " + rest +
                          "))");
        return let(type, sel + "(" + loops + ", " + fixed + ", " + sample + ")");
    };
    const auto row = [&] {
        return let(type, "floor(" + sample + " * " + w.num(real, 1.0 / kRow) + ") * " +
                             w.num(real, kRow));
    };
    switch (number) {
        case WEFT_FIELD_TIME: return divide(wrapped(), rate);
        case WEFT_FIELD_ABSTIME: return divide(sample, rate);
        case WEFT_FIELD_SAMPLE: return let(type, "floor(" + wrapped() + ")");
        case WEFT_FIELD_ABSSAMPLE: return sample;
        case WEFT_FIELD_ROW_TIME: return divide(row(), rate);
        case WEFT_FIELD_COLUMN_TIME: return divide(let(type, sample + " - " + row()), rate);
        case WEFT_FIELD_BEAT:
            return divide(let(type, stream_field(WEFT_FIELD_ABSTIME) + " * " +
                                        block(WEFT_FIELD_BPM)),
                          w.num(real, 60.0));
        case WEFT_FIELD_MEASURE:
            return divide(stream_field(WEFT_FIELD_BEAT), block(WEFT_FIELD_TIMESIG_NUM));
        case WEFT_FIELD_BEATPHASE: return let(type, fraction(stream_field(WEFT_FIELD_BEAT)));
        case WEFT_FIELD_MEASUREPHASE: return let(type, fraction(stream_field(WEFT_FIELD_MEASURE)));
        case WEFT_FIELD_X:
        case WEFT_FIELD_Y: return w.num(real, 0.5);
        // Frame counters hold for the whole call.
        default: return number < WEFT_FIELD_COUNT ? block(number) : w.num(real, 0.0);
    }
}

std::vector<StreamPass> stream_passes(const Plan& plan, const std::vector<TextInput>& inputs,
                                      const std::vector<TextOutput>&, const TextOptions&) {
    StreamPass pass;
    pass.serial = recursive(plan, inputs);
    for (std::uint32_t s = 0; s < plan.stores.size(); ++s) pass.stores.push_back(s);
    return {pass};
}

void write_stream_pass(Words& w, const Plan& plan, const std::vector<TextInput>& inputs,
                       const std::vector<TextOutput>& outputs, const StreamPass& pass) {
    const std::string count = w.whole(Whole::sample_count);
    if (pass.serial) {
        w.open("for (int sample_index = 0; sample_index < " + count + "; ++sample_index) {");
        w.line("if ((sample_index & 63) == 0 && STOPPED) return;");
    } else {
        w.line("if (STOPPED) return;");
        w.line(w.options.target == Target::glsl ? "int sample_index = int(gx);"
                                                : "int sample_index = (int)gx;");
    }
    Region region(w, plan, inputs, pass.serial ? Over::serial : Over::samples, pass.serial);
    std::vector<std::uint32_t> roots;
    for (const std::uint32_t s : pass.stores)
        for (const std::uint32_t value : plan.values_of(plan.stores[s])) roots.push_back(value);
    region.run(roots);
    write_stores(region, outputs, pass.stores);
    if (!pass.serial) return;
    w.close();
}

}  // namespace weft::gpu
