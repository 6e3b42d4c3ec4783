#include "driver/compile/identity.h"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include <xxhash.h>

#include "base/strong_components.h"
#include "ir/lower.h"

namespace weft::driver {
namespace {

// Gathers what something means, in an order that is always the same.
class Meaning {
public:
    explicit Meaning(std::string_view kind) { text(kind); }

    Meaning& number(std::uint64_t value) {
        words_.push_back(value);
        return *this;
    }
    Meaning& real(double value) {
        std::uint64_t bits = 0;
        std::memcpy(&bits, &value, sizeof bits);
        return number(bits);
    }
    Meaning& text(std::string_view value) {
        const XXH128_hash_t hash = XXH3_128bits(value.data(), value.size());
        return number(hash.low64).number(hash.high64);
    }
    Meaning& identity(const Identity& value) {
        return number(value.words[0]).number(value.words[1]);
    }
    Meaning& arguments(const std::vector<sema::SourceArgument>& arguments) {
        number(arguments.size());
        for (const sema::SourceArgument& argument : arguments) {
            text(argument.name).number(argument.is_text ? 1 : 0);
            real(argument.number).text(argument.text);
        }
        return *this;
    }
    [[nodiscard]] Identity hash() const {
        const XXH128_hash_t hash =
            XXH3_128bits(words_.data(), words_.size() * sizeof(std::uint64_t));
        return {{hash.low64, hash.high64}};
    }

private:
    std::vector<std::uint64_t> words_;
};

// What an item computes, with the caches it reads left open: they are numbered as they are met from
// its roots on, so that the numbers are the same wherever they stand in the program.
struct Form {
    Identity shape;
    std::vector<sema::StrandId> reads;
};

class Identifier {
public:
    explicit Identifier(const IdentifyRequest& request)
        : request_(request), plan_(*request.made), program_(*request.plan->program) {}

    ProgramIdentity run() {
        for (const Item& item : plan_.items) {
            forms_.push_back(form_of(item));
        }
        name_caches();
        ProgramIdentity result;
        for (const auto& [strand, item] : plan_.cache_item) {
            result.caches[strand] = names_[item];
        }
        result.params = params();
        result.pictures = part(false);
        result.sound = part(true);
        result.all = Meaning("program")
                         .identity(result.params)
                         .identity(result.pictures)
                         .identity(result.sound)
                         .identity(said())
                         .hash();
        return result;
    }

private:
    // --- what one item computes ---

    [[nodiscard]] const ir::InputShape* shape_of(sema::StrandId id) const {
        const sema::Strand& strand = program_.strands[id];
        switch (program_.instances[strand.instance].kind) {
            case sema::InstanceKind::source: return request_.plan->source_shape(id);
            case sema::InstanceKind::cache: return &plan_.cache_shape.at(id);
            case sema::InstanceKind::computed:
            case sema::InstanceKind::parameter: break;
        }
        return nullptr;
    }

    [[nodiscard]] ir::Kernel lowered(ir::Domain domain, std::vector<ir::Root> roots) const {
        const SourceMap nowhere;
        Diagnostics unheard(&nowhere);  // the plan has lowered all this before
        ir::LowerRequest lower;
        lower.program = &program_;
        lower.domain = domain;
        lower.roots = std::move(roots);
        lower.raw = true;
        lower.input = [this](sema::StrandId id) { return shape_of(id); };
        return ir::lower(lower, unheard);
    }

    [[nodiscard]] Form form_of(const Item& item) const {
        const ir::Kernel kernel = lowered(item.domain, item.roots);
        Form form;
        Meaning meaning("item");
        meaning.number(static_cast<std::uint64_t>(item.domain));
        meaning.number(item.width).number(item.height).number(item.on_grid ? 1 : 0);
        meaning.real(program_.settings[item.domain == ir::Domain::stream ? WEFT_FIELD_RATE
                                                                         : WEFT_FIELD_FPS]);
        if (item.kind == ItemKind::cache) {
            meaning.number(instance_of(item.strand).ticks);
        }
        for (std::size_t r = 0; r < item.roots.size(); ++r) {
            meaning.number(static_cast<std::uint64_t>(item.roots[r].conversion));
        }
        for (const Identity& value : values(kernel, form.reads)) {
            meaning.identity(value);
        }
        form.shape = meaning.hash();
        return form;
    }

    // Of every root. Values are walked from the roots down, as far as they are needed; what stands
    // in a loop is met within it, and speaks of its loop by its depth.
    [[nodiscard]] std::vector<Identity> values(const ir::Kernel& kernel,
                                               std::vector<sema::StrandId>& reads) const {
        const ir::IrText& ir = kernel.ir;
        std::vector<Identity> known(ir.values.size());
        std::vector<bool> done(ir.values.size());
        const std::vector<std::uint32_t> depths = loop_depths(ir);
        std::vector<std::pair<std::uint32_t, bool>> todo;  // value, and whether its operands are
        std::vector<Identity> roots;
        for (const std::uint32_t root : kernel.roots) {
            todo.emplace_back(root, false);
            while (!todo.empty()) {
                const auto [v, ready] = todo.back();
                todo.pop_back();
                if (done[v]) {
                    continue;
                }
                const std::vector<std::uint32_t> operands = operands_of(ir, v);
                if (!ready) {
                    todo.emplace_back(v, true);
                    for (auto operand = operands.rbegin(); operand != operands.rend(); ++operand) {
                        todo.emplace_back(*operand, false);
                    }
                    continue;
                }
                known[v] = value(kernel, v, operands, known, depths, reads);
                done[v] = true;
            }
            roots.push_back(known[root]);
        }
        return roots;
    }

