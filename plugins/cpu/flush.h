// Numbers too small to be normal, while what a program remembers is computed.
#pragma once

#include <cstdint>

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace weft::cpu {

// While it lives, operands and results of this thread below 2^-126 (in f64 2^-1022) are 0. An echo,
// a filter or a trail that nothing feeds any more comes down to such numbers and, as they are
// rounded, stays there for good; a processor computes with them many times slower. What is not
// remembered keeps them.
class FlushTiny {
public:
    explicit FlushTiny(bool on) : on_(on) {
        if (!on_) return;
        before_ = control();
        set_control(before_ | kFlush);
    }
    ~FlushTiny() {
        if (on_) set_control(before_);
    }
    FlushTiny(const FlushTiny&) = delete;
    FlushTiny& operator=(const FlushTiny&) = delete;

private:
#if defined(__x86_64__)
    using Control = unsigned;
    static constexpr Control kFlush = 0x8040;  // of MXCSR: results, operands
    static Control control() {
        return _mm_getcsr();
    }
    static void set_control(Control control) {
        _mm_setcsr(control);
    }
#elif defined(__aarch64__)
    using Control = std::uint64_t;
    static constexpr Control kFlush = std::uint64_t{1} << 24;  // FPCR.FZ
    static Control control() {
        Control control;
        asm volatile("mrs %0, fpcr" : "=r"(control));
        return control;
    }
    static void set_control(Control control) {
        asm volatile("msr fpcr, %0" : : "r"(control));
    }
#else
    using Control = unsigned;
    static constexpr Control kFlush = 0;
    static Control control() {
        return 0;
    }
    static void set_control(Control) {}
#endif

    bool on_;
    Control before_ = 0;
};

}  // namespace weft::cpu
