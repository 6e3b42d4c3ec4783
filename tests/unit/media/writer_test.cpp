// What holds for every file that is written: it appears whole or not at all, its bytes depend on
// nothing but its contents, and what cannot be done is said.
#include "media_host.h"

#include <sys/resource.h>

#include <weft_paths.h>

#include <csignal>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

namespace weft::test {
namespace {

class WriterTest : public MediaTest {
protected:
    std::vector<std::string> files() const {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(path("")))
            names.push_back(entry.path().filename());
        return names;
    }
};

const std::vector<uint8_t> kPixels(8 * 8 * 4, 77);

TEST_F(WriterTest, TheFileAppearsWhenItIsWhole) {
    const weft_writer_options wanted = options(8, 8, WEFT_FORMAT_RGBA8);
    ASSERT_EQ(write(path("a.png"), wanted,
                    [&](weft_writer* open, weft_error* error) {
                        EXPECT_FALSE(std::filesystem::exists(path("a.png")));
                        EXPECT_EQ(files().size(), 1u) << "the temporary file stands beside it";
                        EXPECT_EQ(files()[0].rfind(".a.png.part-", 0), 0u);
                        return writer->picture(open, kPixels.data(), 32, 0, error);
                    }),
              "");
    EXPECT_EQ(files(), std::vector<std::string>{"a.png"});
}

TEST_F(WriterTest, AbortLeavesTheOldFileAndNothingElse) {
    ASSERT_EQ(write_rgba8(path("a.png"), 8, 8, kPixels), "");
    const std::vector<uint8_t> before = read_bytes(path("a.png"));
    const weft_writer_options wanted = options(8, 8, WEFT_FORMAT_RGBA8);
    EXPECT_NE(
        write(path("a.png"), wanted, [](weft_writer*, weft_error*) { return WEFT_CANCELLED; }),
        "x");
    EXPECT_EQ(files(), std::vector<std::string>{"a.png"});
    EXPECT_EQ(read_bytes(path("a.png")), before);
    writer->abort(nullptr);
}

TEST_F(WriterTest, WhereItCannotBeWrittenIsSaid) {
    const auto says = [](const std::string& message, const std::string& wanted) {
        EXPECT_NE(message.find(wanted), std::string::npos) << message;
    };
    for (const char* name : {"a.png", "a.exr", "a.pfm", "a.wav", "a.mp4", "a.csv"}) {
        weft_writer_options wanted = options(8, 8, WEFT_FORMAT_RGBA8);
        const weft_str column = {"v", 1};
        wanted.columns = &column;
        wanted.column_count = 1;
        wanted.channels = 1;
        wanted.rate = 48000;
        wanted.fps = 24;
        const auto nothing = [](weft_writer*, weft_error*) { return WEFT_OK; };
        says(write(path(std::string("no/") + name), wanted, nothing), "there is no directory");
        std::filesystem::create_directories(path(name));
        says(write(path(name), wanted, nothing), "it is a directory");
        says(write(std::string("/proc/") + name, wanted, nothing), "cannot write '/proc/");
    }
    says(write("/dev/null", options(8, 8, 0), [](weft_writer*, weft_error*) { return WEFT_OK; }),
         "no file format");
    says(write(path("a.xyz"), options(8, 8, 0), [](weft_writer*, weft_error*) { return WEFT_OK; }),
         "no file format '.xyz'");
}

TEST_F(WriterTest, AFullDiskIsNamedAndNothingStays) {
    // A limit on the size of files stands for a full disk.
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before = {};
    getrlimit(RLIMIT_FSIZE, &before);
    const rlimit small = {20000, before.rlim_max};
    std::vector<uint8_t> noise(256 * 256 * 4);
    uint32_t state = 1;
    for (uint8_t& v : noise) v = static_cast<uint8_t>((state = state * 1664525 + 1013904223) >> 24);
    for (const char* name : {"a.png", "a.tif", "a.bmp", "a.pfm"}) {
        setrlimit(RLIMIT_FSIZE, &small);
        const std::string message = write_rgba8(path(name), 256, 256, noise);
        setrlimit(RLIMIT_FSIZE, &before);
        EXPECT_NE(message.find("File too large"), std::string::npos) << name << ": " << message;
    }
    for (const char* name : {"a.wav", "a.flac", "a.ogg", "a.mkv"}) {
        std::vector<float> sound(200000);
        for (float& v : sound)
            v = static_cast<float>((state = state * 1664525 + 1013904223) >> 8) / 16777216.0f;
        setrlimit(RLIMIT_FSIZE, &small);
        const std::string message = write_sound(path(name), 48000, {sound});
        setrlimit(RLIMIT_FSIZE, &before);
        EXPECT_NE(message.find("cannot write"), std::string::npos) << name << ": " << message;
    }
    EXPECT_TRUE(files().empty()) << files()[0];
}

TEST_F(WriterTest, TheSameBytesTwiceAndFromSeveralThreads) {
    Picture picture(61, 47);
    for (size_t i = 0; i < picture.planes.size(); ++i)
        picture.planes[i] = static_cast<float>(i % 251) / 250.0f;
    for (const std::string name : {"png", "jpg", "exr", "pfm", "tif", "bmp"}) {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&, i] {
                EXPECT_EQ(write_picture(path(std::to_string(i) + "." + name), picture), "");
            });
        threads.clear();
        const std::vector<uint8_t> first = read_bytes(path("0." + name));
        for (int i = 1; i < 4; ++i)
            EXPECT_EQ(read_bytes(path(std::to_string(i) + "." + name)), first) << name;
    }
}

