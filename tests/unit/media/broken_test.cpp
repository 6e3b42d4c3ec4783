// Files that are not there, not whole, not what they claim: an error that says so, never a crash.
#include "media_host.h"

#include <algorithm>
#include <cstring>
#include <random>

namespace weft::test {
namespace {

class BrokenTest : public MediaTest {
protected:
    static testing::AssertionResult says(const std::string& message, const std::string& wanted) {
        if (message.find(wanted) != std::string::npos) return testing::AssertionSuccess();
        return testing::AssertionFailure() << "'" << message << "' lacks '" << wanted << "'";
    }

    void cut(const std::string& from, const std::string& to, double part) {
        std::vector<uint8_t> bytes = read_bytes(from);
        bytes.resize(static_cast<size_t>(static_cast<double>(bytes.size()) * part));
        write_bytes(to, bytes);
    }
};

TEST_F(BrokenTest, AMissingFileIsNamedWithItsNeighbours) {
    write_text(path("dandelion.png"), "x");
    const std::string message = load_error(path("dandelions.png"));
    EXPECT_TRUE(says(message, "there is no file '" + path("dandelions.png") + "'"));
    EXPECT_TRUE(says(message, "did you mean 'dandelion.png'?"));
    EXPECT_TRUE(says(load_error(path("dandelion.jpg")), "did you mean 'dandelion.png'?"));
    EXPECT_TRUE(says(load_error(path("no/where.png")), "there is no directory"));
    const Opened opened = try_open("load", {"r"}, {{"", path("nothing.png")}});
    EXPECT_EQ(opened.node, "img");
    EXPECT_EQ(opened.status, WEFT_UNAVAILABLE);
}

TEST_F(BrokenTest, DirectoriesAndEmptyFiles) {
    std::filesystem::create_directory(path("folder"));
    write_text(path("empty.png"), "");
    EXPECT_TRUE(says(load_error(path("folder")), "is a directory"));
    EXPECT_TRUE(says(load_error(path("empty.png")), "is empty"));
    EXPECT_TRUE(says(load_error("/dev/zero"), "is not an ordinary file"));
}

TEST_F(BrokenTest, TextIsNoMedia) {
    write_text(path("notes.txt"), "this is not a picture\nnor a sound\n");
    write_text(path("list.png"), "ffconcat version 1.0\nfile '/etc/passwd'\n");
    write_text(path("list.m3u8"), "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n/etc/passwd\n");
    for (const char* name : {"notes.txt", "list.png", "list.m3u8"}) {
        const std::string message = load_error(path(name));
        EXPECT_FALSE(message.empty()) << name;
        EXPECT_TRUE(says(message, path(name)));
    }
}

TEST_F(BrokenTest, TruncatedPicturesAreRefused) {
    std::vector<uint8_t> rgba(64 * 48 * 4);
    std::mt19937 random(1);
    for (uint8_t& v : rgba) v = static_cast<uint8_t>(random());
    Picture floats(64, 48);
    for (const char* name : {"a.png", "a.jpg", "a.bmp", "a.tif"})
        ASSERT_EQ(write_rgba8(path(name), 64, 48, rgba), "");
    for (const char* name : {"a.exr", "a.pfm"}) ASSERT_EQ(write_picture(path(name), floats), "");
    for (const char* name : {"a.png", "a.jpg", "a.bmp", "a.tif", "a.exr", "a.pfm"}) {
        EXPECT_EQ(load_error(path(name)), "");
        for (const double part : {0.02, 0.3, 0.6, 0.9, 0.99}) {
            const std::string shortened = path(std::string("cut") + name);
            cut(path(name), shortened, part);
            EXPECT_NE(load_error(shortened), "") << name << " to " << part;
        }
    }
    cut(path("a.png"), path("b.png"), 0.5);
    EXPECT_TRUE(says(load_error(path("b.png")), "is truncated"));
    cut(path("a.jpg"), path("b.jpg"), 0.5);
    EXPECT_TRUE(says(load_error(path("b.jpg")), "is truncated"));
    cut(path("a.pfm"), path("b.pfm"), 0.5);
    EXPECT_TRUE(says(load_error(path("b.pfm")), "is truncated: 23 of 48 rows"));
}

TEST_F(BrokenTest, AnAbsurdSizeIsRefusedBeforeMemoryIsSpent) {
    ASSERT_EQ(write_rgba8(path("a.png"), 4, 4, std::vector<uint8_t>(64)), "");
    std::vector<uint8_t> bytes = read_bytes(path("a.png"));
    const uint8_t huge[] = {0, 1, 0x86, 0xa0};  // 100000
    std::copy_n(huge, 4, bytes.begin() + 16);
    std::copy_n(huge, 4, bytes.begin() + 20);
    // The checksum of the head, of "IHDR" and thirteen bytes.
    uint32_t sum = ~0u;
    for (size_t i = 12; i < 29; ++i) {
        sum ^= bytes[i];
        for (int bit = 0; bit < 8; ++bit) sum = sum >> 1 ^ (sum & 1 ? 0xedb88320u : 0u);
    }
    for (size_t i = 0; i < 4; ++i) bytes[29 + i] = static_cast<uint8_t>(~sum >> (24 - 8 * i));
    write_bytes(path("huge.png"), bytes);
    EXPECT_TRUE(says(load_error(path("huge.png")), "100000x100000"));

    write_text(path("huge.pfm"), "PF\n30000 30000\n-1.0\n");
    EXPECT_TRUE(says(load_error(path("huge.pfm")), "30000x30000"));
    write_text(path("wide.pfm"), "PF\n99999999999999999999 1\n-1.0\n");
    EXPECT_NE(load_error(path("wide.pfm")), "");
}

TEST_F(BrokenTest, ATruncatedFilmShowsWhatItHas) {
    weft_writer_options wanted = options(64, 48, WEFT_FORMAT_RGBA8);
    wanted.fps = 10;
    ASSERT_EQ(write(path("a.mkv"), wanted,
                    [&](weft_writer* open, weft_error* error) {
                        for (int i = 0; i < 30; ++i) {
                            const std::vector<uint8_t> grey(64 * 48 * 4,
                                                            static_cast<uint8_t>(i * 8));
                            if (writer->picture(open, grey.data(), 256, 0, error) != WEFT_OK)
                                return WEFT_INTERNAL;
                        }
                        return WEFT_OK;
                    }),
              "");
    cut(path("a.mkv"), path("b.mkv"), 0.6);
    const Source film = load(path("b.mkv"), 1);
    EXPECT_NEAR(film.at_time(0, 0.2), 16 / 255.0, 0.03);
    EXPECT_GE(film.at_time(0, 2.9), 0.0) << "the last frame there is";
    cut(path("a.mkv"), path("c.mkv"), 0.05);
    EXPECT_NE(load_error(path("c.mkv"), 1), "");
}

TEST_F(BrokenTest, AFilmOverTheBudgetSaysWhatToDo) {
    weft_writer_options wanted = options(1280, 720, WEFT_FORMAT_RGBA8);
    wanted.fps = 30;
    wanted.quality = 1;
    const std::vector<uint8_t> grey(1280 * 720 * 4, 100);
    ASSERT_EQ(write(path("long.mp4"), wanted,
                    [&](weft_writer* open, weft_error* error) {
                        for (int i = 0; i < 150; ++i)
                            if (writer->picture(open, grey.data(), 5120, 0, error) != WEFT_OK)
                                return WEFT_INTERNAL;
                        return WEFT_OK;
                    }),
              "");
    const std::string message = load_error(path("long.mp4"), 4, {{"weft.window", 1.0}});
    EXPECT_TRUE(says(message, "150 of 1280x720, 4 planes, 2.1 GiB; the budget is 2.0 GiB"));
    EXPECT_TRUE(says(message, "cache"));
}

TEST_F(BrokenTest, DamagedBytesNeverCrash) {
    std::vector<uint8_t> rgba(40 * 30 * 4);
    for (size_t i = 0; i < rgba.size(); ++i) rgba[i] = static_cast<uint8_t>(i * i >> 5);
    Picture floats(40, 30);
    std::vector<float> sound(20000);
    for (size_t i = 0; i < sound.size(); ++i) sound[i] = static_cast<float>(i % 97) / 97.0f;
    for (const char* name : {"a.png", "a.jpg", "a.bmp", "a.tif"})
        ASSERT_EQ(write_rgba8(path(name), 40, 30, rgba), "");
    for (const char* name : {"a.exr", "a.pfm"}) ASSERT_EQ(write_picture(path(name), floats), "");
    for (const char* name : {"a.wav", "a.flac", "a.ogg", "a.mp3", "a.mkv"})
        ASSERT_EQ(write_sound(path(name), 48000, {sound}), "");
    std::mt19937 random(3);
    for (const char* name : {"a.png", "a.jpg", "a.bmp", "a.tif", "a.exr", "a.pfm", "a.wav",
                             "a.flac", "a.ogg", "a.mp3", "a.mkv"}) {
        const std::vector<uint8_t> whole = read_bytes(path(name));
        for (int round = 0; round < 12; ++round) {
            std::vector<uint8_t> bytes = whole;
            for (int n = 0; n < 4; ++n) {
                const size_t at =
                    n < 2 ? random() % std::min<size_t>(bytes.size(), 64) : random() % bytes.size();
                bytes[at] = static_cast<uint8_t>(random());
            }
            write_bytes(path("damaged"), bytes);
            (void)load_error(path("damaged"), 1);
        }
    }
}

TEST_F(BrokenTest, ArgumentsAreChecked) {
    EXPECT_TRUE(says(try_open("load", {"r"}, {}).message, "needs the name of a file"));
    EXPECT_TRUE(says(try_open("load", {"r"}, {{"", 3.0}}).message, "needs the name of a file"));
    EXPECT_TRUE(says(load_error("x.png", 1, {{"speed", 2.0}}), "knows no argument 'speed'"));
    EXPECT_TRUE(says(load_error("x.png", 1, {{"", "y.png"}}), "an argument too many"));
    EXPECT_TRUE(says(load_error("x.png", 1, {{"stream", "smell"}}), "not \"smell\""));
    EXPECT_TRUE(says(try_open("telescope", {"r"}, {}).message, "no builtin 'telescope'"));
}

}  // namespace
}  // namespace weft::test