    // Of a loop also what its body hands from turn to turn.
    [[nodiscard]] static std::vector<std::uint32_t> operands_of(const ir::IrText& ir,
                                                                std::uint32_t v) {
        const weft_ir_value& value = ir.values[v];
        if (value.op == WEFT_OP_LOOP_INDEX || value.op == WEFT_OP_LOOP_CARRIED) {
            return {};
        }
        const auto args = ir.args.begin() + value.args;
        std::vector<std::uint32_t> operands(args, args + value.arg_count);
        if (value.op == WEFT_OP_LOOP) {
            const weft_ir_loop& loop = ir.loops[value.aux];
            const auto next = ir.args.begin() + loop.next;
            operands.insert(operands.end(), next, next + loop.carried_count);
        }
        return operands;
    }

    // How many loops every value stands in.
    [[nodiscard]] static std::vector<std::uint32_t> loop_depths(const ir::IrText& ir) {
        std::vector<std::uint32_t> depths(ir.values.size());
        for (const weft_ir_loop& loop : ir.loops) {
            for (std::uint32_t i = 1; i <= loop.body_count; ++i) {
                ++depths[loop.value + i];
            }
        }
        return depths;
    }

    [[nodiscard]] Identity value(const ir::Kernel& kernel, std::uint32_t v,
                                 const std::vector<std::uint32_t>& operands,
                                 const std::vector<Identity>& known,
                                 const std::vector<std::uint32_t>& depths,
                                 std::vector<sema::StrandId>& reads) const {
        const weft_ir_value& value = kernel.ir.values[v];
        Meaning meaning("value");
        meaning.number(value.op).number(operands.size());
        for (const std::uint32_t operand : operands) {
            meaning.identity(known[operand]);
        }
        switch (value.op) {
            case WEFT_OP_CONST: meaning.real(value.imm); break;
            case WEFT_OP_FIELD: add_field(value.aux, meaning); break;
            case WEFT_OP_PARAM: add_param(value.aux, meaning); break;
            case WEFT_OP_SAMPLE: add_read(kernel.uses[value.aux].strand, meaning, reads); break;
            case WEFT_OP_LOOP: break;
            case WEFT_OP_LOOP_INDEX:
            case WEFT_OP_LOOP_CARRIED: meaning.number(depths[v]).number(value.aux); break;
            default: meaning.number(value.aux); break;
        }
        return meaning.hash();
    }

    // A setting is its value; of a clock the settings that it goes by.
    void add_field(std::uint32_t field, Meaning& meaning) const {
        meaning.number(field);
        const auto add = [&](std::initializer_list<std::uint32_t> settings) {
            for (const std::uint32_t setting : settings) {
                meaning.real(program_.settings[setting]);
            }
        };
        switch (field) {
            case WEFT_FIELD_X:
            case WEFT_FIELD_Y:
            case WEFT_FIELD_ABSTIME: break;
            case WEFT_FIELD_TIME:
            case WEFT_FIELD_FRAME: add({WEFT_FIELD_LOOP, WEFT_FIELD_FPS}); break;
            case WEFT_FIELD_ABSFRAME: add({WEFT_FIELD_FPS}); break;
            case WEFT_FIELD_SAMPLE: add({WEFT_FIELD_LOOP, WEFT_FIELD_FPS, WEFT_FIELD_RATE}); break;
            case WEFT_FIELD_ABSSAMPLE: add({WEFT_FIELD_RATE}); break;
            case WEFT_FIELD_BEAT:
            case WEFT_FIELD_BEATPHASE:
            case WEFT_FIELD_MEASURE:
            case WEFT_FIELD_MEASUREPHASE: add({WEFT_FIELD_BPM, WEFT_FIELD_TIMESIG_NUM}); break;
            default: add({field}); break;
        }
    }

    void add_param(std::uint32_t param, Meaning& meaning) const {
        const sema::Param& known = program_.params[param];
        meaning.text(known.key).number(known.smooth ? 1 : 0);
    }

