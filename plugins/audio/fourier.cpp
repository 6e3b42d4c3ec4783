#include "fourier.h"

#include <algorithm>
#include <bit>

namespace weft::audio {
namespace {

constexpr double kPi = 3.14159265358979323846;

// The library takes a factor of p in p * n steps.
constexpr std::size_t kLargestFactor = 64;

std::size_t largest_factor(std::size_t n) {
    std::size_t largest = 1;
    for (std::size_t p = 2; p * p <= n; ++p)
        for (; n % p == 0; n /= p) largest = p;
    return std::max(largest, n);
}

}  // namespace

Fourier::Fourier(std::size_t bins) : bins_(bins) {
    if (largest_factor(bins) <= kLargestFactor) {
        direct_.emplace(bins, false);
        // The library makes room for odd factors when it first meets them.
        const std::vector<double> nothing(2 * bins);
        std::vector<Wave> waves(bins);
        direct_->transform_real(nothing.data(), waves.data());
        return;
    }
    const std::size_t size = std::bit_ceil(2 * bins);
    forth_.emplace(size, false);
    back_.emplace(size, true);
    const auto n = static_cast<double>(bins);
    for (std::size_t i = 0; i < bins; ++i) {
        const auto square = static_cast<double>(i * i % (2 * bins));
        chirp_.push_back(std::polar(1.0, -kPi * square / n));
        turns_.push_back(std::polar(1.0, -kPi * static_cast<double>(i) / n));
    }
    room_.resize(size);
    other_.resize(size);
    kernel_.resize(size);
    for (std::size_t i = 0; i < bins; ++i)
        room_[i] = room_[(size - i) % size] = std::conj(chirp_[i]) / static_cast<double>(size);
    forth_->transform(room_.data(), kernel_.data());
}

void Fourier::run(const double* samples, Wave* waves) {
    if (direct_) {
        direct_->transform_real(samples, waves);
    } else {
        convolve(samples, waves);
    }
}

// Samples in pairs are half as many complex ones; what these hold of each other is taken apart
// then.
void Fourier::convolve(const double* samples, Wave* waves) {
    for (std::size_t i = 0; i < bins_; ++i)
        room_[i] = Wave(samples[2 * i], samples[2 * i + 1]) * chirp_[i];
    std::fill(room_.begin() + static_cast<std::ptrdiff_t>(bins_), room_.end(), Wave());
    forth_->transform(room_.data(), other_.data());
    for (std::size_t i = 0; i < other_.size(); ++i) other_[i] *= kernel_[i];
    back_->transform(other_.data(), room_.data());
    for (std::size_t i = 0; i < bins_; ++i) room_[i] *= chirp_[i];
    waves[0] = room_[0].real() + room_[0].imag();
    for (std::size_t i = 1; i < bins_; ++i) {
        const Wave even = 0.5 * (room_[i] + std::conj(room_[bins_ - i]));
        const Wave odd = Wave(0, -0.5) * (room_[i] - std::conj(room_[bins_ - i]));
        waves[i] = even + turns_[i] * odd;
    }
}

}  // namespace weft::audio
