// The transform against the sum that defines it, in f64.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <random>
#include <vector>

#include "spectrum.h"

namespace weft::audio {
namespace {

constexpr double kPi = 3.14159265358979323846;

std::vector<double> by_definition(const std::vector<double>& samples) {
    const std::size_t size = samples.size();
    std::vector<double> found;
    for (std::size_t k = 0; k < size / 2; ++k) {
        std::complex<double> wave;
        for (std::size_t i = 0; i < size; ++i) {
            const double turn = 2 * kPi * static_cast<double>(i) / static_cast<double>(size);
            const double window = 0.5 - 0.5 * std::cos(turn);
            wave += samples[i] * window * std::polar(1.0, -turn * static_cast<double>(k));
        }
        found.push_back(std::abs(wave) * (k == 0 ? 2.0 : 4.0) / static_cast<double>(size));
    }
    return found;
}

std::vector<float> transformed(Transform& transform, const std::vector<double>& samples) {
    std::copy(samples.begin(), samples.end(), transform.samples());
    std::vector<float> magnitudes(transform.bins());
    transform.run(magnitudes.data());
    return magnitudes;
}

TEST(Spectrum, IsTheSumThatDefinesIt) {
    std::mt19937 dice(5);
    std::uniform_real_distribution<double> noise(-1, 1);
    for (const std::size_t bins :
         {1u, 2u, 3u, 4u, 7u, 16u, 25u, 31u, 64u, 77u, 128u, 210u, 211u, 67u, 509u, 500u}) {
        Transform transform(bins);
        for (int turn = 0; turn < 3; ++turn) {
            std::vector<double> samples(2 * bins);
            for (double& sample : samples) sample = noise(dice);
            const std::vector<double> expected = by_definition(samples);
            const std::vector<float> got = transformed(transform, samples);
            for (std::size_t k = 0; k < bins; ++k)
                EXPECT_NEAR(got[k], expected[k], 1e-6) << k << " of " << bins;
        }
    }
}

TEST(Spectrum, ASineInTheMiddleOfABinReadsItsAmplitude) {
    // The largest prime there may be among them: to be taken apart it would take minutes.
    for (const std::size_t bins : {16u, 25u, 512u, 2048u, 65521u, 65536u}) {
        Transform transform(bins);
        for (const std::size_t bin : {bins / 4, bins / 2, bins - 2}) {
            std::vector<double> samples(2 * bins);
            for (std::size_t i = 0; i < samples.size(); ++i) {
                const double turn = 2 * kPi * static_cast<double>(i * bin);
                samples[i] = 0.7 * std::sin(turn / static_cast<double>(2 * bins) + 1.1);
            }
            const std::vector<float> got = transformed(transform, samples);
            EXPECT_NEAR(got[bin], 0.7, 1e-6);
            EXPECT_NEAR(got[bin - 1], 0.35, 1e-6) << "a Hann window's neighbours";
            EXPECT_NEAR(got[bin / 2 < bin - 1 ? bin / 2 : 0], 0, 1e-6);
        }
    }
}

TEST(Spectrum, AConstantReadsItselfAtZero) {
    Transform transform(32);
    const std::vector<float> got = transformed(transform, std::vector<double>(64, -0.25));
    EXPECT_NEAR(got[0], 0.25, 1e-7);
    for (std::size_t k = 2; k < 32; ++k) EXPECT_NEAR(got[k], 0, 1e-7);
}

}  // namespace
}  // namespace weft::audio