    void add_read(sema::StrandId id, Meaning& meaning, std::vector<sema::StrandId>& reads) const {
        const sema::Strand& strand = program_.strands[id];
        const sema::Instance& instance = program_.instances[strand.instance];
        if (instance.kind == sema::InstanceKind::source) {
            meaning.text(instance.builtin).arguments(instance.arguments).number(strand.output);
            meaning.text(request_.stamp ? request_.stamp(instance) : "");
            if (strand.value != nullptr) {
                const ir::Kernel kernel =
                    lowered(ir::Domain::stream, {{{strand.value}, ir::Conversion::none}});
                for (const Identity& value : values(kernel, reads)) {
                    meaning.identity(value);
                }
            }
            return;
        }
        const auto known = std::find(reads.begin(), reads.end(), id);
        meaning.number(static_cast<std::uint64_t>(known - reads.begin()));
        if (known == reads.end()) {
            reads.push_back(id);
        }
        meaning.arguments(instance.arguments);  // how it is read beyond its edges
    }

    [[nodiscard]] const sema::Instance& instance_of(sema::StrandId strand) const {
        return program_.instances[program_.strands[strand].instance];
    }

    // --- caches ---

    [[nodiscard]] Identity with_reads(std::string_view kind, std::uint32_t item) const {
        Meaning meaning(kind);
        meaning.identity(forms_[item].shape);
        for (const sema::StrandId read : forms_[item].reads) {
            meaning.identity(names_[plan_.cache_item.at(read)]);
        }
        return meaning.hash();
    }

    // What a cache reads is named before it. In a loop every cache is at first only what it
    // computes, then again and again also what those compute that it reads: after twice as many
    // turns as there are caches in the loop whatever tells two loops of that size apart has come
    // around.
    void name_caches() {
        std::vector<std::vector<std::uint32_t>> needs(plan_.items.size());
        for (std::uint32_t i = 0; i < plan_.items.size(); ++i) {
            for (const sema::StrandId read : forms_[i].reads) {
                needs[i].push_back(plan_.cache_item.at(read));
            }
        }
        const StrongComponents loops = strong_components(needs);
        std::vector<std::vector<std::uint32_t>> members(loops.circular.size());
        for (std::uint32_t i = 0; i < plan_.items.size(); ++i) {
            members[loops.of[i]].push_back(i);
        }
        names_.resize(plan_.items.size());
        for (std::size_t loop = 0; loop < members.size(); ++loop) {
            const std::vector<std::uint32_t>& items = members[loop];
            const std::size_t turns = loops.circular[loop] ? 2 * items.size() : 1;
            for (const std::uint32_t item : items) {
                names_[item] = Meaning("begin").number(items.size()).hash();
            }
            for (std::size_t turn = 0; turn < turns; ++turn) {
                std::vector<Identity> next;
                for (const std::uint32_t item : items) {
                    next.push_back(with_reads("turn", item));
                }
                for (std::size_t n = 0; n < items.size(); ++n) {
                    names_[items[n]] = next[n];
                }
            }
        }
    }

    // --- the program ---

    [[nodiscard]] Identity part(bool sound) const {
        std::vector<Identity> identities;
        for (std::uint32_t i = 0; i < plan_.items.size(); ++i) {
            const Item& item = plan_.items[i];
            if ((item.domain == ir::Domain::stream) != sound) {
                continue;
            }
            Meaning meaning("part");
            meaning.number(static_cast<std::uint64_t>(item.kind)).identity(names_[i]);
            for (const std::uint32_t s : item.sinks) {
                const sema::Sink& sink = program_.sinks[s];
                meaning.number(static_cast<std::uint64_t>(sink.kind)).text(sink.target);
                meaning.number(sink.spreads ? 1 : 0);
                meaning.number(sink.has_alpha ? 1 : 0).arguments(sink.options);
            }
            identities.push_back(meaning.hash());
        }
        std::sort(identities.begin(), identities.end());
        Meaning meaning(sound ? "sound" : "pictures");
        for (const Identity& identity : identities) {
            meaning.identity(identity);
        }
        return meaning.hash();
    }

    [[nodiscard]] Identity params() const {
        Meaning meaning("params");
        for (const sema::Param& param : program_.params) {
            meaning.text(param.key).text(param.kind).number(param.smooth ? 1 : 0);
            meaning.real(param.initial).real(param.low).real(param.high);
        }
        return meaning.hash();
    }

    // Words that are shown, and settings that decide when something is computed.
    [[nodiscard]] Identity said() const {
        Meaning meaning("said");
        for (const sema::Param& param : program_.params) {
            meaning.text(param.name).text(param.label);
        }
        for (const sema::LiveInput& input : program_.inputs) {
            meaning.text(input.builtin).arguments(input.arguments);
        }
        for (const sema::Badge& badge : program_.badges) {
            meaning.text(badge.text);
        }
        for (const sema::Sink& sink : program_.sinks) {
            for (const std::string& label : sink.labels) {
                meaning.text(label);
            }
        }
        for (const double setting : program_.settings) {
            meaning.real(setting);
        }
        return meaning.hash();
    }

    const IdentifyRequest& request_;
    const Plan& plan_;
    const sema::Program& program_;
    std::vector<Form> forms_;      // by item
    std::vector<Identity> names_;  // by item
};

}  // namespace

ProgramIdentity identify(const IdentifyRequest& request) {
    return Identifier(request).run();
}

}  // namespace weft::driver
