// Sound in the caller's memory: the same samples as `weft render`, in pieces of any size.
#include "tests/unit/embed/embedded.h"

#include <cstring>

namespace weft::test {
namespace {

// A tone and a filter, which remembers.
constexpr const char* kStereo =
    "me<rate> = 8000  me<fps> = 30\n"
    "before<v> = cache(low@v, 2)\n"
    "low<v> = before@v[before@k ~ 1] * .9 + .1 * noise(me@abssample * .37, 0, 0)\n"
    "play(.5 * sin(me@time * 2000), low@v)\n";

std::vector<std::vector<float>> from_wav(const std::string& program, std::uint64_t count) {
    const Directory directory;
    const std::string out = directory / "out.wav";
    (void)weft("render " + directory.write("sound.weft", program) + " -o " + out +
               " --duration 1 --on cpu --no-cache");
    std::ifstream in(out, std::ios::binary);
    const std::string bytes(std::istreambuf_iterator<char>(in), {});
    const std::size_t data = bytes.find("data") + 8;
    std::vector<std::vector<float>> channels(2, std::vector<float>(count));
    EXPECT_GE(bytes.size(), data + count * 8);
    for (std::uint64_t i = 0; i < count && bytes.size() >= data + count * 8; ++i)
        for (std::size_t c = 0; c < 2; ++c)
            std::memcpy(&channels[c][i], &bytes[data + (i * 2 + c) * 4], 4);
    return channels;
}

TEST(Sound, IsTheSamplesOfRender) {
    const auto engine = make_engine();
    const auto show = loaded(engine, kStereo, WEFT_LOAD_SOUND);
    EXPECT_EQ(info(show).channel_count, 2u);
    EXPECT_EQ(info(show).spreads, 0u);
    EXPECT_EQ(info(show).rate, 8000);
    EXPECT_EQ(sound(show, 0, 8000, 2), from_wav(kStereo, 8000));
}

TEST(Sound, GoesOnInPiecesOfAnySize) {
    const auto engine = make_engine();
    const auto show = loaded(engine, kStereo);
    const auto whole = sound(show, 0, 3000, 2);
    const auto again = loaded(engine, kStereo);
    std::vector<std::vector<float>> pieces(2);
    std::uint64_t count = 1;
    while (pieces[0].size() < 3000) {
        const auto piece = sound(again, WEFT_SOUND_NEXT,
                                 std::min<std::uint64_t>(count, 3000 - pieces[0].size()), 2);
        for (std::size_t c = 0; c < 2; ++c)
            pieces[c].insert(pieces[c].end(), piece[c].begin(), piece[c].end());
        count = count * 3 % 1000 + 1;
    }
    EXPECT_EQ(pieces, whole);
}

TEST(Sound, BeginsAnywhere) {
    const auto engine = make_engine();
    const auto show = loaded(engine, kStereo);
    const auto whole = sound(show, 0, 3000, 2);
    for (const int first : {2500, 10, 1000, 0}) {
        const auto part = sound(show, first, 300, 2);
        for (std::size_t c = 0; c < 2; ++c)
            EXPECT_EQ(part[c],
                      std::vector<float>(whole[c].begin() + first, whole[c].begin() + first + 300))
                << first;
    }
    EXPECT_EQ(sound(show, WEFT_SOUND_NEXT, 1, 2)[0][0], whole[0][300]);
}

TEST(Sound, MayBeInterleavedAndIncomplete) {
    const auto engine = make_engine();
    const auto show = loaded(engine, "play(.25, .5)\n");
    std::vector<float> memory(3 * 4, 7);
    std::vector<float*> places = {memory.data(), nullptr, memory.data() + 2};
    auto wanted = sized<weft_sound>();
    wanted.channels = places.data();
    wanted.channel_count = 3;
    wanted.stride = 3;
    wanted.count = 4;
    ASSERT_EQ(weft_show_sound(show.get(), &wanted, nullptr), WEFT_OK);
    EXPECT_EQ(memory, (std::vector<float>{.25, 7, 0, .25, 7, 0, .25, 7, 0, .25, 7, 0}));
}

TEST(Sound, OfOneChannelIsForAll) {
    const auto engine = make_engine();
    const auto show = loaded(engine, "play(2)\n");
    EXPECT_EQ(info(show).spreads, 1u);
    EXPECT_EQ(sound(show, 0, 5, 3),
              std::vector<std::vector<float>>(3, std::vector<float>(5, 1.0F)));
}

TEST(Sound, OfAProgramWithoutIsSilence) {
    const auto engine = make_engine();
    const auto show = loaded(engine, "display(1)\n", WEFT_LOAD_PICTURES | WEFT_LOAD_SOUND);
    EXPECT_EQ(info(show).channel_count, 0u);
    EXPECT_EQ(sound(show, 0, 5, 2), std::vector<std::vector<float>>(2, std::vector<float>(5)));
}

}  // namespace
}  // namespace weft::test
