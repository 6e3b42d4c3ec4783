// Work compiled and run, for checks that look at results: what a plugin may refuse is told apart
// from what it fails at.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "driver/validate/context.h"
#include "kit/holdings.h"
#include "kit/judge.h"

namespace weft::validate {

// A created back end and the host that serves it.
struct Instance {
    const Calls* calls = nullptr;
    TestHost* host = nullptr;
    weft_backend* backend = nullptr;
};

// The plugin's instance over context.host(); its backend is null, and the check ended, where there
// is none.
[[nodiscard]] Instance instance_of(Context& context);

// An instance of its own over a host of its own, with so many threads; cleaned up with it.
class OwnInstance {
public:
    // Of the plugin.
    OwnInstance(Context& context, std::uint32_t threads);
    // Of the reference back end, which is the judge.
    explicit OwnInstance(Context& context);
    // Of another plugin.
    OwnInstance(Context& context, const weft_backend_api& other);
    ~OwnInstance();
    OwnInstance(const OwnInstance&) = delete;
    OwnInstance& operator=(const OwnInstance&) = delete;
    // Its backend is null, and the check skipped, where it could not be created.
    [[nodiscard]] const Instance& get() const { return instance_; }

private:
    void create(Context& context);

    std::unique_ptr<Calls> other_;
    TestHost host_;
    Instance instance_;
};

class Driven {
public:
    // Compiles `work`. `batch`: given instead of the work's own. What fails with anything but
    // WEFT_UNSUPPORTED has failed the check.
    Driven(Context& context, const Instance& instance, Work& work,
           const weft_batch* batch = nullptr);
    ~Driven() { release(); }
    Driven(const Driven&) = delete;
    Driven& operator=(const Driven&) = delete;

    [[nodiscard]] bool ok() const { return program_ != nullptr; }
    [[nodiscard]] const std::string& refusal() const { return refusal_; }
    [[nodiscard]] weft_program* program() const { return program_; }
    [[nodiscard]] Work& work() const { return work_; }

    // False, and failed, when the call fails.
    bool run(Frame& frame);
    bool values(std::uint32_t output, const weft_points& points, double* values);
    // False: refused.
    bool handle(std::uint32_t output, std::uint32_t kind, weft_handle& handle);
    void release();

private:
    Context& context_;
    const Calls& calls_;
    Work& work_;
    weft_program* program_ = nullptr;
    std::string refusal_;
};

// A context for which the plugin compiles kernels, `best` if it is one; WEFT_CONTEXT_COUNT, and
// skipped: it compiles none.
[[nodiscard]] std::uint32_t kernel_context(Context& context, std::uint32_t best);

// The bytes of all targets of a frame, one after the other.
[[nodiscard]] std::string bytes_of(const Frame& frame);

// What was compared with the reference, and the first that differs.
struct Verdict {
    std::uint64_t points = 0;
    std::uint64_t wrong = 0;
    std::string first;

    // `got` against all a back end may deliver; `where` is asked for only where it is wrong.
    void judge(const weft_bound& bound, double exact, double got,
               const std::function<std::string()>& where);
    // Fails the check: "sin is wrong at 3 of 900 points: ...".
    void report(Context& context, std::string_view what) const;
};

// Fails the check, naming what grew, where the process holds more than `before`.
void expect_flat(Context& context, const kit::Holdings& before, std::string_view after_what);

// "1.5", "nan", "-inf": as many digits as tell it apart.
[[nodiscard]] std::string number(double value);

}  // namespace weft::validate
