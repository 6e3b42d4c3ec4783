// The LLVM side: target, code generation, linking with ORC.
#include "engine.h"

#include <chrono>
#include <cmath>
#include <cstring>
#include <map>
#include <mutex>
#include <stdexcept>

#include <llvm/ADT/StringMap.h>
#include <llvm/ExecutionEngine/Orc/Core.h>
#include <llvm/ExecutionEngine/Orc/ExecutorProcessControl.h>
#include <llvm/ExecutionEngine/Orc/RTDyldObjectLinkingLayer.h>
#include <llvm/ExecutionEngine/SectionMemoryManager.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/Module.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Support/ErrorHandling.h>
#include <llvm/Support/Host.h>
#include <llvm/Support/SmallVectorMemoryBuffer.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Target/TargetMachine.h>

#include "exact_trig.h"

namespace weft::cpu {
namespace {

namespace orc = llvm::orc;

// LLVM reports what it cannot go on from here. Unwinding leaks what it held; the process lives on.
[[noreturn]] void on_fatal_error(void*, const char* reason, bool) {
    throw std::runtime_error(std::string("LLVM: ") + reason);
}

void start_llvm() {
    static std::once_flag once;
    std::call_once(once, [] {
        llvm::InitializeNativeTarget();
        llvm::InitializeNativeTargetAsmPrinter();
        llvm::install_fatal_error_handler(on_fatal_error);
    });
}

std::string text_of(llvm::Error error) {
    return llvm::toString(std::move(error));
}

class LinkedCode final : public Code {
public:
    LinkedCode(orc::ExecutionSession& session, orc::JITDylib& library)
        : session_(session), library_(library) {}
    ~LinkedCode() override { llvm::consumeError(session_.removeJITDylib(library_)); }
    [[nodiscard]] void* function(const std::string& name) const override {
        const auto found = functions.find(name);
        return found == functions.end() ? nullptr : found->second;
    }
    std::map<std::string, void*> functions;

private:
    orc::ExecutionSession& session_;
    orc::JITDylib& library_;
};

class LlvmEngine final : public Engine {
public:
    LlvmEngine(Machine machine, std::unique_ptr<orc::ExecutorProcessControl> control)
        : machine_(std::move(machine)),
          session_(std::move(control)),
          layer_(session_, [] { return std::make_unique<llvm::SectionMemoryManager>(); }) {}
    ~LlvmEngine() override { llvm::consumeError(session_.endSession()); }

    [[nodiscard]] const Machine& machine() const override { return machine_; }
    std::string compile(const KernelSource& kernel, KernelInfo& info, std::string& error) override;
    std::unique_ptr<Code> link(const std::string& object, const std::vector<std::string>& names,
                               std::string& error) override;
    [[nodiscard]] double llvm_milliseconds() const override { return llvm_milliseconds_; }

private:
    bool start_target(std::string& error);
    llvm::Error define_runtime(orc::JITDylib& library);

