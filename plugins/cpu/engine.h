// LLVM as a service: kernels in, object code out; object code in, functions out.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "kernel.h"
#include "machine.h"

namespace weft::cpu {

// A piece of linked code; its functions live as long as it does.
class Code {
public:
    virtual ~Code() = default;
    // Null when there is no such function.
    [[nodiscard]] virtual void* function(const std::string& name) const = 0;
};

class Engine {
public:
    // lanes: 0 for the widest this machine has, or 4, 8, 16.
    [[nodiscard]] static std::unique_ptr<Engine> create(unsigned lanes, std::string& error);
    virtual ~Engine() = default;

    [[nodiscard]] virtual const Machine& machine() const = 0;
    // Object code of all kernels of a batch; empty with `error` set on failure.
    [[nodiscard]] virtual std::string compile(const std::vector<KernelSource>& kernels,
                                              std::vector<KernelInfo>& infos,
                                              std::string& error) = 0;
    // `names` are the functions wanted. Null with `error` set on failure.
    [[nodiscard]] virtual std::unique_ptr<Code> link(const std::string& object,
                                                     const std::vector<std::string>& names,
                                                     std::string& error) = 0;
    // What the last compile spent inside LLVM, without our making of its input.
    [[nodiscard]] virtual double llvm_milliseconds() const = 0;
};

// What the processor is called and how wide it computes, for `weft plugins`. Starts nothing.
[[nodiscard]] Machine host_machine(unsigned lanes);

}  // namespace weft::cpu
