// The host that a replayed plugin sees: it answers what the trace says that the host answered.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <weft/host.h>

#include "replay/exchange.h"
#include "replay/trace.h"

namespace weft::replay {

// Memory behind a file descriptor, as the host's is.
class Mapping {
public:
    explicit Mapping(std::uint64_t size);
    ~Mapping();
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;
    [[nodiscard]] char* data() const { return data_; }  // null: there is no such memory
    [[nodiscard]] std::uint64_t size() const { return size_; }
    [[nodiscard]] int file() const { return file_; }

private:
    char* data_ = nullptr;
    std::uint64_t size_;
    int file_ = -1;
};

class ReplayHost {
public:
    ReplayHost(const Trace& trace, Exchange& exchange, bool verbose);

    [[nodiscard]] const weft_host* table(std::uint32_t struct_size, std::uint32_t abi_version);
    // Whose callbacks are answered from now on. What a call read stays until its program is gone.
    void begin(const Call& call) { call_ = &call; }
    // Memory of others becomes what it was when the trace was made.
    void set_memory(const MemoryRecord& memory);
    // A handle as the plugin can read it. False: nothing here can be what it describes.
    [[nodiscard]] bool make_real(weft_handle& handle);
    // Memory that is not in the trace is zero; that is counted.
    void guess() { ++guessed_; }
    [[nodiscard]] std::uint64_t missing() const { return missing_; }  // answers not in the trace
    [[nodiscard]] std::uint64_t guessed() const { return guessed_; }  // memory too large for it

private:
    struct Foreign {
        weft_view view{};
        std::unique_ptr<Mapping> memory;
        std::vector<std::unique_ptr<Mapping>> before;  // too small for what came later
    };
    struct Getter {
        ReplayHost* host;
        std::uint64_t recorded;
    };
    struct Calls;  // the functions of the table

    // Memory for a view of others; false: there is none.
    [[nodiscard]] static bool make_room(Foreign& foreign, const weft_handle& handle);
    [[nodiscard]] weft_status lookup(std::uint64_t id, weft_binding* binding, weft_error* error);
    [[nodiscard]] weft_status values(std::uint64_t getter, const weft_points& points,
                                     double* values, weft_error* error);
    void exposed(std::uint64_t id, const weft_handle& handle);
    // The callbacks of a function that were made within the call: the first that `wanted` takes.
    template <class Wanted>
    [[nodiscard]] const Call* callback(std::uint16_t row, Wanted&& wanted) const;
    [[nodiscard]] Answer answer(const Call& call, Arena& arena) const;

    const Trace& trace_;
    Exchange& exchange_;
    bool verbose_;
    weft_host table_{};
    const Call* call_ = nullptr;
    std::map<const weft_view*, std::unique_ptr<Foreign>> foreign_;
    std::map<std::uint64_t, std::unique_ptr<Getter>> getters_;
    std::map<void*, std::unique_ptr<Mapping>> allocated_;
    std::map<const Call*, bool> taken_;  // getters' answers that were given
    std::uint64_t missing_ = 0;
    std::uint64_t guessed_ = 0;
};

}  // namespace weft::replay
