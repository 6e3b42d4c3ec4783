// The frequencies of real samples, of any number of them in n log n: by the library where their
// number has small factors only, else as a convolution (L. Bluestein, 1970) of powers of two.
#pragma once

#include <complex>
#include <optional>
#include <vector>

#include <kissfft/kissfft.hh>

namespace weft::audio {

// No allocation once it is made.
class Fourier {
public:
    // For 2 * `bins` samples.
    explicit Fourier(std::size_t bins);

    // `waves`: of `bins` frequencies, i turns over all samples; of the first one the real part.
    void run(const double* samples, std::complex<double>* waves);

private:
    using Wave = std::complex<double>;
    void convolve(const double* samples, Wave* waves);

    std::size_t bins_;
    std::optional<kissfft<double>> direct_;
    // Otherwise:
    std::optional<kissfft<double>> forth_;
    std::optional<kissfft<double>> back_;
    std::vector<Wave> chirp_;   // by bin
    std::vector<Wave> kernel_;  // the chirp's conjugate, transformed
    std::vector<Wave> turns_;   // half a turn over all bins
    std::vector<Wave> room_;
    std::vector<Wave> other_;
};

}  // namespace weft::audio
