// Programs on a device whose memory does not suffice: what moves to host memory and back changes no
// bit of any picture, and who does not fit harms nobody. Instantiated as device_suite.h is.
#pragma once

#include <gtest/gtest.h>
#include <weft/clock.h>
#include <weft/cpp/points.hpp>

#include <weft_paths.h>

#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gpu/program.h"
#include "tests/batches/batch.h"
#include "tests/support/absent.h"
#include "tests/support/separate_device.h"

namespace weft::test {

constexpr std::uint64_t kSide = 256;
constexpr std::uint64_t kPicture = kSide * kSide * sizeof(float);

// A picture made of what `caches` held, each `back` ticks ago.
struct Kept {
    std::uint64_t ticks;
    double back;
};

// Adds a cache of ticks of pictures, `scale * absframe + x * y`.
inline std::uint32_t add_cache(batch_test::BatchText& batch, std::uint64_t ticks, double scale) {
    batch_test::KernelText& kernel = batch.kernel(WEFT_DOMAIN_RASTER, kSide, kSide);
    batch_test::Ir& ir = kernel.ir;
    const auto x = ir.field(WEFT_FIELD_X, WEFT_VARIES_COLUMN);
    const auto y = ir.field(WEFT_FIELD_Y, WEFT_VARIES_ROW);
    const auto frame = ir.field(WEFT_FIELD_ABSFRAME, WEFT_VARIES_FRAME);
    const auto scaled = ir.op(WEFT_OP_MUL, {frame, ir.constant(scale)});
    const std::uint32_t cache = batch.cache(ticks, WEFT_TICK_FRAME, kSide, kSide);
    kernel.store(cache, {ir.op(WEFT_OP_ADD, {scaled, ir.op(WEFT_OP_MUL, {x, y})})});
    return cache;
}

inline batch_test::BatchText pictures(const std::vector<Kept>& caches) {
    batch_test::BatchText batch;
    std::vector<std::uint32_t> inputs;
    for (std::size_t c = 0; c < caches.size(); ++c)
        inputs.push_back(batch.internal(
            add_cache(batch, caches[c].ticks, 0.37 + 0.11 * static_cast<double>(c))));
    batch_test::KernelText& kernel = batch.kernel(WEFT_DOMAIN_RASTER, kSide, kSide);
    batch_test::Ir& ir = kernel.ir;
    const auto x = ir.field(WEFT_FIELD_X, WEFT_VARIES_COLUMN);
    const auto y = ir.field(WEFT_FIELD_Y, WEFT_VARIES_ROW);
    auto sum = ir.op(WEFT_OP_MUL, {x, ir.constant(0.125)});
    for (std::size_t c = 0; c < caches.size(); ++c) {
        const auto seen = ir.sample(inputs[c], {y, x, ir.constant(caches[c].back)});
        sum = ir.op(WEFT_OP_ADD, {ir.op(WEFT_OP_MUL, {sum, ir.constant(0.75)}), seen});
    }
    kernel.store(batch.picture(kSide, kSide, WEFT_FORMAT_F32, 1, 0), {sum});
    return batch;
}

// A picture made of input 9.
inline batch_test::BatchText reading() {
    batch_test::BatchText batch;
    batch_test::KernelText& kernel = batch.kernel(WEFT_DOMAIN_RASTER, kSide, kSide);
    batch_test::Ir& ir = kernel.ir;
    const auto x = ir.field(WEFT_FIELD_X, WEFT_VARIES_COLUMN);
    const auto y = ir.field(WEFT_FIELD_Y, WEFT_VARIES_ROW);
    kernel.store(batch.picture(kSide, kSide, WEFT_FORMAT_F32, 1, 0),
                 {ir.sample(batch.input(9), {x, y})});
    return batch;
}

class OneProgram {
public:
    OneProgram(gpu::Device& device, batch_test::Host& host, const batch_test::BatchText& text)
        : settings_(text.settings) {
        const batch_test::BatchView view(text);
        program_ = gpu::compile(cpp::Host(&host.table), device, view.batch);
    }
    std::vector<float> picture(std::int64_t number) {
        std::vector<float> pixels(kSide * kSide, -1.0f);
        const weft_target target{pixels.data(), kPicture};
        std::array<double, WEFT_FIELD_COUNT> fields = settings_;
        weft_clock_at_frame(settings_.data(), number, fields.data());
        const double none[1] = {0};
        weft_frame frame{};
        frame.struct_size = sizeof frame;
        frame.fields = fields.data();
        frame.params = frame.uniforms = none;
        frame.targets = &target;
        frame.target_count = 1;
        frame.capture = 1;
        program_->execute(frame);
        return pixels;
    }
    std::vector<std::vector<float>> film(std::int64_t from, std::int64_t to) {
        std::vector<std::vector<float>> all;
        for (std::int64_t k = from; k < to; ++k) all.push_back(picture(k));
        return all;
    }
    double value(std::uint32_t output, double at, std::int64_t now) {
        std::array<double, WEFT_FIELD_COUNT> constants = settings_;
        weft_clock_at_frame(settings_.data(), now, constants.data());
        constants[WEFT_FIELD_X] = at;
        constants[WEFT_FIELD_Y] = 1 - at;
        const double own = 0;
        const weft_points points = cpp::one_point(constants.data(), &own, nullptr);
        double result = -1e300;
        program_->get_values(output, points, &result);
        return result;
    }
    weft_handle handle(std::uint32_t output) {
        weft_handle handle{};
        handle.struct_size = sizeof handle;
        program_->get_handle(output, handle);
        return handle;
    }

private:
    std::array<double, WEFT_FIELD_COUNT> settings_;
    std::unique_ptr<cpp::Program> program_;
};

template <class Api>
class SpillSuite : public testing::Test {
protected:
    void SetUp() override {
        // A validation layer speaks through it.
        host_.table.log = [](void*, std::uint32_t level, weft_str text) {
            if (level == WEFT_LOG_ERROR) ADD_FAILURE() << cpp::view(text);
        };
        // A device with memory of its own is measured when it is opened, which takes a while.
        host_.cache_directory = in_build("/tests/spill");
        std::filesystem::create_directories(host_.cache_directory);
        for (std::uint64_t x = 0; x < 2 * kSide; ++x)
            for (std::uint64_t y = 0; y < kSide; ++y)
                loaded_.at(x, y) = 0.25f * static_cast<float>(x) - static_cast<float>(y);
        host_.bind(9, loaded_.handle);
        try {
            device_ = open();
        } catch (const cpp::Failure& failure) {
            return absent(failure.what(), Api::kInstalled);
        }
    }
    std::unique_ptr<gpu::Device> open() {
        std::unique_ptr<gpu::Device> device = Api::open(cpp::Host(&host_.table));
        if (!device->info().unified) return device;
        return std::make_unique<SeparateDevice>(std::move(device));
    }
    [[nodiscard]] gpu::Residency::Usage usage() const { return device_->residency.usage(); }
    // As it would be with room for everything.
    std::vector<std::vector<float>> due(const batch_test::BatchText& text, std::int64_t frames) {
        host_.device_memory = 0;
        return OneProgram(*device_, host_, text).film(0, frames);
    }

