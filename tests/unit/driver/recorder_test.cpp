// Stills and films of a running show, through a writer that only remembers what it was given.
#include "driver/live/recorder.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "tests/support/temp_dir.h"

namespace weft::driver {
namespace {

// What was written, by the file's name.
struct File {
    weft_writer_options options{};
    std::vector<int> pictures;  // their first byte
    std::vector<float> sound;   // of the first channel
    bool finished = false;
};
std::map<std::string, File> files;  // one recorder at a time writes
bool refuses = false;

weft_status open(weft_str path, const weft_writer_options* options, weft_writer** writer,
                 weft_error* error) {
    if (refuses) {
        std::snprintf(error->message, sizeof error->message, "the disk is full");
        return WEFT_UNAVAILABLE;
    }
    File& file = files[std::string(path.data, path.size)];
    file.options = *options;
    *writer = reinterpret_cast<weft_writer*>(&file);
    return WEFT_OK;
}
File& of(weft_writer* writer) {
    return *reinterpret_cast<File*>(writer);
}

const weft_writer_api kWriter = {
    sizeof(weft_writer_api),
    0,
    nullptr,
    open,
    [](weft_writer* writer, const void* pixels, std::uint64_t, std::uint64_t, weft_error*) {
        of(writer).pictures.push_back(*static_cast<const unsigned char*>(pixels));
        return weft_status{WEFT_OK};
    },
    [](weft_writer* writer, const float* samples, std::uint64_t count, std::uint64_t, weft_error*) {
        of(writer).sound.insert(of(writer).sound.end(), samples, samples + count);
        return weft_status{WEFT_OK};
    },
    [](weft_writer*, const double*, weft_error*) { return weft_status{WEFT_OK}; },
    [](weft_writer* writer, weft_error*) {
        of(writer).finished = true;
        return weft_status{WEFT_OK};
    },
    [](weft_writer*) {},
};

class RecorderTest : public testing::Test {
protected:
    void SetUp() override {
        files.clear();
        refuses = false;
        layout_.width = 2;
        layout_.height = 2;
    }
    [[nodiscard]] std::string program() const { return directory_ / "show.weft"; }
    // 10 frames and 100 samples a second.
    [[nodiscard]] Recorder::Shape shape(std::uint32_t channels) const {
        Recorder::Shape shape;
        shape.picture = layout_;
        shape.fps = 10;
        shape.rate = 100;
        shape.channels = channels;
        shape.first_frame = 20;
        shape.first_sample = 200;
        return shape;
    }
    // A picture all of one number.
    static std::vector<unsigned char> picture(int number) {
        return std::vector<unsigned char>(16, static_cast<unsigned char>(number));
    }