    Machine machine_;
    std::unique_ptr<llvm::TargetMachine> target_;  // made when there is something to compile
    orc::ExecutionSession session_;
    orc::RTDyldObjectLinkingLayer layer_;
    std::uint64_t linked_ = 0;
    double llvm_milliseconds_ = 0;
};

bool LlvmEngine::start_target(std::string& error) {
    const std::string triple = llvm::sys::getProcessTriple();
    const llvm::Target* target = llvm::TargetRegistry::lookupTarget(triple, error);
    if (target == nullptr) return false;
    llvm::TargetOptions options;
    options.AllowFPOpFusion = llvm::FPOpFusion::Strict;
    options.NoTrappingFPMath = true;
    target_.reset(target->createTargetMachine(triple, machine_.cpu, machine_.features, options,
                                              llvm::Reloc::PIC_, llvm::CodeModel::Small,
                                              llvm::CodeGenOpt::Default, true));
    if (target_ == nullptr) error = "LLVM has no code generator for this processor";
    return target_ != nullptr;
}

std::string LlvmEngine::compile(const KernelSource& kernel, KernelInfo& info, std::string& error) {
    if (target_ == nullptr && !start_target(error)) return {};
    llvm::LLVMContext context;
    llvm::Module module("weft", context);
    module.setDataLayout(target_->createDataLayout());
    module.setTargetTriple(target_->getTargetTriple().str());
    info = {};
    error = emit_kernel(module, machine_, kernel, info);
    if (!error.empty()) return {};
    const auto begin = std::chrono::steady_clock::now();
    llvm::SmallVector<char, 0> object;
    llvm::raw_svector_ostream stream(object);
    llvm::legacy::PassManager passes;
    if (target_->addPassesToEmitFile(passes, stream, nullptr, llvm::CGFT_ObjectFile)) {
        error = "LLVM cannot make object code for this processor";
        return {};
    }
    passes.run(module);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    llvm_milliseconds_ = took.count();
    return {object.data(), object.size()};
}

// What compiled code may call: our own slow paths, and what LLVM itself puts in.
llvm::Error LlvmEngine::define_runtime(orc::JITDylib& library) {
    const std::pair<const char*, void*> symbols[] = {
        {"weft_cpu_sin_f32", reinterpret_cast<void*>(&weft_cpu_sin_f32)},
        {"weft_cpu_cos_f32", reinterpret_cast<void*>(&weft_cpu_cos_f32)},
        {"weft_cpu_sin_f64", reinterpret_cast<void*>(&weft_cpu_sin_f64)},
        {"weft_cpu_cos_f64", reinterpret_cast<void*>(&weft_cpu_cos_f64)},
        {"weft_cpu_tan_f64", reinterpret_cast<void*>(&weft_cpu_tan_f64)},
        {"memcpy", reinterpret_cast<void*>(&std::memcpy)},
        {"memset", reinterpret_cast<void*>(&std::memset)},
    };
    orc::SymbolMap map;
    for (const auto& [name, address] : symbols)
        map[session_.intern(name)] = llvm::JITEvaluatedSymbol::fromPointer(address);
    return library.define(orc::absoluteSymbols(std::move(map)));
}

std::unique_ptr<Code> LlvmEngine::link(const std::string& object,
                                       const std::vector<std::string>& names, std::string& error) {
    orc::JITDylib& library = session_.createBareJITDylib("batch" + std::to_string(linked_++));
    auto code = std::make_unique<LinkedCode>(session_, library);
    if (llvm::Error failed = define_runtime(library)) {
        error = text_of(std::move(failed));
        return nullptr;
    }
    auto buffer = std::make_unique<llvm::SmallVectorMemoryBuffer>(
        llvm::SmallVector<char, 0>(object.begin(), object.end()), "weft", false);
    if (llvm::Error failed = layer_.add(library, std::move(buffer))) {
        error = text_of(std::move(failed));
        return nullptr;
    }
    orc::SymbolLookupSet wanted;
    for (const std::string& name : names)
        wanted.add(session_.intern(name), orc::SymbolLookupFlags::RequiredSymbol);
    auto found = session_.lookup(orc::makeJITDylibSearchOrder(&library), std::move(wanted));
    if (!found) {
        error = text_of(found.takeError());
        return nullptr;
    }
    for (const auto& [name, symbol] : *found)
        if (symbol.getAddress() != 0)
            code->functions[(*name).str()] =
                llvm::jitTargetAddressToPointer<void*>(symbol.getAddress());
    return code;
}

bool has(const llvm::StringMap<bool>& features, const char* name) {
    const auto found = features.find(name);
    return found != features.end() && found->second;
}

}  // namespace

Machine host_machine(unsigned lanes) {
    llvm::StringMap<bool> features;
    llvm::sys::getHostCPUFeatures(features);
    Machine machine;
    machine.avx512 = has(features, "avx512f") && has(features, "avx512vl") &&
                     has(features, "avx512dq") && has(features, "avx512bw");
    const bool avx2 = has(features, "avx2") && has(features, "fma");
    if (lanes == 0) lanes = machine.avx512 ? 16 : avx2 ? 8 : 4;
    machine.lanes = lanes;
    machine.avx512 = machine.avx512 && lanes == 16;
    const bool whole = lanes == (has(features, "avx512f") ? 16u : avx2 ? 8u : 4u);
    if (whole) {
        machine.cpu = llvm::sys::getHostCPUName().str();
        for (const auto& feature : features) {
            if (!machine.features.empty()) machine.features += ',';
            machine.features += (feature.second ? "+" : "-") + feature.first().str();
        }
        machine.fma = has(features, "fma");
    } else {
        // Narrower than the machine: the generation of processors that has this width.
        machine.cpu = lanes == 8 ? "x86-64-v3" : "x86-64-v2";
        machine.fma = lanes == 8;
    }
    return machine;
}

std::unique_ptr<Engine> Engine::create(unsigned lanes, std::string& error) {
    start_llvm();
    Machine machine = host_machine(lanes);
    auto control = orc::SelfExecutorProcessControl::Create();
    if (!control) {
        error = text_of(control.takeError());
        return nullptr;
    }
    return std::make_unique<LlvmEngine>(std::move(machine), std::move(*control));
}

}  // namespace weft::cpu