    batch_test::Host host_;
    // In host memory; kernels read a copy of it, which has to be on the device.
    batch_test::Picture loaded_{2 * kSide, kSide};
    std::unique_ptr<gpu::Device> device_;
};
TYPED_TEST_SUITE_P(SpillSuite);

TYPED_TEST_P(SpillSuite, WhatDoesNotFitIsReadInHostMemory) {
    const auto text = pictures({{8, 5}, {2, 1}, {1, 0}, {12, 9}, {3, 2}});
    const auto expected = this->due(text, 24);
    for (const std::uint64_t limit : {3 * kPicture, 9 * kPicture, 20 * kPicture}) {
        this->host_.device_memory = limit;
        OneProgram program(*this->device_, this->host_, text);
        EXPECT_GT(this->usage().spilled, 0u) << limit;
        EXPECT_LE(this->usage().resident, limit);
        EXPECT_EQ(program.film(0, 24), expected) << limit;
        EXPECT_EQ(program.value(0, 0.3, 23), program.value(0, 0.3, 23));
    }
}

// A newcomer that needs memory on the device, which is found while its frame is prepared.
TYPED_TEST_P(SpillSuite, ARunningProgramMovesAndComesBack) {
    const auto text = pictures({{8, 5}, {2, 1}});
    const auto expected = this->due(text, 80);
    const auto second = reading();
    const auto seen_due = this->due(second, 3);
    this->host_.device_memory = 11 * kPicture;
    OneProgram program(*this->device_, this->host_, text);
    auto film = program.film(0, 20);
    const double value = program.value(0, 0.3, 19);
    EXPECT_EQ(this->usage().spilled, 0u);
    {
        OneProgram other(*this->device_, this->host_, second);
        const auto seen = other.film(0, 3);
        EXPECT_GT(this->usage().spilled, 0u);
        EXPECT_EQ(program.value(0, 0.3, 19), value);
        for (std::int64_t k = 20; k < 40; ++k) {
            film.push_back(program.picture(k));
            EXPECT_EQ(other.picture(k - 17).size(), kSide * kSide);
        }
        EXPECT_EQ(seen, seen_due);
    }
    for (std::int64_t k = 40; k < 80; ++k) film.push_back(program.picture(k));
    EXPECT_EQ(this->usage().spilled, 0u) << "the ring did not come back";
    EXPECT_GE(this->usage().moves, 2u);
    EXPECT_EQ(film, expected);
}

// Who reads a cache of another program in place finds it where it went.
TYPED_TEST_P(SpillSuite, ReadersOfAnotherFollow) {
    batch_test::BatchText first;
    const std::uint32_t cache = add_cache(first, 8, 0.5);
    first.outputs[cache].shared = 1;
    first.outputs[cache].kinds = 1u << WEFT_HANDLE_LOCAL;
    batch_test::BatchText reader;
    batch_test::KernelText& kernel = reader.kernel(WEFT_DOMAIN_RASTER, kSide, kSide);
    batch_test::Ir& ir = kernel.ir;
    const auto x = ir.field(WEFT_FIELD_X, WEFT_VARIES_COLUMN);
    const auto y = ir.field(WEFT_FIELD_Y, WEFT_VARIES_ROW);
    kernel.store(reader.picture(kSide, kSide, WEFT_FORMAT_F32, 1, 0),
                 {ir.sample(reader.input(7), {x, y, ir.constant(3)})});
    std::vector<std::vector<float>> films[2];
    for (const bool tight : {false, true}) {
        this->host_.device_memory = tight ? 9 * kPicture : 0;
        OneProgram producer(*this->device_, this->host_, first);
        this->host_.bind(7, producer.handle(cache));
        OneProgram consumer(*this->device_, this->host_, reader);
        std::unique_ptr<OneProgram> other;
        for (std::int64_t k = 0; k < 30; ++k) {
            (void)producer.picture(k);
            films[tight ? 1 : 0].push_back(consumer.picture(k));
            if (k == 10 && tight) {
                other = std::make_unique<OneProgram>(*this->device_, this->host_, reading());
                (void)other->picture(0);
                EXPECT_GT(this->usage().spilled, 0u);
            }
            if (k == 20) other.reset();
        }
        EXPECT_EQ(this->usage().spilled, 0u);
    }
    EXPECT_EQ(films[0], films[1]);
}

TYPED_TEST_P(SpillSuite, WhatIsSharedWithOthersStays) {
    if (!this->device_->info().exports_fd) GTEST_SKIP() << "the device exports nothing";
    batch_test::BatchText text;
    const std::uint32_t cache = add_cache(text, 8, 0.5);
    text.outputs[cache].shared = 1;
    text.outputs[cache].kinds = 1u << WEFT_HANDLE_OPAQUE_FD;
    this->host_.device_memory = 9 * kPicture;
    OneProgram program(*this->device_, this->host_, text);
    const int fd = program.handle(cache).memory_fd;
    OneProgram other(*this->device_, this->host_, pictures({{8, 0}}));
    EXPECT_EQ(this->usage().moves, 0u);
    EXPECT_GE(this->usage().spilled, 8 * kPicture);  // the newcomer's
    EXPECT_EQ(program.handle(cache).memory_fd, fd);
}

// A program that cannot be made leaves everything as it was.
TYPED_TEST_P(SpillSuite, WhoDoesNotFitHarmsNobody) {
    const auto text = pictures({{8, 5}, {2, 1}});
    const auto expected = this->due(text, 12);
    this->host_.device_memory = 14 * kPicture;
    OneProgram program(*this->device_, this->host_, text);
    auto film = program.film(0, 6);
    auto large = pictures({{1, 0}});
    large.outputs[0].shared = 1;
    large.outputs[0].grid.axes[0].count = 3840;
    large.outputs[0].grid.axes[1].count = std::uint64_t{1} << 40;
    try {
        const OneProgram never(*this->device_, this->host_, large);
        ADD_FAILURE() << "there is no such memory";
    } catch (const cpp::Failure& failure) {
        EXPECT_EQ(failure.code(), WEFT_UNAVAILABLE);
        EXPECT_NE(std::string(failure.what()).find("3840 x "), std::string::npos) << failure.what();
    }
    EXPECT_EQ(this->usage().moves, 0u);
    EXPECT_EQ(this->usage().spilled, 0u);
    for (std::int64_t k = 6; k < 12; ++k) film.push_back(program.picture(k));
    EXPECT_EQ(film, expected);
}

// One thread shows frames while another compiles what drives its memory out and frees it again.
TYPED_TEST_P(SpillSuite, FramesGoOnWhileMemoryMoves) {
    const auto text = pictures({{8, 5}, {2, 1}});
    const auto expected = this->due(text, 200);
    this->host_.device_memory = 11 * kPicture;
    OneProgram program(*this->device_, this->host_, text);
    std::vector<std::vector<float>> film;
    std::atomic<bool> done{false};
    std::thread frames([&] {
        for (std::int64_t k = 0; k < 200; ++k) film.push_back(program.picture(k));
        done = true;
    });
    const auto other_text = reading();
    do {
        OneProgram other(*this->device_, this->host_, other_text);
        for (std::int64_t k = 0; k < 3; ++k) (void)other.picture(k);
    } while (!done);
    frames.join();
    EXPECT_EQ(film, expected);
    EXPECT_GT(this->usage().moves, 0u);
}

REGISTER_TYPED_TEST_SUITE_P(SpillSuite, WhatDoesNotFitIsReadInHostMemory,
                            ARunningProgramMovesAndComesBack, ReadersOfAnotherFollow,
                            WhatIsSharedWithOthersStays, WhoDoesNotFitHarmsNobody,
                            FramesGoOnWhileMemoryMoves);

}  // namespace weft::test