    test::TempDir directory_;
    runtime::TargetLayout layout_;
    Recorder::Writers writers_{&kWriter, &kWriter, "mp4"};
};

TEST_F(RecorderTest, AStillForEachAsking) {
    Recorder recorder(writers_, program());
    const auto first = recorder.still(layout_, picture(7).data());
    const auto second = recorder.still(layout_, picture(8).data());
    ASSERT_TRUE(first && second);
    EXPECT_NE(*first, *second);
    recorder.complete();
    EXPECT_EQ(files.at(*first).pictures, std::vector<int>{7});
    EXPECT_EQ(files.at(*second).pictures, std::vector<int>{8});
    EXPECT_TRUE(files.at(*second).finished);
    EXPECT_EQ(recorder.take_news().size(), 2u);
}

TEST_F(RecorderTest, WhatIsThereIsNotOverwritten) {
    std::string there;
    {
        Recorder recorder(writers_, program());
        there = *recorder.still(layout_, picture(1).data());
    }
    std::ofstream(there) << "somebody's";
    Recorder recorder(writers_, program());
    EXPECT_NE(*recorder.still(layout_, picture(1).data()), there);
}

TEST_F(RecorderTest, FramesLeftOutAreAsTheOneBefore) {
    Recorder recorder(writers_, program());
    const std::string path = *recorder.begin(shape(0));
    recorder.frame(20, picture(1).data());
    recorder.frame(22, picture(2).data());
    recorder.frame(22, picture(9).data());  // once is enough
    recorder.end(24);
    EXPECT_FALSE(recorder.is_recording());
    recorder.complete();
    EXPECT_EQ(files.at(path).pictures, (std::vector<int>{1, 1, 2, 2}));
    EXPECT_TRUE(files.at(path).finished);
    EXPECT_EQ(files.at(path).options.channels, 0u);
}

TEST_F(RecorderTest, SoundIsWhereItWasHeard) {
    Recorder recorder(writers_, program());
    const std::string path = *recorder.begin(shape(1));
    std::vector<float> samples(40);
    for (int i = 0; i < 40; ++i) samples[static_cast<std::size_t>(i)] = static_cast<float>(195 + i);
    recorder.frame(20, picture(1).data());
    // From before the film; then a hole; then more than the film has pictures for.
    recorder.sound(195, samples.data(), 1, 10, 40);
    recorder.frame(21, picture(2).data());
    recorder.sound(210, samples.data() + 15, 1, 25, 40);
    recorder.frame(22, picture(3).data());
    recorder.end(23);
    recorder.complete();
    const File& file = files.at(path);
    ASSERT_EQ(file.sound.size(), 30u);
    for (std::size_t i = 0; i < 30; ++i)
        EXPECT_EQ(file.sound[i], i >= 5 && i < 10 ? 0.0f : static_cast<float>(200 + i)) << i;
}

TEST_F(RecorderTest, WhatIsMissingOfTheSoundIsSilent) {
    Recorder recorder(writers_, program());
    const std::string path = *recorder.begin(shape(2));
    recorder.frame(20, picture(1).data());
    const float one = 1;
    recorder.sound(200, &one, 1, 1, 1);  // of one channel
    recorder.end(22);
    recorder.complete();
    EXPECT_EQ(files.at(path).pictures.size(), 2u);
    EXPECT_EQ(files.at(path).sound.size(), 20u);
    EXPECT_EQ(files.at(path).sound[0], 1.0f);
    EXPECT_EQ(files.at(path).sound[19], 0.0f);
}

TEST_F(RecorderTest, AFilmWithoutPicturesIsNone) {
    Recorder recorder(writers_, program());
    const std::string path = *recorder.begin(shape(0));
    recorder.end(20);
    recorder.complete();
    EXPECT_FALSE(files.at(path).finished);
    const auto news = recorder.take_news();
    ASSERT_EQ(news.size(), 1u);
    EXPECT_NE(news[0].line.find("no picture"), std::string::npos);
}

TEST_F(RecorderTest, AWriterThatFailsIsTold) {
    refuses = true;
    Recorder recorder(writers_, program());
    const std::string path = *recorder.begin(shape(0));
    recorder.frame(20, picture(1).data());
    recorder.end(21);
    recorder.complete();
    const auto news = recorder.take_news();
    ASSERT_EQ(news.size(), 1u);
    EXPECT_TRUE(news[0].bad);
    EXPECT_NE(news[0].line.find("the disk is full"), std::string::npos);
    EXPECT_NE(news[0].line.find(path), std::string::npos);
}

TEST_F(RecorderTest, AFilmThatFailsIsBrokenAndTheNextIsNot) {
    refuses = true;
    Recorder recorder(writers_, program());
    (void)*recorder.begin(shape(0));
    for (std::int64_t frame = 0; !recorder.is_broken(); ++frame) {
        recorder.frame(frame, picture(1).data());
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    recorder.end(21);
    EXPECT_FALSE(recorder.is_broken());
    refuses = false;
    const std::string path = *recorder.begin(shape(0));
    recorder.frame(20, picture(1).data());
    recorder.end(21);
    recorder.complete();
    EXPECT_TRUE(files.at(path).finished);
}

TEST_F(RecorderTest, WithoutAWriterItSaysSo) {
    Recorder recorder({}, program());
    EXPECT_FALSE(recorder.still(layout_, picture(1).data()));
    EXPECT_FALSE(recorder.begin(shape(0)));
    EXPECT_FALSE(recorder.is_recording());
}

}  // namespace
}  // namespace weft::driver
