#include "gpu/math/native_trial.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

#include <weft/ops.h>

#include "disk/cache.h"
#include "eval/bound.h"
#include "gpu/dialect.h"
#include "gpu/math/math.h"
#include "gpu/math/native.h"

namespace weft::gpu {
namespace {

constexpr std::uint64_t bit(std::uint32_t op) {
    return std::uint64_t{1} << (op - WEFT_OP_ADD);
}

// A few instructions each.
constexpr std::uint64_t kShort = bit(WEFT_OP_DIV) | bit(WEFT_OP_SQRT) | bit(WEFT_OP_INVERSESQRT) |
                                 bit(WEFT_OP_ROUND) | bit(WEFT_OP_FRACT) | bit(WEFT_OP_MIN) |
                                 bit(WEFT_OP_MAX);

constexpr std::uint32_t kOperands = 1u << 14;
constexpr std::uint32_t kTurns = 256;  // calls a thread when measured

// Parameters of every text here.
enum : std::uint32_t { kArgs, kInput, kOutput, kCancel, kParameters };

// Lanes are vectors in OpenCL alone; elsewhere they are points that a thread computes in turn.
TextOptions of_vectors(TextOptions options) {
    if (options.target != Target::opencl) options.lanes = 1;
    return options;
}

std::string call_of(std::uint32_t op, const char* const* names) {
    std::string text = math_function(op, false) + "(";
    const std::uint32_t arity = weft_op_info_of(op)->arity;
    for (std::uint32_t i = 0; i < arity; ++i) text += (i ? ", " : "") + std::string(names[i]);
    return text + ")";
}

KernelText begin_text(const std::vector<std::string>& entries) {
    KernelText text;
    text.parameters = {{Use::args, 0}, {Use::input, 0}, {Use::output, 0}, {Use::cancel, 0}};
    for (const std::string& name : entries) text.entries.push_back({name, Over::points});
    return text;
}

// Threads from launch.z on do nothing.
std::string frame(const TextOptions& options, const KernelText& text, std::size_t entry,
                  const std::string& body) {
    return begin_entry(options, text, entry) + "    if (gx >= launch.z) return;\n" +
           "    int at = int_of(gx) * LANES;\n" + body + end_entry(options.target);
}

std::string head(const TextOptions& options, const KernelText& text,
                 const std::vector<std::uint16_t>& ops) {
    return dialect_head(options.target) + math_prelude(options, ops, {}) +
           dialect_memory(options, text, kCancel);
}

std::string operand(const char* name, std::uint32_t index, std::uint32_t count) {
    return std::string("    F ") + name + " = ROW_F32(p1, at + " + std::to_string(index * count) +
           ");\n";
}

class Run {
public:
    Run(Device& device, const std::vector<std::vector<float>>& operands, std::size_t results)
        : device_(device),
          count_(static_cast<std::uint32_t>(operands[0].size())),
          args_(device.allocate(KernelText().args.bytes(0), Place::upload)),
          input_(device.allocate(operands.size() * count_ * 4, Place::upload)),
          output_(device.allocate(results * count_ * 4, Place::readback)),
          cancel_(device.allocate(4, Place::upload)) {
        std::memset(args_->host, 0, args_->size);
        std::memset(cancel_->host, 0, 4);
        for (std::size_t i = 0; i < operands.size(); ++i)
            std::memcpy(input_->host + i * count_ * 4, operands[i].data(), count_ * 4);
    }

    // Seconds for one entry over all operands.
    double operator()(const Pipeline& pipeline, std::uint32_t entry) {
        const TextOptions options = of_vectors(device_.info().text);
        const std::uint32_t threads = count_ / options.lanes;
        std::vector<Command> commands(1);
        commands[0].kind = Command::Kind::launch;
        Launch& launch = commands[0].launch;
        launch.pipeline = &pipeline;
        launch.entry = entry;
        launch.groups = {(threads + options.group - 1) / options.group, 1};
        launch.parameters.resize(kParameters);
        launch.parameters[kArgs] = {args_.get(), 0};
        launch.parameters[kInput] = {input_.get(), 0};
        launch.parameters[kOutput] = {output_.get(), 0};
        launch.parameters[kCancel] = {cancel_.get(), 0};
        launch.constants = {0, 0, threads, 1};
        const std::unique_ptr<Work> work = device_.record(commands);
        const auto start = std::chrono::steady_clock::now();
        (void)device_.wait(device_.submit(*work), UINT64_MAX);
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    }

