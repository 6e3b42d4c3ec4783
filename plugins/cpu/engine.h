// LLVM as a service: a kernel in, object code out; object code in, functions out.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "disk/cache.h"
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

// The code of one kernel, shared by all programs that have this very kernel.
struct KernelCode {
    KernelInfo info;
    std::unique_ptr<Code> code;
};

// What programs of an engine run now: the next that has the same kernel neither compiles nor links
// it. [compile thread]
class KnownCode {
public:
    // Null where no program has it.
    [[nodiscard]] std::shared_ptr<const KernelCode> find(const disk::Key& key) const {
        for (const auto& [known, code] : list_)
            if (known == key)
                if (auto found = code.lock()) return found;
        return nullptr;
    }
    void add(const disk::Key& key, const std::shared_ptr<const KernelCode>& code) {
        std::erase_if(list_, [](const auto& one) { return one.second.expired(); });
        list_.emplace_back(key, code);
    }

private:
    std::vector<std::pair<disk::Key, std::weak_ptr<const KernelCode>>> list_;
};

class Engine {
public:
    KnownCode known;

    // lanes: 0 for the widest this machine has, or 4, 8, 16.
    [[nodiscard]] static std::unique_ptr<Engine> create(unsigned lanes, std::string& error);
    virtual ~Engine() = default;

    [[nodiscard]] virtual const Machine& machine() const = 0;
    // Object code of a kernel; empty with `error` set on failure.
    [[nodiscard]] virtual std::string compile(const KernelSource& kernel, KernelInfo& info,
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
