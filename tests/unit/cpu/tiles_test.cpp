// How the rows of a picture are dealt out to threads.
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "tests/batches/batch.h"

namespace weft::batch_test {
namespace {

// Runs tasks one after the other and sees how many rows each writes.
class Dealer : public Host {
public:
    explicit Dealer(std::uint64_t height) : picture(height * kWidth, -1.0f) {
        table.parallel = [](void* context, std::uint64_t count, void (*task)(void*, std::uint64_t),
                            void* user) {
            auto& self = static_cast<Dealer&>(*static_cast<Host*>(context));
            for (std::uint64_t i = 0; i < count; ++i) {
                const std::uint64_t before = self.written();
                task(user, i);
                self.tiles.push_back(self.written() - before);
            }
        };
    }
    static constexpr std::uint64_t kWidth = 16;
    std::vector<float> picture;
    std::vector<std::uint64_t> tiles;

private:
    [[nodiscard]] std::uint64_t written() const {
        return static_cast<std::uint64_t>(
                   std::count_if(picture.begin(), picture.end(), [](float v) { return v >= 0; })) /
               kWidth;
    }
};

// Rows that the first thread to end has to wait for, if the last one begins after `late` rows.
std::uint64_t waits(const std::vector<std::uint64_t>& tiles, std::uint64_t threads,
                    std::uint64_t late) {
    std::vector<std::uint64_t> ends(threads);
    ends.back() = late;
    for (const std::uint64_t rows : tiles) *std::min_element(ends.begin(), ends.end()) += rows;
    return *std::max_element(ends.begin(), ends.end()) -
           *std::min_element(ends.begin(), ends.end());
}

TEST(Tiles, EndTogether) {
    for (const std::uint64_t height : {1080u, 2160u, 83u, 500u})
        for (const std::uint32_t threads : {2u, 3u, 8u}) {
            Dealer host(height);
            host.threads = threads;
            BatchText batch;
            KernelText& kernel = batch.kernel(WEFT_DOMAIN_RASTER, Dealer::kWidth, height);
            kernel.store(batch.picture(Dealer::kWidth, height, WEFT_FORMAT_F32, 1, 0),
                         {kernel.ir.field(WEFT_FIELD_Y, WEFT_VARIES_ROW)});
            Compiled program(host, batch);
            ASSERT_TRUE(program.ok()) << program.error().message;
            ASSERT_EQ(program.frame(0, {{host.picture.data(), host.picture.size() * 4}}), WEFT_OK);
            std::uint64_t rows = 0;
            for (const std::uint64_t tile : host.tiles) {
                rows += tile;
                // Rows of different cost level out.
                EXPECT_LE(tile, height / (threads * 4) + 16);
            }
            EXPECT_EQ(rows, height);
            for (const std::uint64_t late : {std::uint64_t{0}, height / 50, height / (2 * threads)})
                EXPECT_LE(waits(host.tiles, threads, late), 32u)
                    << height << " rows, " << threads << " threads, one late by " << late;
        }
}

}  // namespace
}  // namespace weft::batch_test