    [[nodiscard]] std::vector<float> result(std::size_t index) const {
        std::vector<float> numbers(count_);
        std::memcpy(numbers.data(), output_->host + index * count_ * 4, count_ * 4);
        return numbers;
    }

private:
    Device& device_;
    std::uint32_t count_;
    std::unique_ptr<Buffer> args_, input_, output_, cancel_;
};

// Where functions go wrong, and random numbers of every size.
std::vector<std::vector<float>> trial_operands() {
    const float inf = std::numeric_limits<float>::infinity();
    const float special[] = {
        0.0f,     1.0f,    0.5f,        2.5f,       1e-20f, 1e-37f,       8388607.5f,
        16777216, 88.7f,   127.9f,      1e7f,       1e30f,  3e38f,        1.1754944e-38f,
        0.1f,     1.5708f, 6.28318f,    1e4f,       355.0f, 100.0f,       2e38f,
        126.0f,   1e-3f,   0.99999994f, 1.0000001f, inf,    std::nanf("")};
    std::mt19937 random(1);
    const auto any = [&] {
        const auto draw = static_cast<std::uint32_t>(random());
        const float part = static_cast<float>(draw >> 8) * 0x1p-24f;
        switch (draw & 3u) {
            case 0: return std::ldexp(1.0f + part, static_cast<int>(random() % 252) - 126);
            case 1: return part * 20.0f - 10.0f;
            case 2: return 1.0f + (part - 0.5f) * 0.05f;
            default: return std::ldexp(part, static_cast<int>(random() % 40) - 20);
        }
    };
    std::vector<std::vector<float>> lists(2);
    for (const float a : special)
        for (const float b : special)
            for (const float sign : {1.0f, -1.0f}) {
                lists[0].push_back(a * sign);
                lists[1].push_back(b);
            }
    while (lists[0].size() < kOperands) {
        for (std::vector<float>& list : lists)
            list.push_back(any() * (random() & 1u ? 1.0f : -1.0f));
    }
    return lists;
}

bool allowed(std::uint32_t op, const std::vector<std::vector<float>>& operands, std::size_t at,
             float got) {
    weft_bound_operand given[3] = {};
    double args[3] = {};
    for (std::size_t i = 0; i < operands.size(); ++i) {
        given[i].value = args[i] = static_cast<double>(operands[i][at]);
        given[i].bound = weft_bound_round(weft_bound_point(args[i]), 0.5, WEFT_PRECISION_F32);
    }
    const weft_bound bound =
        weft_bound_round(weft_bound_op(op, given), weft_op_info_of(op)->ulp, WEFT_PRECISION_F32);
    return weft_bound_holds(&bound, static_cast<double>(got)) != 0;
}

// An entry an operator: each thread calls it many times, one call not waiting for the other.
std::shared_ptr<const Pipeline> timing(Device& device, const TextOptions& options,
                                       const std::vector<std::uint16_t>& ops) {
    std::vector<std::string> names;
    for (const std::uint16_t op : ops) names.push_back("time_" + std::to_string(op));
    KernelText text = begin_text(names);
    text.source = head(options, text, ops);
    for (std::size_t i = 0; i < ops.size(); ++i) {
        const char* const arguments[] = {"a", "b"};
        text.source += frame(options, text, i,
                             operand("a", 0, kOperands) + operand("b", 1, kOperands) +
                                 "    F sum = NUM(0.0f);\n    for (int turn = 0; turn < " +
                                 std::to_string(kTurns) + "; ++turn) {\n        sum = sum + " +
                                 call_of(ops[i], arguments) +
                                 ";\n        a = a + 0.0078125f;\n    }\n"
                                 "    PUT_F32(p2, at, 1, sum, LANES);\n");
    }
    return device.build({&text, options.native ? "native functions" : "own functions"});
}

void measure(Device& device, std::vector<NativeTrial>& trials) {
    std::vector<std::uint16_t> ops;
    for (const NativeTrial& trial : trials)
        if (trial.misses == 0 && (kShort & bit(trial.op)) == 0)
            ops.push_back(static_cast<std::uint16_t>(trial.op));
    if (ops.empty()) return;
    std::vector<std::vector<float>> operands(2, std::vector<float>(kOperands));
    for (std::uint32_t i = 0; i < kOperands; ++i) {
        operands[0][i] = static_cast<float>(i) * 0x1p-16f;
        operands[1][i] = 0.5f + static_cast<float>(i) * 0x1p-15f;
    }
    Run run(device, operands, 1);
    for (const bool native : {false, true}) {
        TextOptions options = of_vectors(device.info().text);
        options.native = kShort & options.native;
        if (native)
            for (const std::uint16_t op : ops) options.native |= bit(op);
        const std::shared_ptr<const Pipeline> pipeline = timing(device, options, ops);
        for (std::size_t i = 0; i < ops.size(); ++i) {
            double best = run(*pipeline, static_cast<std::uint32_t>(i));
            for (int again = 0; again < 5; ++again)
                best = std::min(best, run(*pipeline, static_cast<std::uint32_t>(i)));
            const auto found = std::find_if(trials.begin(), trials.end(),
                                            [&](const auto& trial) { return trial.op == ops[i]; });
            (native ? found->native_ns : found->own_ns) = best * 1e9 / kOperands / kTurns;
        }
    }
}

}  // namespace

std::vector<std::vector<float>> compute_on(Device& device, const TextOptions& options,
                                           const std::vector<std::uint16_t>& ops,
                                           const std::vector<std::vector<float>>& operands) {
    const auto count = static_cast<std::uint32_t>(operands[0].size());
    KernelText text = begin_text({"compute"});
    const char* const names[] = {"a", "b", "c"};
    std::string body;
    for (std::uint32_t i = 0; i < operands.size(); ++i) body += operand(names[i], i, count);
    for (std::size_t k = 0; k < ops.size(); ++k)
        body += "    PUT_F32(p2, at + " + std::to_string(k * count) + ", 1, " +
                call_of(ops[k], names) + ", LANES);\n";
    text.source = head(options, text, ops) + frame(options, text, 0, body);
    const std::shared_ptr<const Pipeline> pipeline = device.build({&text, "functions"});
    Run run(device, operands, ops.size());
    (void)run(*pipeline, 0);
    std::vector<std::vector<float>> results;
    for (std::size_t k = 0; k < ops.size(); ++k) results.push_back(run.result(k));
    return results;
}

std::vector<NativeTrial> try_natives(Device& device) {
    const DeviceInfo& info = device.info();
    std::vector<std::uint16_t> ops;
    TextOptions options = of_vectors(info.text);
    options.native = 0;
    for (std::uint16_t op = WEFT_OP_ADD; op < WEFT_OP_LIMIT; ++op) {
        if (native_function(options.target, op).single.empty()) continue;
        if (info.unified && (kShort & bit(op)) == 0) continue;
        ops.push_back(op);
        options.native |= bit(op);
    }
    const std::vector<std::vector<float>> operands = trial_operands();
    const auto results = compute_on(device, options, ops, operands);
    std::vector<NativeTrial> trials;
    for (std::size_t k = 0; k < ops.size(); ++k) {
        NativeTrial& trial = trials.emplace_back();
        trial.op = ops[k];
        for (std::size_t i = 0; i < operands[0].size(); ++i)
            if (!allowed(trial.op, operands, i, results[k][i])) ++trial.misses;
    }
    measure(device, trials);
    return trials;
}

std::uint64_t choose_natives(Device& device, cpp::Host host) {
    const DeviceInfo& info = device.info();
    const disk::Cache cache(std::string(host.cache_directory()), "natives");
    const disk::Key key =
        disk::make_key({info.name, info.driver, std::to_string(static_cast<int>(info.text.target)),
                        std::to_string(info.text.lanes)});
    std::uint64_t mask = 0;
    if (const auto known = cache.read(key); known && known->size() == sizeof mask) {
        std::memcpy(&mask, known->data(), sizeof mask);
        return mask;
    }
    try {
        for (const NativeTrial& trial : try_natives(device))
            if (trial.chosen()) mask |= bit(trial.op);
    } catch (const cpp::Failure& failure) {
        host.log(WEFT_LOG_WARNING,
                 info.name + ": its functions could not be tried: " + failure.what());
        return info.text.native;
    }
    std::vector<std::uint8_t> bytes(sizeof mask);
    std::memcpy(bytes.data(), &mask, sizeof mask);
    cache.write(key, bytes);
    return mask;
}

}  // namespace weft::gpu
