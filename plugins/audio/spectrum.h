// spectrum(strand, bins): how strong which frequencies are in the last 2 * bins samples.
//
// The host keeps these samples in a ring and gives it as an input (argument "weft.input": its index
// in the batch). For frames (no "weft.slots") there is one spectrum, of the samples up to
// weft_frame.first_sample. For sound there is one for every `bins` samples: number n is of those up
// to sample n * bins, and is kept in place n modulo "weft.slots".
#pragma once

#include <complex>
#include <vector>

#include "fourier.h"
#include "source.h"

namespace weft::audio {

// Magnitudes of 2 * bins samples under a periodic Hann window: a sine of amplitude 1 in the middle
// of a bin gives 1 there, and so does a constant 1 in bin 0. No allocation once it is made.
class Transform {
public:
    explicit Transform(std::size_t bins);

    [[nodiscard]] std::size_t bins() const { return bins_; }
    // 2 * bins numbers, oldest first, to be written before run().
    [[nodiscard]] double* samples() { return samples_.data(); }
    // `magnitudes`: of `bins` frequencies, i * rate / (2 * bins). Changes the samples.
    void run(float* magnitudes);

private:
    std::size_t bins_;
    Fourier fourier_;
    std::vector<double> window_;
    std::vector<double> samples_;
    std::vector<std::complex<double>> waves_;
};

[[nodiscard]] std::unique_ptr<Source> open_spectrum(const cpp::Host& host, const weft_batch& batch,
                                                    const weft_source& source);

}  // namespace weft::audio
