// libweft as a program has it: the C API alone, with handles that go away by themselves.
#pragma once

#include <weft/weft.h>

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <weft_paths.h>
#include <weft/cpp/text.hpp>

#include "tests/support/temp_dir.h"

namespace weft::test {

struct Destroy {
    void operator()(weft_engine* engine) const { weft_engine_destroy(engine); }
    void operator()(weft_show* show) const { weft_show_destroy(show); }
};
using EngineHandle = std::unique_ptr<weft_engine, Destroy>;
using ShowHandle = std::unique_ptr<weft_show, Destroy>;

template <class Struct>
Struct sized() {
    Struct result{};
    result.struct_size = sizeof result;
    return result;
}

// Only what this build made, and nothing that another run has left on disk.
inline weft_engine_options hermetic(const char* backend = "cpu") {
    auto options = sized<weft_engine_options>();
    options.flags = WEFT_ENGINE_NO_CACHE | WEFT_ENGINE_NO_ENVIRONMENT;
    options.backend = weft_text(backend);
    options.threads = 2;
    return options;
}

inline EngineHandle make_engine(const weft_engine_options& options = hermetic()) {
    weft_engine* engine = nullptr;
    auto error = sized<weft_error>();
    EXPECT_EQ(weft_engine_create(&options, &engine, &error), WEFT_OK) << error.message;
    return EngineHandle(engine);
}

inline ShowHandle make_show(const EngineHandle& engine) {
    weft_show* show = nullptr;
    EXPECT_EQ(weft_show_create(engine.get(), &show, nullptr), WEFT_OK);
    return ShowHandle(show);
}

inline weft_status load(const ShowHandle& show, const char* text, std::uint32_t flags = 0,
                        weft_error* error = nullptr) {
    auto request = sized<weft_load>();
    request.flags = flags;
    request.file = weft_text("test.weft");
    request.text = weft_text(text);
    return weft_show_load(show.get(), &request, error);
}

inline std::string messages(const ShowHandle& show, std::uint32_t format = WEFT_MESSAGES_TEXT) {
    weft_str text{};
    EXPECT_EQ(weft_show_messages(show.get(), format, &text, nullptr), WEFT_OK);
    return std::string(cpp::view(text));
}

inline ShowHandle loaded(const EngineHandle& engine, const char* text, std::uint32_t flags = 0) {
    ShowHandle show = make_show(engine);
    EXPECT_EQ(load(show, text, flags), WEFT_OK) << messages(show);
    return show;
}

inline weft_show_info info(const ShowHandle& show) {
    auto result = sized<weft_show_info>();
    EXPECT_EQ(weft_show_describe(show.get(), &result, nullptr), WEFT_OK);
    return result;
}

// A picture without gaps, of numbers of the kind that `pixels` has.
template <class Number = std::uint8_t>
std::vector<Number> picture(const ShowHandle& show, std::int64_t frame, std::uint32_t display = 0,
                            std::uint32_t pixels = WEFT_PIXELS_RGBA8) {
    const weft_show_info about = info(show);
    std::vector<Number> memory(std::size_t{4} * about.width * about.height);
    auto wanted = sized<weft_picture>();
    wanted.display = display;
    wanted.frame = frame;
    wanted.pixels = pixels;
    wanted.data = memory.data();
    wanted.size = memory.size() * sizeof(Number);
    auto error = sized<weft_error>();
    EXPECT_EQ(weft_show_picture(show.get(), &wanted, &error), WEFT_OK) << error.message;
    return memory;
}

// One channel after the other.
inline std::vector<std::vector<float>> sound(const ShowHandle& show, std::int64_t first,
                                             std::uint64_t count, std::uint32_t channels) {
    std::vector<std::vector<float>> memory(channels, std::vector<float>(count, 7.0F));
    std::vector<float*> places;
    for (std::vector<float>& channel : memory) places.push_back(channel.data());
    auto wanted = sized<weft_sound>();
    wanted.channels = places.data();
    wanted.channel_count = channels;
    wanted.first = first;
    wanted.count = count;
    auto error = sized<weft_error>();
    EXPECT_EQ(weft_show_sound(show.get(), &wanted, &error), WEFT_OK) << error.message;
    return memory;
}

inline double value(const ShowHandle& show, const char* expression) {
    double result = 0;
    auto wanted = sized<weft_values>();
    wanted.expression = weft_text(expression);
    wanted.count = 1;
    wanted.values = &result;
    wanted.capacity = 1;
    auto error = sized<weft_error>();
    EXPECT_EQ(weft_show_values(show.get(), &wanted, &error), WEFT_OK) << error.message;
    return result;
}

// What `weft ARGUMENTS` prints.
inline std::string weft(const std::string& arguments) {
    const std::string command = in_build("/bin/weft") + " " + arguments;
    FILE* const pipe = popen(command.c_str(), "r");
    std::string printed;
    char part[65536];
    for (std::size_t got = 0; pipe != nullptr && (got = fread(part, 1, sizeof part, pipe)) != 0;)
        printed.append(part, got);
    EXPECT_TRUE(pipe != nullptr && pclose(pipe) == 0) << command;
    return printed;
}

// A directory of the test's own, which goes with it.
class Directory : public TempDir {
public:
    std::string write(const std::string& name, std::string_view text) const {
        std::ofstream(*this / name, std::ios::binary) << text;
        return *this / name;
    }
};

}  // namespace weft::test