TEST_F(WriterTest, NoFileTellsWhenOrWithWhatItWasMade) {
    Picture picture(32, 32);
    for (const char* name : {"a.png", "a.jpg", "a.exr", "a.tif"})
        ASSERT_EQ(write_picture(path(name), picture), "");
    for (const char* name : {"b.wav", "b.mp3", "b.ogg", "b.mp4", "b.mkv", "b.webm"})
        ASSERT_EQ(write_sound(path(name), 48000, {std::vector<float>(9600, 0.1f)}), "");
    weft_writer_options film = options(32, 32, WEFT_FORMAT_RGBA8);
    film.fps = 10;
    const std::vector<uint8_t> grey(32 * 32 * 4, 100);
    for (const char* name : {"c.mp4", "c.mkv", "c.webm"})
        ASSERT_EQ(write(path(name), film,
                        [&](weft_writer* open, weft_error* error) {
                            return writer->picture(open, grey.data(), 128, 0, error);
                        }),
                  "");
    for (const std::string& name : files()) {
        const std::vector<uint8_t> bytes = read_bytes(path(name));
        const std::string text(bytes.begin(), bytes.end());
        for (const char* sign : {"Lavf5", "Lavc5", "x264 - core", "2026"})
            EXPECT_EQ(text.find(sign), std::string::npos) << name << " holds " << sign;
    }
}

TEST_F(WriterTest, APictureWithoutPicturesIsAnError) {
    const weft_writer_options wanted = options(8, 8, WEFT_FORMAT_RGBA8);
    const auto nothing = [](weft_writer*, weft_error*) { return WEFT_OK; };
    EXPECT_EQ(write(path("a.png"), wanted, nothing), "no picture was written");
    EXPECT_NE(write(path("a.png"), options(0, 0, 0), nothing).find("needs pictures"),
              std::string::npos);
    EXPECT_NE(write(path("a.wav"), options(0, 0, 0), nothing).find("needs a channel"),
              std::string::npos);
    EXPECT_TRUE(files().empty());
}

TEST_F(WriterTest, TheManifestTellsTheFormats) {
    std::ifstream stream(in_build("/lib/weft/media.json"));
    const nlohmann::json manifest = nlohmann::json::parse(stream);
    std::set<std::string> promised;
    for (const auto& format : manifest.at("writes"))
        promised.insert(format.at("extension").get<std::string>());
    std::set<std::string> made;
    for (uint32_t i = 0; i < writer->format_count; ++i)
        made.emplace(writer->formats[i].extension.data, writer->formats[i].extension.size);
    EXPECT_EQ(promised, made);
    EXPECT_EQ(manifest.at("builtins").size(), api->describe()->builtin_count);
}

}  // namespace
}  // namespace weft::test
